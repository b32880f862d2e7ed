/** Members: who gives which role to whom, and who removes whom. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { scopesById } from '../../../src/core/authz/load-scopes.ts'
import { commit } from '../../../src/core/events/commit.ts'
import { newEvent, systemCause } from '../../../src/core/events/new-event.ts'
import { permissions } from '../../../src/core/permissions.ts'
import type { Actor } from '../../../src/deps.ts'
import { authorityOf } from '../../../src/modules/members/authority.ts'
import { listMembers } from '../../../src/modules/members/list-queries.ts'
import { addMember } from '../../../src/modules/members/service.ts'
import type { Member } from '../../../src/modules/members/schema.ts'
import type { Org } from '../../../src/modules/orgs/schema.ts'
import { customRoles } from '../../../db/tables/index.ts'
import { call, type Session, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
/** A new session of the administrator of the server. */
const instanceAdmin = () => signIn(t, 'admin@example.com')
beforeEach(async () => {
  t = await createTestApp()
  await setUpAdmin(t)
})
afterEach(() => t.close())

let people = 0
/** A new organisation with a member for each list of roles. The first one has made it. */
async function team(...others: string[][]) {
  const owner = await signUp(t, `owner${++people}@example.com`)
  const org = (await call<Org>(t, 'POST /v1/orgs', { token: owner.accessToken, body: { name: 'Team' } })).body
  const members: Session[] = []
  for (const roles of others) {
    const member = await signUp(t, `member${++people}@example.com`)
    await addMember(t.deps, systemCause, { orgId: org.id, userId: member.user.id, roles })
    members.push(member)
  }
  return { org, owner, members }
}

const setRoles = (by: Session, org: Org, whom: Session, roles: string[]) =>
  call<Member & { code?: string }>(t, `PATCH /v1/orgs/${org.id}/members/${whom.user.id}`, {
    token: by.accessToken,
    body: { roles },
  })
const remove = (by: Session, org: Org, whom: Session) =>
  call(t, `DELETE /v1/orgs/${org.id}/members/${whom.user.id}`, { token: by.accessToken })

const customRole = (orgId: string, name: string, permissions: string[]) =>
  commit(t.deps, [
    t.deps.db.insert(customRoles).values({
      id: t.deps.random.id('rol' as never),
      orgId,
      name,
      permissions,
      inherits: null,
      mfaRequired: false,
      createdAt: 0,
      updatedAt: 0,
    }),
  ]).then(() => t.deps.principals.forgetAll())

test('an owner changes roles, from the next request of the member on', async () => {
  const { org, owner, members } = await team(['member'])
  const [member] = members as [Session]
  const path = `PATCH /v1/orgs/${org.id}`
  expect((await call(t, path, { token: member.accessToken, body: { name: 'x' } })).status).toBe(403)
  const changed = await setRoles(owner, org, member, ['member', 'admin'])
  expect(changed.body).toMatchObject({ userId: member.user.id, email: member.user.email, roles: ['admin', 'member'] })
  expect((await call(t, path, { token: member.accessToken, body: { name: 'x' } })).status).toBe(200)
  await setRoles(owner, org, member, ['member'])
  expect((await call(t, path, { token: member.accessToken, body: { name: 'x' } })).status).toBe(403)
})

test('the same roles again write no event', async () => {
  const { org, owner, members } = await team(['admin', 'member'])
  const count = async () =>
    (await t.deps.db.$client.execute(`SELECT count(*) AS n FROM events WHERE org_id = '${org.id}'`)).rows[0]?.n
  const before = await count()
  expect((await setRoles(owner, org, members[0] as Session, ['member', 'admin'])).status).toBe(200)
  expect(await count()).toEqual(before)
})

describe('no escalation', () => {
  test('an admin makes admins, and no owner; takes nothing from an owner', async () => {
    const { org, owner, members } = await team(['admin'], ['member'])
    const [admin, member] = members as [Session, Session]
    expect((await setRoles(admin, org, member, ['admin'])).status).toBe(200)
    for (const refused of [
      await setRoles(admin, org, member, ['owner']),
      await setRoles(admin, org, admin, ['owner', 'admin']),
      await setRoles(admin, org, owner, ['member']),
      await setRoles(admin, org, owner, ['owner', 'member', 'admin']).then((answer) =>
        answer.status === 200 ? setRoles(admin, org, owner, ['admin']) : answer,
      ),
      await remove(admin, org, owner),
    ])
      expect([refused.status, refused.body.code]).toEqual([403, 'member.role_refused'])
  })

  test('a custom role is given and taken by those who have its permissions', async () => {
    const { org, owner, members } = await team(['member'], ['member'], ['admin'])
    const [helper, member, admin] = members as [Session, Session, Session]
    expect((await setRoles(owner, org, member, ['killer'])).body.code).toBe('member.role_unknown')
    await customRole(org.id, 'helper', ['members:write', 'members:read'])
    await customRole(org.id, 'killer', ['orgs:delete'])
    await setRoles(owner, org, helper, ['helper'])
    expect((await setRoles(helper, org, member, ['member', 'helper'])).status).toBe(200)
    expect((await setRoles(helper, org, member, ['helper'])).body.code).toBe('member.role_refused')
    expect((await setRoles(helper, org, member, ['admin'])).body.code).toBe('member.role_refused')
    expect((await setRoles(admin, org, member, ['killer'])).body.code).toBe('member.role_refused')
    expect((await setRoles(owner, org, member, ['killer'])).status).toBe(200)
    expect((await setRoles(admin, org, member, ['member'])).body.code).toBe('member.role_refused')
    expect((await remove(admin, org, member)).body.code).toBe('member.role_refused')
    // `orgs:delete` alone makes no owner.
    expect((await setRoles(member, org, member, ['owner'])).status).toBe(403)
  })

  test('an administrator of the server may do everything in every organisation', async () => {
    const { org, members } = await team(['member'])
    expect((await setRoles(await instanceAdmin(), org, members[0] as Session, ['owner'])).status).toBe(200)
  })

  test('a custom role of another organisation is unknown', async () => {
    const { org, owner, members } = await team(['member'])
    const other = await team()
    await customRole(other.org.id, 'foreign', ['members:read'])
    expect((await setRoles(owner, org, members[0] as Session, ['foreign'])).body.code).toBe('member.role_unknown')
  })
})

test('a session that is not fresh changes, removes, transfers and deletes nothing', async () => {
  const { org, owner, members } = await team(['member'])
  const [member] = members as [Session]
  t.clock.advance(601_000)
  const { body: later } = await call<Session>(t, 'POST /v1/auth/refresh', {
    body: { refreshToken: owner.refreshToken },
  })
  const by = { ...owner, accessToken: later.accessToken }
  const ask = (route: string, body?: unknown) => call(t, route, { token: by.accessToken, body })
  for (const refused of [
    await setRoles(by, org, member, ['admin']),
    await remove(by, org, member),
    await ask(`POST /v1/orgs/${org.id}/transfer`, { userId: member.user.id }),
    await ask(`DELETE /v1/orgs/${org.id}`),
    await ask(`PATCH /v1/orgs/${org.id}`, { settings: { mfaRequired: false } }),
    await ask(`POST /v1/orgs/${org.id}/leave`),
  ])
    expect(refused.body.code).toBe('auth.fresh_session_required')
})

test('who is removed loses the membership, its keys and its active organisation at once', async () => {
  const { org, owner, members } = await team(['member'])
  const [member] = members as [Session]
  const { $client } = t.deps.db
  await $client.execute(`UPDATE sessions SET org_id = '${org.id}' WHERE user_id = '${member.user.id}'`)
  await $client.execute(
    `INSERT INTO api_keys (id, form, name, hint, user_id, org_id, scopes, metadata, created_at) VALUES ('apk_${people}', 'opaque', 'x', 'x', '${member.user.id}', '${org.id}', '[]', '{}', 0)`,
  )
  expect((await call(t, `GET /v1/orgs/${org.id}`, { token: member.accessToken })).status).toBe(200)
  expect((await remove(owner, org, member)).status).toBe(204)
  expect((await call(t, `GET /v1/orgs/${org.id}`, { token: member.accessToken })).body.code).toBe('org.not_found')
  const { rows } = await $client.execute(
    `SELECT revoked_at, (SELECT count(*) FROM sessions WHERE org_id = '${org.id}') AS active FROM api_keys WHERE id = 'apk_${people}'`,
  )
  expect(rows[0]?.revoked_at).not.toBeNull()
  expect(rows[0]?.active).toBe(0)
  expect((await remove(owner, org, member)).body.code).toBe('member.not_found')
  expect((await setRoles(owner, org, member, ['member'])).body.code).toBe('member.not_found')
})

test('the list of members is read by pages, by role and by words', async () => {
  const { org, owner, members } = await team(['admin'], ['member'], ['member', 'admin'], ['member'])
  const outsider = await signUp(t, `memberoutside${++people}@example.com`)
  const list = async (query = '', by = owner) => {
    const found: string[] = []
    let cursor = ''
    do {
      const page = await call<{ items: Member[]; nextCursor: string | null }>(
        t,
        `GET /v1/orgs/${org.id}/members?limit=2&${query}${cursor && `&cursor=${cursor}`}`,
        { token: by.accessToken },
      )
      expect(page.status, page.text).toBe(200)
      found.push(...page.body.items.map(({ userId }) => userId))
      cursor = page.body.nextCursor ?? ''
    } while (cursor !== '')
    return found
  }
  const ids = members.map(({ user }) => user.id)
  expect(await list()).toEqual([owner.user.id, ...ids].sort())
  expect(await list('', members[1])).toHaveLength(5)
  expect(await list('role=admin')).toEqual([ids[0], ids[2]].sort() as string[])
  expect(await list('role=owner')).toEqual([owner.user.id])
  expect(await list('q=member')).toEqual([...ids].sort())
  expect(await list(`q=${encodeURIComponent(members[1]?.user.email ?? '')}`)).toEqual([ids[1] ?? ''])
  expect(await list('q=member&role=admin')).toEqual([ids[0], ids[2]].sort() as string[])
  expect(await list('q=me')).toEqual([...ids].sort())
  expect(await list('q=%22')).toEqual([])
  expect((await call(t, `GET /v1/orgs/${org.id}/members`, { token: outsider.accessToken })).status).toBe(404)
  // The way for words that many accounts have finds the same.
  const rows = await listMembers(t.deps.db, org.id, { q: 'member', after: '', limit: 9 }, 0)
  expect(rows.map(({ id }) => id)).toEqual([...ids].sort())
})

test('the export of an account names its memberships', async () => {
  const { org, members } = await team(['member', 'admin'])
  const answer = await call<{ memberships: unknown[] }>(t, 'GET /v1/me/export', {
    token: (members[0] as Session).accessToken,
  })
  expect(answer.status, answer.text).toBe(200)
  expect(answer.body.memberships).toEqual([
    { orgId: org.id, name: org.name, slug: org.slug, roles: ['admin', 'member'], joinedAt: expect.any(String) },
  ])
})

test('the events of an organisation show no other organisation, and no address of an administrator of the server', async () => {
  const { org, owner, members } = await team(['member'])
  const other = await team(['member'])
  await setRoles(await instanceAdmin(), org, members[0] as Session, ['admin'])
  await setRoles(owner, other.org, members[0] as Session, ['admin'])
  await setRoles(owner, org, members[0] as Session, ['member'])
  const answer = await call<{ items: Record<string, unknown>[] }>(t, `GET /v1/orgs/${org.id}/events`, {
    token: owner.accessToken,
  })
  expect(answer.status, answer.text).toBe(200)
  expect(answer.body.items.map(({ type }) => type)).toEqual([
    'member.roles_changed',
    'member.roles_changed',
    'member.added',
    'org.created',
  ])
  expect(answer.body.items.map(({ address }) => address)).toEqual(['203.0.113.7', null, null, '203.0.113.7'])
  const [member] = members as [Session]
  expect((await call(t, `GET /v1/orgs/${org.id}/events`, { token: member.accessToken })).status).toBe(403)
})

test('an owner transfers the organisation to a member, and is an admin then', async () => {
  const { org, owner, members } = await team(['member'])
  const [heir] = members as [Session]
  const transfer = (by: Session, userId: string) =>
    call(t, `POST /v1/orgs/${org.id}/transfer`, { token: by.accessToken, body: { userId } })
  const stranger = await signUp(t, `stranger${++people}@example.com`)
  expect((await transfer(owner, stranger.user.id)).body.code).toBe('org.heir_refused')
  expect((await transfer(owner, owner.user.id)).body.code).toBe('org.heir_refused')
  expect((await transfer(heir, heir.user.id)).status).toBe(403)
  expect((await transfer(owner, heir.user.id)).status).toBe(200)
  await t.work()
  await t.work()
  const told = t.mails.filter(({ subject }) => subject.includes('new owner'))
  expect(told.map(({ to }) => to).sort()).toEqual([heir.user.email, owner.user.email].sort())
  expect((await transfer(owner, heir.user.id)).status).toBe(403)
  const { body } = await call<{ items: Member[] }>(t, `GET /v1/orgs/${org.id}/members`, { token: heir.accessToken })
  expect(Object.fromEntries(body.items.map(({ userId, roles }) => [userId, roles]))).toEqual({
    [owner.user.id]: ['admin'],
    [heir.user.id]: ['member', 'owner'],
  })
})

test('an API key of an owner gives the roles within its scopes, and makes no owner', async () => {
  const { org } = await team()
  const scopes = await scopesById(t.deps, [org.id])
  const scope = scopes.get(org.id)
  if (!scope) throw new Error('no scope')
  const key = (granted: string[]): Actor => ({
    kind: 'api-key',
    id: 'apk_1',
    sessionId: null,
    orgId: org.id,
    actingFor: null,
    roles: ['admin'],
    memberships: new Map([[org.id, ['owner']]]),
    scopes: new Set(granted),
    limiterKey: 'apk_1',
  })
  const ofMember = [...(scope.policies.permissionsByRole.get('member') ?? [])]
  const { denied: _some, ...some } = await authorityOf(
    t.deps,
    systemCause,
    key([...ofMember, 'members:write', 'orgs:transfer']),
    scope,
  )
  expect(some).toEqual({ grantable: ['member'], makesOwners: false })
  const { denied: _every, ...every } = await authorityOf(t.deps, systemCause, key([...permissions]), scope)
  expect(every).toEqual({ grantable: ['admin', 'member'], makesOwners: false })
  const { denied: _none, ...none } = await authorityOf(t.deps, systemCause, key(['members:write']), scope)
  expect(none).toEqual({ grantable: [], makesOwners: false })
})

test('nobody becomes the owner of more than 100 organisations, by no door', async () => {
  const { org, owner, members } = await team(['member'])
  const [full] = members as [Session]
  for (let at = 0; at < 100; at++) {
    const id = `org_${String(at).padStart(32, '0')}`
    await t.deps.db.$client.execute(
      `INSERT INTO organisations (id, name, slug, settings, version, created_at, updated_at) VALUES ('${id}', 'x', 'full-${at}', '{}', 1, 0, 0)`,
    )
    await t.deps.db.$client.execute(
      `INSERT INTO org_member_roles (org_id, user_id, role) VALUES ('${id}', '${full.user.id}', 'owner')`,
    )
  }
  const transfer = () =>
    call(t, `POST /v1/orgs/${org.id}/transfer`, { token: owner.accessToken, body: { userId: full.user.id } })
  expect((await setRoles(owner, org, full, ['owner'])).body.code).toBe('org.too_many')
  expect((await transfer()).body.code).toBe('org.heir_refused')
  await t.deps.db.$client.execute(`DELETE FROM organisations WHERE slug = 'full-0'`)
  const both = await Promise.all([setRoles(owner, org, full, ['owner']), transfer()])
  expect(both.some(({ status }) => status === 200)).toBe(true)
  const { rows } = await t.deps.db.$client.execute(
    `SELECT count(*) AS owned FROM org_member_roles WHERE user_id = '${full.user.id}' AND role = 'owner'`,
  )
  expect(Number(rows[0]?.owned)).toBe(100)
})

test('an API key changes no roles and removes nobody: what it gave would outlive it', async () => {
  const { org, owner, members } = await team(['member'])
  const [worker] = members as [Session]
  const token = owner.accessToken
  const held = await call<{ permissions: string[] }>(t, `GET /v1/me/permissions?orgId=${org.id}`, { token })
  for (const of of [{ orgId: org.id }, {}]) {
    const body = { name: 'All', scopes: held.body.permissions, ...of }
    const made = await call<{ key: string }>(t, 'POST /v1/api-keys', { token, body })
    expect(made.status, made.text).toBe(201)
    const ask = (route: string, asked?: unknown) => call(t, route, { token: made.body.key, body: asked })
    const member = `/v1/orgs/${org.id}/members/${worker.user.id}`
    const answers = [
      await ask(`PATCH ${member}`, { roles: ['admin'] }),
      await ask(`DELETE ${member}`),
      await ask(`PATCH /v1/orgs/${org.id}`, { settings: { emailDomains: null } }),
      await ask(`DELETE /v1/orgs/${org.id}`),
    ]
    expect(answers.map(({ status, body: { code } }) => [status, code])).toEqual(
      answers.map(() => [403, 'auth.fresh_session_required']),
    )
  }
  expect((await setRoles(owner, org, worker, ['member'])).body.roles).toEqual(['member'])
})

test('what an administrator does to the server is not shown to the organisation for which they act', async () => {
  const { org, owner } = await team()
  const boss = await instanceAdmin()
  await addMember(t.deps, systemCause, { orgId: org.id, userId: boss.user.id, roles: ['member'] })
  await t.deps.db.$client.execute(`UPDATE sessions SET org_id = '${org.id}' WHERE user_id = '${boss.user.id}'`)
  t.deps.principals.forgetAll()
  const orgOf = (type: 'role.updated' | 'user.updated', details = {}) =>
    newEvent(t.deps, { ...systemCause, orgId: org.id }, type, details).orgId
  expect(orgOf('role.updated')).toBeNull()
  expect(orgOf('role.updated', { orgId: org.id })).toBe(org.id)
  expect(orgOf('user.updated')).toBe(org.id)
  await call(t, `PATCH /v1/users/${owner.user.id}`, { token: boss.accessToken, body: { name: 'Renamed' } })
  const { body } = await call<{ items: { type: string }[] }>(t, `GET /v1/orgs/${org.id}/events`, {
    token: owner.accessToken,
  })
  expect(body.items.map(({ type }) => type)).toEqual(['member.added', 'org.created'])
})
