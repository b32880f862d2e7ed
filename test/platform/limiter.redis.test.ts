/** Processes that count together in a real Redis, which goes away and comes back. */
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout } from 'bun:test'
import type { Limiter } from '../../src/deps.ts'
import { createRedisWindows, type RedisWindows } from '../../src/platform/limiter/redis.bun.ts'
import { createLimiter } from '../../src/platform/limiter/limiter.ts'
import { testWith } from '../support/real-parts.ts'
import { hasRedis, type Redis, startRedis } from '../support/redis.ts'

setDefaultTimeout(300_000) // hundreds of requests, on a machine that runs other tests too

const present = hasRedis()
const redisTest = testWith(present, 'redis-server')

let redis: Redis
let time = Date.UTC(2026, 6, 9, 12)
const warnings: string[] = []
const opened: RedisWindows[] = []

beforeAll(async () => {
  if (present || process.env.CI) redis = await startRedis()
})
afterAll(() => redis?.stop())
afterEach(() => {
  for (const windows of opened.splice(0)) windows.close()
  warnings.length = 0
})

/** As in another process: its own connection and memory, with long timeouts for a busy machine. */
function startProcess(answerMs = 10_000): { limiter: Limiter; windows: RedisWindows } {
  const clock = { now: () => time }
  const windows = createRedisWindows(redis.url, clock, answerMs)
  opened.push(windows)
  const quiet = () => {}
  const log = { debug: quiet, info: quiet, error: quiet, warning: (message: string) => void warnings.push(message) }
  const config = { appSecret: 'a secret of more than thirty-two bytes', rateLimit: true, rateLimitPerMinute: 10 }
  return { limiter: createLimiter({ config, clock, log, shared: windows }), windows }
}

const BUDGET = 'guess:account+address'
const takeAll = (limiter: Limiter, key: string, times: number) =>
  Promise.all(Array.from({ length: times }, () => limiter.take(BUDGET, key)))
const count = (allowances: { allowed: boolean }[]): number => allowances.filter(({ allowed }) => allowed).length

describe('Redis', () => {
  redisTest('counts for two processes at once: the points of one budget, not one more', async () => {
    const [one, two] = [startProcess().limiter, startProcess().limiter]
    const taken = await Promise.all([takeAll(one, 'parallel', 20), takeAll(two, 'parallel', 20)])
    expect(count(taken.flat())).toBe(5)
    expect(await two.look(BUDGET, 'parallel')).toMatchObject({ allowed: false, limit: 5, remaining: 0 })
    expect(warnings).toEqual([])
  })

  redisTest('gives back and forgets, and nothing given back is a sixth point', async () => {
    const { limiter } = startProcess()
    await limiter.giveBack(BUDGET, 'back')
    await limiter.forget(BUDGET, 'back')
    expect(count(await takeAll(limiter, 'back', 5))).toBe(5)
    await limiter.giveBack(BUDGET, 'back')
    expect((await takeAll(limiter, 'back', 2)).map(({ allowed }) => allowed)).toEqual([true, false])
    await limiter.forget(BUDGET, 'back')
    expect((await limiter.look(BUDGET, 'back')).remaining).toBe(5)
    await takeAll(limiter, 'back', 50)
    for (let turn = 0; turn < 5; turn++) await limiter.giveBack(BUDGET, 'back')
    expect(count(await takeAll(limiter, 'back', 6))).toBe(5)
  })

  redisTest('holds one key for a window, which ends by itself, and neither e-mail nor address in it', async () => {
    const { limiter } = startProcess()
    const client = new Bun.RedisClient(redis.url)
    await client.send('FLUSHALL', []) // another test may have written windows without a limiter
    await limiter.take(BUDGET, 'ada@example.com 203.0.113.7')
    const keys: string[] = await client.send('KEYS', ['threeger:*'])
    expect(keys.length).toBeGreaterThan(0)
    for (const key of keys) {
      expect(key).toMatch(/^threeger:[a-z:+-]+:[\w-]{43}$/)
      expect(Number(await client.send('PTTL', [key]))).toBeWithin(1, 60_001)
    }
    client.close()
  })

  redisTest('opens the next window when the time of Redis has come', async () => {
    const { windows } = startProcess()
    expect(await windows.take('short', 40)).toEqual({ points: 1, endsInMs: 40 })
    // The clock of Redis is not ours to move; it says itself how long this takes.
    for (;;) {
      const window = await windows.take('short', 60_000)
      if (window.endsInMs > 40) {
        expect(window.points).toBe(1)
        break
      }
    }
  })

  redisTest('that dies fails no request: each process counts by itself, until it is back', async () => {
    const [one, two] = [startProcess().limiter, startProcess().limiter]
    expect(count(await takeAll(one, 'outage', 3))).toBe(3)
    await redis.kill()
    // The first to ask finds the connection cut, the others leave it alone for a second.
    expect(count(await takeAll(one, 'outage', 20))).toBe(5)
    expect(count(await takeAll(two, 'outage', 20))).toBe(5)
    expect((await one.look(BUDGET, 'outage')).allowed).toBeFalse()
    await one.giveBack(BUDGET, 'outage')
    await one.forget(BUDGET, 'outage')
    expect(new Set(warnings)).toEqual(new Set(['the store of rate limits does not answer: this process counts alone']))
    expect(warnings.length).toBe(2) // one a process, however many requests

    time += 1_000
    expect((await one.take(BUDGET, 'still out')).remaining).toBe(4) // asked again, and still not there
    await redis.restart()
    time += 1_000
    expect((await one.take(BUDGET, 'back again')).remaining).toBe(4)
    expect((await two.take(BUDGET, 'back again')).remaining).toBe(3) // together again
  })

  redisTest('that hangs delays the first requests shortly, and later ones not at all', async () => {
    const { limiter, windows } = startProcess(250)
    redis.freeze()
    try {
      expect((await limiter.take(BUDGET, 'frozen')).remaining).toBe(4) // of this process
      await expect(windows.read('frozen', 1)).rejects.toThrow('a moment ago')
      time += 1_000
      await expect(windows.read('frozen', 1)).rejects.toThrow(/did not answer|Connection|connect/i)
    } finally {
      redis.thaw()
    }
    // It answers again, as soon as the machine lets it.
    const answered = () =>
      windows.read('frozen', 1).then(
        () => true,
        () => false,
      )
    do time += 1_000
    while (!(await answered()))
  })

  redisTest('without a listener is one failure, at once', async () => {
    const windows = createRedisWindows('redis://127.0.0.1:1', { now: () => time })
    await expect(windows.take('k', 1_000)).rejects.toThrow()
    await expect(windows.take('k', 1_000)).rejects.toThrow('a moment ago')
    windows.close()
  })
})
