/** Sign-in with an e-mail address or a username, and a password. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { requestedSessionKind } from '../../http/origins.ts'
import { failures } from '../../http/responses.ts'
import { SignInOutcome } from '../mfa/outcome-schema.ts'
import { deviceTokenOf, presentSignIn } from '../mfa/present-sign-in.ts'
import { SignInBody } from './schema.ts'
import { signIn } from './sign-in.ts'

const tags = ['Auth']

export function routes(deps: Deps) {
  return new Elysia({ name: 'sign-in', prefix: '/v1/auth', normalize: false }).use(access(deps)).post(
    '/sign-in',
    async ({ body: { useCookie, ...credentials }, set, cause, request }) => {
      const kind = requestedSessionKind(request, deps.config, useCookie)
      const deviceToken = deviceTokenOf(deps, request, credentials)
      return presentSignIn(deps, set.headers, await signIn(deps, cause(), { ...credentials, deviceToken }, kind))
    },
    {
      public: true,
      body: SignInBody,
      response: {
        200: SignInOutcome,
        ...failures(
          'auth.invalid_credentials',
          'request.origin_refused',
          'request.rate_limited',
          'server.busy',
          'action.denied',
          'action.unavailable',
        ),
      },
      detail: {
        tags,
        operationId: 'signIn',
        summary: 'Sign in with e-mail or username, and password',
        description:
          'Returns a session. If the account has a second factor, it returns a challenge for `POST /v1/auth/mfa/verify` instead. Limits on failures: five a minute for one account from one IP address, 100 for one network, and 99 a day for one account from networks that it was never signed in from.',
      },
    },
  )
}
