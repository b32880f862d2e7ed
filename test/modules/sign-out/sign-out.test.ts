import { afterEach, beforeEach, expect, test } from 'bun:test'
import { call, cookieOf, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

test('sign-out ends this session at once, its refresh token with it, and no other session', async () => {
  const first = await signUp(t, 'ada@example.com')
  const second = await signIn(t, 'ada@example.com')
  expect((await call(t, 'GET /v1/me', { token: first.accessToken })).status).toBe(200)
  const answer = await call(t, 'POST /v1/auth/sign-out', { token: first.accessToken })
  expect([answer.status, answer.text]).toEqual([204, ''])
  expect((await call(t, 'GET /v1/me', { token: first.accessToken })).status).toBe(401)
  expect((await call(t, 'POST /v1/auth/refresh', { body: { refreshToken: first.refreshToken } })).status).toBe(401)
  expect((await call(t, 'GET /v1/me', { token: second.accessToken })).status).toBe(200)
  const { rows } = await t.deps.db.$client.execute(
    "SELECT user_id, actor_id, session_id FROM events WHERE type = 'session.ended'",
  )
  expect(rows).toHaveLength(1)
  expect(rows[0]).toMatchObject({ user_id: first.user.id, actor_id: first.user.id })
})

test('50 parallel sign-outs: exactly one ends the session', async () => {
  const { accessToken } = await signUp(t, 'parallel@example.com')
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => call(t, 'POST /v1/auth/sign-out', { token: accessToken })),
  )
  expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(49)
})

test('without a credential, or with a foreign one, sign-out is 401', async () => {
  expect((await call(t, 'POST /v1/auth/sign-out')).body.code).toBe('auth.required')
  expect((await call(t, 'POST /v1/auth/sign-out', { token: 'a.b.c' })).body.code).toBe('session.expired')
  expect((await call(t, 'POST /v1/auth/sign-out', { cookie: 'x' })).body.code).toBe('session.expired')
})

test('the end of a session in which an administrator acted is an act of the administrator', async () => {
  const admin = await setUpAdmin(t)
  const { user } = await signUp(t, 'victim@example.com')
  const body = { reason: 'Ticket 42', useCookie: true }
  const cookie = cookieOf(
    await call(t, `POST /v1/users/${user.id}/impersonate`, {
      token: admin.accessToken,
      headers: { origin: ORIGIN },
      body,
    }),
  )
  expect((await call(t, 'POST /v1/auth/sign-out', { cookie })).status).toBe(204)
  const { rows } = await t.deps.db.$client.execute(
    "SELECT user_id, actor_id, acting_for FROM events WHERE type = 'session.ended'",
  )
  expect(rows).toMatchObject([{ user_id: user.id, actor_id: admin.user.id }])
  expect(JSON.parse(String(rows[0]?.acting_for))).toEqual([
    { kind: 'user', id: admin.user.id },
    { kind: 'user', id: user.id },
  ])
})
