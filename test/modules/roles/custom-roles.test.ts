/** Roles that administrators make: of the instance, and of organisations. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { call, type Session, setUpAdmin } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { expectRefused, expectStatus, join, organisation, type Person, person, rows } from './support/people.ts'

let t: TestApp
let admin: Person
beforeEach(async () => {
  t = await createTestApp()
  const session: Session = await setUpAdmin(t)
  admin = { ...session, token: session.accessToken }
})
afterEach(() => t.close())

const make = (body: Record<string, unknown>, path = '/v1/roles') => expectStatus(t, 201, `POST ${path}`, admin, body)
const events = (type: string) => rows(t, 'SELECT type, org_id, data FROM events WHERE type = ?', [type])

describe('a role of the instance', () => {
  test('gives its permissions and those of the inherited role with the next request, and takes them back so', async () => {
    await make({ name: 'reader', permissions: ['users:read'] })
    const made = await make({ name: 'auditor', permissions: ['roles:read'], inherits: 'reader', mfaRequired: false })
    expect(made).toEqual({
      name: 'auditor',
      permissions: ['roles:read'],
      inherits: 'reader',
      mfaRequired: false,
      builtIn: false,
    })
    const one = await person(t)
    await expectStatus(t, 403, 'GET /v1/users', one)
    await expectStatus(t, 200, `PATCH /v1/users/${one.user.id}`, admin, { roles: ['auditor'] })
    await expectStatus(t, 200, 'GET /v1/users', one)
    const { items } = await expectStatus<{ items: object[] }>(t, 200, 'GET /v1/roles', one)
    expect(items).toMatchObject([
      { name: 'admin', builtIn: true },
      { name: 'user', builtIn: true },
      { name: 'auditor', builtIn: false },
      { name: 'reader', builtIn: false },
    ])
    await expectStatus(t, 403, 'POST /v1/users', one, { email: 'x@example.com' })
    await expectStatus(t, 200, 'PATCH /v1/roles/reader', admin, { permissions: [] })
    await expectStatus(t, 403, 'GET /v1/users', one)
    await expectStatus(t, 200, 'PATCH /v1/roles/reader', admin, { permissions: ['users:read'] })
    await expectStatus(t, 200, 'GET /v1/users', one)
    const cleared = await expectStatus(t, 200, 'PATCH /v1/roles/auditor', admin, { inherits: null })
    expect('inherits' in cleared).toBeFalse()
    await expectStatus(t, 403, 'GET /v1/users', one)
    expect((await events('role.created')).length).toBe(2)
    expect((await events('role.updated')).length).toBe(3)
  })

  test('is gone from every holder with its deletion: who has no other role is a user', async () => {
    await make({ name: 'reader', permissions: ['users:read'], mfaRequired: false })
    const only = await person(t, ['reader'])
    const also = await person(t, ['admin', 'reader'])
    await expectStatus(t, 200, 'GET /v1/users', only)
    const before = await call(t, `GET /v1/users/${only.user.id}`, { token: admin.token })
    await expectStatus(t, 204, 'DELETE /v1/roles/reader', admin)
    await expectStatus(t, 403, 'GET /v1/users', only)
    const after = await call<{ roles: string[] }>(t, `GET /v1/users/${only.user.id}`, { token: admin.token })
    expect(after.body.roles).toEqual(['user'])
    expect(after.headers.get('etag')).not.toBe(before.headers.get('etag'))
    expect((await expectStatus<{ roles: string[] }>(t, 200, `GET /v1/users/${also.user.id}`, admin)).roles).toEqual([
      'admin',
    ])
    await expectRefused(t, 404, 'role.not_found', 'DELETE /v1/roles/reader', admin)
    // A later role with this name is given to nobody.
    await make({ name: 'reader', permissions: ['users:read'] })
    await expectStatus(t, 403, 'GET /v1/users', only)
  })

  test('asks for a second factor as built-in roles do, and the requirement goes with the role', async () => {
    await make({ name: 'careful', permissions: ['users:read'], mfaRequired: true })
    const holder = await person(t, ['careful'])
    await expectRefused(t, 403, 'mfa.enrolment_required', 'GET /v1/users', holder)
    await expectStatus(t, 200, 'PATCH /v1/roles/careful', admin, { mfaRequired: false })
    await expectStatus(t, 200, 'GET /v1/users', holder)
    await expectStatus(t, 200, 'PATCH /v1/roles/careful', admin, { mfaRequired: true })
    await expectStatus(t, 204, 'DELETE /v1/roles/careful', admin)
    expect(await rows(t, 'SELECT * FROM role_requirements')).toEqual([])
  })

  test('cannot require a factor by a holder who has none', async () => {
    await make({ name: 'manager', permissions: ['roles:read', 'roles:write'] })
    const manager = await person(t, ['manager'])
    await expectRefused(t, 409, 'role.factor_missing', 'PATCH /v1/roles/manager', manager, { mfaRequired: true })
    expect(await rows(t, 'SELECT * FROM role_requirements')).toEqual([])
  })
})

describe('inheritance is one level', () => {
  beforeEach(async () => {
    for (const name of ['a1', 'b1', 'c1']) await make({ name, permissions: [] })
  })

  test('no circle and no chain, in both directions', async () => {
    const refused = (path: string, inherits: string) =>
      expectRefused(t, 409, 'role.inheritance_refused', `PATCH /v1/roles/${path}`, admin, { inherits })
    await refused('a1', 'a1')
    await expectStatus(t, 200, 'PATCH /v1/roles/a1', admin, { inherits: 'b1' })
    await refused('b1', 'a1') // a circle
    await refused('b1', 'c1') // a chain, by what is inherited
    await refused('c1', 'a1') // a chain, by who inherits
    await expectRefused(t, 409, 'role.inheritance_refused', 'POST /v1/roles', admin, { name: 'd1', inherits: 'a1' })
    await expectRefused(t, 409, 'role.inheritance_refused', 'POST /v1/roles', admin, { name: 'd1', inherits: 'nobody' })
    await refused('c1', 'nobody')
    await expectRefused(t, 409, 'role.inherited', 'DELETE /v1/roles/b1', admin)
    await expectStatus(t, 200, 'PATCH /v1/roles/c1', admin, { inherits: 'user' })
  })

  test('two requests at once make no circle, a hundred times', async () => {
    for (let round = 0; round < 100; round++) {
      const set = (name: string, inherits: string | null) =>
        call(t, `PATCH /v1/roles/${name}`, { token: admin.token, body: { inherits } })
      const answers = await Promise.all([set('a1', 'b1'), set('b1', 'a1')])
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
      const inheriting = await rows(t, 'SELECT name FROM custom_roles WHERE inherits IS NOT NULL')
      expect(inheriting.length).toBe(1)
      await set('a1', null)
      await set('b1', null)
    }
  })
})

describe('refused without a change', () => {
  test('names of built-in roles, taken names, and names of another form', async () => {
    for (const name of ['admin', 'user', 'owner', 'member'])
      await expectRefused(t, 409, 'role.name_taken', 'POST /v1/roles', admin, { name })
    await make({ name: 'reader' })
    await expectRefused(t, 409, 'role.name_taken', 'POST /v1/roles', admin, { name: 'reader' })
    for (const name of [
      '__proto__',
      'Reader',
      'r',
      '',
      'x'.repeat(65),
      "a'; DROP TABLE users",
      'a b',
      'ä1',
      '1a',
      7,
      null,
    ])
      await expectRefused(t, 422, 'request.invalid', 'POST /v1/roles', admin, { name })
    for (const name of ['__proto__', 'constructor', '%00', 'nobody', "a'--"])
      await expectRefused(t, 404, 'role.not_found', `PATCH /v1/roles/${encodeURIComponent(name)}`, admin, {
        permissions: [],
      })
    expect(await rows(t, 'SELECT name FROM custom_roles')).toEqual([{ name: 'reader' }])
  })

  test('built-in roles, apart from the requirement of those of the instance', async () => {
    const { user } = admin
    for (const path of ['/v1/roles/admin', '/v1/roles/user']) {
      await expectRefused(t, 409, 'role.built_in', `PATCH ${path}`, admin, { permissions: [] })
      await expectRefused(t, 409, 'role.built_in', `PATCH ${path}`, admin, { mfaRequired: true, inherits: 'user' })
      await expectRefused(t, 409, 'role.built_in', `DELETE ${path}`, admin)
    }
    const org = await organisation(t, [[admin, 'owner']])
    for (const role of ['owner', 'admin', 'member']) {
      await expectRefused(t, 409, 'role.built_in', `PATCH /v1/orgs/${org}/roles/${role}`, admin, { mfaRequired: true })
      await expectRefused(t, 409, 'role.built_in', `DELETE /v1/orgs/${org}/roles/${role}`, admin)
    }
    expect(user.roles).toContain('admin')
  })

  test('permissions that do not exist there: the answer names the position and not the value', async () => {
    const org = await organisation(t, [[admin, 'owner']])
    const refuse = async (path: string, permissions: unknown[], at: number) => {
      const answer = await call<{ errors: { path: string }[] }>(t, `POST ${path}`, {
        token: admin.token,
        body: { name: 'reader', permissions },
      })
      expect(answer.status, answer.text).toBe(422)
      expect(answer.body.errors.map((error) => error.path)).toEqual([`/permissions/${at}`])
      expect(answer.text).not.toContain('secret')
    }
    await refuse('/v1/roles', ['users:read', 'secret:word'], 1)
    await refuse('/v1/roles', ['users:read', 'SECRET'], 1)
    await refuse(`/v1/orgs/${org}/roles`, ['users:read'], 0) // of the instance alone
    await expectStatus(t, 201, 'POST /v1/permissions', admin, { name: 'secret:word' })
    await make({ name: 'reader', permissions: ['users:read', 'secret:word'] })
    await make({ name: 'reader', permissions: ['secret:word'] }, `/v1/orgs/${org}/roles`)
    const answer = await call<{ errors: { path: string }[] }>(t, 'PATCH /v1/roles/reader', {
      token: admin.token,
      body: { permissions: ['secret:other'] },
    })
    expect([answer.status, answer.body.errors[0]?.path]).toEqual([422, '/permissions/0'])
  })

  test('more than 100 roles, also by requests at once', async () => {
    for (let index = 0; index < 95; index++) await make({ name: `role${index}` })
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        call<{ code: string }>(t, 'POST /v1/roles', { token: admin.token, body: { name: `more${index}` } }),
      ),
    )
    expect(answers.filter(({ status }) => status === 201).length).toBe(5)
    expect(new Set(answers.filter(({ status }) => status !== 201).map(({ body }) => body.code))).toEqual(
      new Set(['role.limit_reached']),
    )
    // Each scope counts its own.
    const org = await organisation(t, [[admin, 'owner']])
    await make({ name: 'first' }, `/v1/orgs/${org}/roles`)
  })

  test('a session that is not fresh', async () => {
    await make({ name: 'reader' })
    t.clock.advance(11 * 60_000)
    const { token } = { token: admin.refreshToken }
    const renewed = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: token } })
    const stale = { token: renewed.body.accessToken }
    for (const [path, body] of [
      ['POST /v1/roles', { name: 'other' }],
      ['PATCH /v1/roles/reader', { permissions: [] }],
      ['DELETE /v1/roles/reader', undefined],
    ] as const)
      await expectRefused(t, 403, 'auth.fresh_session_required', path, stale, body)
  })
})

describe('a role of an organisation', () => {
  test('is gone from members, service accounts and open invitations with its deletion', async () => {
    const owner = await person(t)
    const only = await person(t)
    const also = await person(t)
    const org = await organisation(t, [
      [owner, 'owner'],
      [also, 'admin'],
    ])
    const path = `/v1/orgs/${org}/roles`
    await expectStatus(t, 201, `POST ${path}`, owner, { name: 'clerk', permissions: ['roles:read', 'roles:write'] })
    await join(t, org, only, ['clerk'])
    await join(t, org, also, ['clerk'])
    const { $client } = t.deps.db
    await $client.batch([
      { sql: "INSERT INTO service_accounts VALUES ('sva_1', ?, 'bot', '', 'active', 1, 0, 0)", args: [org] },
      "INSERT INTO service_account_roles VALUES ('sva_1', 'clerk')",
      ...['["clerk"]', '["owner","clerk"]'].map((roles, at) => ({
        sql: `INSERT INTO api_keys (id, form, name, hint, org_id, roles, scopes, metadata, created_at) VALUES (?, 'signed', 'k', '', ?, ?, '["roles:write"]', '{}', 0)`,
        args: [`apk_${at}`, org, roles],
      })),
      ...[
        ['inv_1', '["clerk"]'],
        ['inv_2', '["admin","clerk"]'],
      ].map(([id = '', roles = '']) => ({
        sql: 'INSERT INTO invitations (id, org_id, email, email_key, roles, hash, created_at, sent_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, 0, 0, 9e15)',
        args: [id, org, `${id}@example.com`, `${id}@example.com`, roles, id],
      })),
    ])
    await expectStatus(t, 200, `PATCH ${path}/clerk`, only, { permissions: ['roles:read', 'roles:write'] })
    await expectStatus(t, 204, `DELETE ${path}/clerk`, owner)
    await expectStatus(t, 403, `PATCH ${path}/clerk`, only, { permissions: [] })
    await expectStatus(t, 200, `GET ${path}`, only) // a member
    expect(
      await rows(t, 'SELECT role FROM org_member_roles WHERE org_id = ? AND user_id = ?', [org, only.user.id]),
    ).toEqual([{ role: 'member' }])
    expect(
      await rows(t, 'SELECT role FROM org_member_roles WHERE org_id = ? AND user_id = ?', [org, also.user.id]),
    ).toEqual([{ role: 'admin' }])
    expect(await rows(t, 'SELECT * FROM service_account_roles')).toEqual([])
    // A later role with the same name is not theirs.
    expect(await rows(t, 'SELECT roles FROM api_keys ORDER BY id')).toEqual([{ roles: '[]' }, { roles: '["owner"]' }])
    expect(await rows(t, 'SELECT id, roles FROM invitations ORDER BY id')).toEqual([
      { id: 'inv_1', roles: '["member"]' },
      { id: 'inv_2', roles: '["admin"]' },
    ])
    expect(await events('role.deleted')).toEqual([{ type: 'role.deleted', org_id: org, data: '{"role":"clerk"}' }])
  })

  test('is unknown to everybody else: swapped ids are 404 and change nothing', async () => {
    const owner = await person(t)
    const other = await person(t)
    const [org, theirs] = [await organisation(t, [[owner, 'owner']]), await organisation(t, [[other, 'owner']])]
    await expectStatus(t, 201, `POST /v1/orgs/${theirs}/roles`, other, { name: 'clerk', permissions: ['roles:read'] })
    for (const [method, path, body] of [
      ['GET', `/v1/orgs/${theirs}/roles`, undefined],
      ['POST', `/v1/orgs/${theirs}/roles`, { name: 'spy' }],
      ['PATCH', `/v1/orgs/${theirs}/roles/clerk`, { permissions: [] }],
      ['DELETE', `/v1/orgs/${theirs}/roles/clerk`, undefined],
    ] as const)
      await expectRefused(t, 404, 'org.not_found', `${method} ${path}`, owner, body)
    await expectRefused(t, 404, 'role.not_found', `PATCH /v1/orgs/${org}/roles/clerk`, owner, { permissions: [] })
    await expectRefused(t, 404, 'role.not_found', `DELETE /v1/orgs/${org}/roles/clerk`, owner)
    expect(await rows(t, 'SELECT org_id, name, permissions FROM custom_roles')).toEqual([
      { org_id: theirs, name: 'clerk', permissions: '["roles:read"]' },
    ])
    // The same name in two organisations and in the instance is three roles.
    await expectStatus(t, 201, `POST /v1/orgs/${org}/roles`, owner, { name: 'clerk' })
    await make({ name: 'clerk' })
  })

  test('asks for a second factor in the organisation alone, and never of the one who requires it', async () => {
    const [owner, clerk] = [await person(t), await person(t)]
    const org = await organisation(t, [
      [owner, 'owner'],
      [clerk, 'member'],
    ])
    const path = `/v1/orgs/${org}/roles`
    const made = { name: 'clerk', permissions: ['roles:read'], mfaRequired: true }
    expect(await expectStatus(t, 201, `POST ${path}`, owner, made)).toMatchObject(made)
    await join(t, org, clerk, ['clerk'])
    await expectRefused(t, 403, 'mfa.enrolment_required', `GET ${path}`, clerk)
    await expectRefused(t, 403, 'mfa.enrolment_required', `GET /v1/policies?orgId=${org}`, clerk)
    await expectStatus(t, 200, 'GET /v1/me', clerk)
    await expectStatus(t, 200, `GET ${path}`, owner)
    await expectStatus(t, 200, `PATCH ${path}/clerk`, owner, { mfaRequired: false })
    await expectStatus(t, 200, `GET ${path}`, clerk)
    await join(t, org, owner, ['clerk'])
    await expectRefused(t, 409, 'role.factor_missing', `PATCH ${path}/clerk`, owner, { mfaRequired: true })
  })

  test('is no role of the instance, and a member without the permission changes none', async () => {
    const owner = await person(t)
    const member = await person(t)
    const org = await organisation(t, [
      [owner, 'owner'],
      [member, 'member'],
    ])
    const path = `/v1/orgs/${org}/roles`
    await expectStatus(t, 201, `POST ${path}`, owner, { name: 'clerk', permissions: ['roles:read'] })
    await expectRefused(t, 403, 'auth.forbidden', `POST ${path}`, member, { name: 'mine' })
    await expectRefused(t, 422, 'request.invalid', `PATCH /v1/users/${member.user.id}`, admin, { roles: ['clerk'] })
    await expectRefused(t, 422, 'request.invalid', 'POST /v1/users', admin, {
      email: 'x@example.com',
      roles: ['clerk'],
    })
    expect(await rows(t, "SELECT * FROM user_roles WHERE role = 'clerk'")).toEqual([])
    expect(await rows(t, "SELECT * FROM users WHERE email = 'x@example.com'")).toEqual([])
  })
})
