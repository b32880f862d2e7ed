import { byAdmin } from '../../runtime/round-trips/operation.ts'
import { defineContract } from '../../support/contract.ts'
import { auditEventCases } from './runtime-cases.ts'

export const contract = defineContract({
  access: { 'GET /v1/audit-events': 'audit:read' },
  writes: {
    budget: { 'GET /v1/audit-events': 2 },
    ask: async ({ pay, admin }) => {
      await pay('GET /v1/audit-events', '/v1/audit-events?limit=2', { token: await admin() })
    },
  },
  roundTrips: [byAdmin('GET /v1/audit-events', 200)],
  runtime: auditEventCases,
})
