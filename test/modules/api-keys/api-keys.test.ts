import { afterAll, beforeAll, describe, expect, spyOn, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { apiKeys, organisations, orgMembers } from '../../../db/tables/index.ts'
import { createApp } from '../../../src/app.ts'
import { formOf } from '../../../src/modules/api-keys/key-text.ts'
import { createPrincipalCache, REMOTE_PRINCIPAL_TTL_MS } from '../../../src/platform/principal-cache.ts'
import { call, type Session, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { askKey, join, makeAccount, makeKey, makeOrg, makeSigned, statusWith } from './support/keys.ts'

let t: TestApp
let admin: string
let people = 0
beforeAll(async () => {
  t = await createTestApp()
  admin = (await setUpAdmin(t)).accessToken
})
afterAll(() => t.close())

const person = (): Promise<Session> => signUp(t, `key-person-${++people}@example.com`)
/** A person who administers the instance, so that their keys have something to do. */
async function boss(): Promise<Session> {
  const session = await person()
  const body = { roles: ['admin', 'user'] }
  expect((await call(t, `PATCH /v1/users/${session.user.id}`, { token: admin, body })).status).toBe(200)
  return session
}
const codeWith = async (key: string, route = 'GET /v1/users') => (await call(t, route, { token: key })).body.code
/** What other processes see: the same database, a cache of their own. */
const otherProcess = () => {
  const principals = createPrincipalCache({ maxEntries: 100, ttlMs: REMOTE_PRINCIPAL_TTL_MS, clock: t.clock })
  const deps = { ...t.deps, principals }
  return { ...t, deps, app: createApp(deps) }
}

describe('a key', () => {
  test('of each form acts for its owner within its scopes, and is shown once', async () => {
    const owner = await boss()
    for (const make of [makeKey, makeSigned]) {
      const made = await make(t, owner.accessToken, { scopes: ['users:read'] })
      expect(made.userId).toBe(owner.user.id)
      expect(await statusWith(t, made.key)).toBe(200)
      const refused = await call(t, 'POST /v1/users', { token: made.key, body: { email: 'never@example.com' } })
      expect([refused.status, refused.body.code]).toEqual([403, 'auth.forbidden'])
      const [read, listed] = [
        await call(t, `GET /v1/api-keys/${made.id}`, { token: owner.accessToken }),
        await call(t, 'GET /v1/api-keys', { token: owner.accessToken }),
      ]
      const { key, ...rest } = made
      expect(read.body).toEqual({ ...rest, lastUsedAt: null })
      for (const { text } of [read, listed]) expect(text).not.toContain(key)
      const { rows } = await t.deps.db.$client.execute('SELECT * FROM api_keys')
      expect(JSON.stringify(rows)).not.toContain(key.slice(4))
    }
  })

  test('that is unknown, expired, revoked, mistyped or truncated gets one and the same 401', async () => {
    const { accessToken: token } = await boss()
    const expiring = await makeKey(t, token, { expiresAt: new Date(t.clock.now() + 60_000).toISOString() })
    expect(await statusWith(t, expiring.key)).toBe(200) // and is in the cache
    const revoked = await makeKey(t, token)
    expect(await statusWith(t, revoked.key)).toBe(200)
    expect((await call(t, `DELETE /v1/api-keys/${revoked.id}`, { token })).status).toBe(204)
    const cut = await makeKey(t, token)
    t.clock.advance(60_000)
    const answers = []
    for (const key of [
      expiring.key,
      revoked.key,
      cut.key.slice(0, -1),
      cut.key.slice(0, -6),
      'tid_',
      `tid_${'0'.repeat(49)}`,
    ]) {
      const { status, body } = await call(t, 'GET /v1/users', { token: key })
      answers.push({ status, ...body, requestId: '' })
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ status: 401, code: 'apikey.invalid' })
    t.clock.advance(-60_000)
  })

  test('with one changed character is refused: 20 changes of each form, without a read of the database', async () => {
    const { accessToken: token } = await boss()
    for (const { key } of [await makeKey(t, token), await makeSigned(t, token)]) {
      expect(await statusWith(t, key)).toBe(200)
      const spied = spyOn(t.deps.db.$client, 'execute')
      const batch = spyOn(t.deps.db.$client, 'batch')
      for (let change = 0; change < 20; change++) {
        const at = 4 + Math.floor(((key.length - 4) * change) / 20)
        const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz'
        const other = letters[(letters.indexOf(key[at] ?? '') + 1 + change) % letters.length] ?? 'A'
        const changed = key.slice(0, at) + (other === key[at] ? '0' : other) + key.slice(at + 1)
        expect(changed).not.toBe(key)
        expect(await codeWith(changed), changed).toBe('apikey.invalid')
      }
      for (const changed of [`${key}A`, key.slice(0, -1), key.slice(4), `TID_${key.slice(4)}`, `tid_${key}`])
        expect(await statusWith(t, changed), changed).toBe(401)
      // The scope of the instance may be read; the keys are not.
      const sent = JSON.stringify([...spied.mock.calls, ...batch.mock.calls])
      expect(sent).not.toContain('from \\"api_keys\\"')
      spied.mockRestore()
      batch.mockRestore()
    }
  })

  test('is no access token, and an access token is no key', async () => {
    const { accessToken: token } = await boss()
    const { key } = await makeSigned(t, token)
    expect(await codeWith(key.slice(4))).toBe('session.expired')
    expect(formOf(`tid_${token}`)).toBe('signed')
    expect(await codeWith(`tid_${token}`)).toBe('apikey.invalid')
    for (const headers of [{ cookie: `__Host-session=${key}` }, { authorization: `Basic ${key}` }])
      expect((await call(t, 'GET /v1/users', { headers })).status).toBe(401)
  })

  test('passes no mark of sessions, makes no keys, and cannot read those of its owner', async () => {
    const owner = await boss()
    const { key, id } = await makeKey(t, owner.accessToken, {
      scopes: ['users:write', 'api-keys:write', 'service-accounts:write'],
    })
    for (const route of ['GET /v1/me', 'PATCH /v1/me', 'DELETE /v1/me', 'GET /v1/me/export', 'GET /v1/me/sessions'])
      expect(
        (await call(t, route, { token: key, body: route.startsWith('PATCH') ? { name: 'x' } : undefined })).status,
        route,
      ).toBe(403)
    for (const [route, body] of [
      ['POST /v1/api-keys', { name: 'More', scopes: ['users:write'] }],
      [`POST /v1/api-keys/${id}/rotate`, {}],
      [`DELETE /v1/api-keys/${id}`, undefined],
      ['POST /v1/service-accounts', { name: 'Robot', roles: [] }],
      [`PATCH /v1/users/${owner.user.id}`, { roles: ['admin'] }],
    ] as const)
      expect((await call(t, route, { token: key, body })).body.code, route).toBe('auth.fresh_session_required')
    expect((await call(t, 'GET /v1/api-keys', { token: key })).body.code).toBe('auth.forbidden')
    expect((await call(t, `GET /v1/api-keys/${id}`, { token: key })).body.code).toBe('apikey.not_found')
  })

  test('needs a fresh session to be made, replaced or revoked', async () => {
    const old = await boss()
    const { id } = await makeKey(t, old.accessToken)
    t.clock.advance(11 * 60_000)
    const { body } = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: old.refreshToken } })
    for (const [route, sent] of [
      ['POST /v1/api-keys', { name: 'x', scopes: ['users:read'] }],
      [`POST /v1/api-keys/${id}/rotate`, {}],
      [`DELETE /v1/api-keys/${id}`, undefined],
    ] as const)
      expect((await call(t, route, { token: body.accessToken, body: sent })).body.code, route).toBe(
        'auth.fresh_session_required',
      )
    admin = (await signIn(t, 'admin@example.com')).accessToken
  })

  test('is of at most 100 for one owner', async () => {
    const { accessToken: token, user } = await boss()
    const { id } = await makeKey(t, token)
    const [row] = await t.deps.db.select().from(apiKeys).where(eq(apiKeys.id, id))
    if (row === undefined) throw new Error('no row')
    await t.deps.db
      .insert(apiKeys)
      .values(
        Array.from({ length: 98 }, () => ({ ...row, id: t.deps.random.id('apk'), hash: t.deps.random.id('tok') })),
      )
    const answers = await Promise.all(Array.from({ length: 4 }, () => askKey(t, token, {})))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409])
    expect(user.id).toBe(row.userId ?? '')
  })
})

describe('a body', () => {
  test('that names anything the server decides is 422 (ASVS 15.3.3)', async () => {
    const { accessToken: token, user } = await boss()
    for (const more of [
      { userId: user.id },
      { roles: ['owner'] },
      { createdBy: user.id },
      { hash: 'x' },
      { key: 'tid_x' },
      { permissions: ['users:read'] },
      { replaces: 'apk_x' },
      { trustEpoch: 9 },
      { orgId: null },
      { scopes: [] },
      { scopes: ['users:*'] },
      { scopes: ['*'] },
      { networks: [] },
      { networks: ['10/8'] },
      { networks: ['x'] },
      { expiresAt: '2020-01-01T00:00:00.000Z' },
      { expiresAt: 'tomorrow' },
      { form: 'signed' },
      { form: 'signed', expiresAt: '2030-01-01T00:00:00.000Z' },
      { requestsPerMinute: 0 },
      { metadata: { deep: {} } },
    ])
      expect((await askKey(t, token, more)).status, JSON.stringify(more)).toBe(422)
  })
})

describe('a scope', () => {
  test('that the maker lacks is refused, of whichever owner the key is', async () => {
    const plain = await person()
    expect((await askKey(t, plain.accessToken, { scopes: ['users:read'] })).body).toMatchObject({
      code: 'apikey.scope_refused',
    })
    const orgId = await makeOrg(t, plain.accessToken)
    for (const body of [
      { orgId, scopes: ['users:read'] },
      { orgId, scopes: ['orgs:read', 'users:write'] },
    ])
      expect((await askKey(t, plain.accessToken, body)).body).toMatchObject({ code: 'apikey.scope_refused' })
    const keeper = await person()
    await join(t, orgId, keeper, ['admin'])
    const robot = await makeAccount(t, plain.accessToken, { orgId, roles: ['owner'] })
    for (const body of [{ orgId }, { serviceAccountId: robot.id }]) {
      const refused = await askKey(t, keeper.accessToken, { ...body, scopes: ['orgs:delete'] })
      expect(refused.body).toMatchObject({ code: 'apikey.scope_refused' }) // an owner of the organisation has it, an admin not
      expect((await askKey(t, keeper.accessToken, { ...body, scopes: ['orgs:write'] })).status).toBe(201)
    }
    const owners = await makeKey(t, plain.accessToken, { orgId, scopes: ['orgs:delete'] })
    const rotated = await call(t, `POST /v1/api-keys/${owners.id}/rotate`, { token: keeper.accessToken, body: {} })
    expect(rotated.body.code).toBe('apikey.scope_refused') // the answer would hand them the key
  })

  test('cannot be gained by the role of a service account', async () => {
    const owner = await person()
    const orgId = await makeOrg(t, owner.accessToken)
    const keeper = await person()
    await join(t, orgId, keeper, ['admin'])
    const ask = (body: object) =>
      call(t, 'POST /v1/service-accounts', { token: keeper.accessToken, body: { name: 'R', ...body } })
    expect((await ask({ orgId, roles: ['owner'] })).body.code).toBe('serviceaccount.role_refused')
    expect((await ask({ orgId, roles: ['nobody'] })).body.code).toBe('request.invalid')
    expect((await ask({ roles: ['admin'] })).body.code).toBe('auth.forbidden') // of the instance
    const robot = await makeAccount(t, keeper.accessToken, { orgId, roles: ['admin'] })
    const raised = await call(t, `PATCH /v1/service-accounts/${robot.id}`, {
      token: keeper.accessToken,
      body: { roles: ['owner'] },
    })
    expect(raised.body.code).toBe('serviceaccount.role_refused')
  })
})

describe('a key in an organisation', () => {
  test('uses no permission of the instance and of no other organisation, whoever made it', async () => {
    const owner = await boss()
    const [orgId, otherId] = [await makeOrg(t, owner.accessToken, 'One'), await makeOrg(t, owner.accessToken, 'Two')]
    const robot = await makeAccount(t, owner.accessToken, { orgId, roles: ['owner'] })
    for (const body of [{ orgId }, { serviceAccountId: robot.id }]) {
      const { key } = await makeKey(t, owner.accessToken, { ...body, scopes: ['orgs:read', 'api-keys:read'] })
      expect(await statusWith(t, key, `GET /v1/orgs/${orgId}`)).toBe(200)
      expect(await codeWith(key, `GET /v1/orgs/${otherId}`)).toBe('org.not_found')
      expect(await codeWith(key, 'GET /v1/users')).toBe('auth.forbidden')
      expect(await codeWith(key, 'GET /v1/api-keys?all=true')).toBe('auth.forbidden')
      expect(await codeWith(key, `GET /v1/api-keys?orgId=${otherId}`)).toBe('org.not_found')
      expect(await statusWith(t, key, `GET /v1/api-keys?orgId=${orgId}`)).toBe(200)
    }
    // An instance administrator has `users:read`, and the key of the organisation could not use it.
    expect((await askKey(t, owner.accessToken, { orgId, scopes: ['users:read'] })).body).toMatchObject({
      code: 'apikey.scope_refused',
    })
  })

  test('has no role that another process has taken from its maker a moment ago, and neither has a service account', async () => {
    const owner = await person()
    const orgId = await makeOrg(t, owner.accessToken)
    const clerk = await person()
    await join(t, orgId, clerk, ['admin'])
    const other = otherProcess()
    const token = clerk.accessToken
    const path = `PATCH /v1/orgs/${orgId}/members/${clerk.user.id}`
    expect((await call(other, `GET /v1/orgs/${orgId}`, { token })).status).toBe(200)
    const account = await makeAccount(t, owner.accessToken, { orgId, roles: ['member'] })
    expect((await call(t, path, { token: owner.accessToken, body: { roles: ['member'] } })).status).toBe(200)
    const asked = [
      ['POST /v1/api-keys', { name: 'left behind', orgId, scopes: ['orgs:read'] }],
      ['POST /v1/service-accounts', { name: 'left behind', orgId, roles: ['admin'] }],
      [`PATCH /v1/service-accounts/${account.id}`, { roles: ['admin'] }],
    ] as const
    for (const [route, body] of asked) {
      const { status } = await call(other, route, { token, body })
      expect([route, status >= 400]).toEqual([route, true])
    }
    const { rows } = await t.deps.db.$client.execute(
      `SELECT name FROM api_keys WHERE name = 'left behind' UNION SELECT name FROM service_accounts WHERE name = 'left behind' UNION SELECT role FROM service_account_roles WHERE role = 'admin' AND service_account_id = '${account.id}'`,
    )
    expect(rows).toEqual([])
  })

  test('outlives its maker, and ends with the organisation', async () => {
    const owner = await person()
    const orgId = await makeOrg(t, owner.accessToken)
    const keeper = await person()
    await join(t, orgId, keeper, ['admin'])
    const { key } = await makeKey(t, keeper.accessToken, { orgId, scopes: ['orgs:read'] })
    expect((await call(t, `DELETE /v1/users/${keeper.user.id}`, { token: admin })).status).toBe(204)
    const other = otherProcess()
    expect([
      await statusWith(t, key, `GET /v1/orgs/${orgId}`),
      await statusWith(other, key, `GET /v1/orgs/${orgId}`),
    ]).toEqual([200, 200])
    await t.deps.db.update(organisations).set({ deletedAt: t.clock.now() }).where(eq(organisations.id, orgId))
    t.deps.principals.forget(orgId)
    expect(await statusWith(t, key, `GET /v1/orgs/${orgId}`)).toBe(401)
    t.clock.advance(REMOTE_PRINCIPAL_TTL_MS + 1)
    expect(await statusWith(other, key, `GET /v1/orgs/${orgId}`)).toBe(401)
  })

  test('is seen and revoked by who may, and by nobody else', async () => {
    const [owner, member, stranger] = [await person(), await person(), await person()]
    const orgId = await makeOrg(t, owner.accessToken)
    await join(t, orgId, member, ['member'])
    const made = await makeKey(t, owner.accessToken, { orgId, scopes: ['orgs:read'] })
    for (const [session, listed] of [
      [member, 'auth.forbidden'],
      [stranger, 'org.not_found'],
    ] as const) {
      const token = session.accessToken
      expect((await call(t, `GET /v1/api-keys?orgId=${orgId}`, { token })).body.code).toBe(listed)
      for (const [route, body] of [
        [`GET /v1/api-keys/${made.id}`],
        [`DELETE /v1/api-keys/${made.id}`],
        [`POST /v1/api-keys/${made.id}/rotate`, {}],
      ] as const)
        expect((await call(t, route, { token, body })).body.code, route).toBe('apikey.not_found')
      expect((await askKey(t, token, { orgId, scopes: ['orgs:read'] })).body).toMatchObject({ code: listed })
    }
    expect(await statusWith(t, made.key, `GET /v1/orgs/${orgId}`)).toBe(200)
    expect((await call(t, `DELETE /v1/api-keys/${made.id}`, { token: owner.accessToken })).status).toBe(204)
    expect(await statusWith(t, made.key, `GET /v1/orgs/${orgId}`)).toBe(401)
  })
})

describe('every process refuses a key within a second', () => {
  const cases: Record<string, (owner: Session, id: string) => Promise<unknown>> = {
    'that was revoked': (owner, id) => call(t, `DELETE /v1/api-keys/${id}`, { token: owner.accessToken }),
    'that was replaced without an overlap': (owner, id) =>
      call(t, `POST /v1/api-keys/${id}/rotate`, {
        token: owner.accessToken,
        body: { overlapUntil: new Date(t.clock.now()).toISOString() },
      }),
    'of a disabled person': ({ user }) => call(t, `POST /v1/users/${user.id}/disable`, { token: admin }),
    'of a deleted person': ({ user }) => call(t, `DELETE /v1/users/${user.id}`, { token: admin }),
  }
  for (const [name, end] of Object.entries(cases))
    test(name, async () => {
      for (const make of [makeKey, makeSigned]) {
        const owner = await boss()
        const other = otherProcess()
        const { key, id } = await make(t, owner.accessToken)
        expect([await statusWith(t, key), await statusWith(other, key)]).toEqual([200, 200])
        expect([200, 201, 204]).toContain(((await end(owner, id)) as { status: number }).status)
        expect(await codeWith(key)).toBe('apikey.invalid')
        t.clock.advance(REMOTE_PRINCIPAL_TTL_MS + 1)
        expect(await statusWith(other, key)).toBe(401)
      }
    })

  test('of a disabled or deleted service account', async () => {
    const owner = await person()
    const orgId = await makeOrg(t, owner.accessToken)
    for (const [method, body] of [
      ['PATCH', { status: 'disabled' }],
      ['DELETE', undefined],
    ] as const) {
      const robot = await makeAccount(t, owner.accessToken, { orgId, roles: ['member'] })
      const other = otherProcess()
      const { key } = await makeKey(t, owner.accessToken, { serviceAccountId: robot.id, scopes: ['orgs:read'] })
      const route = `GET /v1/orgs/${orgId}`
      expect([await statusWith(t, key, route), await statusWith(other, key, route)]).toEqual([200, 200])
      const ended = await call(t, `${method} /v1/service-accounts/${robot.id}`, { token: owner.accessToken, body })
      expect([200, 204]).toContain(ended.status)
      expect(await codeWith(key, route)).toBe('apikey.invalid')
      t.clock.advance(REMOTE_PRINCIPAL_TTL_MS + 1)
      expect(await statusWith(other, key, route)).toBe(401)
    }
  })

  test('whose owner lost the role or the membership', async () => {
    const owner = await boss()
    const { key } = await makeKey(t, owner.accessToken)
    const other = otherProcess()
    expect([await statusWith(t, key), await statusWith(other, key)]).toEqual([200, 200])
    await call(t, `PATCH /v1/users/${owner.user.id}`, { token: admin, body: { roles: ['user'] } })
    expect(await codeWith(key)).toBe('auth.forbidden')
    t.clock.advance(REMOTE_PRINCIPAL_TTL_MS + 1)
    expect(await statusWith(other, key)).toBe(403)

    const founder = await person()
    const orgId = await makeOrg(t, founder.accessToken)
    const member = await person()
    await join(t, orgId, member, ['member'])
    const theirs = await makeKey(t, member.accessToken, { scopes: ['orgs:read'] })
    const route = `GET /v1/orgs/${orgId}`
    expect([await statusWith(t, theirs.key, route), await statusWith(other, theirs.key, route)]).toEqual([200, 200])
    await t.deps.db.delete(orgMembers).where(eq(orgMembers.userId, member.user.id))
    t.deps.principals.forget(member.user.id)
    expect(await codeWith(theirs.key, route)).toBe('org.not_found')
    t.clock.advance(REMOTE_PRINCIPAL_TTL_MS + 1)
    expect(await statusWith(other, theirs.key, route)).toBe(404)
  })
})

describe('a key that was planted before the owner came', () => {
  test('ends when the owner proves the address, and is not listed any more', async () => {
    const email = 'planted-key@example.com'
    const thief = await signUp(t, email)
    const orgId = await makeOrg(t, thief.accessToken)
    const { key } = await makeKey(t, thief.accessToken, { scopes: ['orgs:read'] })
    const route = `GET /v1/orgs/${orgId}`
    expect(await statusWith(t, key, route)).toBe(200)
    await call(t, 'POST /v1/auth/forgot-password', { body: { email } })
    await t.work()
    const token = /[?#&]token=([\w-]{43})/.exec(
      t.mails.find(({ to, text }) => to === email && text.includes('/reset-password'))?.text ?? '',
    )?.[1]
    const body = { token, password: 'the password of the owner' }
    expect((await call(t, 'POST /v1/auth/reset-password', { body })).status).toBeLessThan(300)
    expect(await codeWith(key, route)).toBe('apikey.invalid')
    const { rows } = await t.deps.db.$client.execute({
      sql: 'SELECT id FROM api_keys WHERE user_id = ?',
      args: [thief.user.id],
    })
    expect(rows.length).toBe(0)
  })
})

describe('a second factor', () => {
  test('that a role requires and the owner lacks stops the keys too', async () => {
    const owner = await boss()
    const { key } = await makeKey(t, owner.accessToken)
    expect(await statusWith(t, key)).toBe(200)
    await t.deps.db.$client.execute(
      `INSERT INTO role_requirements (role, mfa_required, updated_at) VALUES ('admin', 1, 0)`,
    )
    t.deps.principals.forgetAll()
    try {
      expect(await codeWith(key)).toBe('mfa.enrolment_required')
    } finally {
      await t.deps.db.$client.execute('DELETE FROM role_requirements')
      t.deps.principals.forgetAll()
    }
    expect(await statusWith(t, key)).toBe(200)
  })
})

describe('a mail', () => {
  test('tells the owner of a new key, and names it as text', async () => {
    const owner = await boss()
    await makeKey(t, owner.accessToken, { name: 'https://evil.example' })
    await t.work()
    const mail = t.mails.findLast(({ to }) => to === owner.user.email)
    expect(mail?.subject).toContain('An API key was made')
    expect(mail?.text).not.toContain('https://evil.example')
  })
})
