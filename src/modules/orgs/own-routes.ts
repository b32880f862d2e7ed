/** The organisations of the signed-in user. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { ListOwnOrgs, OwnOrgs, toOrg } from './schema.ts'
import { orgsOf } from './service.ts'

export const ownRoutes = (deps: Deps) =>
  new Elysia({ name: 'my-orgs', prefix: '/v1/me/orgs', normalize: false }).use(access(deps)).get(
    '/',
    async ({ actor, query }) => {
      const { items, nextCursor } = await orgsOf(deps, actor.user.id, query)
      return {
        items: items.map(({ org, roles }) => ({ org: toOrg(org), roles, active: org.id === actor.orgId })),
        nextCursor,
      }
    },
    {
      actor: 'session',
      query: ListOwnOrgs,
      response: { 200: OwnOrgs, ...failures('request.invalid') },
      detail: {
        tags: ['Me'],
        operationId: 'listMyOrgs',
        summary: 'List my organisations and my roles there',
        description: 'An organisation that was deleted is listed for its owners until its grace period ends.',
      },
    },
  )
