/** An IPv6 /48 is one customer with 65,536 networks: every budget of addresses counts it too (security.md 50). */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { addressTakes } from '../../../src/core/limits/address-budgets.ts'
import { budgets } from '../../../src/core/limits/budgets.ts'
import { call, PASSWORD, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

setDefaultTimeout(300_000) // thousands of requests, on a machine that runs other tests too

const ADA = 'ada@example.com'
const MINUTE = 60_000

let t: TestApp
let address: string

beforeEach(async () => {
  address = '198.51.100.20'
  t = await createTestApp({
    env: { RATE_LIMIT: 'on', ANONYMOUS_USERS: 'allow' },
    deps: {
      peerAddress: () => address,
      passwords: { hash: async () => 'x', verify: async () => false },
    },
  })
})
afterEach(() => t.close())

/** A network of the site 2001:db8:`site`::/48. */
const inSite = (index: number, site = 1) => `2001:db8:${site.toString(16)}:${index.toString(16)}::1`

/** So many requests from as many networks of a site, and how many were not refused. */
async function fromSite(times: number, methodAndPath: string, body: (index: number) => unknown): Promise<number> {
  let served = 0
  for (let index = 0; index < times; index++) {
    address = inSite(index)
    if ((await call(t, methodAndPath, { body: body(index) })).status !== 429) served++
  }
  return served
}

describe('one /48, a network for each request', () => {
  test('makes at most 300 anonymous accounts an hour, and another site has its own points', async () => {
    expect(await fromSite(330, 'POST /v1/auth/anonymous', () => ({}))).toBe(300)
    address = inSite(1, 2)
    expect((await call(t, 'POST /v1/auth/anonymous', { body: {} })).status).toBe(201)
    t.clock.advance(60 * MINUTE)
    address = inSite(1)
    expect((await call(t, 'POST /v1/auth/anonymous', { body: {} })).status).toBe(201)
  })

  test('signs up 300 times an hour', async () => {
    const account = (index: number) => ({ email: `u${index}@example.com`, password: PASSWORD })
    expect(await fromSite(320, 'POST /v1/auth/sign-up', account)).toBe(300)
  })

  test('asks for 180 mails an hour, of all kinds together', async () => {
    const paths = ['email-code', 'forgot-password', 'verify-email/resend']
    let served = 0
    for (let index = 0; index < 200; index++) {
      address = inSite(index)
      const body = { email: `u${index}@example.com` }
      if ((await call(t, `POST /v1/auth/${paths[index % 3]}`, { body })).status !== 429) served++
    }
    expect(served).toBe(180)
  })

  test('guesses 300 times a minute', async () => {
    const guess = (index: number) => ({ email: `u${index}@example.com`, password: 'not the password' })
    expect(await fromSite(320, 'POST /v1/auth/sign-in', guess)).toBe(300)
  })

  test('sends 3,600 bodies a minute that are not valid, to the options of passkeys too', async () => {
    expect(await fromSite(3_700, 'POST /v1/auth/passkey/options', () => ({ nonsense: 1 }))).toBe(3_600)
  })

  test('cannot be spent by one of its networks', async () => {
    address = inSite(1)
    for (let turn = 0; turn < 500; turn++) await call(t, 'POST /v1/auth/anonymous', { body: {} })
    address = inSite(2)
    expect((await call(t, 'POST /v1/auth/anonymous', { body: {} })).status).toBe(201)
  })
})

test('a /48, or a thousand of them, cannot remove the recorded guesses at an account', async () => {
  await signUp(t, ADA)
  const guess = (email: string) => call(t, 'POST /v1/auth/sign-in', { body: { email, password: 'not the password' } })
  for (let index = 0; index < 99; index++) {
    address = `203.0.${index}.1`
    expect((await guess(ADA)).status).toBe(401)
  }
  // What a flood would do to the store, without its requests: each names an account and a network of its own.
  // A budget remembers 50,000 names.
  const { limiter } = t.deps
  for (let index = 0; index < 60_000; index++) {
    const caller = { address: inSite(index % 65_536, 1 + (index % 1_000)) }
    await limiter.takeInTurn([
      ...addressTakes('guess:address', caller),
      ['guess:account+address', `u${index} ${caller.address}`],
      ['guess:account', `u${index}`],
    ])
  }
  address = '192.0.2.1'
  expect((await guess(ADA)).status).toBe(429)
  t.clock.advance(23 * 60 * MINUTE)
  expect((await guess(ADA)).status).toBe(429)
  t.clock.advance(61 * MINUTE)
  expect((await guess(ADA)).status).toBe(401)
})

test('every budget of addresses has a budget of the /48 and a budget of unknown addresses', () => {
  const names = Object.keys(budgets)
  const ofAddresses = names.filter((name) => name.endsWith(':address'))
  expect(ofAddresses.length).toBeGreaterThanOrEqual(6)
  for (const name of ofAddresses) expect(names).toEqual(expect.arrayContaining([`${name}/48`, `${name} shared`]))
  expect(addressTakes('mail:address', { address: inSite(7) }).map(([name]) => name)).toEqual([
    'mail:address/48',
    'mail:address',
  ])
  expect(addressTakes('mail:address', { address: '198.51.100.7' })).toEqual([['mail:address', '198.51.100.0/24']])
  for (const caller of [{ address: null }, { address: 'unknown' }, { address: '10.0.0.1', shared: true }])
    expect(addressTakes('mail:address', caller).map(([name]) => name)).toEqual(['mail:address shared'])
})
