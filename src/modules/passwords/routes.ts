/** A forgotten password: sends the mail, and sets the new password. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures, limited } from '../../http/responses.ts'
import { handleProofRequest, proofOf, limitProof } from '../proofs/handle-proof.ts'
import { MailBody, MailRequested } from '../proofs/schema.ts'
import { resetPassword } from './reset-password.ts'
import { PasswordReset, ResetPasswordBody } from './schema.ts'

const tags = ['Auth']
const mailed = {
  public: true,
  body: MailBody,
  response: { 202: MailRequested, ...failures('request.rate_limited') },
} as const

export function routes(deps: Deps) {
  return new Elysia({ name: 'passwords', prefix: '/v1/auth', normalize: false })
    .use(access(deps))
    .post('/forgot-password', handleProofRequest(deps, 'reset-password'), {
      ...mailed,
      detail: {
        ...limited,
        tags,
        operationId: 'forgotPassword',
        summary: 'Send a mail to reset a password',
        description: 'The link and the code are valid for 30 minutes and for one use.',
      },
    })
    .post(
      '/reset-password',
      async ({ body, cause }) => {
        const proof = await proofOf(deps, body)
        await limitProof(deps, cause(), proof, () => resetPassword(deps, cause(), proof, body.password))
        return { status: 'password_reset' as const }
      },
      {
        public: true,
        body: ResetPasswordBody,
        response: {
          200: PasswordReset,
          ...failures('token.invalid', 'user.password_refused', 'request.rate_limited', 'server.busy'),
        },
        detail: {
          tags,
          operationId: 'resetPassword',
          summary: 'Set a new password',
          description: 'Ends every session of the account. If the password is refused, the link or code stays valid.',
        },
      },
    )
}
