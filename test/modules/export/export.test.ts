import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { Value } from '@sinclair/typebox/value'
import { AccountExport } from '../../../src/modules/export/schema.ts'
import { call, PASSWORD, setUpAdmin, signIn, signInWithCookie, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { count, tamper } from '../audit-events/support/chain.ts'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

interface Export {
  exportedAt: string
  user: Record<string, unknown>
  sessions: { id: string; address: string | null; endedAt: string | null }[]
  knownDevices: unknown[]
  identities: unknown[]
  linksAndCodes: Record<string, unknown>[]
  mails: Record<string, unknown>[]
  events: { id: string; type: string; actorId: string | null; address: string | null; data: unknown }[]
}
const exported = (token: string) => call<Export>(t, 'GET /v1/me/export', { token })

test('holds all data: account, sign-ins, devices, links, mails and events', async () => {
  const { accessToken, user } = await signUp(t, 'ada@example.com')
  await signIn(t, 'ada@example.com')
  await tamper(
    t,
    `INSERT OR REPLACE INTO known_devices VALUES (?, 'Firefox on Linux', '203.0.113.0/24', 1, 2)`,
    user.id,
  )
  await tamper(
    t,
    `INSERT INTO one_time_tokens VALUES ('ott_1', ?, 'change-email', 'new@example.com', 'new@example.com', 'secret-hash', 'secret-code', 0, 1, 2, NULL, 0, 'ada@example.com', NULL, 'secret-password-hash')`,
    user.id,
  )
  await tamper(
    t,
    `INSERT INTO jobs VALUES ('job_1', 'mail', ?, 'evt_x', 'secret-payload', 'done', 1, 3, 'secret-lease', 'error', 1, 3)`,
    user.id,
  )
  await tamper(
    t,
    `INSERT INTO identities VALUES ('idn_1', ?, 'google', 'https://accounts.google.com', '1102', 'ada@work.example', 'secret-tokens', 1, 2, 0)`,
    user.id,
  )
  const { status, headers, body, text } = await exported(accessToken)
  expect(status).toBe(200)
  expect(body.identities).toEqual([
    {
      id: 'idn_1',
      provider: 'google',
      issuer: 'https://accounts.google.com',
      subject: '1102',
      email: 'ada@work.example',
      createdAt: '1970-01-01T00:00:00.001Z',
      lastUsedAt: '1970-01-01T00:00:00.002Z',
    },
  ])
  expect(headers.get('content-type')).toBe('application/json')
  expect(headers.get('content-disposition')).toBe(`attachment; filename="account-${user.id}.json"`)
  expect(headers.get('cache-control')).toBe('no-store')
  expect([...Value.Errors(AccountExport, body)]).toEqual([])
  expect(body.user).toEqual({ ...user, privateMetadata: {}, hasPassword: true })
  expect(body.sessions).toHaveLength(2)
  expect(body.sessions[0]).toMatchObject({ kind: 'token', endedAt: null })
  expect(body.knownDevices).toContainEqual({
    device: 'Firefox on Linux',
    network: '203.0.113.0/24',
    firstSeenAt: '1970-01-01T00:00:00.001Z',
    lastSeenAt: '1970-01-01T00:00:00.002Z',
  })
  expect(body.linksAndCodes).toContainEqual({
    purpose: 'change-email',
    email: 'new@example.com',
    createdAt: '1970-01-01T00:00:00.001Z',
    expiresAt: '1970-01-01T00:00:00.002Z',
    usedAt: null,
  })
  expect(body.mails).toContainEqual({
    id: 'job_1',
    state: 'done',
    attempts: 1,
    createdAt: '1970-01-01T00:00:00.001Z',
    finishedAt: '1970-01-01T00:00:00.003Z',
  })
  const types = body.events.map(({ type }) => type).filter((type) => type !== 'auth.mail_requested')
  expect(types).toEqual(['user.created', 'session.created', 'session.created', 'user.exported'])
  expect(body.events[0]).toMatchObject({ actorId: user.id, address: '203.0.113.7', data: { by: 'sign-up' } })
  for (const secret of ['secret-', '$argon2', 'lease']) expect(text).not.toContain(secret)
})

test('holds no hash of any session or password', async () => {
  const { accessToken } = await signUp(t, 'ada@example.com')
  await signInWithCookie(t, 'ada@example.com')
  const { text } = await exported(accessToken)
  const { rows } = await t.deps.db.$client.execute(
    'SELECT hash AS secret FROM session_tokens UNION SELECT password_hash FROM users',
  )
  expect(rows.length).toBeGreaterThan(2)
  for (const { secret } of rows) expect(text).not.toContain(String(secret))
})

test('shows the actions of an administrator on the account, but not their address', async () => {
  const admin = await setUpAdmin(t)
  const { accessToken, user } = await signUp(t, 'ada@example.com')
  await call(t, `PATCH /v1/users/${user.id}`, { token: admin.accessToken, body: { name: 'Ada' } })
  const update = (await exported(accessToken)).body.events.find(({ type }) => type === 'user.updated')
  expect(update).toMatchObject({ actorId: admin.user.id, address: null, userAgent: null } as object)
})

test('holds no data of another user', async () => {
  const eve = await signUp(t, 'eve@example.com')
  const { accessToken } = await signUp(t, 'ada@example.com')
  await call(t, 'POST /v1/auth/sign-in', { body: { email: 'nobody@example.com', password: PASSWORD } })
  const { text } = await exported(accessToken)
  for (const trace of [eve.user.id, 'eve@', 'nobody@', 'auth.failed']) expect(text).not.toContain(trace)
})

describe('a long life', () => {
  const EVENTS = 12_345
  const insert = (id: string) =>
    tamper(
      t,
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
        INSERT INTO events (id, type, result, at, actor_id, user_id, data)
        SELECT printf('evt_%032x', i), 'session.refreshed', 'success', 1, CASE WHEN i % 2 THEN ? END, CASE WHEN i % 3 THEN ? END, '{}' FROM n`,
      EVENTS,
      id,
      id,
    )

  test('is handed over whole, each event once and in order, page by page', async () => {
    const { accessToken, user } = await signUp(t, 'ada@example.com')
    await insert(user.id)
    const { body } = await exported(accessToken)
    const all = body.events.map(({ id }) => id)
    const ids = all.filter((id) => id < 'evt_0000001')
    expect(all).toEqual([...new Set(all)].sort())
    // Every sixth event is neither by nor about the user.
    expect(ids.length).toBe(EVENTS - Math.floor(EVENTS / 6))
  })

  test('is read from the database only as far as the client reads', async () => {
    const { accessToken, user } = await signUp(t, 'ada@example.com')
    await insert(user.id)
    let trips = 0
    const { $client } = t.deps.db
    const execute = $client.execute.bind($client)
    Object.defineProperty($client, 'execute', {
      value: (statement: Parameters<typeof execute>[0]) => {
        trips++
        return execute(statement)
      },
    })
    const request = new Request(`${ORIGIN}/v1/me/export`, { headers: { authorization: `Bearer ${accessToken}` } })
    const response = await t.app.handle(request)
    const reader = response.body?.getReader()
    let read = 0
    while (read < 100_000) read += (await reader?.read())?.value?.length ?? 1e9
    await reader?.cancel()
    expect(trips).toBeLessThan(10)
  })

  test('is cut short, and so no JSON, when the database goes away in the middle', async () => {
    const { accessToken, user } = await signUp(t, 'ada@example.com')
    await insert(user.id)
    const request = new Request(`${ORIGIN}/v1/me/export`, { headers: { authorization: `Bearer ${accessToken}` } })
    const response = await t.app.handle(request)
    expect(response.status).toBe(200)
    await tamper(t, 'DELETE FROM known_devices').catch(() => undefined)
    await t.deps.db.$client.execute('ALTER TABLE events RENAME TO mislaid')
    await expect(response.text()).rejects.toThrow()
    expect(t.logged).toContainEqual(expect.objectContaining({ level: 'error', message: 'account export cut short' }))
  })
})

test('names, agents and event data of any text come out as they are', async () => {
  const { accessToken, user } = await signUp(t, 'ada@example.com')
  const odd = '\u202e"\\]},\u2028 🦋 é\u0301 \u0001 </script>'
  await call(t, 'PATCH /v1/me', { token: accessToken, body: { name: odd } })
  await tamper(
    t,
    'UPDATE events SET user_agent = ?, data = ? WHERE user_id = ?',
    odd,
    JSON.stringify({ [odd]: [odd] }),
    user.id,
  )
  const { body } = await exported(accessToken)
  expect(body.user.name).toBe(odd)
  expect(body.events[0]).toMatchObject({ userAgent: odd, data: { [odd]: [odd] } } as object)
})

describe('is refused', () => {
  test('without a session, with one that is not fresh, and after sign-out', async () => {
    const { accessToken, refreshToken } = await signUp(t, 'ada@example.com')
    expect((await call(t, 'GET /v1/me/export')).status).toBe(401)
    t.clock.advance(10 * 60_000 + 1)
    const renewed = await call<{ accessToken: string }>(t, 'POST /v1/auth/refresh', { body: { refreshToken } })
    const stale = await exported(renewed.body.accessToken)
    expect([stale.status, (stale.body as unknown as { code: string }).code]).toEqual([
      403,
      'auth.fresh_session_required',
    ])
    expect(stale.headers.get('content-disposition')).toBeNull()
    const fresh = await signIn(t, 'ada@example.com')
    expect((await exported(fresh.accessToken)).status).toBe(200)
    await call(t, 'POST /v1/auth/sign-out', { token: fresh.accessToken })
    expect((await exported(fresh.accessToken)).status).toBe(401)
    expect((await exported(accessToken)).status).toBe(401)
  })

  test('to another origin with a cookie', async () => {
    await signUp(t, 'ada@example.com')
    const cookie = await signInWithCookie(t, 'ada@example.com')
    expect((await call(t, 'GET /v1/me/export', { cookie })).status).toBe(200)
    const foreign = await call(t, 'GET /v1/me/export', { cookie, headers: { origin: 'https://evil.example' } })
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
  })
})

test('writes one event, which names the user and the session', async () => {
  const { accessToken, user } = await signUp(t, 'ada@example.com')
  const before = await count(t, 'events')
  await exported(accessToken)
  expect(await count(t, 'events')).toBe(before + 1)
  const { rows } = await t.deps.db.$client.execute(
    "SELECT actor_id, user_id, session_id, result FROM events WHERE type = 'user.exported'",
  )
  expect(rows).toMatchObject([{ actor_id: user.id, user_id: user.id, result: 'success' }])
  expect(rows[0]?.session_id).toStartWith('ses_')
})
