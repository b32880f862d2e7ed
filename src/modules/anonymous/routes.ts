/** Anonymous sign-up: an account and a session without an e-mail address. */
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { access } from '../../http/access.ts'
import { requestedSessionKind } from '../../http/origins.ts'
import { limitAddress } from '../../core/limits/request-budgets.ts'
import { failures, limited } from '../../http/responses.ts'
import { presentSession } from '../sessions/present-session.ts'
import { AnySession, UseCookie } from '../sessions/session-schema.ts'
import { signUpAnonymously } from './sign-up-anonymously.ts'

const AnonymousBody = Type.Object(
  { useCookie: Type.Optional(UseCookie) },
  { additionalProperties: false, title: 'AnonymousSignUp' },
)

export const routes = (deps: Deps) =>
  new Elysia({ name: 'anonymous-auth', prefix: '/v1/auth', normalize: false }).use(access(deps)).post(
    '/anonymous',
    async ({ body: { useCookie }, set, cause, request }) => {
      if (!deps.config.anonymousUsers) throw problem('auth.anonymous_refused')
      const kind = requestedSessionKind(request, deps.config, useCookie)
      await limitAddress(deps, 'sign-up:address', cause(), set.headers)
      const session = await signUpAnonymously(deps, cause(), kind)
      set.status = 201
      return presentSession(deps, set.headers, session)
    },
    {
      public: true,
      body: AnonymousBody,
      response: {
        201: AnySession,
        ...failures('auth.anonymous_refused', 'request.origin_refused', 'action.denied', 'action.unavailable'),
      },
      detail: {
        ...limited,
        tags: ['Auth'],
        operationId: 'signUpAnonymously',
        summary: 'Create an anonymous account',
        description:
          'Available where ANONYMOUS_USERS is `allow`. The session is the only way to sign in. `roles` is empty and `email` is a placeholder under anonymous.invalid until `POST /v1/me/upgrade`, which keeps the id. The server deletes an account that is not used for ANONYMOUS_RETENTION_DAYS.',
      },
    },
  )
