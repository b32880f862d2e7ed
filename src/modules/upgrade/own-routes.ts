/** Upgrades an anonymous account to an account with an address. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { limitAddress } from '../../core/limits/request-budgets.ts'
import { failures } from '../../http/responses.ts'
import { presentSession } from '../sessions/present-session.ts'
import { MailRequested } from '../proofs/schema.ts'
import { AnySession } from '../sessions/session-schema.ts'
import { upgradeAnonymous } from './upgrade.ts'
import { UpgradeMe } from './schema.ts'

export const ownRoutes = (deps: Deps) =>
  new Elysia({ name: 'my-upgrade', prefix: '/v1/me', normalize: false }).use(access(deps)).post(
    '/upgrade',
    async ({ actor, body, cause, set }) => {
      await limitAddress(deps, 'mail:address', cause(actor), set.headers)
      const session = await upgradeAnonymous(deps, cause(actor), actor, body)
      set.status = session ? 200 : 202
      return session ? presentSession(deps, set.headers, session) : { status: 'mail_requested' as const }
    },
    {
      actor: 'fresh-session',
      body: UpgradeMe,
      response: {
        200: AnySession,
        202: MailRequested,
        ...failures(
          'user.not_anonymous',
          'user.email_taken',
          'user.password_refused',
          'request.rate_limited',
          'server.busy',
          'action.denied',
          'action.unavailable',
        ),
      },
      detail: {
        tags: ['Me'],
        operationId: 'upgradeMe',
        summary: 'Give my anonymous account an address and a password',
        description:
          'The account keeps its id. If e-mail verification is optional: 200 with a new session, and every other session ends. If it is required: always 202. The account gets the address when the link or code of the mail is sent to `POST /v1/auth/verify-email`, and can then sign in with it. A session of an anonymous account without a passkey is always fresh.',
      },
    },
  )
