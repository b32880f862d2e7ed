/** Verifying an e-mail address. GET never uses a link up. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { identifier } from '../../http/identify.ts'
import { failures, limited } from '../../http/responses.ts'
import { handleProofRequest, proofOf, limitProof } from '../proofs/handle-proof.ts'
import { MailBody, MailRequested } from '../proofs/schema.ts'
import { EmailVerified, VerifyEmailBody } from './schema.ts'
import { verifyEmail } from './verify-email.ts'

const tags = ['Auth']
const mailed = {
  public: true,
  body: MailBody,
  response: { 202: MailRequested, ...failures('request.rate_limited') },
} as const

export function routes(deps: Deps) {
  return new Elysia({ name: 'emails', prefix: '/v1/auth', normalize: false })
    .use(access(deps))
    .post(
      '/verify-email',
      async ({ body, cause, request }) => {
        const proof = await proofOf(deps, body)
        const shown = await identifier(deps).shownSession(request)
        await limitProof(deps, cause(), proof, () => verifyEmail(deps, cause(), proof, shown))
        return { status: 'verified' as const }
      },
      {
        public: true,
        body: VerifyEmailBody,
        response: { 200: EmailVerified, ...failures('token.invalid', 'user.email_taken', 'request.rate_limited') },
        detail: {
          tags,
          operationId: 'verifyEmail',
          summary: 'Prove to read an address',
          description:
            'With the link or the code of the mail: of a new account, or of the address it is to move to. A session of that account may come along, for a move the one that asked for it; then nothing that was made before the first proof is taken away, now or later.',
        },
      },
    )
    .post('/verify-email/resend', handleProofRequest(deps, 'verify-email'), {
      ...mailed,
      detail: { ...limited, tags, operationId: 'resendVerification', summary: 'Send the verification mail again' },
    })
}
