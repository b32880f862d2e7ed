import { plain } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'
import { healthCases } from './runtime-cases.ts'

export const contract = defineContract({
  access: { 'GET /livez': 'public', 'GET /readyz': 'public' },
  writes: {
    budget: {
      'GET /livez': 0,
      // Three questions, two of them at once: does it answer, is there a table of migrations, and which is the last.
      'GET /readyz': 3,
    },
    ask: async ({ pay }) => {
      for (const path of ['/livez', '/readyz']) await pay(`GET ${path}`, path)
    },
  },
  roundTrips: [plain('GET /livez'), plain('GET /readyz')],
  runtime: healthCases,
})
