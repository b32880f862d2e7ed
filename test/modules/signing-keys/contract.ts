import { plain } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'
import { keyCases } from './runtime-cases.ts'

export const contract = defineContract({
  access: { 'GET /.well-known/jwks.json': 'public' },
  writes: {
    budget: { 'GET /.well-known/jwks.json': 0 },
    ask: async ({ pay }) => {
      await pay('GET /.well-known/jwks.json', '/.well-known/jwks.json')
    },
  },
  roundTrips: [plain('GET /.well-known/jwks.json')],
  runtime: keyCases,
})
