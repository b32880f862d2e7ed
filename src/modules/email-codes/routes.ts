/** Signing in with the code or the link of a mail. GET never uses a link up. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { requestedSessionKind } from '../../http/origins.ts'
import { failures, limited } from '../../http/responses.ts'
import { SignInOutcome } from '../mfa/outcome-schema.ts'
import { deviceTokenOf, presentSignIn } from '../mfa/present-sign-in.ts'
import { handleProofRequest, proofOf, limitProof } from '../proofs/handle-proof.ts'
import { MailBody, MailRequested } from '../proofs/schema.ts'
import { EmailCodeBody } from './schema.ts'
import { signInWithProof } from './sign-in-with-proof.ts'

const tags = ['Auth']
const mailed = {
  public: true,
  body: MailBody,
  response: { 202: MailRequested, ...failures('request.rate_limited') },
} as const

export function routes(deps: Deps) {
  return new Elysia({ name: 'email-codes', prefix: '/v1/auth', normalize: false })
    .use(access(deps))
    .post('/email-code', handleProofRequest(deps, 'sign-in'), {
      ...mailed,
      detail: {
        ...limited,
        tags,
        operationId: 'requestEmailCode',
        summary: 'Send a mail to sign in with',
        description: 'Link and code are good for 15 minutes, once.',
      },
    })
    .post(
      '/email-code/verify',
      async ({ body: { useCookie, deviceToken, ...body }, set, cause, request }) => {
        const kind = requestedSessionKind(request, deps.config, useCookie)
        const proof = await proofOf(deps, body)
        const device = deviceTokenOf(deps, request, { deviceToken })
        const signedIn = await limitProof(deps, cause(), proof, () =>
          signInWithProof(deps, cause(), proof, kind, device),
        )
        return presentSignIn(deps, set.headers, signedIn)
      },
      {
        public: true,
        body: EmailCodeBody,
        response: {
          200: SignInOutcome,
          ...failures('token.invalid', 'request.origin_refused', 'request.rate_limited'),
        },
        detail: {
          tags,
          operationId: 'signInWithEmailCode',
          summary: 'Sign in with the code or link of a mail',
          description:
            'Proves the address too. What was made before the first proof is removed (password, passkeys, factors, sessions): whoever made it may not be who reads the mail.',
        },
      },
    )
}
