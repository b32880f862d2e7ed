import { defineContract } from '../../support/contract.ts'

/** The pages of development. They ask no database, and no edge has them. */
export const contract = defineContract({
  access: { 'GET /dev/mail': 'public', 'GET /dev/mail/:id': 'public', 'GET /dev/mail/:id/html': 'public' },
  writes: { budget: {}, ask: async () => {} },
  roundTrips: [],
  runtime: [],
})
