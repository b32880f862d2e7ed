/** The last owner stays, whatever the order of the acts, and whoever acts at the same time. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { systemCause } from '../../../src/core/events/new-event.ts'
import { addMember } from '../../../src/modules/members/service.ts'
import type { Org } from '../../../src/modules/orgs/schema.ts'
import { type Answer, call, type Session, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

interface World {
  t: TestApp
  admin: Session
  orgId: string
  people: Session[]
}

async function world(roles: readonly string[]): Promise<World> {
  const t = await createTestApp()
  const admin = await setUpAdmin(t)
  const people: Session[] = []
  for (const index of roles.keys()) people.push(await signUp(t, `person${index}@example.com`))
  const [first] = people as [Session]
  const org = (await call<Org>(t, 'POST /v1/orgs', { token: first.accessToken, body: { name: 'Team' } })).body
  for (const [index, role] of roles.entries())
    if (index > 0)
      await addMember(t.deps, systemCause, { orgId: org.id, userId: people[index]?.user.id ?? '', roles: [role] })
  return { t, admin, orgId: org.id, people }
}

/** The owners in the database, of active accounts and of others. */
async function owners({ t, orgId }: World) {
  const { rows } = await t.deps.db.$client.execute(
    `SELECT users.status FROM org_member_roles AS held JOIN users ON users.id = held.user_id
      JOIN org_members AS joined ON joined.org_id = held.org_id AND joined.user_id = held.user_id
      WHERE held.role = 'owner' AND held.org_id = '${orgId}'`,
  )
  return rows.length
}

const acts = [
  'demote',
  'promote',
  'remove',
  'leave',
  'transfer',
  'delete-me',
  'delete-user',
  'disable',
  'enable',
] as const
type Act = { act: (typeof acts)[number]; by: number; whom: number; asAdmin: boolean }

function perform({ t, admin, orgId, people }: World, { act, by, whom, asAdmin }: Act): Promise<Answer> {
  const token = (asAdmin ? admin : (people[by] as Session)).accessToken
  const userId = (people[whom] as Session).user.id
  const member = `/v1/orgs/${orgId}/members/${userId}`
  const ask = (route: string, body?: unknown) => call(t, route, { token, body })
  switch (act) {
    case 'demote':
      return ask(`PATCH ${member}`, { roles: ['member'] })
    case 'promote':
      return ask(`PATCH ${member}`, { roles: ['owner'] })
    case 'remove':
      return ask(`DELETE ${member}`)
    case 'leave':
      return ask(`POST /v1/orgs/${orgId}/leave`)
    case 'transfer':
      return ask(`POST /v1/orgs/${orgId}/transfer`, { userId })
    case 'delete-me':
      return call(t, 'DELETE /v1/me', { token: (people[by] as Session).accessToken })
    default:
      return call(t, act === 'delete-user' ? `DELETE /v1/users/${userId}` : `POST /v1/users/${userId}/${act}`, {
        token: admin.accessToken,
      })
  }
}

const anAct = fc.record({
  act: fc.constantFrom(...acts),
  by: fc.nat(3),
  whom: fc.nat(3),
  asAdmin: fc.boolean(),
})

test('after any acts in any order, two at a time, the organisation has an owner', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(anAct, anAct), { minLength: 4, maxLength: 12 }), async (pairs) => {
      const at = await world(['owner', 'owner', 'admin', 'member'])
      try {
        for (const pair of pairs) {
          const answers = await Promise.all(pair.map((act) => perform(at, act)))
          for (const { status, text } of answers) expect(status, text).toBeLessThan(500)
          expect(await owners(at)).toBeGreaterThan(0)
        }
      } finally {
        await at.t.close()
      }
    }),
    { numRuns: 25 },
  )
}, 300_000)

test.each<[string, Act['act'], Act['act']]>([
  ['leave', 'leave', 'leave'],
  ['delete their accounts', 'delete-me', 'delete-me'],
  ['are demoted', 'demote', 'demote'],
  ['leave, and delete the account', 'leave', 'delete-me'],
  ['are removed, and deleted by an administrator', 'remove', 'delete-user'],
])('two owners who %s at once: one stays', async (_, one, other) => {
  const at = await world(['owner', 'owner'])
  const answers = await Promise.all([
    perform(at, { act: one, by: 0, whom: 0, asAdmin: false }),
    perform(at, { act: other, by: 1, whom: 1, asAdmin: false }),
  ])
  expect(answers.filter(({ status }) => status === 409).map(({ body }) => body.code)).toEqual(['org.last_owner'])
  expect(await owners(at)).toBe(1)
  await at.t.close()
})

test('the only owner cannot go through any door, and is told what to do', async () => {
  const at = await world(['owner', 'admin'])
  for (const act of ['leave', 'delete-me', 'demote', 'remove', 'delete-user'] as const) {
    const refused = await perform(at, { act, by: 0, whom: 0, asAdmin: act === 'remove' })
    expect([refused.status, refused.body.code], act).toEqual([409, 'org.last_owner'])
    if (act.startsWith('delete')) expect(refused.body.detail).toContain(at.orgId)
  }
  expect(await owners(at)).toBe(1)
  await at.t.close()
})

test('another owner whose account is disabled does not count', async () => {
  const at = await world(['owner', 'owner'])
  const act = (act: Act['act'], who: number) => perform(at, { act, by: who, whom: who, asAdmin: false })
  expect((await act('disable', 1)).status).toBe(200)
  expect((await act('leave', 0)).body.code).toBe('org.last_owner')
  expect((await act('delete-user', 1)).status).toBe(204)
  expect(await owners(at)).toBe(1)
  await at.t.close()
})

test('an account whose organisations are deleted can be deleted, and an organisation without an owner is not restored', async () => {
  const at = await world(['owner'])
  const [owner] = at.people as [Session]
  const { accessToken: token } = owner
  expect((await call(at.t, `DELETE /v1/orgs/${at.orgId}`, { token })).status).toBe(204)
  expect((await call(at.t, 'DELETE /v1/me', { token })).status).toBe(204)
  const restore = () => call(at.t, `POST /v1/orgs/${at.orgId}/restore`, { token: at.admin.accessToken })
  expect((await restore()).body.code).toBe('org.ownerless')
  await addMember(at.t.deps, systemCause, { orgId: at.orgId, userId: at.admin.user.id, roles: ['owner'] })
  expect((await restore()).status).toBe(200)
  await at.t.close()
})
