/** The audit log: who did what, from where, with what result. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { listEvents } from '../../core/events/queries.ts'
import { AuditEventPage, ListAuditEvents, toAuditEvent } from './schema.ts'
import { readNewest } from '../../core/paging/pages.ts'

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'audit-events', prefix: '/v1/audit-events', normalize: false }).use(access(deps)).get(
    '/',
    async ({ query: { limit, cursor, ...filter } }) => {
      const { items, nextCursor } = await readNewest({ limit, cursor }, (before, rows) =>
        listEvents(deps.db, { ...filter, before }, rows),
      )
      return { items: items.map(toAuditEvent), nextCursor }
    },
    {
      requires: 'audit:read',
      query: ListAuditEvents,
      response: { 200: AuditEventPage, ...failures('request.invalid') },
      detail: { tags: ['Audit'], operationId: 'listAuditEvents', summary: 'Read the audit log, newest first' },
    },
  )
