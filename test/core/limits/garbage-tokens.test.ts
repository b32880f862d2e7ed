/** Unknown tokens cost a read and no write, are limited, and never block a valid token. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { call, PASSWORD, type Session, signInWithCookie, signUp } from '../../support/client.ts'
import { ORIGIN, createTestApp, type TestApp } from '../../support/test-app.ts'
import { proveOwnAddress, requestProof } from '../../modules/proofs/support/mail.ts'

setDefaultTimeout(300_000) // thousands of requests, on a machine that runs other tests too

const POINTS = 300
const MINUTE = 60_000
const TOKEN = 'A'.repeat(43)

let t: TestApp
let address: string
let owner: Session

beforeEach(async () => {
  address = '198.51.100.20'
  t = await createTestApp({
    env: { RATE_LIMIT: 'on', ACCESS_TTL_SECONDS: '86400' },
    deps: { peerAddress: () => address },
  })
  owner = await signUp(t, 'ada@example.com')
  await proveOwnAddress(t, owner) // or a first sign-in by mail would end the password and every other mail
  await t.settle()
})
afterEach(() => t.close())

const doors: [what: string, methodAndPath: string, body: Record<string, unknown>][] = [
  ['a refresh token', 'POST /v1/auth/refresh', { refreshToken: TOKEN }],
  ['a link that verifies an address', 'POST /v1/auth/verify-email', { token: TOKEN }],
  ['a link that resets a password', 'POST /v1/auth/reset-password', { token: TOKEN, password: PASSWORD }],
  ['a link to sign in with', 'POST /v1/auth/email-code/verify', { token: TOKEN }],
  ['a challenge of a second factor', 'POST /v1/auth/mfa/verify', { challenge: TOKEN, factor: 'totp', code: '000000' }],
  ['a challenge for options', 'POST /v1/auth/mfa/passkey/options', { challenge: TOKEN }],
  ['a token of the set-up', 'POST /v1/setup', { token: TOKEN, email: 'a@b.example', password: PASSWORD, name: 'A' }],
]
/** The refresh token is refused without a write by the rotation itself. */
const reading = doors.filter(([, methodAndPath]) => methodAndPath !== 'POST /v1/auth/refresh')

/** How many batches and statements that write were sent meanwhile. */
async function writesOf(work: () => Promise<unknown>): Promise<number> {
  const client = t.deps.db.$client
  const { batch } = client
  let writes = 0
  client.batch = (...sent) => {
    writes++
    return batch.apply(client, sent)
  }
  try {
    await work()
    await t.settle()
  } finally {
    client.batch = batch
  }
  return writes
}

describe.each(doors)('%s that is none', (_, methodAndPath, body) => {
  test('is answered 300 times a minute, then gets 429; the next minute has new points', async () => {
    const statuses = new Map<number, number>()
    for (let turn = 0; turn < POINTS + 20; turn++) {
      const { status } = await call(t, methodAndPath, { body })
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    expect(statuses.get(429)).toBe(20)
    expect([...statuses.values()].sort()).toEqual([20, POINTS])
    t.clock.advance(MINUTE)
    expect((await call(t, methodAndPath, { body })).status).not.toBe(429)
  })
})

test.each(reading)('an unknown token as %s writes nothing', async (_, methodAndPath, body) => {
  expect(await writesOf(() => call(t, methodAndPath, { body }))).toBe(0)
})

test('the test notices a write', async () => {
  expect(await writesOf(() => signUp(t, 'eve@example.com'))).toBeGreaterThan(0)
})

test('an unknown cookie ends no session and writes nothing', async () => {
  const signOut = () => call(t, 'POST /v1/auth/sign-out', { cookie: TOKEN })
  expect(await writesOf(signOut)).toBe(0)
  for (let turn = 1; turn < POINTS; turn++) expect((await signOut()).status).toBe(401)
  expect((await signOut()).status).toBe(429)
})

test('the points are those of an address: all doors together, all of a network, and of an IPv6 /48', async () => {
  for (let turn = 0; turn < POINTS; turn++) {
    const [, methodAndPath = '', body] = doors[turn % doors.length] ?? []
    address = `198.51.100.${turn % 250}`
    await call(t, methodAndPath, { body })
  }
  const refresh = () => call(t, 'POST /v1/auth/refresh', { body: { refreshToken: TOKEN } })
  expect((await refresh()).status).toBe(429)
  let served = 0
  for (let turn = 0; turn < 1_000; turn++) {
    address = `2001:db8:1:${turn.toString(16)}::1`
    if ((await refresh()).status === 401) served++
  }
  expect(served).toBe(3 * POINTS)
})

test('valid tokens still work from an address without points', async () => {
  const reset = await requestProof(t, 'forgot-password', 'ada@example.com')
  const link = await requestProof(t, 'email-code', 'ada@example.com')
  const cookie = await signInWithCookie(t, 'ada@example.com')
  for (let turn = 0; turn <= POINTS; turn++) await call(t, 'POST /v1/auth/verify-email', { body: { token: TOKEN } })
  expect((await call(t, 'POST /v1/auth/verify-email', { body: { token: TOKEN } })).status).toBe(429)
  const refreshed = await call(t, 'POST /v1/auth/refresh', { body: { refreshToken: owner.refreshToken } })
  expect(refreshed.status).toBe(200)
  expect((await call(t, 'POST /v1/auth/refresh', { cookie, headers: { origin: ORIGIN }, body: {} })).status).toBe(200)
  expect((await call(t, 'POST /v1/auth/email-code/verify', { body: { token: link.token } })).status).toBe(200)
  const body = { token: reset.token, password: 'another horse battery staple' }
  expect((await call(t, 'POST /v1/auth/reset-password', { body })).status).toBe(200)
})
