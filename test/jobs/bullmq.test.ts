/** Jobs that are handed to workers through BullMQ and a real Redis, which is killed, emptied and frozen. */
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout } from 'bun:test'
import { RedisClient } from 'bun'
import type { Mail } from '../../src/deps.ts'
import { createBullJobs } from '../../src/platform/redis/bull-jobs.bun.ts'
import { createWorker, type Worker } from '../../src/platform/worker.ts'
import { queueOne, storedJob, UNHANDLED } from '../support/jobs.ts'
import { testWith } from '../support/real-parts.ts'
import { hasRedis, type Redis, startRedis } from '../support/redis.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

setDefaultTimeout(300_000)

const present = hasRedis()
const redisTest = testWith(present, 'redis-server')
let redis: Redis
let t: TestApp
let names = 0
const workers: Worker[] = []

beforeAll(async () => {
  if (present || process.env.CI) redis = await startRedis()
})
afterAll(() => redis?.stop())
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop()
  await t?.close()
})

/** Workers of as many processes, which share the database and Redis. */
async function start(count = 1, options: { highWater?: number; answerMs?: number } = {}): Promise<Worker[]> {
  const name = `test-${++names}`
  let first: Worker | undefined
  t = await createTestApp({ deps: { queue: { wake: () => first?.queue.wake(), idle: async () => {} } } })
  const started = Array.from({ length: count }, () => {
    const relay = createBullJobs({
      url: redis.url,
      name,
      log: t.deps.log,
      answerMs: 1_000,
      missedAfterMs: 0,
      ...options,
    })
    return createWorker({ tickMs: 50, relay })
  })
  first = started[0]
  workers.push(...started)
  for (const worker of started) worker.start(t.deps)
  for (const worker of started) await worker.queue.idle()
  return started
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await Bun.sleep(5)
}
const notDone = async () =>
  Number((await t.deps.db.$client.execute("SELECT count(*) AS n FROM jobs WHERE state <> 'done'")).rows[0]?.n)
const content = { template: 'password-changed', data: { at: 0 } }
const mail = () => queueOne(t, 'mail', { to: 'ada@example.com', locale: null, content })
const sent = () => t.mails.map(({ id }: Mail) => id).toSorted()
async function inRedis(command: string, args: string[] = []): Promise<unknown> {
  const client = new RedisClient(redis.url)
  try {
    return await client.send(command, args)
  } finally {
    client.close()
  }
}
const warnings = () => t.logged.filter(({ level }) => level === 'warning').map(({ message }) => message)
const recoveries = () => t.logged.filter(({ message }) => message === 'Redis takes jobs again')

describe('jobs through BullMQ', () => {
  redisTest('are done once by one of several workers, and recorded in the table', async () => {
    await start(3, { answerMs: 60_000 }) // a pause of this process is no silence of Redis
    const ids = await Promise.all(Array.from({ length: 200 }, mail))
    await until(async () => (await notDone()) === 0)
    expect(sent()).toEqual(ids.toSorted())
    expect(await storedJob(t, ids[0] ?? '')).toMatchObject({ state: 'done', attempts: 1, payload: null, lease: null })
    expect(warnings()).toEqual([])
  })

  redisTest('are in Redis as ids: neither an address nor what is encrypted in the table', async () => {
    await start()
    const { promise, resolve } = Promise.withResolvers<void>()
    t.mailer.fail = () => promise
    const id = await mail()
    await until(async () => (await storedJob(t, id)).attempts === 1)
    const hashes = (await inRedis('KEYS', ['*'])) as string[]
    const job = hashes.find((key) => key.includes(id) && !key.endsWith(':lock'))
    const fields = (await inRedis('HVALS', [job ?? ''])) as string[]
    const { payload } = await storedJob(t, id)
    resolve()
    expect(fields.length).toBeGreaterThan(0)
    expect(JSON.stringify([hashes, fields])).not.toContain('ada@')
    expect(payload).toBeString()
    expect(JSON.stringify(fields)).not.toContain(String(payload))
    await until(async () => (await notDone()) === 0)
  })

  redisTest('that Redis lost, because it was killed and kept nothing, are done all the same', async () => {
    await start(2)
    const { promise, resolve } = Promise.withResolvers<void>()
    t.mailer.fail = () => promise
    const ids = await Promise.all(Array.from({ length: 60 }, mail))
    // Both workers hold as many as they do at once, and the others wait in Redis.
    await until(async () => (await leases()).redis > 0)
    await redis.kill()
    await redis.restart()
    resolve()
    await until(async () => (await notDone()) === 0)
    expect([...new Set(sent())]).toEqual(ids.toSorted())
  })

  redisTest('are done from the table while Redis is away, and through Redis afterwards', async () => {
    await start(2)
    await redis.kill()
    const ids = await Promise.all(Array.from({ length: 20 }, mail))
    await until(async () => (await notDone()) === 0)
    // Each process says that Redis is back if it has found that it was away, which takes one without a job until its next look.
    await until(() => warnings().length >= 2)
    await redis.restart()
    await until(() => recoveries().length >= 2)
    ids.push(await mail())
    await until(async () => (await notDone()) === 0)
    expect([...new Set(sent())]).toEqual(ids.toSorted())
    expect(warnings()).toContain('Redis takes no jobs: this process does them from the table until it does')
  })

  redisTest('are done from the table while Redis is frozen, and not again when it thaws', async () => {
    await start()
    redis.freeze()
    const ids: string[] = []
    try {
      ids.push(...(await Promise.all(Array.from({ length: 5 }, mail))))
      await until(async () => (await notDone()) === 0)
    } finally {
      redis.thaw()
    }
    ids.push(await mail())
    await until(async () => (await notDone()) === 0)
    expect(sent()).toEqual(ids.toSorted())
    await until(() => recoveries().length > 0)
  })

  redisTest('that were discarded or given back while they waited in Redis are not begun there', async () => {
    await start()
    const { promise, resolve } = Promise.withResolvers<void>()
    t.mailer.fail = () => promise
    const ids = await Promise.all(Array.from({ length: 40 }, mail))
    await until(async () => (await leases()).redis > 0)
    const { rows } = await t.deps.db.$client.execute(
      "UPDATE jobs SET state = 'discarded', payload = NULL, lease = NULL WHERE lease LIKE 'redis.%' RETURNING id",
    )
    const discarded = rows.map(({ id }) => String(id))
    resolve()
    await until(async () => (await notDone()) === discarded.length)
    const last = await mail()
    await until(() => sent().includes(last))
    expect(sent()).toEqual([...ids.filter((id) => !discarded.includes(id)), last].toSorted())
  })

  redisTest('are not invented by who can write to Redis', async () => {
    await start()
    const waiting = await queueOne(t, UNHANDLED)
    const done = await mail()
    await until(async () => (await notDone()) === 1)
    const { Queue } = await import('bullmq')
    const { Redis: Client } = await import('ioredis')
    const connection = new Client(redis.url, { maxRetriesPerRequest: null })
    const queue = new Queue('jobs', { connection, prefix: `{test-${names}}` })
    for (const data of [
      null,
      'x',
      {},
      { id: waiting, lease: '' },
      { id: waiting, lease: null },
      { id: done, lease: 'redis.x' },
      { id: [], lease: {} },
    ])
      await queue.add('job', data)
    await until(async () => {
      const { waiting: left = 0, active = 0 } = await queue.getJobCounts('waiting', 'active')
      return left + active === 0
    })
    await queue.close()
    connection.disconnect()
    expect(await storedJob(t, waiting)).toMatchObject({ state: 'pending', attempts: 0, lease: null })
    const next = await mail()
    await until(() => sent().includes(next))
    expect(sent()).toEqual([done, next].toSorted())
  })

  redisTest('that fail are tried again by the table, with its delay', async () => {
    await start()
    t.mailer.fail = () => {
      throw new Error('the other side is down')
    }
    const id = await mail()
    await until(async () => (await storedJob(t, id)).last_error !== null)
    expect(await storedJob(t, id)).toMatchObject({ state: 'pending', attempts: 1, lease: null })
    t.mailer.fail = undefined
    t.clock.advance(60_000)
    await until(async () => (await notDone()) === 0)
    expect(await storedJob(t, id)).toMatchObject({ state: 'done', attempts: 2 })
  })

  redisTest('wait in the table beyond what Redis is given, and all are done', async () => {
    await start(2, { highWater: 20 })
    const { promise, resolve } = Promise.withResolvers<void>()
    t.mailer.fail = () => promise
    const first = await Promise.all(Array.from({ length: 100 }, mail))
    await until(async () => (await leases()).redis > 0)
    const second = await Promise.all(Array.from({ length: 500 }, mail))
    await until(async () => Number(await inRedis('LLEN', [`{test-${names}}:jobs:wait`])) >= 20)
    expect((await leases()).redis).toBeLessThan(600)
    resolve()
    await until(async () => (await notDone()) === 0)
    expect([...new Set(sent())]).toEqual([...first, ...second].toSorted())
  })
})

async function leases(): Promise<{ redis: number }> {
  const { rows } = await t.deps.db.$client.execute("SELECT count(*) AS n FROM jobs WHERE lease LIKE 'redis.%'")
  return { redis: Number(rows[0]?.n) }
}
