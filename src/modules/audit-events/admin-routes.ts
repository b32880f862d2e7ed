/** The audit log: who did what, from where, with what result. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { decodeCursor, encodeCursor } from '../../core/paging/cursors.ts'
import { listEvents } from '../../core/events/queries.ts'
import { AuditEventPage, ListAuditEvents, toAuditEvent } from './schema.ts'

const ORDER = '-id'

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'audit-events', prefix: '/v1/audit-events', normalize: false }).use(access(deps)).get(
    '/',
    async ({ query: { limit, cursor, ...filter } }) => {
      const before = cursor === undefined ? undefined : decodeCursor(cursor, ORDER)?.id
      if (cursor !== undefined && before === undefined)
        throw problem('request.invalid', {
          errors: [{ path: '/cursor', message: 'Expected nextCursor of an earlier page' }],
        })
      const rows = await listEvents(deps.db, { ...filter, before }, limit + 1)
      const items = rows.slice(0, limit)
      const last = rows.length > limit ? items.at(-1) : undefined
      return {
        items: items.map(toAuditEvent),
        nextCursor: last ? encodeCursor({ order: ORDER, value: 0, id: last.id }) : null,
      }
    },
    {
      requires: 'audit:read',
      query: ListAuditEvents,
      response: { 200: AuditEventPage, ...failures('request.invalid') },
      detail: { tags: ['Audit'], operationId: 'listAuditEvents', summary: 'Read the audit log, newest first' },
    },
  )
