/** Users who hold roles that administrators made, by every door that gives one. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { call, type Session, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { expectRefused, expectStatus, type Person, person, rows } from './support/people.ts'

let t: TestApp
let admin: Person
beforeEach(async () => {
  t = await createTestApp()
  const session = await setUpAdmin(t)
  admin = { ...session, token: session.accessToken }
  await expectStatus(t, 201, 'POST /v1/roles', admin, { name: 'reader', permissions: ['users:read'] })
})
afterEach(() => t.close())

const rolesOf = async (email: string) =>
  (
    await rows(t, 'SELECT role FROM user_roles JOIN users ON users.id = user_id WHERE email = ? ORDER BY role', [email])
  ).map(({ role }) => role)

test('are made, changed and imported with them', async () => {
  const made = await expectStatus(t, 201, 'POST /v1/users', admin, {
    email: 'a@example.com',
    roles: ['reader', 'user'],
  })
  expect(made.roles).toEqual(['reader', 'user'])
  await expectStatus(t, 200, `PATCH /v1/users/${made.id}`, admin, { roles: ['reader'] })
  expect(await rolesOf('a@example.com')).toEqual(['reader'])
  const users = [
    { email: 'b@example.com', roles: ['reader', 'user'] },
    { email: 'c@example.com', roles: ['user', 'nobody'] },
    { email: 'd@example.com', roles: ['Root!'] },
    { email: 'e@example.com' },
  ]
  const report = await expectStatus<{ items: object[] }>(t, 200, 'POST /v1/users/import', admin, { users })
  expect(report.items).toMatchObject([
    { status: 'created' },
    { status: 'refused', errors: [{ path: '/roles/1' }] },
    { status: 'refused', errors: [{ path: '/roles/0' }] },
    { status: 'created' },
  ])
  expect(await rolesOf('b@example.com')).toEqual(['reader', 'user'])
  const { items } = await expectStatus<{ items: { email: string }[] }>(t, 200, 'GET /v1/users?role=reader', admin)
  expect(items.map(({ email }) => email).sort()).toEqual(['a@example.com', 'b@example.com'])
})

test('get no role that does not exist: the answer names the position and changes nothing', async () => {
  const { user } = await signUp(t, 'a@example.com')
  const refused = await expectRefused(t, 422, 'request.invalid', `PATCH /v1/users/${user.id}`, admin, {
    name: 'Changed',
    roles: ['user', 'secretname'],
  })
  expect(refused.errors?.map(({ path }) => path)).toEqual(['/roles/1'])
  expect(JSON.stringify(refused)).not.toContain('secretname')
  expect(await rows(t, 'SELECT name FROM users WHERE email = ?', ['a@example.com'])).toEqual([{ name: '' }])
  expect(await rolesOf('a@example.com')).toEqual(['user'])
  await expectRefused(t, 422, 'request.invalid', 'POST /v1/users', admin, {
    email: 'b@example.com',
    roles: ['secretname'],
  })
  expect(await rolesOf('b@example.com')).toEqual([])
  await expectRefused(t, 404, 'user.not_found', `PATCH /v1/users/usr_${'0'.repeat(32)}`, admin, {
    roles: ['secretname'],
  })
})

test('keep no role whose deletion and whose giving are at once, thirty times', async () => {
  for (let round = 0; round < 30; round++) {
    const { user } = await signUp(t, `raced${round}@example.com`)
    await expectStatus(t, 201, 'POST /v1/roles', admin, { name: 'brief', permissions: ['users:read'] })
    const [given, made, deleted] = await Promise.all([
      call(t, `PATCH /v1/users/${user.id}`, { token: admin.token, body: { roles: ['brief'] } }),
      call(t, 'POST /v1/users', { token: admin.token, body: { email: `made${round}@example.com`, roles: ['brief'] } }),
      call(t, 'DELETE /v1/roles/brief', { token: admin.token }),
    ])
    expect(deleted.status).toBe(204)
    for (const { status } of [given, made]) expect([200, 201, 422]).toContain(status)
    expect(await rows(t, "SELECT * FROM user_roles WHERE role = 'brief'")).toEqual([])
    expect(await rolesOf(`raced${round}@example.com`)).toEqual(['user'])
  }
})

test('need a fresh session to be given any role but `user`', async () => {
  t.clock.advance(11 * 60_000)
  const renewed = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: admin.refreshToken } })
  const stale = { token: renewed.body.accessToken }
  const body = { email: 'a@example.com', roles: ['reader'] }
  await expectRefused(t, 403, 'auth.fresh_session_required', 'POST /v1/users', stale, body)
  await expectRefused(t, 403, 'auth.fresh_session_required', 'POST /v1/users/import', stale, { users: [body] })
  await expectStatus(t, 201, 'POST /v1/users', stale, { email: 'a@example.com', roles: ['user'] })
})

test('are imported by those who may, with roles that these have themselves', async () => {
  await expectStatus(t, 201, 'POST /v1/roles', admin, { name: 'importer', permissions: ['users:read', 'users:write'] })
  const importer = await person(t, ['importer'])
  const users = ['reader', 'importer', 'user', 'admin'].map((role) => ({ email: `${role}@example.com`, roles: [role] }))
  const report = await expectStatus<{ items: { status: string }[] }>(t, 200, 'POST /v1/users/import', importer, {
    users: users.map((user) => ({ ...user, email: `x${user.email}` })),
  })
  expect(report.items.map(({ status }) => status)).toEqual(['created', 'created', 'created', 'refused'])
})
