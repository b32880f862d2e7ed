import { byAdmin, byUser, inOwnOrg } from '../../runtime/round-trips/operation.ts'
import { call, signUp } from '../../support/client.ts'
import { AT, defineContract } from '../../support/contract.ts'
import { joinOrg, orgCases } from './runtime-cases.ts'

export const contract = defineContract({
  access: {
    'GET /v1/orgs': 'orgs:read',
    'GET /v1/users/:id/orgs': 'users:read',
    'POST /v1/orgs': 'session',
    'GET /v1/me/orgs': 'session',
    'GET /v1/orgs/:id': 'orgs:read in org',
    'PATCH /v1/orgs/:id': 'orgs:write in org',
    'DELETE /v1/orgs/:id': 'orgs:delete in org',
    'POST /v1/orgs/:id/restore': 'orgs:restore in org',
    'POST /v1/orgs/:id/transfer': 'orgs:transfer in org',
    'POST /v1/orgs/:id/leave': 'fresh-session', // of an own membership, otherwise 404
  },
  swappedIds: async (t, { accessToken: token }) => {
    const { body } = await call<{ id: string }>(t, 'POST /v1/orgs', { token, body: { name: 'Swapped' } })
    return { 'POST /v1/orgs/:id/leave': body.id }
  },
  writes: {
    budget: {
      'GET /v1/orgs': 2,
      'GET /v1/users/:id/orgs': 2,
      'POST /v1/orgs': 2,
      'GET /v1/me/orgs': 2,
      'GET /v1/orgs/:id': 1,
      'PATCH /v1/orgs/:id': 2,
      'DELETE /v1/orgs/:id': 2,
      'POST /v1/orgs/:id/restore': 2,
      'POST /v1/orgs/:id/transfer': 2,
      'POST /v1/orgs/:id/leave': 2,
    },
    ask: async ({ t, pay, admin }) => {
      const { accessToken: token, user } = await signUp(t, 'founder@example.com')
      const heir = await signUp(t, 'heir@example.com')
      const by = { token }
      const all = { token: await admin() }
      await pay('POST /v1/orgs', '/v1/orgs', { token, body: { name: 'Acme', slug: 'acme-paid' } }, 201)
      await pay('POST /v1/orgs', '/v1/orgs', { token, body: { name: 'Acme', slug: 'acme-paid' } }, 409)
      await pay('GET /v1/me/orgs', '/v1/me/orgs', by)
      await pay('GET /v1/users/:id/orgs', `/v1/users/${user.id}/orgs`, all)
      await pay('GET /v1/orgs', '/v1/orgs', all)
      await pay('GET /v1/orgs', '/v1/orgs?q=acm', all)
      const { body } = await call<{ items: { org: { id: string } }[] }>(t, 'GET /v1/me/orgs', by)
      const id = body.items[0]?.org.id ?? ''
      const org = `/v1/orgs/${id}`
      await pay('GET /v1/orgs/:id', org, by)
      await pay('GET /v1/orgs/:id', org, { token: heir.accessToken }, 404)
      await pay('PATCH /v1/orgs/:id', org, { token, body: { name: 'New', settings: { mfaRequired: false } } })
      await pay('DELETE /v1/orgs/:id', org, by, 204)
      await pay('POST /v1/orgs/:id/restore', `${org}/restore`, by)
      await pay('POST /v1/orgs/:id/leave', `${org}/leave`, by, 409)
      await joinOrg(t.deps.db.$client, id, heir.user.id, 'member')
      await pay('POST /v1/orgs/:id/transfer', `${org}/transfer`, { token, body: { userId: heir.user.id } })
      await pay('POST /v1/orgs/:id/leave', `${org}/leave`, by, 204)
    },
  },
  roundTrips: [
    byUser('POST /v1/orgs', 201, { body: { name: 'Acme' } }),
    byUser('GET /v1/me/orgs', 200),
    byAdmin('GET /v1/orgs', 200),
    byAdmin('GET /v1/users/:id/orgs', 200),
    inOwnOrg('GET /v1/orgs/:id', 200),
    inOwnOrg('PATCH /v1/orgs/:id', 200, { body: { name: 'New' } }),
    inOwnOrg('DELETE /v1/orgs/:id', 204),
    inOwnOrg('POST /v1/orgs/:id/restore', 200),
    inOwnOrg('POST /v1/orgs/:id/transfer', 409, { body: { userId: `usr_${'0'.repeat(32)}` } }),
    inOwnOrg('POST /v1/orgs/:id/leave', 409),
  ],
  runtime: orgCases,
  mails: { 'org-deleted': { org: 'Acme', at: AT }, 'org-transferred': { org: 'Acme', at: AT } },
})
