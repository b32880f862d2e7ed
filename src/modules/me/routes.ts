/** The signed-in user's own account. */
import { Elysia, t } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access, atOnce } from '../../http/access.ts'
import { IdempotencyKeyHeader, idempotencyKeys } from '../../http/idempotency.ts'
import { limitAddress } from '../../http/rate-limits.ts'
import { failures, NoContent, noContent } from '../../http/responses.ts'
import { etag, matchVersions } from '../../lib/etags.ts'
import { requestEmailChange } from '../auth/request-mail.ts'
import { MailRequested } from '../auth/schema.ts'
import { IfMatch, toUser, User } from '../users/schema.ts'
import { deleteUser, updateUser } from '../users/service.ts'
import { exportAccount, streamOf } from './export-account.ts'
import { AccountExport } from './export-schema.ts'
import { ChangeEmail, UpdateMe } from './schema.ts'

const tags = ['Me']

export function me(deps: Deps) {
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
        requiresInHandler: 'any-session',
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
        requires: 'session',
        headers: t.Object({ ...IfMatch.properties, ...IdempotencyKeyHeader }),
        body: UpdateMe,
        response: { 200: User, ...failures('user.changed', 'idempotency.key_reused') },
        detail: { tags, operationId: 'updateMe', summary: 'Change my account' },
      },
    )
    .get(
      '/export',
      async ({ actor, cause, requestId }) => {
        const pieces = await exportAccount(deps, cause(actor), actor)
        const failed = (cause: unknown) => deps.log.error('account export cut short', { requestId, cause })
        return new Response(streamOf(pieces, failed), {
          headers: {
            'content-type': 'application/json',
            'content-disposition': `attachment; filename="account-${actor.user.id}.json"`,
          },
        })
      },
      {
        // Whoever borrows a session for a minute must not carry off everything at once.
        requires: 'fresh-session',
        response: { 200: AccountExport, ...failures() },
        detail: {
          tags,
          operationId: 'exportMe',
          summary: 'Export everything held about my account',
          description:
            'One JSON document, sent as it is read: an answer that breaks off is not whole. It holds no hash, token or key.',
        },
      },
    )
    .post(
      '/email',
      async ({ actor, body, cause, set }) => {
        await limitAddress(deps, 'mail:address', cause(actor), set.headers)
        await requestEmailChange(deps, cause(actor), actor, body.email)
        set.status = 202
        return { status: 'mail_requested' as const }
      },
      {
        requires: 'fresh-session',
        body: ChangeEmail,
        response: { 202: MailRequested, ...failures('request.rate_limited') },
        detail: {
          tags,
          operationId: 'changeMyEmail',
          summary: 'Move my account to another address',
          description:
            'Sends a mail to the new address; the account moves when its link or code comes to POST /v1/auth/verify-email, and the old address is told. The mail proves nothing once the session that asked has ended. Nothing is sent to an address that another account has.',
        },
      },
    )
    .delete(
      '/',
      async ({ actor, cause }) => {
        await deleteUser(deps, cause(actor), actor.user.id, { tell: actor.user.email })
        return noContent()
      },
      {
        requires: 'fresh-session',
        response: { 204: NoContent, ...failures('user.last_admin') },
        detail: {
          tags,
          operationId: 'deleteMe',
          summary: 'Delete my account',
        },
      },
    )
}
