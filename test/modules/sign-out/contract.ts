import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { byUser } from '../../runtime/round-trips/operation.ts'
import { signIn, signInWithCookie, signUp } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'

export const contract = defineContract({
  access: { 'POST /v1/auth/sign-out': 'public' }, // checks and ends the session in one statement
  writes: {
    budget: { 'POST /v1/auth/sign-out': 2 }, // by a cookie, for the same reason as a refresh; by a token 1
    ask: async ({ t, pay }) => {
      const { email } = (await signUp(t, 'signs-out@example.com')).user
      const { accessToken: token } = await signIn(t, email)
      await pay('POST /v1/auth/sign-out', '/v1/auth/sign-out', { token }, 204)
      await pay('POST /v1/auth/sign-out', '/v1/auth/sign-out', { token }, 401)
      const cookie = await signInWithCookie(t, email)
      await pay('POST /v1/auth/sign-out', '/v1/auth/sign-out', { cookie }, 204)
    },
  },
  roundTrips: [byUser('POST /v1/auth/sign-out', 204)],
  runtime: [
    guarantee('sign-out ends the session from the next request on', ['POST /v1/auth/sign-out'], async (tools) => {
      const { accessToken: token, refreshToken } = await tools.signUp()
      expect((await tools.call('GET /v1/me', { token })).status).toBe(200)
      const out = await tools.call('POST /v1/auth/sign-out', { token })
      expect([out.status, out.text]).toEqual([204, ''])
      await tools.refused('GET /v1/me', 'session.expired', { token })
      await tools.refused('POST /v1/auth/refresh', 'session.expired', { body: { refreshToken } })
      await tools.refused('POST /v1/auth/sign-out', 'session.expired', { token })
    }),
  ],
})
