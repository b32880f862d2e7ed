import { byUser } from '../../runtime/round-trips/operation.ts'
import { signUp } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { eventCases } from './runtime-cases.ts'

const once = byUser('GET /v1/events', 200, { methodAndPath: 'GET /v1/events?wait=0' })

export const contract = defineContract({
  access: { 'GET /v1/events': 'principal' },
  writes: {
    // The caller with the scope of the instance, then the last events, which every stream of the process shares.
    budget: { 'GET /v1/events': 2 },
    ask: async ({ t, pay }) => {
      const { accessToken: token } = await signUp(t, 'follower@example.com')
      await pay('GET /v1/events', '/v1/events?wait=0', { token })
    },
  },
  roundTrips: [once],
  runtime: eventCases,
})
