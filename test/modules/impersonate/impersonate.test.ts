/** Administrators act in the place of a user: for a time, with a reason, marked, and never with more rights. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import {
  call,
  cookieOf,
  PASSWORD,
  type Session,
  setUpAdmin,
  signIn,
  signInWithCookie,
  signUp,
} from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { connect, makeClient, makePerson } from '../token/support/oauth.ts'

let t: TestApp
let admin: Session
let people = 0
beforeAll(async () => {
  t = await createTestApp({ env: { IMPERSONATION_NOTICE: 'mail' } })
  await setUpAdmin(t)
})
beforeEach(async () => {
  admin = await signIn(t, 'admin@example.com')
})
afterAll(() => t.close())

const person = () => signUp(t, `person${++people}@example.com`)
type Impersonated = Session & { act?: { sub: string }; code?: string }
const impersonate = (token: string, id: string, body: unknown = { reason: 'Ticket 4711' }) =>
  call<Impersonated>(t, `POST /v1/users/${id}/impersonate`, { token, body })
const me = (token: string) => call<{ id: string; act?: { sub: string }; code?: string }>(t, 'GET /v1/me', { token })

const refresh = ({ refreshToken }: Session) =>
  call<Impersonated>(t, 'POST /v1/auth/refresh', { body: { refreshToken } })
const makeOrg = ({ accessToken }: Session) =>
  call<{ id: string }>(t, 'POST /v1/orgs', { token: accessToken, body: { name: 'Acme' } })

/** A person with a role of the instance that has these permissions. */
async function supporter(...permissions: string[]): Promise<Session> {
  const session = await person()
  const role = `support${people}`
  await t.deps.db.$client.batch([
    {
      sql: `INSERT INTO custom_roles (id, org_id, name, permissions, mfa_required, created_at, updated_at) VALUES (?, NULL, ?, ?, 0, 0, 0)`,
      args: [`rol_${role}`, role, JSON.stringify(permissions)],
    },
    { sql: 'INSERT INTO user_roles (user_id, role) VALUES (?, ?)', args: [session.user.id, role] },
  ])
  t.deps.principals.forgetAll()
  return session
}

describe('an impersonated session', () => {
  test('is the user, and names the administrator in its tokens, in GET /v1/me and in the audit log', async () => {
    const target = await person()
    const { status, body, text } = await impersonate(admin.accessToken, target.user.id)
    expect(status, text).toBe(200)
    expect(body.user.id).toBe(target.user.id)
    expect(body.act).toEqual({ sub: admin.user.id })
    expect(decodeJwt(body.accessToken)).toMatchObject({ sub: target.user.id, act: { sub: admin.user.id } })
    expect((await me(body.accessToken)).body).toMatchObject({ id: target.user.id, act: { sub: admin.user.id } })
    expect((await me(target.accessToken)).body).not.toHaveProperty('act')
    const refreshed = await call<Impersonated>(t, 'POST /v1/auth/refresh', {
      body: { refreshToken: body.refreshToken },
    })
    expect(refreshed.body.act).toEqual({ sub: admin.user.id })
    expect(decodeJwt(refreshed.body.accessToken)).toMatchObject({ act: { sub: admin.user.id } })
    const renamed = await call(t, 'PATCH /v1/me', { token: refreshed.body.accessToken, body: { name: 'Helped' } })
    expect(renamed.status, renamed.text).toBe(200)
    const { rows } = await t.deps.db.$client.execute({
      sql: `SELECT type, actor_id, acting_for, data FROM events WHERE user_id = ? AND actor_id = ? ORDER BY id`,
      args: [target.user.id, admin.user.id],
    })
    const chain = [
      { kind: 'user', id: admin.user.id },
      { kind: 'user', id: target.user.id },
    ]
    expect(
      rows.map(({ type, acting_for }) => [type, acting_for === null ? null : JSON.parse(String(acting_for))]),
    ).toEqual([
      ['session.impersonated', null],
      ['session.refreshed', chain],
      ['user.updated', chain],
    ])
    expect(JSON.parse(String(rows[0]?.data))).toEqual({ reason: 'Ticket 4711', ttlSeconds: 900 })
  })

  test('ends after its time, also when it is refreshed', async () => {
    const target = await person()
    const { body } = await impersonate(admin.accessToken, target.user.id, { reason: 'x', ttlSeconds: 60 })
    t.clock.advance(59_000)
    const refreshed = await call<Impersonated>(t, 'POST /v1/auth/refresh', {
      body: { refreshToken: body.refreshToken },
    })
    expect(refreshed.status).toBe(200)
    t.clock.advance(1_000)
    expect((await me(refreshed.body.accessToken)).body.code).toBe('session.expired')
    const late = await call(t, 'POST /v1/auth/refresh', { body: { refreshToken: refreshed.body.refreshToken } })
    expect(late.status).toBe(401)
  })

  test('cannot take over the account, become unmarked, or act as another person', async () => {
    const target = await supporter('users:read', 'users:impersonate')
    const { body } = await impersonate(admin.accessToken, target.user.id)
    const token = body.accessToken
    for (const [route, sent] of [
      ['POST /v1/me/email', { email: 'taken@example.com' }],
      ['POST /v1/me/password', { currentPassword: PASSWORD, newPassword: 'taken over by the support' }],
      [
        'POST /v1/me/password',
        { currentPassword: 'a guess of the password', newPassword: 'taken over by the support' },
      ],
      ['DELETE /v1/me', undefined],
      ['POST /v1/me/mfa/totp', undefined],
      ['POST /v1/me/passkeys/options', { name: 'x' }],
      ['GET /v1/me/export', undefined],
      [`POST /v1/users/${(await person()).user.id}/impersonate`, { reason: 'chain' }],
    ] as const)
      expect((await call(t, route, { token, body: sent })).body.code, route).toBe('auth.fresh_session_required')
    // Even with the password of the user.
    const stepped = await call(t, 'POST /v1/auth/step-up', { token, body: { password: PASSWORD } })
    expect([stepped.status, stepped.body.code]).toEqual([403, 'auth.forbidden'])
    expect((await me(token)).body.act).toEqual({ sub: admin.user.id })
  })

  test('of an anonymous account is not fresh either', async () => {
    const anonymous = await call<Session>(t, 'POST /v1/auth/anonymous', { body: {} })
    expect(anonymous.status, anonymous.text).toBe(201)
    const { body } = await impersonate(admin.accessToken, anonymous.body.user.id)
    expect((await call(t, 'DELETE /v1/me', { token: body.accessToken })).body.code).toBe('auth.fresh_session_required')
  })

  test.each([
    ['is disabled', (id: string) => `UPDATE users SET status = 'disabled' WHERE id = '${id}'`],
    ['is deleted', (id: string) => `DELETE FROM users WHERE id = '${id}'`],
    ['loses the permission', (id: string) => `DELETE FROM user_roles WHERE user_id = '${id}'`],
  ])('ends when the administrator %s', async (_, change) => {
    const support = await supporter('users:impersonate')
    const { body } = await impersonate(support.accessToken, (await person()).user.id)
    expect((await me(body.accessToken)).status).toBe(200)
    await t.deps.db.$client.execute(change(support.user.id))
    t.deps.principals.forget(support.user.id) // as `commit` does
    expect((await me(body.accessToken)).body.code).toBe('session.expired')
  })

  test.each([
    [
      'in the instance',
      (user: Session) =>
        call(t, `PATCH /v1/users/${user.user.id}`, { token: admin.accessToken, body: { roles: ['admin'] } }),
      200,
    ],
    ['as an owner of an organisation', (user: Session) => makeOrg(user), 201],
  ])('ends when the user gets a right that the administrator lacks, %s', async (_, promote, status) => {
    const [support, target] = [await supporter('users:impersonate', 'users:read'), await person()]
    const { body } = await impersonate(support.accessToken, target.user.id)
    expect((await me(body.accessToken)).status).toBe(200)
    const promoted = await promote(target)
    expect(promoted.status, promoted.text).toBe(status)
    expect((await me(body.accessToken)).body.code).toBe('session.expired')
    expect((await refresh(body)).status).toBe(401)
  })

  test('ends when a role of the user in an organisation gets such a right', async () => {
    const [support, owner, target] = [await supporter('users:impersonate'), await person(), await person()]
    const { id } = (await makeOrg(owner)).body
    const path = `/v1/orgs/${id}/roles`
    const role = { name: 'helper', permissions: [] as string[] }
    expect((await call(t, `POST ${path}`, { token: owner.accessToken, body: role })).status).toBe(201)
    for (const sql of [
      `INSERT INTO org_members (org_id, user_id, joined_at) VALUES (?, ?, 0)`,
      `INSERT INTO org_member_roles (org_id, user_id, role) VALUES (?, ?, 'helper')`,
    ])
      await t.deps.db.$client.execute({ sql, args: [id, target.user.id] })
    t.deps.principals.forgetAll()
    const { body } = await impersonate(support.accessToken, target.user.id)
    expect((await me(body.accessToken)).status).toBe(200)
    const changed = await call(t, `PATCH ${path}/helper`, {
      token: owner.accessToken,
      body: { permissions: ['audit:read'] },
    })
    expect(changed.status, changed.text).toBe(200)
    expect((await me(body.accessToken)).body.code).toBe('session.expired')
  })

  test('gets no new tokens after the administrator lost the permission', async () => {
    const support = await supporter('users:impersonate')
    const { body } = await impersonate(support.accessToken, (await person()).user.id)
    await t.deps.db.$client.execute({ sql: 'DELETE FROM user_roles WHERE user_id = ?', args: [support.user.id] })
    t.deps.principals.forget(support.user.id)
    const refused = await refresh(body)
    expect([refused.status, refused.body.code]).toEqual([401, 'session.expired'])
  })

  test('names the administrator in the events of a refresh and of its end', async () => {
    const target = await person()
    const { body } = await impersonate(admin.accessToken, target.user.id)
    const { body: refreshed } = await refresh(body)
    expect((await call(t, 'POST /v1/auth/sign-out', { token: refreshed.accessToken })).status).toBe(204)
    const { rows } = await t.deps.db.$client.execute({
      sql: `SELECT type, actor_id, acting_for FROM events WHERE user_id = ? AND type IN ('session.refreshed', 'session.ended') ORDER BY id`,
      args: [target.user.id],
    })
    const chain = [
      { kind: 'user', id: admin.user.id },
      { kind: 'user', id: target.user.id },
    ]
    expect(rows.map((row) => [row.type, row.actor_id, JSON.parse(String(row.acting_for))])).toEqual([
      ['session.refreshed', admin.user.id, chain],
      ['session.ended', admin.user.id, chain],
    ])
  })

  test('shares no idempotency key with the administrator or with another user', async () => {
    const users = [await person(), await person()]
    const rename = (token: string) =>
      call<{ id: string }>(t, 'PATCH /v1/me', { token, headers: { 'idempotency-key': 'same' }, body: { name: 'Same' } })
    expect((await rename(admin.accessToken)).body.id).toBe(admin.user.id)
    for (const { user } of users) {
      const { body } = await impersonate(admin.accessToken, user.id)
      for (const replayed of [null, 'true']) {
        const renamed = await rename(body.accessToken)
        expect(renamed.status, renamed.text).toBe(200)
        expect(renamed.body).toMatchObject({ id: user.id, name: 'Same' })
        expect(renamed.headers.get('idempotency-replayed')).toBe(replayed)
      }
    }
  })

  test('does not show the address of the administrator to the user', async () => {
    const { user } = await person()
    const opened = await call<Session>(t, `POST /v1/users/${user.id}/impersonate`, {
      token: admin.accessToken,
      headers: { 'user-agent': 'CanaryAdmin/1.0' },
      body: { reason: 'Ticket 4711' },
    })
    expect(opened.status, opened.text).toBe(200)
    const { accessToken: token } = await signIn(t, user.email)
    for (const route of ['GET /v1/me/sessions', 'GET /v1/me/export']) {
      const { status, text } = await call(t, route, { token })
      expect(status, text).toBe(200)
      expect(text).toContain('203.0.113.7') // the user's own
      expect(text).not.toContain('CanaryAdmin')
    }
  })

  test('causes a mail to the user and no device mail', async () => {
    const target = await person()
    await t.work()
    await impersonate(admin.accessToken, target.user.id)
    await t.work()
    const subjects = t.mails.filter(({ to }) => to === target.user.email).map(({ subject }) => subject)
    // The first one is of the sign-up.
    expect(subjects.slice(1)).toEqual([expect.stringContaining('acts in your account')])
  })
})

describe('is refused', () => {
  const refused = async (token: string, id: string) => {
    const before = await t.deps.db.$client.execute('SELECT count(*) AS n FROM sessions')
    const answer = await impersonate(token, id)
    expect((await t.deps.db.$client.execute('SELECT count(*) AS n FROM sessions')).rows).toEqual(before.rows)
    return [answer.status, answer.body.code]
  }

  test('for oneself, for equal and for higher rights', async () => {
    const support = await supporter('users:impersonate', 'users:read')
    const equal = await supporter('users:impersonate', 'users:read')
    const other = await supporter('users:impersonate', 'jobs:read')
    const lower = await supporter('users:read')
    for (const { user } of [support, equal, other, admin])
      expect(await refused(support.accessToken, user.id), user.email).toEqual([403, 'user.impersonation_refused'])
    expect((await impersonate(support.accessToken, lower.user.id)).status).toBe(200)
  })

  test('for an owner of an organisation, unless the administrator may do the same there', async () => {
    const support = await supporter('users:impersonate', 'users:read')
    const owner = await person()
    const { body: org } = await call<{ id: string }>(t, 'POST /v1/orgs', {
      token: owner.accessToken,
      body: { name: 'Acme' },
    })
    expect(await refused(support.accessToken, owner.user.id)).toEqual([403, 'user.impersonation_refused'])
    for (const sql of [
      `INSERT INTO org_members (org_id, user_id, joined_at) VALUES (?, ?, 0)`,
      `INSERT INTO org_member_roles (org_id, user_id, role) VALUES (?, ?, 'owner')`,
    ])
      await t.deps.db.$client.execute({ sql, args: [org.id, support.user.id] })
    t.deps.principals.forget(support.user.id)
    expect((await impersonate(support.accessToken, owner.user.id)).status).toBe(200)
    expect((await impersonate(admin.accessToken, owner.user.id)).status).toBe(200)
  })

  test('for a user to whom a rule gives what the administrator lacks, or whom a deny rule spares', async () => {
    const [support, target] = [await supporter('users:impersonate', 'users:read'), await person()]
    const writeRule = async (rule: object) => {
      const made = await call<{ id: string }>(t, 'POST /v1/policies', {
        token: admin.accessToken,
        body: { name: 'rule', ...rule },
      })
      expect(made.status, made.text).toBe(201)
      return made.body.id
    }
    const allow = { effect: 'allow', permissions: ['audit:read'] }
    const { email } = target.user
    for (const [rule, code] of [
      [{ ...allow, condition: `actor.email == "${email}"` }, 'user.impersonation_refused'],
      [{ ...allow, condition: `actor.email == "${email}" && context.ip == "192.0.2.1"` }, 'user.impersonation_refused'],
      [{ ...allow, condition: `!actor.emailVerified && resource.level > 3` }, 'user.impersonation_refused'],
      [{ ...allow, condition: `actor.email == "${support.user.email}"` }, undefined],
      [{ ...allow, condition: `actor.type == "user"` }, undefined],
      [{ ...allow, condition: `context.ip == "192.0.2.1"` }, undefined],
      [{ ...allow, permissions: ['users:read'], condition: `actor.email == "${email}"` }, undefined],
      [
        { effect: 'deny', permissions: ['users:read'], condition: `actor.email == "${support.user.email}"` },
        'user.impersonation_refused',
      ],
    ] as const) {
      const id = await writeRule(rule)
      try {
        const answer = await impersonate(support.accessToken, target.user.id)
        expect(answer.body.code, rule.condition).toBe(code as string)
        expect((await impersonate(admin.accessToken, target.user.id)).status).toBe(200)
      } finally {
        await call(t, `DELETE /v1/policies/${id}`, { token: admin.accessToken })
      }
    }
  })

  test('for a disabled and an unknown user, without the permission, and without a fresh session', async () => {
    const target = await person()
    await call(t, `POST /v1/users/${target.user.id}/disable`, { token: admin.accessToken })
    expect(await refused(admin.accessToken, target.user.id)).toEqual([403, 'user.impersonation_refused'])
    expect(await refused(admin.accessToken, `usr_${'0'.repeat(32)}`)).toEqual([404, 'user.not_found'])
    const reader = await supporter('users:read', 'users:write')
    expect(await refused(reader.accessToken, (await person()).user.id)).toEqual([403, 'auth.forbidden'])
    t.clock.advance(11 * 60_000)
    const { body } = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: admin.refreshToken } })
    expect(await refused(body.accessToken, (await person()).user.id)).toEqual([403, 'auth.fresh_session_required'])
  })

  test('with a reason that is empty or a time that is too long', async () => {
    const { user } = await person()
    for (const body of [
      {},
      { reason: '' },
      { reason: ' \n' },
      { reason: 'x'.repeat(501) },
      { reason: 1 },
      { reason: 'x', ttlSeconds: 3601 },
      { reason: 'x', ttlSeconds: 59 },
      { reason: 'x', ttlSeconds: 900.5 },
      { reason: 'x', ttlSeconds: '900' },
      { reason: 'x', useCookie: 'yes' },
      { reason: 'x', roles: ['admin'] },
    ])
      expect((await impersonate(admin.accessToken, user.id, body)).status, JSON.stringify(body)).toBe(422)
  })
})

test('a client of OAuth impersonates nobody, whatever it was allowed: a session has no scopes', async () => {
  const boss = await makePerson(t, 'boss@example.com')
  await t.deps.db.$client.execute({
    sql: `INSERT INTO user_roles (user_id, role) VALUES (?, 'admin')`,
    args: [boss.userId],
  })
  t.deps.principals.forgetAll()
  const { user } = await person()
  const { tokens } = await connect(t, await makeClient(t), { [ORIGIN]: ['users:impersonate'] }, boss)
  const answer = await impersonate(tokens.access_token, user.id)
  expect([answer.status, answer.body.code]).toEqual([403, 'auth.fresh_session_required'])
})

describe('with a cookie', () => {
  const inBrowser = (id: string, who: { cookie?: string; token?: string }, origin = ORIGIN) =>
    call(t, `POST /v1/users/${id}/impersonate`, {
      ...who,
      headers: { origin },
      body: { reason: 'Ticket 4711', useCookie: true },
    })

  test('the session of the browser before it ends, as an act of the administrator, and no other one', async () => {
    const { user } = await person()
    const [here, elsewhere] = [
      await signInWithCookie(t, 'admin@example.com'),
      await signInWithCookie(t, 'admin@example.com'),
    ]
    const acting = cookieOf(await inBrowser(user.id, { cookie: here }))
    const status = async (cookie: string) => (await call(t, 'GET /v1/me', { cookie })).status
    expect([await status(here), await status(elsewhere), await status(acting)]).toEqual([401, 200, 200])
    expect((await me(admin.accessToken)).status).toBe(200)
    const { rows } = await t.deps.db.$client.execute(
      "SELECT user_id, actor_id FROM events WHERE type = 'session.ended' ORDER BY id DESC LIMIT 1",
    )
    expect(rows).toMatchObject([{ user_id: admin.user.id, actor_id: admin.user.id }])
  })

  test('a refusal ends nothing', async () => {
    const here = await signInWithCookie(t, 'admin@example.com')
    expect((await inBrowser(admin.user.id, { cookie: here })).status).toBe(403)
    expect((await call(t, 'GET /v1/me', { cookie: here })).status).toBe(200)
  })

  test('a page of another site puts no session into the browser of a visitor, with a token of its own', async () => {
    const { user } = await person()
    const answer = await inBrowser(user.id, { token: admin.accessToken }, 'https://evil.example')
    expect([answer.status, answer.body.code, answer.headers.get('set-cookie')]).toEqual([
      403,
      'request.origin_refused',
      null,
    ])
    expect((await inBrowser(user.id, { token: admin.accessToken })).status).toBe(200)
  })
})
