import type { Client } from '@libsql/client/web'
import { expect } from 'bun:test'
import { guarantee, type RuntimeCase } from '../../runtime/case.ts'

/** Makes a person a member before their first request, so no cache knows them. */
export async function joinOrg(client: Client, orgId: string, userId: string, role: string): Promise<void> {
  await client.batch(
    [
      { sql: 'INSERT INTO org_members (org_id, user_id, joined_at) VALUES (?, ?, 0)', args: [orgId, userId] },
      { sql: 'INSERT INTO org_member_roles (org_id, user_id, role) VALUES (?, ?, ?)', args: [orgId, userId, role] },
    ],
    'write',
  )
}

interface OwnOrgs {
  items: { org: { id: string; name: string; deletedAt?: string }; roles: string[] }[]
}

export const orgCases: RuntimeCase[] = [
  guarantee(
    'an organisation is made, changed, deleted, restored and found by administrators',
    [
      'POST /v1/orgs',
      'GET /v1/me/orgs',
      'GET /v1/orgs',
      'GET /v1/users/:id/orgs',
      'GET /v1/orgs/:id',
      'PATCH /v1/orgs/:id',
      'DELETE /v1/orgs/:id',
      'POST /v1/orgs/:id/restore',
      'GET /v1/orgs/:id/events',
    ],
    async ({ call, refused, signUp, admin }) => {
      const { accessToken: token, user } = await signUp()
      const other = await signUp()
      const made = await call<{ id: string; slug: string }>('POST /v1/orgs', { token, body: { name: 'Runtime Org' } })
      expect(made.status).toBe(201)
      const { id, slug } = made.body
      await refused(`GET /v1/orgs/${id}`, 'org.not_found', { token: other.accessToken })
      expect((await call(`GET /v1/orgs/${id}`, { token })).body).toMatchObject({ id, name: 'Runtime Org' })
      const body = { name: 'Renamed', settings: { emailDomains: ['acme.example'] } }
      expect((await call(`PATCH /v1/orgs/${id}`, { token, body })).body).toMatchObject(body)
      const stale = { token, headers: { 'if-match': '"1"' }, body: { name: 'Late' } }
      await refused(`PATCH /v1/orgs/${id}`, 'org.changed', stale)
      const found = await call<{ items: { id: string }[] }>(`GET /v1/orgs?q=${slug}`, {
        token: (await admin()).accessToken,
      })
      expect(found.body.items.map((org) => org.id)).toContain(id)
      expect((await call(`DELETE /v1/orgs/${id}`, { token })).status).toBe(204)
      await refused(`GET /v1/orgs/${id}`, 'org.not_found', { token })
      const mine = await call<OwnOrgs>('GET /v1/me/orgs', { token })
      expect(mine.body.items[0]?.org.deletedAt).toBeString()
      const by = { token: (await admin()).accessToken }
      const theirs = await call<OwnOrgs>(`GET /v1/users/${user.id}/orgs`, by)
      expect(theirs.body.items.map(({ org, roles }) => [org.id, roles])).toEqual([[id, ['owner']]])
      expect((await call<OwnOrgs>(`GET /v1/users/${other.user.id}/orgs`, by)).body.items).toEqual([])
      await refused(`GET /v1/users/usr_${'0'.repeat(32)}/orgs`, 'user.not_found', by)
      await refused(`GET /v1/users/${user.id}/orgs`, 'auth.forbidden', { token: other.accessToken })
      expect((await call(`POST /v1/orgs/${id}/restore`, { token })).status).toBe(200)
      const events = await call<{ items: { type: string }[] }>(`GET /v1/orgs/${id}/events`, { token })
      expect(events.body.items.map(({ type }) => type)).toEqual([
        'org.restored',
        'org.deleted',
        'org.updated',
        'org.created',
      ])
    },
  ),
  guarantee(
    'an organisation is transferred to a member, and its last owner cannot leave',
    ['POST /v1/orgs/:id/transfer', 'POST /v1/orgs/:id/leave'],
    async ({ call, refused, signUp, client }) => {
      const { accessToken: token } = await signUp()
      const heir = await signUp()
      const { id } = (await call<{ id: string }>('POST /v1/orgs', { token, body: { name: 'Passed on' } })).body
      await refused(`POST /v1/orgs/${id}/leave`, 'org.last_owner', { token })
      await refused('DELETE /v1/me', 'org.last_owner', { token })
      await joinOrg(client, id, heir.user.id, 'member')
      const transfer = { token, body: { userId: heir.user.id } }
      expect((await call(`POST /v1/orgs/${id}/transfer`, transfer)).status).toBe(200)
      expect((await call(`POST /v1/orgs/${id}/leave`, { token })).status).toBe(204)
      await refused(`POST /v1/orgs/${id}/leave`, 'org.not_found', { token })
      await refused(`POST /v1/orgs/${id}/leave`, 'org.last_owner', { token: heir.accessToken })
    },
  ),
]
