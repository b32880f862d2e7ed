/** Rows that processes share in a real Redis, to which others may write. */
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { RedisClient } from 'bun'
import { createCache } from '../../src/platform/cache/cache.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { createRandom } from '../../src/platform/random.ts'
import { createSharedRows } from '../../src/platform/redis/shared-rows.bun.ts'
import { testWith } from '../support/real-parts.ts'
import { hasRedis, type Redis, startRedis } from '../support/redis.ts'

setDefaultTimeout(300_000)

const present = hasRedis()
const redisTest = testWith(present, 'redis-server')
let redis: Redis
let time = Date.UTC(2026, 6, 9)
const opened: { close(): void }[] = []

beforeAll(async () => {
  if (present || process.env.CI) redis = await startRedis()
})
afterAll(() => redis?.stop())
afterEach(async () => {
  for (const rows of opened.splice(0)) rows.close()
  // The tests find the rows that they look at by listing what is there.
  if (present) await operate((client) => client.send('FLUSHALL', []))
})

const SECRET = 'test secret of more than thirty-two bytes'
function startProcess({ appSecret = SECRET, answerMs = 10_000 } = {}) {
  const clock = { now: () => time }
  const random = createRandom(systemClock)
  const rows = createSharedRows({ url: redis.url, name: 'test', appSecret, clock, random, answerMs })
  opened.push(rows)
  return rows
}
async function operate(act: (client: RedisClient) => Promise<unknown>): Promise<unknown> {
  const client = new RedisClient(redis.url)
  try {
    return await act(client)
  } finally {
    client.close()
  }
}
const keys = () => operate((client) => client.send('KEYS', ['test:row:*'])) as Promise<string[]>
type Rows = ReturnType<typeof startProcess>
async function got(rows: Rows, key: string) {
  let found = await rows.get(key)
  while (found === undefined) found = await rows.get(key)
  return found
}
async function gone(rows: Rows, key: string) {
  while ((await rows.get(key)) !== undefined) await Bun.sleep(1)
}

describe('rows in Redis', () => {
  redisTest('are read by another process with the time that is left, and not after they were removed', async () => {
    const [one, two] = [startProcess(), startProcess()]
    const row = { id: 'cli_1', name: 'ü "quoted"', list: [1, null, { deep: true }] }
    one.set('client cli_1', row, 60_000)
    const found = await got(two, 'client cli_1')
    expect(found.row).toEqual(row)
    expect(found.leftMs).toBeGreaterThan(0)
    expect(found.leftMs).toBeLessThanOrEqual(60_000)
    one.remove('client cli_1')
    await gone(two, 'client cli_1')
  })

  redisTest('end by the clock of Redis, whatever the processes think', async () => {
    const rows = startProcess()
    do rows.set('client short', { name: 'short' }, 200)
    while ((await rows.get('client short')) === undefined) // a busy machine asks after its end, too
    time -= 3_600_000
    await gone(rows, 'client short')
    time += 3_600_000
  })

  redisTest(
    'show neither their ids nor what they hold, and cannot be changed, moved or read with another secret',
    async () => {
      const rows = startProcess()
      rows.set('client cli_secret', { hash: 'c0ffee' }, 60_000)
      await got(rows, 'client cli_secret')
      const [key = ''] = await keys()
      const value = String(await operate((client) => client.get(key)))
      expect(`${key} ${value}`).not.toMatch(/cli_secret|c0ffee/)
      const other = startProcess({ appSecret: 'another secret of more than thirty-two bytes' })
      expect(await other.get('client cli_secret')).toBeUndefined()
      rows.set('client cli_other', { hash: 'other' }, 60_000)
      await got(rows, 'client cli_other')
      const target = (await keys()).find((name) => name !== key) ?? ''
      await operate((client) => client.send('SET', [target, value, 'PX', '60000']))
      expect(await rows.get('client cli_other')).toBeUndefined()
      for (const text of ['', '.', 'x.y', value.slice(0, -4), `${value}A`]) {
        await operate((client) => client.send('SET', [key, text, 'PX', '60000']))
        expect(await rows.get('client cli_secret')).toBeUndefined()
      }
      await operate((client) => client.send('DEL', [key]))
      await operate((client) => client.send('LPUSH', [key, 'x']))
      expect(await rows.get('client cli_secret')).toBeUndefined()
    },
  )

  redisTest('without an end of theirs are not believed: somebody else wrote them', async () => {
    const rows = startProcess()
    rows.set('client cli_1', { name: 'old' }, 60_000)
    await got(rows, 'client cli_1')
    const [key = ''] = await keys()
    await operate((client) => client.send('PERSIST', [key]))
    expect(await rows.get('client cli_1')).toBeUndefined()
  })

  redisTest(
    'that an old write or another hand puts back are believed no longer than when they were written',
    async () => {
      const rows = startProcess()
      rows.set('client cli_1', { name: 'old' }, 1_000)
      await got(rows, 'client cli_1')
      const [key = ''] = await keys()
      const old = String(await operate((client) => client.get(key)))
      time += 999
      await operate((client) => client.send('SET', [key, old, 'PX', '60000']))
      expect(await rows.get('client cli_1')).toEqual({ row: { name: 'old' }, leftMs: 1 })
      time += 1
      expect((await rows.get('client cli_1'))?.leftMs).toBe(0)
      const db = async () => ({ name: 'new' })
      const cache = createCache({ clock: { now: () => time }, ttlMs: 1_000, shared: rows })
      expect(await cache.read<object>('client', 'cli_1', db)).toEqual({ name: 'new' })
    },
  )

  redisTest('that were written while Redis was suspended are too old when it goes on', async () => {
    const [one, two] = [startProcess({ answerMs: 500 }), startProcess()]
    one.set('client first', {}, 60_000)
    await got(two, 'client first')
    redis.freeze()
    try {
      one.set('client cli_1', { name: 'old' }, 60_000)
      expect(await one.get('client first')).toBeUndefined() // the write was sent before it, and this was waited for
      time += 60_000
    } finally {
      redis.thaw()
    }
    while ((await keys()).length < 2) await Bun.sleep(1)
    expect((await two.get('client cli_1'))?.leftMs).toBe(0)
  })

  redisTest('are not there while Redis is away, and nothing is thrown or waits', async () => {
    const rows = startProcess({ answerMs: 500 })
    rows.set('client cli_1', { name: 'kept' }, 60_000)
    await got(startProcess(), 'client cli_1')
    redis.freeze()
    try {
      expect(await rows.get('client cli_1')).toBeUndefined()
      rows.set('client cli_2', { name: 'lost' }, 60_000)
      rows.remove('client cli_1')
    } finally {
      redis.thaw()
    }
    await redis.kill()
    expect(await rows.get('client cli_1')).toBeUndefined()
    await redis.restart()
    time += 1_001 // it is asked again a second after a failure
    rows.set('client cli_1', { name: 'back' }, 60_000)
    const found = await got(startProcess(), 'client cli_1')
    expect(found.row).toEqual({ name: 'back' })
  })
})
