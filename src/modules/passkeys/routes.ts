/** Sign-up and sign-in with a passkey (WebAuthn): the options for `navigator.credentials`, and the answers of it. */
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { requestedSessionKind } from '../../http/origins.ts'
import { limitAddress } from '../../core/limits/request-budgets.ts'
import { failures, limited, stateless } from '../../http/responses.ts'
import { NoBody, StartedCreation, StartedRequest } from './schema.ts'
import { tryToken } from '../../core/limits/guesses.ts'
import { PasskeySignInBody, PasskeySignUpBody, StartPasskeySignUpBody } from './sign-in-schema.ts'
import { signInWithPasskey, startPasskeySignIn } from './sign-in.ts'
import { signUpWithPasskey, startPasskeySignUp } from './sign-up.ts'
import { presentSession } from '../sessions/present-session.ts'
import { AnySession } from '../sessions/session-schema.ts'
import { VerificationPending } from '../proofs/schema.ts'
import { relatedOrigins } from '../../lib/relying-party.ts'

const tags = ['Auth']
const RelatedOrigins = Type.Object(
  { origins: Type.Array(Type.String({ format: 'uri', examples: ['https://shop.example'] })) },
  { title: 'RelatedOrigins' },
)

export function routes(deps: Deps) {
  return new Elysia({ name: 'passkeys', normalize: false })
    .use(access(deps))
    .get('/.well-known/webauthn', () => ({ origins: relatedOrigins(deps.config) }), {
      public: true,
      response: { 200: RelatedOrigins, ...failures() },
      detail: {
        ...stateless,
        tags: ['Auth'],
        operationId: 'relatedOrigins',
        summary: 'List other origins that may use our passkeys',
        description: 'The origins of PASSKEY_ORIGINS that are outside RP_ID (WebAuthn Level 3, §5.11).',
      },
    })
    .post('/v1/auth/passkey/options', () => startPasskeySignIn(deps), {
      public: true,
      body: NoBody,
      response: { 200: StartedRequest, ...failures() },
      detail: {
        ...stateless,
        tags,
        operationId: 'startPasskeySignIn',
        summary: 'Get options to sign in with a passkey',
        description:
          'For `navigator.credentials.get()`, with `mediation: "conditional"` for autofill. A page may ask for them on every load: the server stores nothing.',
      },
    })
    .post(
      '/v1/auth/passkey',
      async ({ body: { useCookie, ...answer }, cause, request, set }) => {
        const kind = requestedSessionKind(request, deps.config, useCookie)
        const session = await tryToken(deps, cause(), () => signInWithPasskey(deps, cause(), answer, kind))
        return presentSession(deps, set.headers, session)
      },
      {
        public: true,
        body: PasskeySignInBody,
        response: {
          200: AnySession,
          ...failures(
            'passkey.invalid',
            'request.origin_refused',
            'request.rate_limited',
            'action.denied',
            'action.unavailable',
          ),
        },
        detail: {
          tags,
          operationId: 'signInWithPasskey',
          summary: 'Sign in with a passkey',
          description:
            'A passkey is two factors at once, so no second factor is asked for. Every kind of failure gets the same error.',
        },
      },
    )
    .post('/v1/auth/passkey/sign-up/options', ({ body }) => startPasskeySignUp(deps, body), {
      public: true,
      body: StartPasskeySignUpBody,
      response: { 200: StartedCreation, ...failures() },
      detail: {
        ...stateless,
        tags,
        operationId: 'startPasskeySignUp',
        summary: 'Get options to sign up with a passkey',
        description: 'For `navigator.credentials.create()`. The answer is the same for new and for known addresses.',
      },
    })
    .post(
      '/v1/auth/passkey/sign-up',
      async ({ body: { useCookie, ...answer }, cause, request, set }) => {
        await limitAddress(deps, 'sign-up:address', cause(), set.headers)
        const session = await signUpWithPasskey(
          deps,
          cause(),
          answer,
          requestedSessionKind(request, deps.config, useCookie),
        )
        set.status = session ? 201 : 202
        return session ? presentSession(deps, set.headers, session) : { status: 'verification_required' as const }
      },
      {
        public: true,
        body: PasskeySignUpBody,
        response: {
          201: AnySession,
          202: VerificationPending,
          ...failures(
            'passkey.not_created',
            'passkey.exists',
            'user.email_taken',
            'request.origin_refused',
            'action.denied',
            'action.unavailable',
          ),
        },
        detail: {
          ...limited,
          tags,
          operationId: 'signUpWithPasskey',
          summary: 'Create an account with a passkey',
          description:
            'Creates an account without a password, with one prompt. If e-mail verification is optional: 201 with a session. If it is required: always 202, and the passkey can sign in after the address is verified.',
        },
      },
    )
}
