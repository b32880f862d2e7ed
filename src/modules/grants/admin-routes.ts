/** What other people have allowed clients, for administrators. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { UserParams } from '../users/schema.ts'
import { endGrantOfUser } from './end-grant.ts'
import { listGrantsOfUser } from './list-grants.ts'
import { GrantPage, ListGrants, UserGrantParams } from './schema.ts'

const tags = ['Users']

export const adminRoutes = (deps: Deps) =>
  new Elysia({ name: 'user-grants', prefix: '/v1/users', normalize: false })
    .use(access(deps))
    .get('/:id/grants', ({ params, query }) => listGrantsOfUser(deps, params.id, query), {
      requires: 'users:read',
      params: UserParams,
      query: ListGrants,
      response: { 200: GrantPage, ...failures('user.not_found', 'request.invalid') },
      detail: {
        tags,
        operationId: 'listUserGrants',
        summary: 'List the apps that a user allowed',
        description: 'Newest first.',
      },
    })
    .delete(
      '/:id/grants/:grantId',
      async ({ actor, cause, params }) => {
        await endGrantOfUser(deps, cause(actor), { userId: params.id, grantId: params.grantId })
        return noContent()
      },
      {
        requires: 'users:write',
        params: UserGrantParams,
        response: { 204: NoContent, ...failures('user.not_found', 'user.exceeds_own', 'grant.not_found') },
        detail: {
          tags,
          operationId: 'endUserGrant',
          summary: 'End what a user allowed an app',
          description: 'Every token of the app that acts for the user is refused within a second.',
        },
      },
    )
