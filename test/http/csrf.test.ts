/** A page of another site cannot act with the visitor's cookie (security.md 38, ASVS 3.5.1). */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { call, PASSWORD, setUpAdmin, signIn, signInWithCookie, signUp } from '../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'
import { NOBODY_ID, pathFor, routesOf, validBody } from './support/routes.ts'
import { expectProblem, send } from './support/send.ts'

const APP_PAGE = 'https://app.example'

let t: TestApp
let cookie: string
let bearer: string

beforeAll(async () => {
  t = await createTestApp({ env: { CORS_ORIGINS: APP_PAGE } })
  await setUpAdmin(t)
  cookie = `__Host-session=${await signInWithCookie(t, 'admin@example.com')}`
  bearer = `Bearer ${(await signIn(t, 'admin@example.com')).accessToken}`
})
afterAll(() => t.close())

const rename = (headers: Record<string, string>, name = 'Renamed') =>
  send(t, 'PATCH /v1/me', {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ name }),
  })

const nameNow = async () => (await call<{ name: string }>(t, 'GET /v1/me', { headers: { cookie } })).body.name

const FOREIGN_ORIGIN = { origin: 'https://evil.example' }
const foreign: [string, Record<string, string>][] = [
  ['no sign of where it came from', {}],
  ['a foreign Origin', { origin: 'https://evil.example' }],
  ['another subdomain', { origin: 'https://www.api.test', 'sec-fetch-site': 'same-site' }],
  ['a look-alike host', { origin: 'https://api.test.evil.example' }],
  ['a look-alike of an allowed page', { origin: `${APP_PAGE}.evil.example` }],
  ['an allowed page over http', { origin: APP_PAGE.replace('https', 'http') }],
  ['the host over http', { origin: 'http://api.test' }],
  ['the host on another port', { origin: 'https://api.test:8443' }],
  ['Origin: null', { origin: 'null' }],
  ['an empty Origin', { origin: '' }],
  ['a list of origins', { origin: `${ORIGIN}, https://evil.example` }],
  ['a foreign Origin beside Sec-Fetch-Site: same-origin', { ...FOREIGN_ORIGIN, 'sec-fetch-site': 'same-origin' }],
  ['Origin: null beside Sec-Fetch-Site: same-origin', { origin: 'null', 'sec-fetch-site': 'same-origin' }],
  ['an empty Origin beside Sec-Fetch-Site: same-origin', { origin: '', 'sec-fetch-site': 'same-origin' }],
  ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }],
  ['Sec-Fetch-Site: same-site', { 'sec-fetch-site': 'same-site' }],
  ['Sec-Fetch-Site: none', { 'sec-fetch-site': 'none' }],
  ['a Referer alone', { referer: `${ORIGIN}/docs` }],
  ['a forged Host', { host: 'evil.example', origin: 'https://evil.example' }],
]

describe('a cookie with an unsafe method', () => {
  test.each(foreign)('is refused from %s, and nothing changes', async (_, headers) => {
    const before = await nameNow()
    const answer = await rename({ cookie, ...headers }, 'Taken over')
    expect(answer.status).toBe(403)
    expect(expectProblem(answer).code).toBe('request.origin_refused')
    expect(await nameNow()).toBe(before)
  })

  test('is refused from a foreign page on every route that takes a cookie', async () => {
    for (const route of await routesOf(t.app)) {
      const takesCookie =
        route.mark !== 'public' || route.path === '/v1/auth/sign-out' || route.path === '/v1/auth/refresh'
      if (route.method === 'GET' || !takesCookie) continue
      const answer = await send(t, `${route.method} ${pathFor(route)}`, {
        headers: { cookie, origin: 'https://evil.example', 'content-type': 'application/json' },
        body: JSON.stringify(route.path === '/v1/auth/refresh' || !route.body ? {} : validBody(route.body)),
      })
      expect(answer.status, route.name).toBe(403)
      expect(expectProblem(answer).code).toBe('request.origin_refused')
      expect(answer.headers.get('set-cookie')).toBeNull()
    }
    expect(await nameNow()).toBeString()
  })

  test('passes from our own origin, from one of CORS_ORIGINS, and by Sec-Fetch-Site: same-origin', async () => {
    for (const headers of [{ origin: ORIGIN }, { origin: APP_PAGE }, { 'sec-fetch-site': 'same-origin' }])
      expect((await rename({ cookie, ...headers })).status).toBe(200)
  })

  test('as a form or as text, which need no preflight, is 415 also from our own origin', async () => {
    for (const contentType of ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=b', 'text/plain'])
      for (const headers of [{}, { origin: 'https://evil.example' }, { origin: ORIGIN }]) {
        const before = await nameNow()
        const answer = await rename({ cookie, ...headers, 'content-type': contentType }, 'Taken over')
        expect(answer.status).toBe(415)
        expectProblem(answer)
        expect(await nameNow()).toBe(before)
      }
  })

  test('cannot be sent as a safe method', async () => {
    const before = await nameNow()
    for (const headers of [{ 'x-http-method-override': 'PATCH' }, { 'x-method-override': 'DELETE' }]) {
      const answer = await send(t, 'GET /v1/me?_method=PATCH&name=Taken', {
        headers: { cookie, origin: 'https://evil.example', ...headers },
      })
      expect(answer.status).toBe(200)
    }
    expect(await nameNow()).toBe(before)
  })
})

test('a cookie with GET or HEAD passes from anywhere: it changes nothing', async () => {
  for (const method of ['GET', 'HEAD'])
    for (const headers of [{}, { origin: 'https://evil.example' }])
      expect((await send(t, `${method} /v1/me`, { headers: { cookie, ...headers } })).status).toBe(200)
})

describe('a bearer token', () => {
  test('needs no origin and may come from any', async () => {
    for (const headers of [{}, { origin: 'https://evil.example' }, { origin: 'null' }])
      expect((await rename({ authorization: bearer, ...headers })).status).toBe(200)
  })

  test('has priority over a cookie, also when it is invalid', async () => {
    await signUp(t, 'ada@example.com')
    const ada = (await signIn(t, 'ada@example.com')).accessToken
    const both = await call<{ email: string }>(t, 'GET /v1/me', { token: ada, headers: { cookie } })
    expect(both.body.email).toBe('ada@example.com')
    for (const authorization of ['Bearer nonsense', 'Basic YTpi', 'Bearer', 'bearer ', '']) {
      const answer = await send(t, 'GET /v1/me', { headers: { cookie, authorization } })
      expect(answer.status, authorization).toBe(401)
    }
  })
})

describe('signing a visitor in to the account of an attacker (login CSRF)', () => {
  test.each(foreign)('useCookie is refused from %s without any effect', async (_, headers) => {
    for (const [path, body] of [
      ['sign-in', { email: 'admin@example.com', password: PASSWORD, useCookie: true }],
      ['sign-up', { email: 'mallory@example.com', password: PASSWORD, useCookie: true }],
    ] as const) {
      const answer = await call(t, `POST /v1/auth/${path}`, { headers, body })
      expect(answer.status).toBe(403)
      expect(answer.body.code).toBe('request.origin_refused')
      expect(answer.headers.get('set-cookie')).toBeNull()
    }
    const found = await call<{ items: unknown[] }>(t, 'GET /v1/users?q=mallory', { headers: { authorization: bearer } })
    expect(found.body.items).toEqual([])
  })

  test('without useCookie it is allowed from anywhere and sets no cookie', async () => {
    const answer = await call(t, 'POST /v1/auth/sign-in', {
      headers: { origin: 'https://evil.example' },
      body: { email: 'admin@example.com', password: PASSWORD },
    })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('set-cookie')).toBeNull()
  })
})

test('the id in a path does not change the rule', async () => {
  const answer = await send(t, `DELETE /v1/users/${NOBODY_ID}`, { headers: { cookie, origin: 'https://evil.example' } })
  expect(expectProblem(answer).code).toBe('request.origin_refused')
})
