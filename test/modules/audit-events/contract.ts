import { byAdmin, inOwnOrg } from '../../runtime/round-trips/operation.ts'
import { call } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { auditEventCases } from './runtime-cases.ts'

export const contract = defineContract({
  access: {
    'GET /v1/audit-events': 'audit:read',
    'GET /v1/audit-events/export': 'audit:read',
    'GET /v1/audit-events/verification': 'audit:read',
    'POST /v1/audit-events/verification': 'audit:read',
    'GET /v1/orgs/:id/events': 'audit:read in org',
  },
  writes: {
    budget: {
      'GET /v1/audit-events': 2,
      // The event of the export is written alone, so that a long read holds up nobody who writes.
      'GET /v1/audit-events/export': 3,
      'GET /v1/audit-events/verification': 2,
      'POST /v1/audit-events/verification': 2,
      'GET /v1/orgs/:id/events': 2,
    },
    ask: async ({ t, pay, admin }) => {
      const token = await admin()
      await pay('GET /v1/audit-events', '/v1/audit-events?limit=2', { token })
      const filter = `since=2026-01-01T00:00:00Z&until=2027-01-01T00:00:00Z&orgId=org_${'0'.repeat(32)}`
      await pay('GET /v1/audit-events', `/v1/audit-events?${filter}`, { token })
      await pay('GET /v1/audit-events/export', `/v1/audit-events/export?${filter}`, { token })
      for (let times = 0; times < 2; times++) {
        await pay('POST /v1/audit-events/verification', '/v1/audit-events/verification', { token }, 202)
        await pay('GET /v1/audit-events/verification', '/v1/audit-events/verification', { token })
      }
      const { body } = await call<{ id: string }>(t, 'POST /v1/orgs', { token, body: { name: 'Audited' } })
      await pay('GET /v1/orgs/:id/events', `/v1/orgs/${body.id}/events`, { token })
    },
  },
  roundTrips: [
    byAdmin('GET /v1/audit-events', 200),
    // Of an organisation without events: the export of the whole log depends on its length.
    {
      route: 'GET /v1/audit-events/export',
      how: 'at most 500 events',
      status: 200,
      prepare: async ({ admin }) => ({
        methodAndPath: `GET /v1/audit-events/export?orgId=org_${'0'.repeat(32)}`,
        token: await admin(),
      }),
    },
    byAdmin('GET /v1/audit-events/verification', 200),
    byAdmin('POST /v1/audit-events/verification', 202),
    inOwnOrg('GET /v1/orgs/:id/events', 200),
  ],
  runtime: auditEventCases,
})
