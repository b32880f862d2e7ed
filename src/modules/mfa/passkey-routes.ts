/** A passkey as second factor: what `POST /v1/auth/mfa/verify` takes is an answer to these options. */
import { Type } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import type { Deps } from '../../deps.ts'
import { access } from '../../http/access.ts'
import { failures } from '../../http/responses.ts'
import { Challenge } from './schema.ts'
import { StartedRequest } from '../passkeys/schema.ts'
import { tryToken } from '../../core/limits/guesses.ts'
import { startSecondPasskey } from './passkey-factor.ts'

const ChallengeBody = Type.Object({ challenge: Challenge }, { additionalProperties: false, title: 'MfaPasskey' })

export const mfaByPasskey = (deps: Deps) =>
  new Elysia({ name: 'mfa-by-passkey', prefix: '/v1/auth/mfa/passkey', normalize: false })
    .use(access(deps))
    .post('/options', ({ body, cause }) => tryToken(deps, cause(), () => startSecondPasskey(deps, body.challenge)), {
      public: true,
      body: ChallengeBody,
      response: { 200: StartedRequest, ...failures('mfa.challenge_invalid') },
      detail: {
        tags: ['Auth'],
        operationId: 'startPasskeyAsSecondFactor',
        summary: 'Options to show a passkey as second factor',
        description:
          'For `navigator.credentials.get()`. `challenge` of this answer goes to `POST /v1/auth/mfa/verify` as `passkeyChallenge`.',
      },
    })
