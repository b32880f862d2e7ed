/** Sign-up with an e-mail address and a password. */
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { limitAddress } from '../../core/limits/request-budgets.ts'
import { access } from '../../http/access.ts'
import { requestedSessionKind } from '../../http/origins.ts'
import { failures, limited } from '../../http/responses.ts'
import { presentSession } from '../sessions/present-session.ts'
import { AnySession } from '../sessions/session-schema.ts'
import { VerificationPending } from '../proofs/schema.ts'
import { SignUpBody } from './schema.ts'
import { signUp } from './sign-up.ts'

const tags = ['Auth']

export function routes(deps: Deps) {
  return new Elysia({ name: 'sign-up', prefix: '/v1/auth', normalize: false }).use(access(deps)).post(
    '/sign-up',
    async ({ body: { useCookie, ...account }, set, cause, request }) => {
      await limitAddress(deps, 'sign-up:address', cause(), set.headers)
      const session = await signUp(deps, cause(), account, requestedSessionKind(request, deps.config, useCookie))
      set.status = session ? 201 : 202
      return session ? presentSession(deps, set.headers, session) : { status: 'verification_required' as const }
    },
    {
      public: true,
      body: SignUpBody,
      response: {
        201: AnySession,
        202: VerificationPending,
        ...failures(
          'request.origin_refused',
          'user.email_taken',
          'user.password_refused',
          'server.busy',
          'action.denied',
          'action.unavailable',
        ),
      },
      detail: {
        ...limited,
        tags,
        operationId: 'signUp',
        summary: 'Create an account',
        description: 'If e-mail verification is optional: 201 with a session. If it is required: always 202.',
      },
    },
  )
}
