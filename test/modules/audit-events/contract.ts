import { byAdmin, inOwnOrg } from '../../runtime/round-trips/operation.ts'
import { call } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { auditEventCases } from './runtime-cases.ts'

export const contract = defineContract({
  access: { 'GET /v1/audit-events': 'audit:read', 'GET /v1/orgs/:id/events': 'audit:read in org' },
  writes: {
    budget: { 'GET /v1/audit-events': 2, 'GET /v1/orgs/:id/events': 2 },
    ask: async ({ t, pay, admin }) => {
      const token = await admin()
      await pay('GET /v1/audit-events', '/v1/audit-events?limit=2', { token })
      const { body } = await call<{ id: string }>(t, 'POST /v1/orgs', { token, body: { name: 'Audited' } })
      await pay('GET /v1/orgs/:id/events', `/v1/orgs/${body.id}/events`, { token })
    },
  },
  roundTrips: [byAdmin('GET /v1/audit-events', 200), inOwnOrg('GET /v1/orgs/:id/events', 200)],
  runtime: auditEventCases,
})
