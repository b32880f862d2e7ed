import { afterEach, beforeEach, expect, test } from 'bun:test'
import { setupToken } from '../../../src/modules/setup/setup-token.ts'
import { call, cookieOf, PASSWORD, type Session, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

const setUp = (token: unknown, email = 'admin@example.com') =>
  call<Session>(t, 'POST /v1/setup', { body: { token, email, password: PASSWORD, name: 'Admin' } })

test('there is no default account', async () => {
  const { rows } = await t.deps.db.$client.execute('SELECT count(*) AS n FROM users')
  expect(rows[0]?.n).toBe(0)
})

test('a wrong, an old and a foreign token are refused', async () => {
  const token = (await setupToken(t.deps)) ?? ''
  const other = await createTestApp({ env: { APP_SECRET: 'another secret of more than thirty-two bytes' } })
  const foreign = await setupToken(other.deps)
  await other.close()
  for (const wrong of ['x', `${token}x`, token.slice(0, -2), foreign]) {
    const answer = await setUp(wrong)
    expect([answer.status, answer.body]).toMatchObject([401, { code: 'setup.token_invalid' }])
  }
  t.clock.advance(86_400_000)
  expect((await setUp(token)).status).toBe(401)
})

test('an access token is no set-up token', async () => {
  const session = await signUp(t, 'user@example.com')
  expect((await setUp(session.accessToken)).status).toBe(401)
})

test('an address in use is 409 and leaves the token valid', async () => {
  await signUp(t, 'user@example.com')
  const token = await setupToken(t.deps)
  expect((await setUp(token, 'user@example.com')).body).toMatchObject({ code: 'user.email_taken' })
  expect((await setUp(token)).status).toBe(201)
})

test('50 parallel set-ups with one token make exactly one administrator', async () => {
  await signUp(t, 'user@example.com')
  const token = await setupToken(t.deps)
  const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => setUp(token, `admin${index}@example.com`)))
  const winners = answers.filter(({ status }) => status === 201)
  expect(winners).toHaveLength(1)
  expect(winners[0]?.body.user).toMatchObject({ roles: ['admin', 'user'], emailVerified: true })
  for (const { status, body } of answers) if (status !== 201) expect(body).toMatchObject({ code: 'setup.done' })
  const { rows } = await t.deps.db.$client.execute(
    "SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM user_roles WHERE role = 'admin') AS admins, (SELECT count(*) FROM sessions) AS sessions",
  )
  expect(rows[0]).toMatchObject({ users: 2, admins: 1, sessions: 2 })
  expect((await call(t, 'GET /v1/users', { token: winners[0]?.body.accessToken })).status).toBe(200)
}, 300_000)

test('set-up happens once, and afterwards the server issues no set-up token', async () => {
  const earlier = await t.deps.tickets.sign('setup', {}, 600)
  expect((await setUp(await setupToken(t.deps))).status).toBe(201)
  expect((await setUp(earlier, 'late@example.com')).body).toMatchObject({ code: 'setup.done' })
  expect(await setupToken(t.deps)).toBeUndefined()
})

test('with useCookie the session of the set-up is that of the browser, and the only one', async () => {
  const body = { token: await setupToken(t.deps), email: 'admin@example.com', password: PASSWORD, name: 'Admin' }
  const foreign = { headers: { origin: 'https://evil.example' }, body: { ...body, useCookie: true } }
  expect((await call(t, 'POST /v1/setup', foreign)).body.code).toBe('request.origin_refused')
  const answer = await call(t, 'POST /v1/setup', { headers: { origin: ORIGIN }, body: { ...body, useCookie: true } })
  expect([answer.status, 'accessToken' in answer.body]).toEqual([201, false])
  const cookie = cookieOf(answer)
  const { items } = (await call<{ items: unknown[] }>(t, 'GET /v1/me/sessions', { cookie })).body
  expect(items).toHaveLength(1)
})
