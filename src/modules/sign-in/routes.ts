/** Signing up, in, on and out. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { identifier } from '../../http/identify.ts'
import { requireAllowedOrigin } from '../../http/origins.ts'
import { limitAddress } from '../../http/rate-limits.ts'
import { failures, limited, NoContent, noContent } from '../../http/responses.ts'
import { readSessionCookie, writeSessionCookie } from '../../lib/cookies.ts'
import type { SessionKind } from '../../lib/session-limits.ts'
import type { Cause } from '../../core/events/queries.ts'
import { rotateSessionToken } from '../refresh/rotate-token.ts'
import { tryToken } from '../../core/limits/guesses.ts'
import { deviceTokenOf, presentSession, presentSignIn } from '../sessions/present-session.ts'
import { AnySession, RefreshBody, SignInBody, SignInOutcome, SignUpBody, VerificationPending } from '../sessions/session-schema.ts'
import { signIn } from './sign-in.ts'
import { signOut } from '../sign-out/sign-out.ts'
import { signUp } from '../sign-up/sign-up.ts'

const tags = ['Auth']

export function auth(deps: Deps) {
  const { config } = deps
  const identify = identifier(deps)

  /** A page elsewhere must not sign a visitor in to an account of its choice (login CSRF). */
  const sessionKind = (request: Request, useCookie = false) => {
    if (useCookie) requireAllowedOrigin(request, config)
    return useCookie ? 'cookie' : 'token'
  }

  const refresh = (cause: Cause, token: string, kind: SessionKind) =>
    tryToken(deps, cause, () => rotateSessionToken(deps, cause, token, kind))

  return new Elysia({ name: 'auth', prefix: '/v1/auth', normalize: false })
    .use(access(deps))
    .post(
      '/sign-up',
      async ({ body: { useCookie, ...account }, set, cause, request }) => {
        await limitAddress(deps, 'sign-up:address', cause(), set.headers)
        const session = await signUp(deps, cause(), account, sessionKind(request, useCookie))
        set.status = session ? 201 : 202
        return session ? presentSession(deps, set.headers, session) : { status: 'verification_required' as const }
      },
      {
        public: true,
        body: SignUpBody,
        response: {
          201: AnySession,
          202: VerificationPending,
          ...failures('request.origin_refused', 'user.email_taken', 'user.password_refused', 'server.busy'),
        },
        detail: {
          ...limited,
          tags,
          operationId: 'signUp',
          summary: 'Create an account',
          description: '201 with a session where e-mail verification is optional; always 202 where it is required.',
        },
      },
    )
    .post(
      '/sign-in',
      async ({ body: { useCookie, ...credentials }, set, cause, request }) => {
        const kind = sessionKind(request, useCookie)
        const deviceToken = deviceTokenOf(deps, request, credentials)
        return presentSignIn(deps, set.headers, await signIn(deps, cause(), { ...credentials, deviceToken }, kind))
      },
      {
        public: true,
        body: SignInBody,
        response: {
          200: SignInOutcome,
          ...failures('auth.invalid_credentials', 'request.origin_refused', 'request.rate_limited', 'server.busy'),
        },
        detail: {
          tags,
          operationId: 'signIn',
          summary: 'Sign in with e-mail and password',
          description:
            'A session; or, for an account with a second factor, a challenge for `POST /v1/auth/mfa/verify`. Five failures a minute for one account from one address, 100 for a network, and 99 a day for one account from networks it was never signed in from.',
        },
      },
    )
    .post(
      '/refresh',
      async ({ body: { refreshToken }, set, cause, request }) => {
        if (refreshToken !== undefined)
          return presentSession(deps, set.headers, await refresh(cause(), refreshToken, 'token'))
        const cookie = readSessionCookie(request.headers.get('cookie'), config.appUrl)
        if (!cookie) throw problem('auth.required')
        requireAllowedOrigin(request, config)
        return presentSession(deps, set.headers, await refresh(cause(), cookie, 'cookie'))
      },
      {
        public: true,
        body: RefreshBody,
        response: {
          200: AnySession,
          ...failures('auth.required', 'session.expired', 'session.reused', 'request.origin_refused'),
        },
        detail: {
          tags,
          operationId: 'refresh',
          summary: 'Exchange a refresh token',
          description:
            'The token is spent. Presented again within 10 seconds it gives the newest token of its chain, so two tabs may refresh at once. Within 5 minutes (`REFRESH_RETRY_SECONDS`) it gives its successor again while nobody has used that: an answer that was lost is asked for again. At any other time its use ends the session.',
        },
      },
    )
    .post(
      '/sign-out',
      // Public by its mark, because the one statement that ends the session is itself the check that it lived.
      async ({ set, cause, request }) => {
        const cookie = readSessionCookie(request.headers.get('cookie'), config.appUrl)
        const sessionId = await identify.sessionOfToken(request)
        if (sessionId !== undefined) await tryToken(deps, cause(), () => signOut(deps, cause(), { sessionId }))
        else if (cookie !== undefined && !request.headers.has('authorization')) {
          await tryToken(deps, cause(), () => signOut(deps, cause(), { cookie }))
          set.headers['set-cookie'] = writeSessionCookie(config.appUrl, '', 0)
        } else throw problem('session.expired')
        return noContent()
      },
      {
        public: true,
        response: { 204: NoContent, ...failures('auth.required', 'session.expired', 'request.origin_refused') },
        detail: {
          tags,
          operationId: 'signOut',
          summary: 'End this session',
          description: 'Its access tokens are refused from the next request on.',
          security: [{ bearer: [] }, { cookie: [] }],
        },
      },
    )
}
