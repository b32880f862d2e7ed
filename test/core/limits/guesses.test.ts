/** The limits of guesses, which never lock the owner out. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { problem } from '../../../src/errors.ts'
import { networkOf } from '../../../src/lib/addresses.ts'
import type { Session } from '../../../src/modules/sessions/session-schema.ts'
import { type Answer, call, PASSWORD, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { ownerComesByMail, ownerResets } from '../../modules/users/support/planter.ts'

setDefaultTimeout(300_000) // hundreds of requests, on a machine that runs other tests too

const ADA = 'ada@example.com'
const UNKNOWN = 'nobody@example.com'
const HOME = '198.51.100.20'
const MINUTE = 60_000
const DAY = 86_400_000

let t: TestApp
/** The TCP peer of requests that do not name theirs in a header of the tests. */
let address: string
/** How many passwords were compared with a hash. */
let hashed: number

async function open(env: Record<string, string> = {}): Promise<void> {
  address = '192.0.2.250' // signed up from elsewhere
  hashed = 0
  t = await createTestApp({
    env: { RATE_LIMIT: 'on', ...env },
    deps: {
      peerAddress: ({ headers }) => headers.get('test-peer') ?? address,
      passwords: {
        hash: async (password) => `plain ${password}`,
        verify: async (password, stored) => {
          hashed++
          return stored === `plain ${password}`
        },
      },
    },
  })
  await signUp(t, ADA)
  address = HOME
}

beforeEach(() => open())
afterEach(() => t.close())

const attempt = (email: string, password: string, from = address): Promise<Answer> =>
  call(t, 'POST /v1/auth/sign-in', { body: { email, password }, headers: { 'test-peer': from } })
const wrong = (email = ADA, from = address) => attempt(email, 'not the password', from)
const right = (from = address) => attempt(ADA, PASSWORD, from)

/** Statuses, in order; each attempt follows the one before. */
async function inTurn(times: number, one: (index: number) => Promise<Answer>): Promise<number[]> {
  const statuses: number[] = []
  for (let index = 0; index < times; index++) statuses.push((await one(index)).status)
  return statuses
}
const repeat = (status: number, times: number): number[] => Array.from({ length: times }, () => status)

/** The owner signs in: from then on the account knows the network. */
async function makeKnown(from: string): Promise<void> {
  expect((await right(from)).status).toBe(200)
  await t.settle()
}

describe('one account from one address', () => {
  test('has 5 failures a minute, then gets 429 with the limit, also for the right password', async () => {
    expect(await inTurn(7, () => wrong())).toEqual([...repeat(401, 5), 429, 429])
    expect(hashed).toBe(5)
    t.clock.advance(20_000)
    const refused = await right()
    expect(refused.status).toBe(429)
    expect(refused.body).toMatchObject({ code: 'request.rate_limited', status: 429 })
    expect(refused.headers.get('retry-after')).toBe('40')
    expect(refused.headers.get('ratelimit')).toBe('"guess:account+address";r=0;t=40')
    expect(refused.headers.get('ratelimit-policy')).toBe('"guess:account+address";q=5;w=60')
    expect(hashed).toBe(5)
    t.clock.advance(40_000)
    expect((await right()).status).toBe(200)
  })

  test('counts 50 parallel guesses and hashes only five of them', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => wrong()))
    expect(answers.filter(({ status }) => status === 401).length).toBe(5)
    expect(answers.filter(({ status }) => status === 429).length).toBe(45)
    expect(hashed).toBe(5)
    expect((await t.deps.limiter.look('guess:address', networkOf(HOME))).remaining).toBe(50)
  })

  test('keeps its points after any number of sign-ins', async () => {
    expect(await inTurn(30, () => right())).toEqual(repeat(200, 30))
    expect((await t.deps.limiter.look('guess:address', networkOf(HOME))).remaining).toBe(100)
    expect((await t.deps.limiter.look('guess:account', ADA)).remaining).toBe(99)
  })

  test('has all five again after a sign-in', async () => {
    expect(await inTurn(4, () => wrong())).toEqual(repeat(401, 4))
    expect((await right()).status).toBe(200)
    await t.settle()
    expect(await inTurn(6, () => wrong())).toEqual([...repeat(401, 5), 429])
  })

  test('is the same for every spelling of the e-mail', async () => {
    const spellings = [
      ADA,
      'ADA@example.com',
      'Ada@EXAMPLE.com',
      'ada@Example.Com',
      'aDa@example.com',
      'adA@example.com',
    ]
    expect(await inTurn(6, (index) => wrong(spellings[index]))).toEqual([...repeat(401, 5), 429])
  })

  test('is not spent by a neighbour of the same network', async () => {
    await makeKnown(HOME)
    expect(await inTurn(20, () => wrong(ADA, '198.51.100.99'))).toEqual([...repeat(401, 5), ...repeat(429, 15)])
    expect((await right(HOME)).status).toBe(200)
  })

  test('gets back the point of a guess that was not checked', async () => {
    const { verify } = t.deps.passwords
    t.deps.passwords.verify = async () => {
      throw problem('server.busy')
    }
    expect(await inTurn(12, () => right())).toEqual(repeat(503, 12))
    t.deps.passwords.verify = verify
    expect((await right()).status).toBe(200)
  })

  test('keeps its failures when the server is busy', async () => {
    const { verify } = t.deps.passwords
    expect(await inTurn(4, () => wrong())).toEqual(repeat(401, 4))
    t.deps.passwords.verify = async () => {
      throw problem('server.busy')
    }
    expect(await inTurn(9, () => wrong())).toEqual(repeat(503, 9))
    t.deps.passwords.verify = verify
    await t.settle()
    expect(await inTurn(3, () => wrong())).toEqual([401, 429, 429])
  })
})

describe('an address', () => {
  test('has 100 failures a minute over all accounts, and so has its whole network', async () => {
    const statuses = await inTurn(102, (index) => wrong(`user${index}@example.com`, `198.51.100.${index}`))
    expect(statuses).toEqual([...repeat(401, 100), 429, 429])
    expect((await wrong(UNKNOWN, '198.51.101.1')).status).toBe(401)
    t.clock.advance(MINUTE)
    expect((await wrong(UNKNOWN, HOME)).status).toBe(401)
  })

  test('cannot get new points by a sign-in to an own account', async () => {
    let failed = 0
    for (let turn = 0; turn < 130; turn++) {
      if ((await wrong(`user${turn}@example.com`)).status === 401) failed++
      await right()
      await t.settle()
    }
    expect(failed).toBe(100)
  })

  test.each([
    ['198.51.100.20', 100],
    ['2001:db8:0:7::1', 100],
  ])('without points, %s, gets none back by right guesses of a session from there', async (from, points) => {
    address = from
    let { accessToken } = (await right()).body as unknown as Session
    await t.settle()
    let failed = 0
    for (let turn = 0; turn < points + 30; turn++) {
      if ((await wrong(`user${turn}@example.com`)).status === 401) failed++
      if (turn < points) continue
      const steppedUp = await call<Session>(t, 'POST /v1/auth/step-up', {
        token: accessToken,
        body: { password: PASSWORD },
      })
      expect(steppedUp.status).toBe(200) // a session has points of its own
      accessToken = steppedUp.body.accessToken ?? ''
      await t.settle()
    }
    expect(failed).toBe(points)
  })

  test('shares one bucket with its whole IPv6 /64', async () => {
    const rotating = (index: number) => `2001:db8:0:7:${index.toString(16)}::1`
    expect(await inTurn(8, (index) => wrong(ADA, rotating(index)))).toEqual([...repeat(401, 5), 429, 429, 429])
    expect((await wrong(ADA, '2001:db8:0:8::1')).status).toBe(401)
  })

  test('is the address of the peer: X-Forwarded-For from a stranger opens no new bucket', async () => {
    const forged = (index: number) =>
      call(t, 'POST /v1/auth/sign-in', {
        body: { email: ADA, password: 'not the password' },
        headers: {
          'x-forwarded-for': `203.0.113.${index}`,
          forwarded: `for=203.0.113.${index}`,
          'x-real-ip': '203.0.113.9',
        },
      })
    expect(await inTurn(8, forged)).toEqual([...repeat(401, 5), 429, 429, 429])
  })

  test('is that of the client behind a trusted proxy, and what the client put before it counts for nothing', async () => {
    await t.close()
    await open({ TRUSTED_PROXIES: '10.0.0.0/8' })
    address = '10.0.0.1'
    const through = (chain: string) =>
      call(t, 'POST /v1/auth/sign-in', {
        body: { email: ADA, password: 'not the password' },
        headers: { 'x-forwarded-for': chain },
      })
    expect(await inTurn(6, (index) => through(`192.0.2.${index}, 203.0.113.50`))).toEqual([...repeat(401, 5), 429])
    expect((await through('203.0.113.51')).status).toBe(401)
  })
})

describe('an attacker with 200 addresses', () => {
  /** 203.0.0.1, 203.0.1.1, …: each in its own network. */
  const bot = (index: number) => `203.0.${index}.1`

  test('gets at most 99 guesses a day', async () => {
    const statuses = await inTurn(200, (index) => wrong(ADA, bot(index)))
    expect(statuses).toEqual([...repeat(401, 99), ...repeat(429, 101)])
    expect(hashed).toBe(99)
    t.clock.advance(DAY - 1)
    expect((await wrong(ADA, bot(201))).status).toBe(429)
    t.clock.advance(1)
    expect((await wrong(ADA, bot(201))).status).toBe(401)
  })

  test('gets no more by asking all at once', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => wrong(ADA, bot(index))))
    expect(answers.filter(({ status }) => status === 401).length).toBe(99)
    expect(hashed).toBe(99)
  })

  test('cannot lock the owner out of a network the account was signed in from', async () => {
    await makeKnown(HOME)
    await inTurn(200, (index) => wrong(ADA, bot(index)))
    expect((await right(HOME)).status).toBe(200)
    expect((await right('198.51.100.77')).status).toBe(200) // another address of the same network
    expect(await inTurn(6, () => wrong(ADA, HOME))).toEqual([...repeat(401, 5), 429])
    t.clock.advance(MINUTE)
    expect((await right(HOME)).status).toBe(200)
  })

  test.each(['a new password', 'a sign-in by mail, and a new password'])(
    'gets no more guesses by a sign-up with the address before its owner came by %s',
    async (by) => {
      const planter = (index: number) => `192.0.2.${index + 1}` // neighbours of the one that signed up
      if (by === 'a sign-in by mail, and a new password') await ownerComesByMail(t, ADA)
      await ownerResets(t, ADA)
      t.clock.advance(MINUTE)
      expect(await inTurn(99, (index) => wrong(ADA, planter(index)))).toEqual(repeat(401, 99))
      t.clock.advance(MINUTE) // of the network
      expect((await wrong(ADA, planter(99))).status).toBe(429)
    },
  )

  test('is not helped by what others are known for', async () => {
    await makeKnown(HOME)
    address = '192.0.2.1'
    await signUp(t, 'eve@example.com')
    await inTurn(99, (index) => wrong('eve@example.com', bot(index)))
    expect((await wrong('eve@example.com', HOME)).status).toBe(429) // Ada's network, not Eve's
  })
})

describe('an unknown e-mail', () => {
  /** All that a client sees, without what differs from one request to the next. */
  const seen = ({ status, headers, body }: Answer) => ({
    status,
    headers: Object.fromEntries([...headers].filter(([name]) => name !== 'x-request-id')),
    body: { ...body, requestId: '' },
  })

  test('gets the same status, body and headers as a known e-mail, before and after the limit', async () => {
    const [known, unknown]: [unknown[], unknown[]] = [[], []]
    for (let turn = 0; turn < 8; turn++) {
      known.push(seen(await wrong(ADA, '203.0.113.1')))
      unknown.push(seen(await wrong(UNKNOWN, '203.0.113.2')))
    }
    expect(unknown).toEqual(known)
    expect(hashed).toBe(10)
  })

  test('runs into the limit of accounts as a known one does', async () => {
    const tell = async (email: string) => {
      const answers: unknown[] = []
      for (let bot = 0; bot < 102; bot++)
        answers.push(seen(await wrong(email, `203.${email === ADA ? 0 : 1}.${bot}.1`)))
      return answers
    }
    expect(await tell(UNKNOWN)).toEqual(await tell(ADA))
  })
})

test.each([
  ['back 2 h', -7_200_000],
  ['forward 400 d', 400 * DAY],
])('a clock set %s locks no owner out', async (_, ms) => {
  await inTurn(7, () => wrong())
  t.clock.advance(ms)
  expect(await inTurn(6, () => wrong())).toEqual([...repeat(401, 5), 429])
  t.clock.advance(MINUTE)
  expect((await right()).status).toBe(200)
})

test('a request of the wrong form takes no point', async () => {
  for (let turn = 0; turn < 20; turn++)
    expect((await call(t, 'POST /v1/auth/sign-in', { body: { email: ADA, password: 5 } })).status).toBe(422)
  expect((await right()).status).toBe(200)
})

test('RATE_LIMIT=off limits nothing and says nothing', async () => {
  await t.close()
  await open({ RATE_LIMIT: 'off' })
  expect(await inTurn(120, () => wrong())).toEqual(repeat(401, 120))
  const { headers } = await right()
  expect([...headers.keys()].filter((name) => name.startsWith('ratelimit'))).toEqual([])
})
