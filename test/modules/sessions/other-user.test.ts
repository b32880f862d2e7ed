/** An open page acts for nobody but the person whom it shows, whoever signs in in another tab. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { call, cookieOf, PASSWORD, setUpAdmin, signIn, signInWithCookie, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let admin: string
let adminId: string
let alice: string
let bob: string
let bobCookie: string

beforeAll(async () => {
  t = await createTestApp()
  const first = await setUpAdmin(t)
  admin = first.accessToken
  adminId = first.user.id
  alice = (await signUp(t, 'alice@example.com')).user.id
  bob = (await signUp(t, 'bob@example.com')).user.id
  bobCookie = await signInWithCookie(t, 'bob@example.com')
})
afterAll(() => t.close())

const from = (expected: string) => ({ 'x-expected-user': expected })

test.each(['cold', 'warm'])(
  'the cookie of another person is refused before anything is done (%s cache)',
  async (state) => {
    if (state === 'cold') t.deps.principals.forgetAll()
    else await call(t, 'GET /v1/me', { cookie: bobCookie })
    for (const expected of [alice, `${bob};act=${adminId}`, '', 'x']) {
      const answer = await call(t, 'PATCH /v1/me', {
        cookie: bobCookie,
        headers: from(expected),
        body: { name: 'Alice' },
      })
      expect([answer.status, answer.body.code], expected).toEqual([409, 'session.other_user'])
    }
    const deleted = await call(t, 'DELETE /v1/me', { cookie: bobCookie, headers: from(alice) })
    expect(deleted.body.code).toBe('session.other_user')
    const me = await call(t, 'GET /v1/me', { cookie: bobCookie, headers: from(bob) })
    expect([me.status, me.body.id, me.body.name]).toEqual([200, bob, ''])
  },
)

test('a page of Alice signs nobody else out', async () => {
  const cookie = await signInWithCookie(t, 'bob@example.com')
  const refused = await call(t, 'POST /v1/auth/sign-out', { cookie, headers: from(alice) })
  expect([refused.status, refused.headers.get('set-cookie')]).toEqual([409, null])
  expect((await call(t, 'GET /v1/me', { cookie })).status).toBe(200)
  expect((await call(t, 'POST /v1/auth/sign-out', { cookie, headers: from(bob) })).status).toBe(204)
})

test('a page of the user does not act for an administrator in their place, nor the other way round', async () => {
  const acting = cookieOf(
    await call(t, `POST /v1/users/${bob}/impersonate`, {
      token: admin,
      headers: { origin: ORIGIN },
      body: { reason: 'Ticket 42', useCookie: true },
    }),
  )
  const who = `${bob};act=${adminId}`
  for (const [expected, status] of [
    [bob, 409],
    [adminId, 409],
    [who, 200],
  ] as const)
    expect((await call(t, 'GET /v1/me', { cookie: acting, headers: from(expected) })).status, expected).toBe(status)
  const refused = await call(t, 'POST /v1/auth/sign-out', { cookie: acting, headers: from(bob) })
  expect(refused.body.code).toBe('session.other_user')
  expect((await call(t, 'POST /v1/auth/sign-out', { cookie: acting, headers: from(who) })).status).toBe(204)
})

test('a token is of one user, so the header says nothing about it; an ended session is an ended session', async () => {
  const { accessToken } = await signIn(t, 'bob@example.com', PASSWORD)
  expect((await call(t, 'GET /v1/me', { token: accessToken, headers: from(alice) })).status).toBe(200)
  const unknown = await call(t, 'GET /v1/me', { cookie: 'A'.repeat(43), headers: from(alice) })
  expect(unknown.body.code).toBe('session.expired')
})

test('a page of another origin may not send it', async () => {
  const app = await createTestApp({ env: { CORS_ORIGINS: 'https://app.example' } })
  try {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'PATCH' }
    const answer = await call(app, 'OPTIONS /v1/me', {
      headers: { ...headers, 'access-control-request-headers': 'x-expected-user' },
    })
    expect(answer.headers.get('access-control-allow-headers') ?? '').not.toMatch(/expected/i)
  } finally {
    await app.close()
  }
})
