/** The sessions of other users, for administrators. */
import { Elysia, t } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { UserParams } from '../users/schema.ts'
import { endUserSessions } from '../users/service.ts'
import { endSessionOfUser, listSessions } from './own-sessions.ts'
import { ActiveSessions, UserSessionParams } from './schema.ts'

const tags = ['Users']
const headers = t.Object(IdempotencyKeyHeader)

export function adminRoutes(deps: Deps) {
  const keyOf = idempotencyKeys(deps)
  return new Elysia({ name: 'user-sessions', prefix: '/v1/users', normalize: false })
    .use(access(deps))
    .get(
      '/:id/sessions',
      ({ params, actor }) => listSessions(deps, { userId: params.id, currentId: actor.sessionId }),
      {
        requires: 'users:read',
        params: UserParams,
        response: { 200: ActiveSessions, ...failures('user.not_found') },
        detail: {
          tags,
          operationId: 'listUserSessions',
          summary: 'List the sessions of a user',
          description: 'The active sessions, newest first, at most 100.',
        },
      },
    )
    .delete(
      '/:id/sessions',
      async ({ params, set, cause, actor, request }) => {
        await endUserSessions(deps, cause(actor), params.id, await keyOf({ request, actor, set }))
        return noContent()
      },
      {
        requires: 'users:write',
        params: UserParams,
        headers,
        response: { 204: NoContent, ...failures('user.not_found', 'user.exceeds_own', 'idempotency.key_reused') },
        detail: { tags, operationId: 'endUserSessions', summary: 'End all sessions of a user' },
      },
    )
    .delete(
      '/:id/sessions/:sessionId',
      async ({ params, cause, actor }) => {
        await endSessionOfUser(deps, cause(actor), { userId: params.id, sessionId: params.sessionId })
        return noContent()
      },
      {
        requires: 'users:write',
        params: UserSessionParams,
        response: { 204: NoContent, ...failures('user.not_found', 'user.exceeds_own', 'session.not_found') },
        detail: {
          tags,
          operationId: 'endUserSession',
          summary: 'End one session of a user',
          description: 'Its tokens are refused from the next request.',
        },
      },
    )
}
