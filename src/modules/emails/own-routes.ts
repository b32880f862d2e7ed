/** Change of the e-mail address of the signed-in user. */
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
        summary: 'Change my e-mail address',
        description:
          'The server sends a mail to the new address. The address changes when a client sends the link or code of that mail to POST /v1/auth/verify-email. The server then notifies the old address. The link and code are void when the session that made this request ends. The server sends nothing to an address that another account has; the answer is the same.',
      },
    },
  )
}
