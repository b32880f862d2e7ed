/** The account of the signed-in user. */
import { Elysia, t } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access, atOnce } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { etag, matchVersions } from '../../core/conditions/etags.ts'
import { IfMatch, toUser, User } from '../users/schema.ts'
import { deleteUser, updateUser } from '../users/service.ts'
import { UpdateMe } from './schema.ts'

const tags = ['Me']

export function ownRoutes(deps: Deps) {
  const keyOf = idempotencyKeys(deps)
  return new Elysia({ name: 'me', prefix: '/v1/me', normalize: false })
    .use(access(deps))
    .get(
      '/',
      atOnce(deps, 'any-session', ({ actor, set }) => {
        set.headers.etag = etag(actor.user.version)
        return toUser(actor.user)
      }),
      {
        actorInHandler: 'any-session',
        response: { 200: User, ...failures() },
        detail: { tags, operationId: 'getMe', summary: 'Read my account' },
      },
    )
    .patch(
      '/',
      async ({ actor, body, headers, set, cause, request }) => {
        const user = await updateUser(deps, cause(actor), actor.user.id, body, {
          versions: matchVersions(headers['if-match']),
          key: await keyOf({ request, actor, body, set }),
        })
        set.headers.etag = etag(user.version)
        return toUser(user)
      },
      {
        actor: 'session',
        headers: t.Object({ ...IfMatch.properties, ...IdempotencyKeyHeader }),
        body: UpdateMe,
        response: { 200: User, ...failures('user.changed', 'idempotency.key_reused') },
        detail: { tags, operationId: 'updateMe', summary: 'Change my account' },
      },
    )
    .delete(
      '/',
      async ({ actor, cause }) => {
        await deleteUser(deps, cause(actor), actor.user.id, { tell: actor.user.email })
        return noContent()
      },
      {
        actor: 'fresh-session',
        response: { 204: NoContent, ...failures('user.last_admin', 'org.last_owner') },
        detail: {
          tags,
          operationId: 'deleteMe',
          summary: 'Delete my account',
        },
      },
    )
}
