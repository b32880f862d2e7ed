/** What the signed-in person has allowed clients. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { endGrant } from './end-grant.ts'
import { listOwnGrants } from './list-grants.ts'
import { GrantPage, GrantParams, ListGrants } from './schema.ts'

const tags = ['Me']

export const ownRoutes = (deps: Deps) =>
  new Elysia({ name: 'my-grants', prefix: '/v1/me/grants', normalize: false })
    .use(access(deps))
    .get('/', ({ actor, query }) => listOwnGrants(deps, actor.user.id, query), {
      actor: 'session',
      query: ListGrants,
      response: { 200: GrantPage, ...failures('request.invalid') },
      detail: {
        tags,
        operationId: 'listMyGrants',
        summary: 'List the apps that I allowed',
        description: 'Each app that I allowed something, newest first, with what it may do.',
      },
    })
    .delete(
      '/:id',
      async ({ actor, cause, params }) => {
        await endGrant(deps, cause(actor), { userId: actor.user.id, grantId: params.id })
        return noContent()
      },
      {
        actor: 'session',
        params: GrantParams,
        response: { 204: NoContent, ...failures('grant.not_found') },
        detail: {
          tags,
          operationId: 'endMyGrant',
          summary: 'Allow an app nothing any more',
          description: 'Every token of the app that acts for me is refused within a second. The app must ask again.',
        },
      },
    )
