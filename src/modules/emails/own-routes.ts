/** Moving the signed-in user's account to another address. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { limitAddress } from '../../core/limits/request-budgets.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { requestEmailChange } from '../proofs/request-proof.ts'
import { MailRequested } from '../proofs/schema.ts'
import { ChangeEmail } from './schema.ts'

const tags = ['Me']

export function ownRoutes(deps: Deps) {
  return new Elysia({ name: 'own-email', prefix: '/v1/me', normalize: false }).use(access(deps)).post(
    '/email',
    async ({ actor, body, cause, set }) => {
      await limitAddress(deps, 'mail:address', cause(actor), set.headers)
      await requestEmailChange(deps, cause(actor), actor, body.email)
      set.status = 202
      return { status: 'mail_requested' as const }
    },
    {
      actor: 'fresh-session',
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
}
