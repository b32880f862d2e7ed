/** Step-up: a signed-in user authenticates again. */
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { TotpCode } from '../mfa/schema.ts'
import { aboutSession, startAuthentication } from '../passkeys/own-passkeys.ts'
import { NoBody, passkeyAnswer, StartedRequest } from '../passkeys/schema.ts'
import { presentSession } from '../sessions/present-session.ts'
import { Code } from '../proofs/schema.ts'
import { AnySession } from '../sessions/session-schema.ts'
import { stepUp } from './step-up.ts'

const closed = { additionalProperties: false }
const StepUpBody = Type.Union(
  [
    Type.Object(
      { password: Type.String({ minLength: 1, maxLength: 1024, examples: ['correct horse battery'] }) },
      { ...closed, title: 'StepUpByPassword' },
    ),
    Type.Object({ code: Code }, { ...closed, title: 'StepUpByCode' }),
    Type.Object({ factor: Type.Literal('totp'), code: TotpCode }, { ...closed, title: 'StepUpByApp' }),
    Type.Object(passkeyAnswer, { ...closed, title: 'StepUpByPasskey' }),
  ],
  {
    title: 'StepUp',
    description:
      'The password, the code of a mail that `POST /v1/auth/email-code` sent, a code of the authenticator app, or a passkey for the options of `POST /v1/auth/step-up/passkey/options`.',
  },
)

export const routes = (deps: Deps) =>
  new Elysia({ name: 'step-up', prefix: '/v1/auth', normalize: false })
    .use(access(deps))
    .post(
      '/step-up',
      async ({ actor, body, cause, set }) =>
        presentSession(deps, set.headers, await stepUp(deps, cause(actor), actor, body)),
      {
        actor: 'any-session',
        body: StepUpBody,
        response: {
          200: AnySession,
          ...failures(
            'auth.invalid_credentials',
            'mfa.code_invalid',
            'mfa.factor_required',
            'passkey.invalid',
            'token.invalid',
            'user.no_password',
            'server.busy',
            'action.denied',
            'action.unavailable',
          ),
        },
        detail: {
          tags: ['Auth'],
          operationId: 'stepUp',
          summary: 'Make my session fresh',
          description:
            'Use it after 403 `auth.fresh_session_required`. If the account has a second factor, that factor is required: a code of the app, or a passkey. A new session of the same kind replaces the session. The answer contains its tokens or its cookie. This server rejects the old ones from the next request.',
        },
      },
    )
    .post(
      '/step-up/passkey/options',
      ({ actor }) => startAuthentication(deps, 'step-up', actor.user.id, aboutSession(actor)),
      {
        actor: 'any-session',
        body: NoBody,
        response: { 200: StartedRequest, ...failures() },
        detail: {
          tags: ['Auth'],
          operationId: 'startPasskeyStepUp',
          summary: 'Get options to make my session fresh with a passkey',
          description: 'For `navigator.credentials.get()`. Send its result to `POST /v1/auth/step-up`.',
        },
      },
    )
