import { plain } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'
import { metricsCases } from './runtime-cases.ts'

export const contract = defineContract({
  access: { 'GET /metrics': 'public' },
  writes: {
    // Without METRICS_TOKEN. `metrics.test.ts` counts the one of a server that has it.
    budget: { 'GET /metrics': 0 },
    ask: async ({ pay }) => {
      await pay('GET /metrics', '/metrics', {}, 404)
    },
  },
  roundTrips: [plain('GET /metrics', 'GET /metrics', 404)],
  runtime: metricsCases,
})
