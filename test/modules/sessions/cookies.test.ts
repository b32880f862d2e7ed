import { afterAll, beforeAll, expect, test } from 'bun:test'
import { decodeJwt } from 'jose'
import { call, cookieOf, signInWithCookie, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let n = 0
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

async function newCookie(): Promise<string> {
  const email = `c${n++}@example.com`
  await signUp(t, email)
  return signInWithCookie(t, email)
}
const me = (cookie: string) => call(t, 'GET /v1/me', { cookie })

test('cookie mode sets a __Host- cookie and shows no token', async () => {
  await signUp(t, 'ada@example.com')
  const answer = await call(t, 'POST /v1/auth/sign-in', {
    headers: { origin: ORIGIN },
    body: { email: 'ada@example.com', password: 'correct horse battery staple', useCookie: true },
  })
  expect(answer.status).toBe(200)
  expect(Object.keys(answer.body).sort()).toEqual(['expiresIn', 'user'])
  const cookie = answer.headers.get('set-cookie') ?? ''
  for (const part of [
    /^__Host-session=[\w-]{43};/,
    /; Path=\//,
    /; Secure/,
    /; HttpOnly/,
    /; SameSite=Lax/,
    /; Max-Age=86400/,
  ])
    expect(cookie).toMatch(part)
  expect(cookie).not.toMatch(/Domain/i)
  expect((await me(cookieOf(answer))).status).toBe(200)
})

test('sign-up in cookie mode signs in with a cookie too', async () => {
  const answer = await call(t, 'POST /v1/auth/sign-up', {
    headers: { origin: ORIGIN },
    body: { email: 'new@example.com', password: 'correct horse battery staple', useCookie: true },
  })
  expect(answer.status).toBe(201)
  expect(answer.text).not.toContain('Token')
  expect((await me(cookieOf(answer))).status).toBe(200)
})

test('a cookie session ends after an hour without a request, and continues while it is used', async () => {
  const cookie = await newCookie()
  for (let use = 0; use < 4; use++) {
    t.clock.advance(50 * 60_000)
    expect((await me(cookie)).status).toBe(200)
    await t.settle()
  }
  t.clock.advance(3_600_000)
  const idle = await me(cookie)
  expect(idle.status).toBe(401)
  expect(idle.body.code).toBe('session.expired')
})

test('the last use is stored in the database, not only in this process', async () => {
  const cookie = await newCookie()
  t.clock.advance(50 * 60_000)
  expect((await me(cookie)).status).toBe(200)
  await t.settle()
  t.deps.principals.forgetAll()
  t.clock.advance(50 * 60_000)
  expect((await me(cookie)).status).toBe(200)
})

test('a cookie session ends after a day, also while it is used', async () => {
  const cookie = await newCookie()
  for (let use = 0; use < 28; use++) {
    t.clock.advance(50 * 60_000)
    expect((await me(cookie)).status).toBe(200)
    await t.settle()
  }
  t.clock.advance(40 * 60_000)
  expect((await me(cookie)).status).toBe(401)
})

test('a refresh renews the cookie; the old one works for its grace, then not', async () => {
  const cookie = await newCookie()
  const refreshed = await call(t, 'POST /v1/auth/refresh', { cookie })
  expect(refreshed.status).toBe(200)
  const next = cookieOf(refreshed)
  expect(next).not.toBe(cookie)
  expect((await me(cookie)).status).toBe(200)
  expect((await me(next)).status).toBe(200)
  t.clock.advance(10_000)
  expect((await me(cookie)).status).toBe(401)
  expect((await me(next)).status).toBe(200)
  const reused = await call(t, 'POST /v1/auth/refresh', { cookie })
  expect(reused.body.code).toBe('session.reused')
  expect((await me(next)).status).toBe(401)
})

test('sign-out removes the cookie and ends the session', async () => {
  const cookie = await newCookie()
  expect((await me(cookie)).status).toBe(200)
  const answer = await call(t, 'POST /v1/auth/sign-out', { cookie })
  expect(answer.status).toBe(204)
  expect(answer.headers.get('set-cookie')).toMatch(/^__Host-session=; Max-Age=0/)
  expect((await me(cookie)).status).toBe(401)
  expect((await call(t, 'POST /v1/auth/sign-out', { cookie })).status).toBe(401)
})

test('a refresh token is no cookie, and a cookie is no refresh token', async () => {
  const session = await signUp(t, 'kinds@example.com')
  expect((await me(session.refreshToken)).status).toBe(401)
  const cookie = await newCookie()
  expect((await call(t, 'POST /v1/auth/refresh', { body: { refreshToken: cookie } })).status).toBe(401)
  expect((await call(t, 'POST /v1/auth/refresh', { cookie: session.refreshToken })).status).toBe(401)
  expect((await me(cookie)).status).toBe(200)
})

test('a session id is not accepted as a cookie, with any state of the cache', async () => {
  const session = await signUp(t, 'known-id@example.com')
  expect((await call(t, 'GET /v1/me', { token: session.accessToken })).status).toBe(200) // now it is cached
  const { sid } = decodeJwt<{ sid: string }>(session.accessToken)
  for (const value of [sid, `session ${sid}`, `cookie ${sid}`, encodeURIComponent(`session ${sid}`)])
    expect((await me(value)).status).toBe(401)
})

test.each(['', '"', '%00', 'x'.repeat(4000), '=;=;', '%E0%A4%A'])(
  'a broken cookie %p is 401, never an error',
  async (value) => {
    const answer = await call(t, 'GET /v1/me', { headers: { cookie: `__Host-session=${value}` } })
    expect(answer.status).toBe(401)
  },
)

test('over plain http in development the cookie is called session and is not Secure', async () => {
  const http = await createTestApp({ env: { APP_URL: 'http://localhost:3000', NODE_ENV: 'development' } })
  try {
    const answer = await call(http, 'POST /v1/auth/sign-up', {
      headers: { origin: 'http://localhost:3000' },
      body: { email: 'dev@example.com', password: 'correct horse battery staple', useCookie: true },
    })
    expect(answer.headers.get('set-cookie')).toMatch(/^session_\d+=[\w-]{43};/)
    expect(answer.headers.get('set-cookie')).not.toContain('Secure')
  } finally {
    await http.close()
  }
})
