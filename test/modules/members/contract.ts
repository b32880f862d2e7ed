import { expect } from 'bun:test'
import { guarantee } from '../../runtime/case.ts'
import { inOwnOrg } from '../../runtime/round-trips/operation.ts'
import { call, signUp } from '../../support/client.ts'
import { defineContract } from '../../support/contract.ts'
import { joinOrg } from '../orgs/runtime-cases.ts'

let people = 0

export const contract = defineContract({
  access: {
    'GET /v1/orgs/:id/members': 'members:read in org',
    'PATCH /v1/orgs/:id/members/:userId': 'members:write in org',
    'DELETE /v1/orgs/:id/members/:userId': 'members:write in org',
  },
  orgIds: async (t, _, orgId) => {
    const { user } = await signUp(t, `swapped-member${++people}@example.com`)
    await joinOrg(t.deps.db.$client, orgId, user.id, 'member')
    return {
      'PATCH /v1/orgs/:id/members/:userId': { userId: user.id },
      'DELETE /v1/orgs/:id/members/:userId': { userId: user.id },
    }
  },
  writes: {
    budget: {
      'GET /v1/orgs/:id/members': 2,
      'PATCH /v1/orgs/:id/members/:userId': 2,
      'DELETE /v1/orgs/:id/members/:userId': 2,
    },
    ask: async ({ t, pay }) => {
      const { accessToken: token } = await signUp(t, 'employer@example.com')
      const { user } = await signUp(t, 'employee@example.com')
      const { body } = await call<{ id: string }>(t, 'POST /v1/orgs', { token, body: { name: 'Acme' } })
      await joinOrg(t.deps.db.$client, body.id, user.id, 'member')
      const members = `/v1/orgs/${body.id}/members`
      await pay('GET /v1/orgs/:id/members', members, { token })
      await pay('GET /v1/orgs/:id/members', `${members}?q=employee&role=member`, { token })
      const one = `${members}/${user.id}`
      await pay('PATCH /v1/orgs/:id/members/:userId', one, { token, body: { roles: ['admin'] } })
      await pay('DELETE /v1/orgs/:id/members/:userId', one, { token }, 204)
      await pay('DELETE /v1/orgs/:id/members/:userId', one, { token }, 404)
    },
  },
  roundTrips: [
    inOwnOrg('GET /v1/orgs/:id/members', 200),
    inOwnOrg('PATCH /v1/orgs/:id/members/:userId', 200, { body: { roles: ['owner', 'member'] } }),
    inOwnOrg('DELETE /v1/orgs/:id/members/:userId', 409),
  ],
  nothingToTrust: {
    org_members: 'what an account may do after a sign-in',
    org_member_roles: 'what an account may do after a sign-in',
  },
  runtime: [
    guarantee(
      'members are listed, get roles and are removed; nobody gives what they do not have',
      ['GET /v1/orgs/:id/members', 'PATCH /v1/orgs/:id/members/:userId', 'DELETE /v1/orgs/:id/members/:userId'],
      async ({ call, refused, signUp, client }) => {
        const { accessToken: token } = await signUp()
        const admin = await signUp()
        const member = await signUp()
        const { id } = (await call<{ id: string }>('POST /v1/orgs', { token, body: { name: 'Team' } })).body
        await joinOrg(client, id, admin.user.id, 'admin')
        await joinOrg(client, id, member.user.id, 'member')
        const listed = await call<{ items: { userId: string; roles: string[] }[] }>(
          `GET /v1/orgs/${id}/members?role=member&q=${encodeURIComponent(member.user.email)}`,
          { token },
        )
        expect(listed.body.items).toMatchObject([{ userId: member.user.id, roles: ['member'] }])
        const one = `/v1/orgs/${id}/members/${member.user.id}`
        const by = admin.accessToken
        await refused(`PATCH ${one}`, 'member.role_refused', { token: by, body: { roles: ['owner'] } })
        await refused(`PATCH ${one}`, 'member.role_unknown', { token: by, body: { roles: ['nonsense'] } })
        const changed = await call(`PATCH ${one}`, { token: by, body: { roles: ['admin'] } })
        expect(changed.body).toMatchObject({ roles: ['admin'] })
        expect((await call(`DELETE ${one}`, { token: by })).status).toBe(204)
        await refused(`DELETE ${one}`, 'member.not_found', { token: by })
        await refused(`GET /v1/orgs/${id}`, 'org.not_found', { token: member.accessToken })
      },
    ),
  ],
})
