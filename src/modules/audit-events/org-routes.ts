/** The events of one organisation. */
import { Elysia, t } from 'elysia'
import { listOrgEvents } from '../../core/events/queries.ts'
import { readNewest } from '../../core/paging/pages.ts'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { AuditEventPage, ListOrgEvents, orgEventTypes, toAuditEvent } from './schema.ts'

export const orgRoutes = (deps: Deps) =>
  new Elysia({ name: 'org-events', prefix: '/v1/orgs/:id/events', normalize: false }).use(access(deps)).get(
    '/',
    async ({ params: { id: orgId }, query: { limit, cursor, type } }) => {
      const types = type === undefined ? orgEventTypes : [type]
      const { items, nextCursor } = await readNewest({ limit, cursor }, (before, rows) =>
        listOrgEvents(deps.db, { orgId, types, before }, rows),
      )
      return { items: items.map(toAuditEvent), nextCursor }
    },
    {
      requiresInOrg: 'audit:read',
      params: t.Object({
        id: t.String({ pattern: '^org_[0-9a-f]{32}$', examples: ['org_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
      }),
      query: ListOrgEvents,
      response: { 200: AuditEventPage, ...failures('org.not_found', 'request.invalid') },
      detail: {
        tags: ['Audit'],
        operationId: 'listOrgEvents',
        summary: 'Read the events of an organisation, newest first',
        description:
          'What happened to the organisation, its members, roles and keys. Address and user agent are shown of members alone, and never of administrators of the server.',
      },
    },
  )
