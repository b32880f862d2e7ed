/** Signing up with nothing. */
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { requireAllowedOrigin } from '../../http/origins.ts'
import { limitAddress } from '../../http/rate-limits.ts'
import { failures, limited } from '../../http/responses.ts'
import { presentSession } from '../sessions/present-session.ts'
import { AnySession, UseCookie } from '../sessions/session-schema.ts'
import { signUpAnonymously } from './sign-up-anonymously.ts'

const AnonymousBody = Type.Object(
  { useCookie: Type.Optional(UseCookie) },
  { additionalProperties: false, title: 'AnonymousSignUp' },
)

export const anonymousAuth = (deps: Deps) =>
  new Elysia({ name: 'anonymous-auth', prefix: '/v1/auth', normalize: false }).use(access(deps)).post(
    '/anonymous',
    async ({ body: { useCookie = false }, set, cause, request }) => {
      if (!deps.config.anonymousUsers) throw problem('auth.anonymous_refused')
      // A page elsewhere must not sign a visitor in to an account of its choice (login CSRF).
      if (useCookie) requireAllowedOrigin(request, deps.config)
      await limitAddress(deps, 'sign-up:address', cause(), set.headers)
      const session = await signUpAnonymously(deps, cause(), useCookie ? 'cookie' : 'token')
      set.status = 201
      return presentSession(deps, set.headers, session)
    },
    {
      public: true,
      body: AnonymousBody,
      response: { 201: AnySession, ...failures('auth.anonymous_refused', 'request.origin_refused') },
      detail: {
        ...limited,
        tags: ['Auth'],
        operationId: 'signUpAnonymously',
        summary: 'Create an anonymous account',
        description:
          'Where ANONYMOUS_USERS allows it. The session is the only way in. `roles` is empty and `email` a placeholder under anonymous.invalid until `POST /v1/me/upgrade`, which keeps the id; an account unused for ANONYMOUS_RETENTION_DAYS is deleted.',
      },
    },
  )
