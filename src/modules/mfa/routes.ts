/** The second factor of a sign-in. */
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { requireAllowedOrigin } from '../../http/origins.ts'
import { failures } from '../../http/responses.ts'
import { readChallenge } from './challenges.ts'
import { Challenge, DeviceToken, RememberDevice, VerifyFactorBody } from './schema.ts'
import { CeremonyChallenge, Credential, StartedRequest } from '../passkeys/schema.ts'
import { tryToken } from '../../core/limits/guesses.ts'
import { startSecondPasskey, verifyPasskey } from './passkey-factor.ts'
import { presentAnswered } from './present-sign-in.ts'
import { CookieSession, Session } from '../sessions/session-schema.ts'
import { verifyFactor } from './verify-factor.ts'

const FullSession = Type.Union(
  [
    Type.Object(
      { ...Session.properties, deviceToken: Type.Optional(DeviceToken) },
      { title: 'SessionOnDevice', description: 'With `rememberDevice`, the answer contains the token of the device.' },
    ),
    CookieSession,
  ],
  { 'x-headers': ['Set-Cookie'] },
)

/** With a passkey, for the options of `POST /v1/auth/mfa/passkey/options`. */
const VerifyPasskeyBody = Type.Object(
  {
    challenge: Challenge,
    factor: Type.Literal('passkey'),
    passkeyChallenge: CeremonyChallenge,
    credential: Credential,
    rememberDevice: Type.Optional(RememberDevice),
  },
  { additionalProperties: false, title: 'VerifyPasskey' },
)
const AnyFactorBody = Type.Union([...VerifyFactorBody.anyOf, VerifyPasskeyBody], { title: 'VerifyFactor' })

const ChallengeBody = Type.Object({ challenge: Challenge }, { additionalProperties: false, title: 'MfaPasskey' })

export const routes = (deps: Deps) =>
  new Elysia({ name: 'mfa', prefix: '/v1/auth/mfa', normalize: false })
    .use(access(deps))
    .post(
      '/passkey/options',
      ({ body, cause }) => tryToken(deps, cause(), () => startSecondPasskey(deps, body.challenge)),
      {
        public: true,
        body: ChallengeBody,
        response: { 200: StartedRequest, ...failures('mfa.challenge_invalid') },
        detail: {
          tags: ['Auth'],
          operationId: 'startPasskeyAsSecondFactor',
          summary: 'Get options for a passkey as second factor',
          description:
            'Pass the options to `navigator.credentials.get()`. Send `challenge` of this answer to `POST /v1/auth/mfa/verify` as `passkeyChallenge`.',
        },
      },
    )
    .post(
      '/verify',
      async ({ body, cause, request, set }) => {
        const challenge = await tryToken(deps, cause(), () => readChallenge(deps, body.challenge))
        // A foreign page must not sign a visitor in to an account that the page chooses (login CSRF).
        if (challenge.kind === 'cookie') requireAllowedOrigin(request, deps.config)
        const answered =
          body.factor === 'passkey'
            ? await verifyPasskey(deps, cause(), challenge, body)
            : await verifyFactor(deps, cause(), challenge, body)
        return presentAnswered(deps, set.headers, answered)
      },
      {
        public: true,
        body: AnyFactorBody,
        response: {
          200: FullSession,
          ...failures(
            'mfa.challenge_invalid',
            'mfa.code_invalid',
            'passkey.invalid',
            'request.origin_refused',
            'request.rate_limited',
            'action.denied',
            'action.unavailable',
          ),
        },
        detail: {
          tags: ['Auth'],
          operationId: 'verifyFactor',
          summary: 'Finish a sign-in with a second factor',
          description:
            'Send the `challenge` from the answer to the first factor, and the second factor: a code of the app, a recovery code, or a passkey. Options for a passkey come from `POST /v1/auth/mfa/passkey/options`. The request with the first factor has chosen the kind of the session. The fifth wrong code ends the challenge.',
        },
      },
    )
