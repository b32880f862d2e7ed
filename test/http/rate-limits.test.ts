/** What requests cost by themselves, and what the headers say of it (draft-ietf-httpapi-ratelimit-headers-11). */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { call, PASSWORD, signIn, signUp } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

setDefaultTimeout(300_000) // hundreds of requests, on a machine that runs other tests too

const MINUTE = 60_000
const HOUR = 3_600_000

let t: TestApp
let address: string

async function open(env: Record<string, string> = {}): Promise<void> {
  address = '198.51.100.20'
  t = await createTestApp({
    env: { RATE_LIMIT: 'on', RATE_LIMIT_PER_MINUTE: '10', ...env },
    deps: { peerAddress: () => address },
  })
}
beforeEach(() => open())
afterEach(() => t.close())

/** Budget, limit, remaining, reset and window, out of the two fields as the draft writes them; those of old drafts are gone. */
function told(headers: Headers): unknown[] {
  const names = [...headers.keys()].filter((name) => name.startsWith('ratelimit'))
  if (names.length === 0) return nothing
  expect(names.sort()).toEqual(['ratelimit', 'ratelimit-policy'])
  const [, budget, remaining, reset] = /^"([a-z:+/-]+)";r=(\d+);t=(\d+)$/.exec(headers.get('ratelimit') ?? '') ?? []
  const [, policy, limit, window] = /^"([a-z:+/-]+)";q=(\d+);w=(\d+)$/.exec(headers.get('ratelimit-policy') ?? '') ?? []
  expect(policy).toBe(budget)
  return [budget, limit, remaining, reset, window]
}
const nothing = [null, null, null, null, null]

describe('an account', () => {
  test('gets its remaining points and the time of the reset with every answer', async () => {
    const { accessToken: token } = await signUp(t, 'ada@example.com')
    expect(told((await call(t, 'GET /v1/me', { token })).headers)).toEqual(['requests:account', '10', '9', '60', '60'])
    t.clock.advance(20_500)
    expect(told((await call(t, 'GET /v1/me', { token })).headers)).toEqual(['requests:account', '10', '8', '40', '60'])
    const forbidden = await call(t, 'GET /v1/users', { token })
    expect([forbidden.status, ...told(forbidden.headers)]).toEqual([403, 'requests:account', '10', '7', '40', '60'])
    const invalid = await call(t, 'PATCH /v1/me', { token, body: { name: 5 } })
    expect([invalid.status, ...told(invalid.headers)]).toEqual([422, 'requests:account', '10', '6', '40', '60'])
  })

  test('gets 429 past its limit, with Retry-After, and goes on when the window is over', async () => {
    const { accessToken: token } = await signUp(t, 'ada@example.com')
    const answers = await Promise.all(Array.from({ length: 30 }, () => call(t, 'GET /v1/me', { token })))
    expect(answers.filter(({ status }) => status === 200).length).toBe(10)
    t.clock.advance(15_000)
    const refused = await call(t, 'PATCH /v1/me', { token, body: { name: 'Changed' } })
    expect(refused.status).toBe(429)
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(refused.body).toMatchObject({ code: 'request.rate_limited', status: 429 })
    expect(refused.headers.get('retry-after')).toBe('45')
    expect(told(refused.headers)).toEqual(['requests:account', '10', '0', '45', '60'])
    t.clock.advance(44_999)
    expect((await call(t, 'GET /v1/me', { token })).status).toBe(429)
    t.clock.advance(1)
    const again = await call<{ name: string }>(t, 'GET /v1/me', { token })
    expect([again.status, ...told(again.headers)]).toEqual([200, 'requests:account', '10', '9', '60', '60'])
    expect(again.body.name).not.toBe('Changed')
  })

  test('has one budget for all its sessions, wherever they are, and another account has its own', async () => {
    const { accessToken: first } = await signUp(t, 'ada@example.com')
    const { accessToken: second } = await signIn(t, 'ada@example.com')
    const { accessToken: other } = await signUp(t, 'bob@example.com')
    for (let turn = 0; turn < 10; turn++) {
      address = `203.0.${turn}.1`
      expect((await call(t, 'GET /v1/me', { token: turn % 2 ? first : second })).status).toBe(200)
    }
    expect((await call(t, 'GET /v1/me', { token: first })).status).toBe(429)
    expect((await call(t, 'GET /v1/me', { token: second })).status).toBe(429)
    expect((await call(t, 'GET /v1/me', { token: other })).status).toBe(200)
  })

  test('does not pay for a request with an invalid token: it takes no point', async () => {
    const { accessToken: token } = await signUp(t, 'ada@example.com')
    for (const bad of [`${token}x`, token.replace(/\.[^.]*$/, '.AAAA'), 'nonsense']) {
      const refused = await call(t, 'GET /v1/me', { token: bad })
      expect([refused.status, ...told(refused.headers)]).toEqual([401, ...nothing])
    }
    expect(told((await call(t, 'GET /v1/me', { token })).headers)[2]).toBe('9')
  })

  test('costs the database nothing', async () => {
    const { accessToken: token } = await signUp(t, 'ada@example.com')
    await call(t, 'GET /v1/me', { token })
    const refuse = () => Promise.reject(new Error('a trip to the database'))
    Object.assign(t.deps.db.$client, { execute: refuse, batch: refuse })
    const { status, headers } = await call(t, 'GET /v1/me', { token })
    expect([status, told(headers)[2]]).toEqual([200, '8'])
  })

  test.each([
    ['back 2 h', -2 * HOUR],
    ['forward 4 min', 4 * MINUTE],
  ])('is not held up by a clock set %s', async (_, ms) => {
    const { accessToken: token } = await signUp(t, 'ada@example.com')
    for (let turn = 0; turn < 11; turn++) await call(t, 'GET /v1/me', { token })
    t.clock.advance(ms)
    expect((await call(t, 'GET /v1/me', { token })).status).toBe(200)
  })
})

describe('sign-up', () => {
  const account = (index: number) => ({ email: `user${index}@example.com`, password: PASSWORD })

  test('has a budget for each network, and says so', async () => {
    await t.close()
    t = await createTestApp({
      env: { RATE_LIMIT: 'on' },
      deps: { peerAddress: () => address, passwords: { hash: async () => 'x', verify: async () => false } },
    })
    const first = await call(t, 'POST /v1/auth/sign-up', { body: account(0) })
    expect([first.status, ...told(first.headers)]).toEqual([201, 'sign-up:address', '100', '99', '3600', '3600'])
    const taken = await call(t, 'POST /v1/auth/sign-up', { body: account(0) })
    expect([taken.status, ...told(taken.headers)]).toEqual([409, 'sign-up:address', '100', '98', '3600', '3600'])
    for (let index = 1; index < 99; index++) {
      address = `198.51.100.${index}`
      expect((await call(t, 'POST /v1/auth/sign-up', { body: account(index) })).status).toBe(201)
    }
    t.clock.advance(600_000)
    const refused = await call(t, 'POST /v1/auth/sign-up', { body: account(100) })
    expect([refused.status, ...told(refused.headers)]).toEqual([429, 'sign-up:address', '100', '0', '3000', '3600'])
    expect(refused.headers.get('retry-after')).toBe('3000')
    address = '203.0.113.1'
    expect((await call(t, 'POST /v1/auth/sign-up', { body: account(100) })).status).toBe(201)
  })
})

describe('no headers are sent', () => {
  test('by public routes that have no limit', async () => {
    for (const path of ['/livez', '/readyz', '/.well-known/jwks.json', '/v1/nothing'])
      expect(told((await call(t, `GET ${path}`)).headers)).toEqual(nothing)
  })

  test('with RATE_LIMIT=off, and nothing is limited', async () => {
    await t.close()
    await open({ RATE_LIMIT: 'off' })
    const { accessToken: token } = await signUp(t, 'ada@example.com')
    for (let turn = 0; turn < 15; turn++) {
      const answer = await call(t, 'GET /v1/me', { token })
      expect([answer.status, ...told(answer.headers)]).toEqual([200, ...nothing])
    }
  })
})

test('a page of an allowed origin may read the headers, of a refusal too', async () => {
  await t.close()
  await open({ CORS_ORIGINS: 'https://app.example' })
  const { accessToken: token } = await signUp(t, 'ada@example.com')
  for (let turn = 0; turn < 11; turn++) {
    const { status, headers } = await call(t, 'GET /v1/me', { token, headers: { origin: 'https://app.example' } })
    expect(status).toBe(turn < 10 ? 200 : 429)
    const exposed = headers.get('access-control-expose-headers') ?? ''
    for (const name of ['RateLimit', 'RateLimit-Policy', 'Retry-After']) expect(exposed.split(', ')).toContain(name)
  }
})
