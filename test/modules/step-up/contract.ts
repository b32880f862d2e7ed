import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { byUser } from '../../runtime/round-trips/operation.ts'
import { call, PASSWORD, type Session, signUp } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { stepUpOperations } from '../passkeys/round-trips.ts'
import { signInWithPasskey, signUpWithPasskey, stepUpOptions } from '../passkeys/support/people.ts'

export const contract = defineContract({
  access: {
    'POST /v1/auth/step-up': 'any-session', // shows what a role asks for
    'POST /v1/auth/step-up/passkey/options': 'any-session',
  },
  writes: {
    budget: {
      // Who asks, the hash their password is compared with, and the batch: no cache ever holds a hash.
      'POST /v1/auth/step-up': 3,
      'POST /v1/auth/step-up/passkey/options': 2,
    },
    ask: async ({ t, pay }) => {
      const { accessToken: first } = await signUp(t, 'steps-up@example.com')
      const fresh = await call<Session>(t, 'POST /v1/auth/step-up', { token: first, body: { password: PASSWORD } })
      const stepUp = (password: string) => ({ token: fresh.body.accessToken, body: { password } })
      await pay('POST /v1/auth/step-up', '/v1/auth/step-up', stepUp('wrong'), 401)
      await pay('POST /v1/auth/step-up', '/v1/auth/step-up', stepUp(PASSWORD))
      const { key } = await signUpWithPasskey(t, 'steps-up-by-passkey@example.com')
      const { accessToken: token } = (await signInWithPasskey(t, key)).body
      await pay('POST /v1/auth/step-up/passkey/options', '/v1/auth/step-up/passkey/options', { token, body: {} })
      const { challenge, options } = await stepUpOptions(t, token)
      const answer = { challenge, credential: await key.get(options) }
      await pay('POST /v1/auth/step-up', '/v1/auth/step-up', { token, body: answer })
    },
  },
  roundTrips: [byUser('POST /v1/auth/step-up', 200, { body: { password: PASSWORD } }), ...stepUpOperations],
  runtime: [
    guarantee(
      'a session is made fresh by its password, and replaced',
      ['POST /v1/auth/step-up', 'DELETE /v1/me'],
      async (tools) => {
        const { accessToken: token, refreshToken, user } = await tools.signUp()
        const age = 'UPDATE sessions SET authenticated_at = authenticated_at - 601000 WHERE user_id = ?'
        await tools.client.execute({ sql: age, args: [user.id] })
        await tools.refused('DELETE /v1/me', 'auth.fresh_session_required', { token })
        const wrong = { token, body: { password: `${PASSWORD}!` } }
        await tools.refused('POST /v1/auth/step-up', 'auth.invalid_credentials', wrong)
        const fresh = await tools.call<Session>('POST /v1/auth/step-up', { token, body: { password: PASSWORD } })
        expect([fresh.status, fresh.body.user]).toEqual([200, user])
        await tools.refused('GET /v1/me', 'session.expired', { token })
        await tools.refused('POST /v1/auth/refresh', 'session.expired', { body: { refreshToken } })
        expect((await tools.call('DELETE /v1/me', { token: fresh.body.accessToken })).status).toBe(204)
      },
    ),
  ],
})
