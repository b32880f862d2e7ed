/** The active organisation of a session, and the claims of its access tokens. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import { permissionsHash } from '../../../src/core/authz/permissions-hash.ts'
import type { Org } from '../../../src/modules/orgs/schema.ts'
import { call, PASSWORD, type Session, setUpAdmin, signIn, signInWithCookie, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
  await setUpAdmin(t)
})
afterAll(() => t.close())

let people = 0
/** A person who owns a new organisation. */
async function owner(): Promise<{ session: Session; org: Org; email: string }> {
  const email = `owner${++people}@example.com`
  const session = await signUp(t, email)
  const made = await call<Org>(t, 'POST /v1/orgs', { token: session.accessToken, body: { name: 'Acme' } })
  expect(made.status, made.text).toBe(201)
  return { session, org: made.body, email }
}
interface Switched {
  accessToken: string
  tokenType: string
  expiresIn: number
  org: Org | null
  code?: string
}
const switchTo = (token: string, orgId: unknown) =>
  call<Switched>(t, 'POST /v1/me/active-org', { token, body: { orgId } })
const refresh = (refreshToken: string) => call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken } })

describe('POST /v1/me/active-org', () => {
  test('puts the organisation and the roles there into the access token, and refreshes keep it', async () => {
    const { session, org } = await owner()
    expect(decodeJwt(session.accessToken)).not.toHaveProperty('org_id')
    const switched = await switchTo(session.accessToken, org.id)
    expect(switched.status, switched.text).toBe(200)
    expect(switched.body).toMatchObject({ tokenType: 'Bearer', expiresIn: 300, org })
    expect(decodeJwt(switched.body.accessToken)).toMatchObject({ org_id: org.id, org_role: 'owner', roles: ['user'] })
    expect((await call(t, 'GET /v1/me', { token: switched.body.accessToken })).status).toBe(200)
    const refreshed = await refresh(session.refreshToken)
    expect(decodeJwt(refreshed.body.accessToken)).toMatchObject({ org_id: org.id, org_role: 'owner' })
    const stepped = await call<Session>(t, 'POST /v1/auth/step-up', {
      token: refreshed.body.accessToken,
      body: { password: PASSWORD },
    })
    expect(decodeJwt(stepped.body.accessToken)).toMatchObject({ org_id: org.id, org_role: 'owner' })
    const left = await switchTo(stepped.body.accessToken, null)
    expect(left.body.org).toBeNull()
    expect(decodeJwt(left.body.accessToken)).not.toHaveProperty('org_id')
    expect(decodeJwt((await refresh(stepped.body.refreshToken)).body.accessToken)).not.toHaveProperty('org_id')
  })

  test('refuses an organisation of strangers, an unknown one and other values, and changes nothing', async () => {
    const { session, org } = await owner()
    const stranger = await owner()
    await switchTo(session.accessToken, org.id)
    for (const orgId of [stranger.org.id, `org_${'0'.repeat(32)}`]) {
      const answer = await switchTo(session.accessToken, orgId)
      expect([answer.status, answer.body.code]).toEqual([404, 'org.not_found'])
    }
    for (const orgId of ['', 'acme', 1, {}, [], true, undefined, `${org.id} `, org.id.toUpperCase()])
      expect((await switchTo(session.accessToken, orgId)).status, String(orgId)).toBe(422)
    expect(decodeJwt((await refresh(session.refreshToken)).body.accessToken)).toMatchObject({ org_id: org.id })
  })

  test('ends with the membership and with the organisation', async () => {
    const { session, org } = await owner()
    await switchTo(session.accessToken, org.id)
    await t.deps.db.$client.execute({
      sql: 'UPDATE organisations SET deleted_at = ? WHERE id = ?',
      args: [t.clock.now(), org.id],
    })
    t.deps.principals.forget(org.id)
    const refreshed = await refresh(session.refreshToken)
    expect(decodeJwt(refreshed.body.accessToken)).not.toHaveProperty('org_id')
    expect((await switchTo(refreshed.body.accessToken, org.id)).body.code).toBe('org.not_found')

    const second = await owner()
    await switchTo(second.session.accessToken, second.org.id)
    await t.deps.db.$client.execute({ sql: 'DELETE FROM org_members WHERE org_id = ?', args: [second.org.id] })
    t.deps.principals.forget(second.session.user.id)
    expect(decodeJwt((await refresh(second.session.refreshToken)).body.accessToken)).not.toHaveProperty('org_id')
  })

  test('asks for what the organisation requires of its members, also at a refresh', async () => {
    const { session, org } = await owner()
    await switchTo(session.accessToken, org.id)
    const require = (settings: object) => {
      t.deps.principals.forget(org.id)
      return t.deps.db.$client.execute({
        sql: 'UPDATE organisations SET settings = ? WHERE id = ?',
        args: [JSON.stringify(settings), org.id],
      })
    }
    for (const [settings, code] of [
      [{ mfaRequired: true }, 'org.second_factor_required'],
      [{ signInMethods: ['passkey'] }, 'org.sign_in_method_refused'],
    ] as const) {
      await require(settings)
      const refused = await switchTo(session.accessToken, org.id)
      expect([refused.status, refused.body.code]).toEqual([403, code])
      expect(decodeJwt((await refresh(session.refreshToken)).body.accessToken)).not.toHaveProperty('org_id')
    }
    await require({})
    expect(decodeJwt((await refresh(session.refreshToken)).body.accessToken)).toMatchObject({ org_id: org.id })
  })

  test('concerns one session alone, and works for a cookie', async () => {
    const { session, org, email } = await owner()
    const cookie = await signInWithCookie(t, email)
    const switched = await call(t, 'POST /v1/me/active-org', {
      cookie,
      headers: { origin: ORIGIN },
      body: { orgId: org.id },
    })
    expect(switched.body).toEqual({ org: { ...org } })
    expect(decodeJwt((await refresh(session.refreshToken)).body.accessToken)).not.toHaveProperty('org_id')
  })

  test('is recorded with the organisation', async () => {
    const { session, org } = await owner()
    await switchTo(session.accessToken, org.id)
    const { rows } = await t.deps.db.$client.execute({
      sql: `SELECT org_id, user_id, actor_id FROM events WHERE type = 'session.org_changed' AND user_id = ?`,
      args: [session.user.id],
    })
    expect(rows.map(({ org_id, user_id, actor_id }) => [org_id, user_id, actor_id])).toEqual([
      [org.id, session.user.id, session.user.id],
    ])
  })
})

describe('ACCESS_TOKEN_CLAIMS', () => {
  test('are roles, amr, acr and email_verified by default', async () => {
    await signUp(t, 'claims@example.com')
    expect(decodeJwt((await signIn(t, 'claims@example.com')).accessToken)).toMatchObject({
      roles: ['user'],
      amr: ['pwd'],
      acr: 'aal1',
      email_verified: false,
    })
  })

  test('are those that are configured', async () => {
    const some = await createTestApp({ env: { ACCESS_TOKEN_CLAIMS: 'acr, email_verified' } })
    const none = await createTestApp({ env: { ACCESS_TOKEN_CLAIMS: 'none' } })
    const standard = ['aud', 'auth_time', 'client_id', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub']
    const names = async (app: TestApp) =>
      Object.keys(decodeJwt((await signUp(app, 'a@example.com')).accessToken)).sort()
    expect(await names(some)).toEqual([...standard, 'acr', 'email_verified'].sort())
    expect(await names(none)).toEqual(standard)
    await some.close()
    await none.close()
  })

  test.each(['sub', 'roles,permissions', 'none,roles', 'Roles'])('refuse %s', async (value) => {
    const failed = await createTestApp({ env: { ACCESS_TOKEN_CLAIMS: value } }).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(String(failed)).toContain('ACCESS_TOKEN_CLAIMS')
  })

  test('of almost 1 KB are in a token that this server accepts, also from an impersonator', async () => {
    const app = await createTestApp({ env: { APP_URL: 'https://accounts.a-company-with-a-long-name.example' } })
    const admin = await setUpAdmin(app)
    const person = await signUp(app, 'a@example.com')
    const roles = Array.from({ length: 13 }, (_, index) => `${'x'.repeat(68)}${index + 10}`)
    for (const role of roles)
      await app.deps.db.$client.execute({
        sql: 'INSERT INTO user_roles (user_id, role) VALUES (?, ?)',
        args: [person.user.id, role],
      })
    app.deps.principals.forgetAll()
    const { body } = await call<Session>(app, `POST /v1/users/${person.user.id}/impersonate`, {
      token: admin.accessToken,
      body: { reason: 'Ticket 4711' },
    })
    expect(decodeJwt(body.accessToken).roles).toHaveLength(roles.length + 1)
    expect(body.accessToken.length).toBeGreaterThan(2048)
    expect((await call(app, 'GET /v1/me', { token: body.accessToken })).status).toBe(200)
    await app.close()
  })

  test('longer than 1 KB become a hash of the permissions', async () => {
    const { session, org } = await owner()
    const roles = Array.from({ length: 40 }, (_, index) => `approver-of-invoices-of-department-${index}`)
    for (const role of roles)
      await t.deps.db.$client.batch([
        {
          sql: `INSERT INTO custom_roles (id, org_id, name, permissions, mfa_required, created_at, updated_at) VALUES (?, ?, ?, ?, 0, 0, 0)`,
          args: [`rol_${org.id}${role}`, org.id, role, JSON.stringify([`${role}:approve`])],
        },
        {
          sql: 'INSERT INTO org_member_roles (org_id, user_id, role) VALUES (?, ?, ?)',
          args: [org.id, session.user.id, role],
        },
      ])
    t.deps.principals.forget(org.id)
    t.deps.principals.forget(session.user.id)
    const { body } = await switchTo(session.accessToken, org.id)
    const claims = decodeJwt(body.accessToken)
    expect(claims).not.toHaveProperty('roles')
    expect(claims).not.toHaveProperty('org_role')
    const owned = t.deps.principals.scope(org.id)?.policies.permissionsByRole.get('owner') ?? []
    expect(claims).toMatchObject({
      org_id: org.id,
      permissions_hash: await permissionsHash([...owned, ...roles.map((role) => `${role}:approve`)]),
    })
    expect((await call(t, 'GET /v1/me', { token: body.accessToken })).status).toBe(200)
  })
})
