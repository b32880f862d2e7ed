/** Signing up and in with a passkey (WebAuthn): options for `navigator.credentials`, and what it answers. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { requireAllowedOrigin } from '../../http/origins.ts'
import { limitAddress } from '../../http/rate-limits.ts'
import { failures, limited, stateless } from '../../http/responses.ts'
import { NoBody, StartedCreation, StartedRequest } from './schema.ts'
import { tryToken } from '../../core/limits/guesses.ts'
import { PasskeySignInBody, PasskeySignUpBody, StartPasskeySignUpBody } from './sign-in-schema.ts'
import { signInWithPasskey, startPasskeySignIn } from './sign-in.ts'
import { signUpWithPasskey, startPasskeySignUp } from './sign-up.ts'
import { presentSession } from '../sessions/present-session.ts'
import { AnySession, VerificationPending } from '../sessions/session-schema.ts'

const tags = ['Auth']

export function authByPasskey(deps: Deps) {
  /** A page elsewhere must not sign a visitor in to an account of its choice (login CSRF). */
  const sessionKind = (request: Request, useCookie = false) => {
    if (useCookie) requireAllowedOrigin(request, deps.config)
    return useCookie ? 'cookie' : 'token'
  }

  return new Elysia({ name: 'auth-by-passkey', prefix: '/v1/auth/passkey', normalize: false })
    .use(access(deps))
    .post('/options', () => startPasskeySignIn(deps), {
      public: true,
      body: NoBody,
      response: { 200: StartedRequest, ...failures() },
      detail: {
        ...stateless,
        tags,
        operationId: 'startPasskeySignIn',
        summary: 'Options to sign in with a passkey',
        description:
          'For `navigator.credentials.get()`, with `mediation: "conditional"` for autofill. They cost nothing: ask whenever the page is loaded.',
      },
    })
    .post(
      '/',
      async ({ body: { useCookie, ...answer }, cause, request, set }) => {
        const kind = sessionKind(request, useCookie)
        const session = await tryToken(deps, cause(), () => signInWithPasskey(deps, cause(), answer, kind))
        return presentSession(deps, set.headers, session)
      },
      {
        public: true,
        body: PasskeySignInBody,
        response: {
          200: AnySession,
          ...failures('passkey.invalid', 'request.origin_refused', 'request.rate_limited'),
        },
        detail: {
          tags,
          operationId: 'signInWithPasskey',
          summary: 'Sign in with a passkey',
          description:
            'Two factors at once: whoever has one is asked for no other. One error for every kind of failure.',
        },
      },
    )
    .post('/sign-up/options', ({ body }) => startPasskeySignUp(deps, body), {
      public: true,
      body: StartPasskeySignUpBody,
      response: { 200: StartedCreation, ...failures() },
      detail: {
        ...stateless,
        tags,
        operationId: 'startPasskeySignUp',
        summary: 'Options to sign up with a passkey',
        description: 'For `navigator.credentials.create()`. The same for new and for known addresses.',
      },
    })
    .post(
      '/sign-up',
      async ({ body: { useCookie, ...answer }, cause, request, set }) => {
        await limitAddress(deps, 'sign-up:address', cause(), set.headers)
        const session = await signUpWithPasskey(deps, cause(), answer, sessionKind(request, useCookie))
        set.status = session ? 201 : 202
        return session ? presentSession(deps, set.headers, session) : { status: 'verification_required' as const }
      },
      {
        public: true,
        body: PasskeySignUpBody,
        response: {
          201: AnySession,
          202: VerificationPending,
          ...failures('passkey.not_created', 'passkey.exists', 'user.email_taken', 'request.origin_refused'),
        },
        detail: {
          ...limited,
          tags,
          operationId: 'signUpWithPasskey',
          summary: 'Create an account with a passkey',
          description:
            'No password, and one prompt. 201 with a session where e-mail verification is optional; always 202 where it is required, and then the passkey signs in once the address is verified.',
        },
      },
    )
}
