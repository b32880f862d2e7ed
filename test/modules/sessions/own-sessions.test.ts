import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { decodeJwt } from 'jose'
import type { ActiveSession, ActiveSessions } from '../../../src/modules/sessions/schema.ts'
import { type Call, call, cookieOf, PASSWORD, type Session, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

setDefaultTimeout(300_000) // many password hashes, on a machine that runs other tests too

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

let t: TestApp
let admin: Session
let n = 0
beforeAll(async () => {
  t = await createTestApp({ env: { ACCESS_TTL_SECONDS: '34560000' } })
  admin = await setUpAdmin(t)
})
afterAll(() => t.close())

const newcomer = () => signUp(t, `sessions${n++}@example.com`)
const idOf = ({ accessToken }: Session): string => decodeJwt<{ sid: string }>(accessToken).sid
const list = (asked: Call) => call<ActiveSessions>(t, 'GET /v1/me/sessions', asked)
const listed = async (asked: Call): Promise<ActiveSession[]> => (await list(asked)).body.items
const idsSeenBy = async (session: Session): Promise<string[]> =>
  (await listed({ token: session.accessToken })).map(({ id }) => id)
const status = async (session: Session) => (await call(t, 'GET /v1/me', { token: session.accessToken })).status
const events = async (userId: string, type: string) =>
  (
    await t.deps.db.$client.execute({
      sql: 'SELECT session_id, actor_id, data FROM events WHERE user_id = ? AND type = ? ORDER BY id',
      args: [userId, type],
    })
  ).rows
const withAgent = async (email: string, userAgent: string, useCookie = false) =>
  call<Session>(t, 'POST /v1/auth/sign-in', {
    headers: { 'user-agent': userAgent, ...(useCookie ? { origin: ORIGIN } : {}) },
    body: { email, password: PASSWORD, useCookie },
  })

test('the list shows the device, address and time of each session, and which one is the current one', async () => {
  const first = await newcomer()
  t.clock.advance(60_000)
  const phone = (await withAgent(first.user.email, SAFARI)).body
  t.clock.advance(60_000)
  const cookie = cookieOf(await withAgent(first.user.email, FIREFOX, true))
  await list({ token: phone.accessToken })
  await t.settle() // its use is noted
  const answer = await list({ token: phone.accessToken })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const start = t.clock.now()
  const at = (ms: number) => new Date(ms).toISOString()
  expect(answer.body.items).toEqual([
    {
      id: idOf(phone),
      current: true,
      kind: 'token',
      device: 'Safari on iOS',
      address: '203.0.113.7',
      createdAt: at(start - 60_000),
      lastSeenAt: at(start),
      authenticatedAt: at(start - 60_000),
      expiresAt: at(start - 60_000 + 30 * 86_400_000),
    },
    {
      id: expect.stringMatching(/^ses_[0-9a-f]{32}$/) as string,
      current: false,
      kind: 'cookie',
      device: 'Firefox on Linux',
      address: '203.0.113.7',
      createdAt: at(start),
      lastSeenAt: at(start),
      authenticatedAt: at(start),
      expiresAt: at(start + 86_400_000),
    },
    {
      id: idOf(first),
      current: false,
      kind: 'token',
      device: 'Unknown device',
      address: '203.0.113.7',
      createdAt: at(start - 120_000),
      lastSeenAt: at(start - 120_000),
      authenticatedAt: at(start - 120_000),
      expiresAt: at(start - 120_000 + 30 * 86_400_000),
    },
  ])
  expect((await listed({ cookie })).map(({ device, current }) => [device, current])).toEqual([
    ['Firefox on Linux', true],
    ['Safari on iOS', false],
    ['Unknown device', false],
  ])
  for (const secret of [phone.refreshToken, cookie]) expect(answer.text).not.toContain(secret)
  expect(answer.text).not.toMatch(/hash|salt|userAgent|Mozilla/i)
})

test('a hostile User-Agent opens a session, is not repeated, and breaks no list', async () => {
  const { user } = await newcomer()
  for (const agent of ['<script>alert(1)</script>/1 (x) ', '"}],"evil":[{"', '('.repeat(8000), '\u00ff\u00fe', '%s%n'])
    expect((await withAgent(user.email, agent)).status).toBe(200)
  const session = await signIn(t, user.email)
  const { text, body } = await list({ token: session.accessToken })
  expect(body.items).toHaveLength(7)
  expect(new Set(body.items.map(({ device }) => device))).toEqual(new Set(['Unknown device']))
  expect(text).not.toMatch(/script|evil|\(\(/)
})

test('a list shows no session of another user', async () => {
  const [ada, eve] = [await newcomer(), await newcomer()]
  expect(await idsSeenBy(ada)).toEqual([idOf(ada)])
  expect(await idsSeenBy(eve)).toEqual([idOf(eve)])
})

test('one session is ended: its access and refresh tokens are refused at once, and the other sessions continue', async () => {
  const [first, second] = await (async () => {
    const session = await newcomer()
    return [session, await signIn(t, session.user.email)] as const
  })()
  expect([await status(first), await status(second)]).toEqual([200, 200]) // both are cached now
  const answer = await call(t, `DELETE /v1/me/sessions/${idOf(first)}`, { token: second.accessToken })
  expect([answer.status, answer.text, answer.headers.get('set-cookie')]).toEqual([204, '', null])
  expect([await status(first), await status(second)]).toEqual([401, 200])
  const refreshed = await call(t, 'POST /v1/auth/refresh', { body: { refreshToken: first.refreshToken } })
  expect(refreshed.body).toMatchObject({ code: 'session.expired' })
  expect(await idsSeenBy(second)).toEqual([idOf(second)])
  expect(await events(first.user.id, 'session.ended')).toEqual([
    { session_id: idOf(first), actor_id: first.user.id, data: '{}' },
  ] as never)
  const again = await call(t, `DELETE /v1/me/sessions/${idOf(first)}`, { token: second.accessToken })
  expect([again.status, again.body.code]).toEqual([404, 'session.not_found'])
  expect(await events(first.user.id, 'session.ended')).toHaveLength(1)
})

test('the current session may be ended by its id, and its cookie is taken away', async () => {
  const { user, accessToken } = await newcomer()
  const cookie = cookieOf(await withAgent(user.email, FIREFOX, true))
  const current = (await listed({ cookie })).find((session) => session.current)
  const answer = await call(t, `DELETE /v1/me/sessions/${current?.id}`, { cookie })
  expect(answer.status).toBe(204)
  expect(answer.headers.get('set-cookie')).toMatch(/^__Host-session=; Max-Age=0/)
  expect((await list({ cookie })).status).toBe(401)
  expect(await listed({ token: accessToken })).toHaveLength(1)
})

test('the session of another user, an ended session and an unknown session are 404, and nothing changes', async () => {
  const [ada, eve] = [await newcomer(), await newcomer()]
  const gone = await signIn(t, eve.user.email)
  await call(t, 'POST /v1/auth/sign-out', { token: gone.accessToken })
  for (const id of [idOf(ada), idOf(gone), idOf(admin), `ses_${'0'.repeat(32)}`]) {
    const answer = await call(t, `DELETE /v1/me/sessions/${id}`, { token: eve.accessToken })
    expect([answer.status, answer.body.code]).toEqual([404, 'session.not_found'])
    expect(answer.text).not.toContain(id)
  }
  expect([await status(ada), await status(admin), await status(eve)]).toEqual([200, 200, 200])
  expect(await events(ada.user.id, 'session.ended')).toEqual([])
})

test.each([
  'x',
  'ses_',
  `ses_${'0'.repeat(31)}`,
  `usr_${'0'.repeat(32)}`,
  `ses_${'0'.repeat(32)}'--`,
  '%27%20OR%201=1',
])('an id such as %p is 422', async (id) => {
  const { accessToken: token } = await newcomer()
  const answer = await call(t, `DELETE /v1/me/sessions/${id}`, { token })
  expect([answer.status, answer.body.code]).toEqual([422, 'request.invalid'])
})

test('all other sessions end at once, the current one continues, and a repeated request does nothing', async () => {
  const first = await newcomer()
  const others = [await signIn(t, first.user.email), await signIn(t, first.user.email)]
  const cookie = cookieOf(await withAgent(first.user.email, FIREFOX, true))
  const stranger = await newcomer()
  for (const session of [...others, stranger]) expect(await status(session)).toBe(200)
  const end = () => call(t, 'DELETE /v1/me/sessions', { token: first.accessToken })
  expect((await end()).status).toBe(204)
  for (const session of others) {
    expect(await status(session)).toBe(401)
    const refreshed = await call(t, 'POST /v1/auth/refresh', { body: { refreshToken: session.refreshToken } })
    expect(refreshed.status).toBe(401)
  }
  expect((await list({ cookie })).status).toBe(401)
  expect([await status(first), await status(stranger)]).toEqual([200, 200])
  expect(await idsSeenBy(first)).toEqual([idOf(first)])
  expect(await events(first.user.id, 'session.ended')).toEqual([
    { session_id: null, actor_id: first.user.id, data: '{"sessions":"others"}' },
  ] as never)
  expect((await end()).status).toBe(204)
  expect(await events(first.user.id, 'session.ended')).toHaveLength(1)
})

test('50 requests at once that end one session: exactly one did', async () => {
  const session = await newcomer()
  const target = await signIn(t, session.user.email)
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => call(t, `DELETE /v1/me/sessions/${idOf(target)}`, { token: session.accessToken })),
  )
  expect(answers.map((answer) => answer.status).sort()).toEqual([204, ...Array<number>(49).fill(404)])
  expect(await events(session.user.id, 'session.ended')).toHaveLength(1)
})

test('of two sessions that end all others at once, at most one stays valid', async () => {
  const one = await newcomer()
  const two = await signIn(t, one.user.email)
  const answers = await Promise.all(
    [one, two].map(({ accessToken: token }) => call(t, 'DELETE /v1/me/sessions', { token })),
  )
  for (const answer of answers) expect([204, 401]).toContain(answer.status)
  expect([await status(one), await status(two)]).toContain(401)
})

test('at most 100 are listed, the current one always and first; ending all others ends those not listed too', async () => {
  const oldest = await newcomer()
  const insert = `INSERT INTO sessions (id, user_id, kind, authenticated_at, last_seen_at, expires_at, created_at)
    SELECT 'ses_' || printf('%032x', value), ?, 'token', ?, ?, ?, ? + value
    FROM (WITH RECURSIVE c(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM c WHERE value < 150) SELECT value FROM c)`
  const now = t.clock.now()
  await t.deps.db.$client.execute({ sql: insert, args: [oldest.user.id, now, now, now + 1e9, now] })
  const items = await listed({ token: oldest.accessToken })
  expect(items).toHaveLength(100)
  expect(items[0]).toMatchObject({ id: idOf(oldest), current: true })
  expect(items[1]?.id).toBe(`ses_${(150).toString(16).padStart(32, '0')}`)
  expect(items.filter(({ current }) => current)).toHaveLength(1)
  expect((await call(t, 'DELETE /v1/me/sessions', { token: oldest.accessToken })).status).toBe(204)
  expect(await idsSeenBy(oldest)).toEqual([idOf(oldest)])
})

test('sessions that ended, expired or were not used for too long are not listed and cannot be ended', async () => {
  const fresh = await newcomer()
  const dead: string[] = []
  const age = async (column: string, value: number) => {
    const session = await signIn(t, fresh.user.email)
    await t.deps.db.$client.execute({
      sql: `UPDATE sessions SET ${column} = ? WHERE id = ?`,
      args: [value, idOf(session)],
    })
    t.deps.principals.forgetAll()
    dead.push(idOf(session))
    expect(await status(session)).toBe(401)
  }
  const now = t.clock.now()
  await age('ended_at', now)
  await age('expires_at', now)
  await age('last_seen_at', now - 14 * 86_400_000)
  expect(await idsSeenBy(fresh)).toEqual([idOf(fresh)])
  for (const id of dead)
    expect((await call(t, `DELETE /v1/me/sessions/${id}`, { token: fresh.accessToken })).status).toBe(404)
})

test('a disabled user sees and ends nothing; enabled again, the ended sessions stay ended', async () => {
  const session = await newcomer()
  await call(t, `POST /v1/users/${session.user.id}/disable`, { token: admin.accessToken })
  expect((await list({ token: session.accessToken })).status).toBe(401)
  expect((await call(t, 'DELETE /v1/me/sessions', { token: session.accessToken })).status).toBe(401)
  const seen = await call<ActiveSessions>(t, `GET /v1/users/${session.user.id}/sessions`, { token: admin.accessToken })
  expect([seen.status, seen.body.items]).toEqual([200, []])
  await call(t, `POST /v1/users/${session.user.id}/enable`, { token: admin.accessToken })
  expect(await idsSeenBy(await signIn(t, session.user.email))).not.toContain(idOf(session))
})

test('an administrator sees the sessions of a user, a user does not, and for an unknown user it is 404', async () => {
  const session = await newcomer()
  const phone = (await withAgent(session.user.email, SAFARI)).body
  const path = `/v1/users/${session.user.id}/sessions`
  const seen = await call<ActiveSessions>(t, `GET ${path}`, { token: admin.accessToken })
  expect(seen.body.items.map(({ id, device, current }) => ({ id, device, current }))).toEqual(
    expect.arrayContaining([
      { id: idOf(phone), device: 'Safari on iOS', current: false },
      { id: idOf(session), device: 'Unknown device', current: false },
    ]) as never,
  )
  expect(seen.body.items).toHaveLength(2)
  expect((await call(t, `GET ${path}`, { token: session.accessToken })).body).toMatchObject({ code: 'auth.forbidden' })
  const own = await call<ActiveSessions>(t, `GET /v1/users/${admin.user.id}/sessions`, { token: admin.accessToken })
  expect(own.body.items.filter(({ current }) => current).map(({ id }) => id)).toEqual([idOf(admin)])
  const unknown = await call(t, `GET /v1/users/usr_${'0'.repeat(32)}/sessions`, { token: admin.accessToken })
  expect([unknown.status, unknown.body.code]).toEqual([404, 'user.not_found'])
  await call(t, `DELETE ${path}`, { token: admin.accessToken })
  expect((await call<ActiveSessions>(t, `GET ${path}`, { token: admin.accessToken })).body.items).toEqual([])
})
