/** Nobody gives, changes or takes away rights that they lack (`core/authz/authority.ts`). */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import fc from 'fast-check'
import { call, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { expectRefused, expectStatus, organisation, type Person, person, rows, setRoles } from './support/people.ts'

let t: TestApp
let admin: Person
beforeEach(async () => {
  t = await createTestApp()
  const session = await setUpAdmin(t)
  admin = { ...session, token: session.accessToken }
})
afterEach(() => t.close())

const PERMISSIONS = ['users:read', 'users:write', 'roles:write', 'jobs:read', 'invoices:approve']
const ROLES = ['ra', 'rb', 'rc', 'rd']

/** What each role allows, read and put together apart from the server. */
async function rightsByRole(): Promise<Map<string, Set<string>>> {
  const stored = (await rows(t, 'SELECT name, permissions, inherits FROM custom_roles WHERE org_id IS NULL')).map(
    ({ name, permissions, inherits }) => ({
      name: String(name),
      own: JSON.parse(String(permissions)) as string[],
      inherits,
    }),
  )
  const rights = new Map([['user', new Set<string>()]])
  for (const { name, own, inherits } of stored)
    rights.set(name, new Set([...own, ...(stored.find((base) => base.name === inherits)?.own ?? [])]))
  return rights
}

async function rightsOf(userId: string, byRole: Map<string, Set<string>>): Promise<Set<string> | 'all'> {
  const held = (await rows(t, 'SELECT role FROM user_roles WHERE user_id = ?', [userId])).map(({ role }) =>
    String(role),
  )
  return held.includes('admin') ? 'all' : new Set(held.flatMap((role) => [...(byRole.get(role) ?? [])]))
}

const within = (rights: Iterable<string> | 'all', limit: Set<string>): boolean =>
  rights !== 'all' && [...rights].every((right) => limit.has(right))

const someOf = (values: readonly string[]) => fc.subarray([...values])
const act = fc.oneof(
  fc.record({ kind: fc.constant('rename' as const) }),
  fc.record({ kind: fc.constantFrom('disable' as const, 'enable' as const, 'end' as const, 'reset' as const) }),
  fc.record({ kind: fc.constantFrom('address' as const, 'delete' as const) }),
  fc.record({
    kind: fc.constantFrom('give' as const, 'create' as const, 'import' as const),
    roles: someOf([...ROLES, 'user', 'admin']),
  }),
  fc.record({ kind: fc.constant('give self' as const), roles: someOf([...ROLES, 'user', 'admin']) }),
  fc.record({
    kind: fc.constantFrom('make role' as const, 'change role' as const),
    role: fc.constantFrom(...ROLES),
    permissions: someOf(PERMISSIONS),
    inherits: fc.constantFrom(...ROLES, 'admin', null),
  }),
  fc.record({ kind: fc.constant('delete role' as const), role: fc.constantFrom(...ROLES) }),
)

let addresses = 0

test('a property: by random acts of random holders nobody gets or touches more than the actor has', async () => {
  await expectStatus(t, 201, 'POST /v1/permissions', admin, { name: 'invoices:approve' })
  let done = 0
  const arbitrary = fc.record({
    roles: fc.array(fc.record({ permissions: someOf(PERMISSIONS), base: fc.boolean() }), {
      minLength: 4,
      maxLength: 4,
    }),
    actor: someOf(ROLES),
    target: someOf([...ROLES, 'admin']),
    acts: fc.array(act, { minLength: 1, maxLength: 6 }),
  })
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ roles, actor: held, target: targetRoles, acts }) => {
      const { $client } = t.deps.db
      await $client.execute('DELETE FROM custom_roles')
      for (const [index, { permissions, base }] of roles.entries())
        await $client.execute({
          sql: 'INSERT INTO custom_roles (id, name, permissions, inherits, mfa_required, created_at, updated_at) VALUES (?, ?, ?, ?, 0, 0, 0)',
          args: [`rol_${index}`, ROLES[index] ?? '', JSON.stringify(permissions), base && index > 1 ? 'ra' : null],
        })
      const actor = await person(t, [...held, 'user'])
      const target = await person(t, [...targetRoles, 'user'])
      const id = target.user.id
      for (const next of acts) {
        const byRole = await rightsByRole()
        const mine = await rightsOf(actor.user.id, byRole)
        const theirs = await rightsOf(id, byRole)
        if (mine === 'all') throw new Error('an actor became an administrator')
        const email = `new${++addresses}@example.com`
        const [request, body] = {
          rename: () => [`PATCH /v1/users/${id}`, { name: 'Renamed' }],
          address: () => [`PATCH /v1/users/${id}`, { email, emailVerified: true }],
          disable: () => [`POST /v1/users/${id}/disable`, undefined],
          enable: () => [`POST /v1/users/${id}/enable`, undefined],
          end: () => [`DELETE /v1/users/${id}/sessions`, undefined],
          reset: () => [`DELETE /v1/users/${id}/mfa`, undefined],
          delete: () => [`DELETE /v1/users/${id}`, undefined],
          give: () => [`PATCH /v1/users/${id}`, { roles: 'roles' in next ? next.roles : [] }],
          'give self': () => [`PATCH /v1/users/${actor.user.id}`, { roles: 'roles' in next ? next.roles : [] }],
          create: () => ['POST /v1/users', { email, roles: 'roles' in next ? next.roles : [] }],
          import: () => ['POST /v1/users/import', { users: [{ email, roles: 'roles' in next ? next.roles : [] }] }],
          'make role': () => [
            'POST /v1/roles',
            'permissions' in next
              ? {
                  name: next.role,
                  permissions: next.permissions,
                  ...(next.inherits === null ? {} : { inherits: next.inherits }),
                }
              : {},
          ],
          'change role': () => [
            `PATCH /v1/roles/${'role' in next ? next.role : ''}`,
            'permissions' in next ? { permissions: next.permissions, inherits: next.inherits } : {},
          ],
          'delete role': () => [`DELETE /v1/roles/${'role' in next ? next.role : ''}`, undefined],
        }[next.kind]() as [string, unknown]
        const everybody = await rows(t, 'SELECT user_id, role FROM user_roles ORDER BY 1, 2')
        const before = JSON.stringify([
          everybody,
          await rows(t, 'SELECT * FROM custom_roles ORDER BY name'),
          await rows(t, 'SELECT * FROM users ORDER BY id'),
        ])
        const answer = await call(t, request, { token: actor.token, ...(body === undefined ? {} : { body }) })
        const succeeded = answer.status < 300
        const after = JSON.stringify([
          await rows(t, 'SELECT user_id, role FROM user_roles ORDER BY 1, 2'),
          await rows(t, 'SELECT * FROM custom_roles ORDER BY name'),
          await rows(t, 'SELECT * FROM users ORDER BY id'),
        ])
        const of = `${request} ${JSON.stringify(body)} ${answer.status} ${answer.text}`
        if (!succeeded || before !== after) done++
        if (!succeeded) expect(after, of).toBe(before)

        // The actor needs the permission of the route.
        const onRoles = next.kind.endsWith('role')
        if (!mine.has(onRoles ? 'roles:write' : 'users:write')) expect(answer.status, of).toBe(403)
        // An act on an account with more rights is refused.
        if (
          ['rename', 'address', 'disable', 'enable', 'end', 'reset', 'delete', 'give'].includes(next.kind) &&
          !within(theirs, mine)
        )
          expect(answer.status, of).not.toBeLessThan(300)
        // Nobody has a right now that they lacked before, unless the actor has it.
        const changed = await rightsByRole()
        for (const { user_id: userId } of await rows(t, 'SELECT DISTINCT user_id FROM user_roles')) {
          const now = await rightsOf(String(userId), changed)
          if (now === 'all') continue
          const old = new Set(
            everybody
              .filter((row) => row.user_id === userId)
              .flatMap(({ role }) => (role === 'admin' ? PERMISSIONS : [...(byRole.get(String(role)) ?? [])])),
          )
          for (const right of now) expect(old.has(right) || mine.has(right), `${right} by ${of}`).toBeTrue()
        }
        const admins = (list: Record<string, unknown>[]) => list.filter(({ role }) => role === 'admin').length
        expect(admins(await rows(t, "SELECT role FROM user_roles WHERE role = 'admin'")), of).toBeLessThanOrEqual(
          admins(everybody),
        )
        // A role with more rights is not changed, and none gets more.
        for (const [role, rights] of changed)
          if (!within(rights, mine)) expect([...(byRole.get(role) ?? [])].sort(), of).toEqual([...rights].sort())
        for (const [role, rights] of byRole)
          if (!within(rights, mine)) expect([...(changed.get(role) ?? [])].sort(), of).toEqual([...rights].sort())
        if (next.kind === 'delete' && succeeded) break
      }
      await $client.execute({ sql: 'DELETE FROM user_roles WHERE user_id = ?', args: [id] })
    }),
    { numRuns: 60 },
  )
  expect(done).toBeGreaterThan(60)
})

test('whoever may write users does everything to accounts without rights, and nothing to others', async () => {
  await t.deps.db.$client.execute('DELETE FROM custom_roles')
  await expectStatus(t, 201, 'POST /v1/roles', admin, { name: 'support', permissions: ['users:read', 'users:write'] })
  const support = await person(t, ['support', 'user'])
  const target = await person(t)
  const path = `/v1/users/${target.user.id}`
  const acts: [string, unknown?][] = [
    [`PATCH ${path}`, { name: 'x' }],
    [`PATCH ${path}`, { email: 'thief@example.com', emailVerified: true }],
    [`PATCH ${path}`, { roles: ['user'] }],
    [`POST ${path}/disable`],
    [`POST ${path}/enable`],
    [`DELETE ${path}/sessions`],
    [`DELETE ${path}/mfa`],
    [`DELETE ${path}`],
  ]
  for (const roles of [['admin'], ['admin', 'user']]) {
    await setRoles(t, target.user.id, roles)
    for (const [request, body] of acts) await expectRefused(t, 403, 'user.exceeds_own', request, support, body)
  }
  await setRoles(t, target.user.id, ['support'])
  for (const [request, body] of acts) {
    const answer = await call(t, request, { token: support.token, ...(body === undefined ? {} : { body }) })
    expect([200, 204], `${request} ${answer.text}`).toContain(answer.status)
  }
  await expectRefused(t, 403, 'role.exceeds_own', 'POST /v1/users', support, {
    email: 'a@example.com',
    roles: ['admin'],
  })
  await expectRefused(t, 403, 'role.exceeds_own', `PATCH /v1/users/${support.user.id}`, support, { roles: ['admin'] })
  // One's own account is never out of reach.
  await expectStatus(t, 200, 'PATCH /v1/me', support, { name: 'Me' })
})

test('a role given while another act runs counts: the condition is in the statement', async () => {
  const support = await person(t, ['support', 'user'])
  for (let round = 0; round < 20; round++) {
    const target = await signUp(t, `raced${round}@example.com`)
    const [promoted, moved] = await Promise.all([
      call(t, `PATCH /v1/users/${target.user.id}`, { token: admin.token, body: { roles: ['admin', 'user'] } }),
      call(t, `PATCH /v1/users/${target.user.id}`, { token: support.token, body: { name: 'Taken' } }),
    ])
    expect(promoted.status).toBe(200)
    expect([200, 403]).toContain(moved.status)
    const log = await rows(
      t,
      "SELECT actor_id FROM events WHERE type = 'user.updated' AND user_id = ? ORDER BY rowid",
      [target.user.id],
    )
    // If both happened, the rename was first.
    if (moved.status === 200) expect(log.map(({ actor_id: id }) => id)).toEqual([support.user.id, admin.user.id])
    await setRoles(t, target.user.id, ['user'])
  }
})

test('in an organisation: an admin gives what an admin has, an owner everything of the organisation', async () => {
  const [owner, second] = [await person(t), await person(t)]
  const registered = await call(t, 'POST /v1/permissions', {
    token: admin.accessToken,
    body: { name: 'invoices:approve' },
  })
  expect([201, 409]).toContain(registered.status)
  const org = await organisation(t, [
    [owner, 'owner'],
    [second, 'admin'],
  ])
  const path = `/v1/orgs/${org}/roles`
  for (const body of [
    { name: 'coup', permissions: ['orgs:delete'] },
    { name: 'coup', inherits: 'owner' },
    { name: 'coup', permissions: ['invoices:approve'] },
  ])
    await expectRefused(t, 403, 'role.exceeds_own', `POST ${path}`, second, body)
  await expectStatus(t, 201, `POST ${path}`, second, { name: 'helper', inherits: 'admin' })
  await expectRefused(t, 403, 'role.exceeds_own', `PATCH ${path}/helper`, second, { permissions: ['orgs:transfer'] })
  await expectStatus(t, 201, `POST ${path}`, owner, {
    name: 'deputy',
    permissions: ['orgs:delete', 'invoices:approve'],
  })
  // A role with more rights is out of reach, also to take rights away from it.
  await expectRefused(t, 403, 'role.exceeds_own', `PATCH ${path}/deputy`, second, { permissions: [] })
  await expectRefused(t, 403, 'role.exceeds_own', `DELETE ${path}/deputy`, second)
  expect(await rows(t, 'SELECT name FROM custom_roles WHERE org_id = ? ORDER BY name', [org])).toEqual([
    { name: 'deputy' },
    { name: 'helper' },
  ])
})
