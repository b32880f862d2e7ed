/** Sign-in with the code or the link of a mail. A GET request never uses up a link. */
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
        summary: 'Send a sign-in link and code by mail',
        description: 'The link and the code are valid for 15 minutes and work once.',
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
          ...failures(
            'token.invalid',
            'request.origin_refused',
            'request.rate_limited',
            'action.denied',
            'action.unavailable',
          ),
        },
        detail: {
          tags,
          operationId: 'signInWithEmailCode',
          summary: 'Sign in with the code or the link of a mail',
          description:
            'This also verifies the e-mail address. The first verification removes the password, passkeys, factors and sessions from before it, because another person may have created them.',
        },
      },
    )
}
