import { afterAll, beforeAll, expect, test } from 'bun:test'
import { call, type Session, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let n = 0
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

const newcomer = () => signUp(t, `r${n++}@example.com`)
const refresh = (refreshToken: string) => call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken } })
const me = (token: string) => call(t, 'GET /v1/me', { token })
const eventTypes = async (userId: string): Promise<string[]> => {
  const { rows } = await t.deps.db.$client.execute({
    sql: 'SELECT type FROM events WHERE user_id = ? ORDER BY id',
    args: [userId],
  })
  return rows.map((row) => String(row.type))
}
const count = async (sql: string, ...args: string[]): Promise<number> =>
  Number((await t.deps.db.$client.execute({ sql, args })).rows[0]?.n)

test('a refresh rotates the token and keeps the session', async () => {
  const session = await newcomer()
  const next = await refresh(session.refreshToken)
  expect(next.status).toBe(200)
  expect(next.body.refreshToken).not.toBe(session.refreshToken)
  expect(next.body.user).toEqual(session.user)
  expect((await me(next.body.accessToken)).status).toBe(200)
  expect((await me(session.accessToken)).status).toBe(200)
  expect(await eventTypes(session.user.id)).toEqual([
    'user.created',
    'auth.mail_requested',
    'session.created',
    'session.refreshed',
  ])
})

test('a spent refresh token revokes its family after the grace (RFC 9700 §4.14.2)', async () => {
  const session = await newcomer()
  const unused = await refresh(session.refreshToken)
  // An unused successor would mean a lost answer: see lost-answers.test.ts.
  const next = await refresh(unused.body.refreshToken)
  t.clock.advance(10_000)
  const reused = await refresh(session.refreshToken)
  expect(reused.status).toBe(401)
  expect(reused.body).toMatchObject({ code: 'session.reused' })
  expect(reused.text).not.toContain('refreshToken":')

  expect((await refresh(next.body.refreshToken)).status).toBe(401)
  expect((await me(next.body.accessToken)).status).toBe(401)
  expect(await eventTypes(session.user.id)).toContain('session.reused')
  // Told once: the family is already gone when the thief tries again.
  expect((await refresh(session.refreshToken)).body).toMatchObject({ code: 'session.expired' })
  expect((await eventTypes(session.user.id)).filter((type) => type === 'session.reused')).toHaveLength(1)
})

test('20 parallel refreshes give one family and one successor, and end no session', async () => {
  const session = await newcomer()
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(session.refreshToken)))
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
  const successors = new Set(answers.map(({ body }) => body.refreshToken))
  expect(successors.size).toBe(1)
  expect(await count('SELECT count(*) AS n FROM sessions WHERE user_id = ?', session.user.id)).toBe(1)
  expect((await eventTypes(session.user.id)).filter((type) => type === 'session.refreshed')).toHaveLength(1)
  for (const { body } of answers) expect((await me(body.accessToken)).status).toBe(200)
  expect((await refresh([...successors][0] ?? '')).status).toBe(200)
})

test('within the grace the spent token leads to the newest of the chain, however far it has moved', async () => {
  const session = await newcomer()
  const first = await refresh(session.refreshToken)
  const second = await refresh(first.body.refreshToken)
  const third = await refresh(second.body.refreshToken)
  t.clock.advance(9_999)
  const late = await refresh(session.refreshToken)
  expect(late.status).toBe(200)
  expect(late.body.refreshToken).toBe(third.body.refreshToken)
})

test('only hashes are stored, and the salts do not reveal the successor', async () => {
  const session = await newcomer()
  const next = await refresh(session.refreshToken)
  const { rows } = await t.deps.db.$client.execute('SELECT hash, salt FROM session_tokens')
  const stored = JSON.stringify(rows)
  expect(stored).not.toContain(session.refreshToken)
  expect(stored).not.toContain(next.body.refreshToken)
})

test.each([
  ['that is unknown', 'A'.repeat(43)],
  ['empty of meaning', '!'],
  ['as long as allowed', 'x'.repeat(512)],
  ['in another alphabet', 'токен'],
])('a refresh token %s is 401 and ends nothing', async (_, token) => {
  const session = await newcomer()
  const answer = await refresh(token)
  expect(answer.status).toBe(401)
  expect(answer.body).toMatchObject({ code: 'session.expired' })
  expect((await me(session.accessToken)).status).toBe(200)
})

test('an access token, a truncated refresh token and a re-encoded refresh token are refused', async () => {
  const session = await newcomer()
  const { refreshToken, accessToken } = session
  for (const token of [
    accessToken.slice(0, 512),
    refreshToken.slice(1),
    `${refreshToken}=`,
    refreshToken.toLowerCase(),
  ])
    expect((await refresh(token)).status).toBe(401)
  expect((await refresh(refreshToken)).status).toBe(200)
})

test('a family ends after 30 days, and a refresh does not extend it', async () => {
  const session = await newcomer()
  let token = session.refreshToken
  for (let day = 0; day < 29; day++) {
    t.clock.advance(86_400_000)
    const next = await refresh(token)
    expect(next.status).toBe(200)
    token = next.body.refreshToken
  }
  t.clock.advance(86_400_000)
  const answer = await refresh(token)
  expect(answer.status).toBe(401)
  expect(answer.body).toMatchObject({ code: 'session.expired' })
})

test('a clock set back two hours, or on 400 days, accepts nothing that had expired and does not crash', async () => {
  const session = await newcomer()
  t.clock.advance(301_000)
  expect((await me(session.accessToken)).status).toBe(401)
  t.clock.advance(-7_200_000)
  expect((await me(session.accessToken)).status).toBe(401)
  t.clock.advance(400 * 86_400_000)
  expect((await me(session.accessToken)).status).toBe(401)
  expect((await refresh(session.refreshToken)).status).toBe(401)
  t.clock.advance(-400 * 86_400_000 + 7_200_000)
})

test('without a token and without a cookie there is nothing to refresh', async () => {
  const answer = await call(t, 'POST /v1/auth/refresh')
  expect(answer.status).toBe(401)
  expect(answer.body.code).toBe('auth.required')
  expect(answer.headers.get('www-authenticate')).toBe(
    `Bearer resource_metadata="https://api.test/.well-known/oauth-protected-resource"`,
  )
})
