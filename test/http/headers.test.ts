/** Headers on every answer, and which pages elsewhere may read one (CORS). */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { call, setUpAdmin } from '../support/client.ts'
import { expectPolicies } from '../support/security-headers.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'
import { pathFor, routesOf } from './support/routes.ts'
import { json, type Received, send } from './support/send.ts'

const GOOD = 'https://good.example'
const ALSO_GOOD = 'http://localhost:5173'

let plain: TestApp
let open: TestApp

beforeAll(async () => {
  plain = await createTestApp()
  open = await createTestApp({ env: { CORS_ORIGINS: `${GOOD}, ${ALSO_GOOD}` } })
})
afterAll(() => Promise.all([plain.close(), open.close()]))

function expectSecurityHeaders(answer: Received, what: string): void {
  const { headers } = answer
  expectPolicies(answer, what)
  expect(headers.get('content-security-policy'), what).toContain("frame-ancestors 'none'")
  expect(headers.get('strict-transport-security'), what).toBe('max-age=63072000; includeSubDomains')
  expect(headers.get('x-request-id'), what).toMatch(/^[\w-]{8,64}$/)
  expect(headers.get('server'), what).toBeNull()
  expect(headers.get('x-powered-by'), what).toBeNull()
}

describe('security headers', () => {
  test('are on every success and refusal of every route, and answers of /v1 are never stored', async () => {
    const token = (await setUpAdmin(plain)).accessToken
    for (const route of await routesOf(plain.app))
      for (const headers of [{}, json(token), json('nonsense')]) {
        if (route.name === 'DELETE /v1/me') continue // the token is needed by the rest
        const answer = await send(plain, `${route.method} ${pathFor(route)}`, { headers })
        expectSecurityHeaders(answer, `${route.name} ${answer.status}`)
        if (route.path.startsWith('/v1')) expect(answer.headers.get('cache-control'), route.name).toBe('no-store')
      }
  })

  test('stand on every kind of failure', async () => {
    for (const [head, headers, body] of [
      ['GET /nope', {}, undefined],
      ['PUT /v1/me', {}, undefined],
      ['OPTIONS /v1/me', {}, undefined],
      ['GET /%00', {}, undefined],
      ['POST /v1/auth/sign-in', json(), '{'],
      ['POST /v1/auth/sign-in', json(), '{}'],
      ['POST /v1/auth/sign-in', { 'content-type': 'text/plain' }, '{}'],
      ['POST /v1/auth/sign-in', { ...json(), 'content-length': '2000000' }, '{}'],
    ] as const) {
      const answer = await send(plain, head, { headers, ...(body === undefined ? {} : { body }) })
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expectSecurityHeaders(answer, head)
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
  })

  test('promise https only where the origin is https', async () => {
    const development = await createTestApp({ env: { APP_URL: 'http://localhost:3000' } })
    const { headers } = await call(development, 'GET /livez')
    expect(headers.get('strict-transport-security')).toBeNull()
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    await development.close()
  })
})

const corsNames = (answer: Received) => [...answer.headers.keys()].filter((name) => name.startsWith('access-control'))
const allowedOrigin = (answer: Received) => answer.headers.get('access-control-allow-origin')

describe('CORS', () => {
  const requests = ['GET /livez', 'GET /v1/me', 'POST /v1/auth/sign-in', 'GET /nope', 'PUT /v1/me']

  test.each([GOOD, ALSO_GOOD])('%s may read any answer, errors included, with credentials', async (origin) => {
    for (const head of requests) {
      const answer = await send(open, head, { headers: { origin } })
      expect(allowedOrigin(answer), head).toBe(origin)
      expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
      expect(answer.headers.get('vary')).toContain('Origin')
      const exposed = answer.headers.get('access-control-expose-headers') ?? ''
      for (const name of ['ETag', 'Idempotency-Replayed', 'Location', 'Retry-After', 'X-Request-Id'])
        expect(exposed).toContain(name)
    }
  })

  const strangers = [
    'https://evil.example',
    'https://good.example.evil.com',
    'https://evil-good.example',
    'https://sub.good.example',
    'http://good.example',
    'https://good.example:444',
    'https://good.example:443',
    'https://good.example.',
    'https://good.example/',
    'HTTPS://GOOD.EXAMPLE',
    'https://good.example, https://evil.example',
    'https://user@good.example',
    'http://localhost',
    'http://localhost:5174',
    'null',
    '*',
    'good.example',
    'file://',
    'x://https://good.example',
    'toString',
    '__proto__',
    'constructor',
    ORIGIN,
  ]
  test.each(strangers)('%s may read nothing', async (origin) => {
    for (const head of [...requests, 'OPTIONS /v1/me']) {
      const answer = await send(open, head, { headers: { origin, 'access-control-request-method': 'PATCH' } })
      expect(allowedOrigin(answer), head).toBeNull()
      expect(answer.headers.get('vary'), head).toContain('Origin') // a shared cache must not mix the two
    }
  })

  test('the preflight names methods and headers, and is a 204 without a body', async () => {
    for (const path of ['/v1/me', '/v1/users', '/v1/auth/sign-in']) {
      const answer = await send(open, `OPTIONS ${path}`, {
        headers: { origin: GOOD, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'x-evil' },
      })
      expect(answer.status).toBe(204)
      expect(answer.text).toBe('')
      expect(allowedOrigin(answer)).toBe(GOOD)
      expect(answer.headers.get('access-control-allow-methods')).toBe('GET, POST, PATCH, DELETE')
      expect(answer.headers.get('access-control-allow-headers')).toBe(
        'Authorization, Content-Type, Idempotency-Key, If-Match, X-Request-Id',
      )
      expect(Number(answer.headers.get('access-control-max-age'))).toBeGreaterThan(0)
    }
  })

  test('no answer ever holds a wildcard', async () => {
    for (const headers of [{}, { origin: GOOD }, { origin: 'https://evil.example' }])
      for (const head of [...requests, 'OPTIONS /v1/me']) {
        const answer = await send(open, head, { headers })
        for (const name of corsNames(answer)) expect(answer.headers.get(name)).not.toContain('*')
      }
  })

  test('without CORS_ORIGINS there is no CORS header and no preflight', async () => {
    for (const head of [...requests, 'OPTIONS /v1/me']) {
      const answer = await send(plain, head, { headers: { origin: GOOD, 'access-control-request-method': 'GET' } })
      expect(corsNames(answer), head).toEqual([])
    }
    expect((await send(plain, 'OPTIONS /v1/me', { headers: { origin: GOOD } })).status).toBe(405)
  })
})
