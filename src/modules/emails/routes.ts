/** Verification of an e-mail address. A GET request never uses up a link. */
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
          summary: 'Verify an e-mail address',
          description:
            'Send the link or the code of the mail for a new account, or of the mail for a change of address. The request can also carry a session of that account; for a change of address, the session that requested the change. With that session, credentials from before the first verification are kept. Without it, they are removed now or at the next sign-in by mail.',
        },
      },
    )
    .post('/verify-email/resend', handleProofRequest(deps, 'verify-email'), {
      ...mailed,
      detail: { ...limited, tags, operationId: 'resendVerification', summary: 'Send the verification mail again' },
    })
}
