/** The audit log: who did what, from where, with what result, and whether it is as it was sealed. */
import { Elysia } from 'elysia'
import { listEvents } from '../../core/events/queries.ts'
import { readNewest } from '../../core/paging/pages.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { encoded, streamOf } from '../../http/streams.ts'
import { filterOf, olderThan } from './event-filter.ts'
import { exportEvents } from './export-events.ts'
import {
  AuditEventPage,
  AuditVerification,
  ExportAuditEvents,
  ExportedEvents,
  ListAuditEvents,
  mediaTypes,
  toAuditEvent,
} from './schema.ts'
import { readVerification, requestVerification } from './verification.ts'

const tags = ['Audit']

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'audit-events', prefix: '/v1/audit-events', normalize: false })
    .use(access(deps))
    .get(
      '/',
      async ({ query: { limit, cursor, ...asked } }) => {
        const filter = filterOf(asked)
        const { items, nextCursor } = await readNewest({ limit, cursor }, (before, rows) =>
          listEvents(deps.db, olderThan(filter, before), rows),
        )
        return { items: items.map(toAuditEvent), nextCursor }
      },
      {
        requires: 'audit:read',
        query: ListAuditEvents,
        response: { 200: AuditEventPage, ...failures('request.invalid') },
        detail: { tags, operationId: 'listAuditEvents', summary: 'Read the audit log, newest first' },
      },
    )
    .get(
      '/export',
      async ({ query, cause, actor, requestId }) => {
        const pages = await exportEvents(deps, cause(actor), query)
        const failed = (cause: unknown) => deps.log.error('export of events cut short', { requestId, cause })
        return new Response(streamOf(encoded(pages), failed), {
          headers: {
            'content-type': mediaTypes[query.format],
            'content-disposition': `attachment; filename="audit-events.${query.format}"`,
          },
        })
      },
      {
        requires: 'audit:read',
        query: ExportAuditEvents,
        response: { 200: ExportedEvents, ...failures('request.invalid') },
        detail: {
          tags,
          operationId: 'exportAuditEvents',
          summary: 'Export the audit log',
          description:
            'Newest first, as JSON Lines or CSV, with the filters of the list. The server sends it while it reads the data, so an answer that breaks off is incomplete. The export is an event of the log itself.',
        },
      },
    )
    .get('/verification', () => readVerification(deps), {
      requires: 'audit:read',
      response: { 200: AuditVerification, ...failures() },
      detail: {
        tags,
        operationId: 'readAuditVerification',
        summary: 'Read whether the audit log is as it was sealed',
        description:
          'The last link of the chain, the events that wait for their seal, and the result of the last verification that somebody asked for over HTTP.',
      },
    })
    .post(
      '/verification',
      async ({ actor, cause, set }) => {
        set.status = 202
        return await requestVerification(deps, cause(actor))
      },
      {
        requires: 'audit:read',
        response: { 202: AuditVerification, ...failures() },
        detail: {
          tags,
          operationId: 'verifyAuditLog',
          summary: 'Verify the audit log',
          description:
            'A job compares every sealed event with its seal. Read the result with `GET /v1/audit-events/verification` when `running` is null. While one waits or runs, no other one begins. At most four begin in an hour. A log that takes longer than 45 s needs `audit verify` on the command line.',
        },
      },
    )
