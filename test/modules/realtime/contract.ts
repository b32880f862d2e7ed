import { plain } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'
import { realtimeCases } from './runtime-cases.ts'

export const contract = defineContract({
  access: { 'GET /v1/realtime': 'public', 'GET /asyncapi.json': 'public' },
  writes: {
    budget: { 'GET /v1/realtime': 0, 'GET /asyncapi.json': 0 },
    ask: async ({ pay }) => {
      await pay('GET /v1/realtime', '/v1/realtime', {}, 426)
      await pay('GET /asyncapi.json', '/asyncapi.json')
    },
  },
  roundTrips: [plain('GET /v1/realtime', 'GET /v1/realtime', 426), plain('GET /asyncapi.json', 'GET /asyncapi.json')],
  runtime: realtimeCases,
})
