import { afterAll, beforeAll, expect, test } from 'bun:test'
import { call, setUpAdmin, signUp, type User } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

test('sign-up, me, refresh, admin list, sign-out: the main walk', async () => {
  const session = await signUp(t, 'ada@example.com')
  const me = await call<User>(t, 'GET /v1/me', { token: session.accessToken })
  expect(me.status).toBe(200)
  expect(me.body).toEqual(session.user)
  expect(me.headers.get('etag')).toBe('"1"')

  const refreshed = await call(t, 'POST /v1/auth/refresh', { body: { refreshToken: session.refreshToken } })
  expect(refreshed.status).toBe(200)

  const admin = await setUpAdmin(t)
  const list = await call<{ items: User[] }>(t, 'GET /v1/users?sort=email', { token: admin.accessToken })
  expect(list.status).toBe(200)
  expect(list.body.items.map(({ email }) => email)).toEqual(['ada@example.com', 'admin@example.com'])

  expect((await call(t, 'POST /v1/auth/sign-out', { token: session.accessToken })).status).toBe(204)
  const after = await call(t, 'GET /v1/me', { token: session.accessToken })
  expect(after.status).toBe(401)
  expect(after.body.code).toBe('session.expired')
})
