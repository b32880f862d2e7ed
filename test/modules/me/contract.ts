import { byUser } from '../../runtime/round-trips/operation.ts'
import { signInWithCookie, signUp } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { meCases } from './runtime-cases.ts'

export const contract = defineContract({
  access: { 'GET /v1/me': 'any-session', 'PATCH /v1/me': 'session', 'DELETE /v1/me': 'fresh-session' },
  writes: {
    budget: { 'GET /v1/me': 1, 'PATCH /v1/me': 2, 'DELETE /v1/me': 2 },
    ask: async ({ t, pay }) => {
      const { accessToken: token, user } = await signUp(t, 'me@example.com')
      await pay('GET /v1/me', '/v1/me', { token })
      await pay('GET /v1/me', '/v1/me', { cookie: await signInWithCookie(t, user.email) })
      await pay('PATCH /v1/me', '/v1/me', { token, body: { name: 'Ada' } })
      await pay('DELETE /v1/me', '/v1/me', { token }, 204)
    },
  },
  roundTrips: [
    byUser('GET /v1/me', 200),
    byUser('PATCH /v1/me', 200, { body: { name: 'Ada' } }),
    byUser('DELETE /v1/me', 204),
  ],
  runtime: meCases,
})
