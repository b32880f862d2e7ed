/** All organisations, and those of one user, for administrators of the instance. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { UserParams } from '../users/schema.ts'
import { ListOrgs, ListOwnOrgs, OrgPage, toOrg, UserOrgs } from './schema.ts'
import { orgsOfOther, pageOfOrgs } from './service.ts'

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'all-orgs', prefix: '/v1', normalize: false })
    .use(access(deps))
    .get(
      // With the slash, as POST of the same path is registered: without it, Elysia answers one of the two alone.
      '/orgs/',
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
    .get(
      '/users/:id/orgs',
      async ({ params, query }) => {
        const { items, nextCursor } = await orgsOfOther(deps, params.id, query)
        return {
          items: items.map(({ org: { id, name, slug }, roles }) => ({ org: { id, name, slug }, roles })),
          nextCursor,
        }
      },
      {
        requires: 'users:read',
        params: UserParams,
        query: ListOwnOrgs,
        response: { 200: UserOrgs, ...failures('user.not_found', 'request.invalid') },
        detail: {
          tags: ['Users'],
          operationId: 'listUserOrgs',
          summary: 'List the organisations of a user',
          description:
            'With the roles of the user there. An organisation that was deleted is listed for its owners. `GET /v1/orgs/{id}` has its settings, with `orgs:read`.',
        },
      },
    )
