import { byAdmin } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'
import { statsCases } from './runtime-cases.ts'

export const contract = defineContract({
  access: { 'GET /v1/stats': 'stats:read' },
  writes: {
    budget: { 'GET /v1/stats': 2 },
    ask: async ({ pay, admin }) => {
      await pay('GET /v1/stats', '/v1/stats?days=90', { token: await admin() })
    },
  },
  roundTrips: [byAdmin('GET /v1/stats', 200)],
  runtime: statsCases,
})
