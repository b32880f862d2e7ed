/** Every route that changes an address, roles or factors, or deletes an account, requires a fresh session (security.md 48). */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { pathFor, routesOf, validBody } from '../../http/support/routes.ts'
import { call, PASSWORD, type Session, setUpAdmin, signUp } from '../../support/client.ts'
import { rowsOn } from '../../support/sql.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { enrol } from '../mfa/support/factors.ts'

const STALE_MS = 12 * 60_000
const ADMIN = 'admin@example.com'

let t: TestApp
let admin: Session
let other: Session
beforeEach(async () => {
  t = await createTestApp({ env: { ACCESS_TTL_SECONDS: '86400' } })
  admin = await setUpAdmin(t, ADMIN)
  other = await signUp(t, 'other@example.com')
  await enrol(t, other)
  await t.work()
  t.mails.length = 0
})
afterEach(() => t.close())

const ask = (name: string, body?: unknown, token = admin.accessToken) => call(t, name, { token, body })
const stepUp = async (): Promise<string> =>
  (await call<Session>(t, 'POST /v1/auth/step-up', { token: admin.accessToken, body: { password: PASSWORD } })).body
    .accessToken
const rows = rowsOn(() => t)

/** What a stolen session must not change, of the accounts there are now. */
const guardedState = async () => ({
  accounts: await rows(
    `SELECT id, email, email_key, email_verified, password_hash FROM users WHERE id IN ('${admin.user.id}', '${other.user.id}') ORDER BY id`,
  ),
  roles: await rows("SELECT user_id, role FROM user_roles WHERE role <> 'user' ORDER BY user_id"),
  apps: await rows('SELECT user_id, secret, confirmed_at FROM totp_secrets ORDER BY user_id'),
  codes: await rows('SELECT user_id, hash FROM recovery_codes ORDER BY user_id, hash'),
  passkeys: await rows('SELECT id FROM passkeys ORDER BY id'),
  identities: await rows('SELECT id FROM identities ORDER BY id'),
  requirements: await rows('SELECT role, mfa_required FROM role_requirements ORDER BY role'),
})

describe('a stale administrator session', () => {
  test('changes no address, role, factor or account through any route of the app', async () => {
    t.clock.advance(STALE_MS)
    const before = await guardedState()
    for (const route of await routesOf(t.app)) {
      if (route.mark === 'public' || route.method === 'GET') continue
      if (route.path.startsWith('/v1/me/sessions') || route.path === '/v1/auth/step-up') continue // these end sessions
      for (const id of [admin.user.id, other.user.id, 'user'])
        for (const body of bodiesOf(route.body && validBody(route.body)))
          if (!/:id\/(?:disable|sessions)$/.test(route.path)) await ask(`${route.method} ${pathFor(route, id)}`, body)
    }
    expect((await ask('GET /v1/me')).status).toBe(200) // and it was signed in all the while
    expect(await guardedState()).toEqual(before)
  })

  test.each<[string, (id: string) => [string, unknown?]]>([
    ['an address', (id) => [`PATCH /v1/users/${id}`, { email: 'thief@example.com' }]],
    ['an address beside a name', (id) => [`PATCH /v1/users/${id}`, { name: 'x', email: 'thief@example.com' }]],
    ['a verification', (id) => [`PATCH /v1/users/${id}`, { emailVerified: true }]],
    ['roles', (id) => [`PATCH /v1/users/${id}`, { roles: ['admin', 'user'] }]],
    ['no roles', (id) => [`PATCH /v1/users/${id}`, { roles: [] }]],
    ['factors', (id) => [`DELETE /v1/users/${id}/mfa`]],
    ['an account', (id) => [`DELETE /v1/users/${id}`]],
    ['an administrator', () => ['POST /v1/users', { email: 'new@example.com', password: PASSWORD, roles: ['admin'] }]],
    [
      'imported administrators',
      () => [
        'POST /v1/users/import',
        { users: [{ email: 'a@example.com' }, { email: 'b@example.com', roles: ['admin'] }] },
      ],
    ],
    ['what a role asks for', () => ['PATCH /v1/roles/user', { mfaRequired: false }]],
  ])('is refused with the next step, and succeeds after a step-up: %s', async (_, make) => {
    t.clock.advance(STALE_MS)
    for (const id of [admin.user.id, other.user.id]) {
      const before = await guardedState()
      const [name, body] = make(id)
      const refused = await ask(name, body)
      expect([refused.status, refused.body.code]).toEqual([403, 'auth.fresh_session_required'])
      expect(await guardedState()).toEqual(before)
      expect(await rows("SELECT id FROM users WHERE email IN ('new@example.com', 'a@example.com')")).toEqual([])
    }
    const [name, body] = make(other.user.id)
    const done = await ask(name, body, await stepUp())
    expect(done.status).toBeLessThan(300)
  })

  test('still changes a name, makes a user without permissions, disables and signs out', async () => {
    t.clock.advance(STALE_MS)
    const user = `/v1/users/${other.user.id}`
    expect((await ask(`PATCH ${user}`, { name: 'Other' })).status).toBe(200)
    expect((await ask('POST /v1/users', { email: 'plain@example.com', roles: ['user'] })).status).toBe(201)
    expect((await ask('POST /v1/users/import', { users: [{ email: 'c@example.com' }] })).status).toBe(200)
    expect((await ask(`DELETE ${user}/sessions`)).status).toBe(204)
    expect((await ask(`POST ${user}/disable`)).status).toBe(200)
    expect((await ask(`POST ${user}/enable`)).status).toBe(200)
  })

  test('with a second factor that it has not shown is stale from its first minute', async () => {
    const cookieless = await call<Session>(t, 'POST /v1/auth/sign-in', { body: { email: ADMIN, password: PASSWORD } })
    await enrol(t, admin) // signs the other one out, so it is opened again
    expect((await ask('GET /v1/me', undefined, cookieless.body.accessToken)).status).toBe(401)
    await rows(`UPDATE sessions SET amr = '["pwd"]' WHERE user_id = '${admin.user.id}'`)
    t.deps.principals.forgetAll()
    const refused = await ask(`PATCH /v1/users/${other.user.id}`, { roles: ['admin'] })
    expect(refused.body.code).toBe('auth.fresh_session_required')
  })
})

describe('the old address gets a mail', () => {
  const mailsTo = async () => {
    await t.work()
    return t.mails.map(({ to, subject }) => [to, subject])
  }

  test('of a new one that an administrator gave, to another account and to their own', async () => {
    await ask(`PATCH /v1/users/${other.user.id}`, { email: 'moved@example.com' })
    await ask(`PATCH /v1/users/${admin.user.id}`, { email: 'boss@example.com', name: 'Boss' })
    expect(await mailsTo()).toEqual([
      ['other@example.com', expect.stringContaining('address')],
      [ADMIN, expect.stringContaining('address')],
    ])
    expect(t.mails[0]?.text.replaceAll('\u200c', '')).toContain('moved@example.com')
  })

  test('not of another spelling, of a change that was refused, or of one that another account has', async () => {
    await ask(`PATCH /v1/users/${other.user.id}`, { email: 'Other@Example.com' })
    await ask(`PATCH /v1/users/${other.user.id}`, { email: ADMIN })
    await call(t, `PATCH /v1/users/${other.user.id}`, {
      token: admin.accessToken,
      headers: { 'if-match': '"999"' },
      body: { email: 'late@example.com' },
    })
    expect(await mailsTo()).toEqual([])
  })

  test('of an account that an administrator deleted', async () => {
    expect((await ask(`DELETE /v1/users/${other.user.id}`)).status).toBe(204)
    expect(await mailsTo()).toEqual([['other@example.com', expect.stringContaining('deleted')]])
  })
})

/** The whole body, and each of its fields alone. */
function bodiesOf(whole: Record<string, unknown> | undefined): unknown[] {
  if (whole === undefined) return [undefined]
  return [whole, ...Object.entries(whole).map(([name, value]) => ({ [name]: value }))]
}
