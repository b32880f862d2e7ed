/** All organisations, for administrators of the instance. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { ListOrgs, OrgPage, toOrg } from './schema.ts'
import { pageOfOrgs } from './service.ts'

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'all-orgs', prefix: '/v1/orgs', normalize: false }).use(access(deps)).get(
    '/',
    async ({ query }) => {
      const { items, nextCursor } = await pageOfOrgs(deps, query)
      return { items: items.map(toOrg), nextCursor }
    },
    {
      requires: 'orgs:read',
      query: ListOrgs,
      response: { 200: OrgPage, ...failures('request.invalid') },
      detail: {
        tags: ['Organisations'],
        operationId: 'listOrgs',
        summary: 'List all organisations',
        description:
          'Newest first. With `q`: by slug those whose slug begins with it, then by name those of which only the name does.',
      },
    },
  )
