/** The queue: a job that is written with a change runs at least once, under one id. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { sql } from 'drizzle-orm'
import { PermanentFailure } from '../../src/lib/permanent-failure.ts'
import { commit, recorded } from '../../src/core/events/commit.ts'
import { systemEvent } from '../../src/core/events/new-event.ts'
import { happened, noteEvent } from '../../src/core/events/queries.ts'
import { claimJobs, HORIZON_MS } from '../../src/modules/jobs/queries.ts'
import { queueJob } from '../../src/modules/jobs/queue-job.ts'
import {
  AT_ONCE,
  type JobHandler,
  type JobHandlers,
  LEASE_MS,
  MAX_ATTEMPTS,
  type QueuedJob,
  retryDelayMs,
  runDueJobs,
} from '../../src/modules/jobs/run-queue.ts'
import { endSessionsOfUser } from '../../src/modules/sessions/queries.ts'
import { call, setUpAdmin, signUp } from '../support/client.ts'
import { queueOne, storedJob } from '../support/jobs.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

const always = () => true
const run = (handlers: JobHandlers) => runDueJobs(t.deps, { handlers, mayGoOn: always })
/** A kind that notes what it was given. */
function recorder(): { handlers: JobHandlers; done: QueuedJob[] } {
  const done: QueuedJob[] = []
  return { done, handlers: { test: async (_deps, job) => void done.push(job) } }
}
const failing = (cause: Error): JobHandlers => ({
  test: async () => {
    throw cause
  },
})
const count = async (where: string): Promise<number> =>
  Number((await t.deps.db.$client.execute(`SELECT count(*) AS n FROM jobs WHERE ${where}`)).rows[0]?.n)

describe('a job', () => {
  test('runs with its queued payload, which is then deleted', async () => {
    const { handlers, done } = recorder()
    const id = await queueOne(t, 'test', { to: 'ada', n: [1, null] }, 'usr_1')
    const queuedAt = t.clock.now()
    t.clock.advance(5)
    expect(await run(handlers)).toEqual({ done: 1, failed: 0, complete: true })
    expect(done).toEqual([{ id, userId: 'usr_1', payload: { to: 'ada', n: [1, null] }, queuedAt }])
    const finished = { state: 'done', payload: null, lease: null, attempts: 1, finished_at: t.clock.now() }
    expect(await storedJob(t, id)).toMatchObject(finished)
    expect(await run(handlers)).toEqual({ done: 0, failed: 0, complete: true })
    expect(done.length).toBe(1)
  })

  test('is saved in the same transaction as the change that caused it', async () => {
    const { user } = await signUp(t, 'ada@example.com')
    await t.deps.db.$client.execute('DELETE FROM jobs')
    const end = async (...others: [] | [ReturnType<typeof noteEvent>]) => {
      const ended = systemEvent(t.deps, 'session.ended', {})
      const step = recorded(endSessionsOfUser(t.deps.db, user.id, t.clock.now()), ended)
      const job = await queueJob(
        t.deps,
        { kind: 'test', userId: user.id, payload: 1, eventId: ended.id },
        happened(ended),
      )
      return commit(t.deps, [step, job, ...others])
    }
    // A batch that fails after both of them.
    const twice = systemEvent(t.deps, 'key.rotated', {})
    await commit(t.deps, [noteEvent(t.deps.db, twice)])
    await expect(end(noteEvent(t.deps.db, twice))).rejects.toThrow()
    expect([await count('true'), await living()]).toEqual([0, 1])
    await end()
    expect([await count("event_id LIKE 'evt_%'"), await living()]).toEqual([1, 0])
    await end() // nothing left to end
    expect(await count('true')).toBe(1)

    async function living(): Promise<number> {
      const { rows } = await t.deps.db.$client.execute('SELECT count(*) AS n FROM sessions WHERE ended_at IS NULL')
      return Number(rows[0]?.n)
    }
  })

  test('wakes the worker once it is committed, and not when it is not', async () => {
    let woken = 0
    const deps = { ...t.deps, queue: { wake: () => void woken++, idle: async () => {} } }
    const step = await queueJob(deps, { kind: 'test', userId: null, payload: 1 }, sql`true`)
    const unique = await queueJob(
      { ...deps, random: { ...deps.random, id: () => 'job_1' } },
      { kind: 'x', userId: null, payload: 1 },
      sql`true`,
    )
    await expect(commit(deps, [step, unique, unique])).rejects.toThrow()
    expect(woken).toBe(0)
    await commit(deps, [step])
    expect(woken).toBe(1)
  })

  test('is encrypted at rest, in the database file and in its log', async () => {
    const canary = `canary-${crypto.randomUUID()}`
    await queueOne(t, 'test', { code: canary })
    await queueOne(t, 'test', { link: `https://api.test/${canary}` })
    for (const part of [t.file, `${t.file}-wal`]) expect(readFileSync(part).includes(canary), part).toBeFalse()
    expect(JSON.stringify(t.logged)).not.toContain(canary)
    const { handlers, done } = recorder()
    await run(handlers)
    expect(JSON.stringify(done)).toContain(canary) // the canary is in the payload
    for (const part of [t.file, `${t.file}-wal`]) expect(readFileSync(part).includes(canary), part).toBeFalse()
  })

  test('cannot be given the payload of another', async () => {
    const [mine, theirs] = [await queueOne(t, 'test', 'mine'), await queueOne(t, 'test', 'theirs')]
    await t.deps.db.$client.execute(
      `UPDATE jobs SET payload = (SELECT payload FROM jobs WHERE id = '${theirs}') WHERE id = '${mine}'`,
    )
    const { handlers, done } = recorder()
    expect(await run(handlers)).toMatchObject({ done: 1, failed: 1 })
    expect(done.map(({ payload }) => payload)).toEqual(['theirs'])
    expect((await storedJob(t, mine)).state).toBe('dead')
  })

  test('under another APP_SECRET is given up, and says so', async () => {
    const id = await queueOne(t, 'test', 1)
    const { handlers, done } = recorder()
    const config = { ...t.deps.config, appSecret: 'another secret of more than thirty-two bytes' }
    await runDueJobs({ ...t.deps, config }, { handlers, mayGoOn: always })
    expect(done).toEqual([])
    const reason = 'APP_SECRET is not the one it was queued under'
    expect(await storedJob(t, id)).toMatchObject({ state: 'dead', last_error: reason })
    expect((await storedJob(t, id)).payload).not.toBeNull() // the old secret may come back
  })
})

describe('a job that fails', () => {
  test('is tried again, later each time, up to an hour apart, and is dead after the last attempt', async () => {
    const id = await queueOne(t, 'test', { code: 'kept' })
    const handlers = failing(new Error('it was down'))
    let queuedFor = 0
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
      expect(await run(handlers)).toEqual({ done: 0, failed: 1, complete: true })
      const job = await storedJob(t, id)
      expect(job).toMatchObject({ state: 'pending', attempts: attempt, last_error: 'it was down', lease: null })
      const delay = job.run_at - t.clock.now()
      const middle = Math.min(HOUR, 10_000 * 3 ** (attempt - 1))
      expect(delay).toBeWithin(middle * 0.75, middle * 1.25 + 1)
      t.clock.advance(delay - 1)
      expect(await run(handlers)).toMatchObject({ failed: 0 })
      t.clock.advance(1)
      queuedFor += delay
    }
    expect(await run(handlers)).toMatchObject({ failed: 1 })
    expect(await storedJob(t, id)).toMatchObject({ state: 'dead', attempts: MAX_ATTEMPTS, finished_at: t.clock.now() })
    expect(queuedFor).toBeWithin(2 * DAY, 4 * DAY)
    expect(t.logged.filter(({ message }) => message === 'queued job given up')).toMatchObject([{ level: 'error' }])
    t.clock.advance(DAY)
    expect(await run(handlers)).toMatchObject({ failed: 0 })
  })

  test('has a random delay too, so jobs that failed together do not retry together', () => {
    for (let attempts = 1; attempts <= MAX_ATTEMPTS; attempts++) {
      const delays = Array.from({ length: 256 }, (_, chance) =>
        retryDelayMs(attempts, { ...t.deps.random, bytes: () => new Uint8Array([chance]) }),
      )
      const middle = Math.min(HOUR, 10_000 * 3 ** (attempts - 1))
      expect([Math.min(...delays), Math.max(...delays)]).toEqual([middle * 0.75, middle * 1.25])
      expect(new Set(delays).size).toBe(256)
      // Beyond the horizon lies only what another clock wrote.
      expect(Math.max(...delays)).toBeLessThan(HORIZON_MS)
    }
  })

  test('for good is given up at once', async () => {
    const id = await queueOne(t, 'test')
    await run(failing(new PermanentFailure('there is no such mailbox')))
    const dead = { state: 'dead', attempts: 1, last_error: 'there is no such mailbox' }
    expect(await storedJob(t, id)).toMatchObject(dead)
  })

  test('keeps a short reason of one line, without SQL and parameters', async () => {
    const id = await queueOne(t, 'test')
    await run({ test: (deps) => deps.db.run(sql`SELECT ${'canary'} FROM nowhere`) })
    const { last_error: reason } = await storedJob(t, id)
    expect(reason).toContain('no such table')
    expect(reason).not.toContain('canary')
    const long = await queueOne(t, 'test')
    await run(failing(new Error('x'.repeat(10_000))))
    expect((await storedJob(t, long)).last_error?.length).toBe(300)
    // Any thrown value.
    const odd = await queueOne(t, 'test')
    await run({ test: () => Promise.reject('a string') })
    expect(await storedJob(t, odd)).toMatchObject({ state: 'pending', last_error: 'not an Error' })
  })

  test('is revived by an administrator with all it carried, and then done', async () => {
    const { accessToken: token } = await setUpAdmin(t)
    const id = await queueOne(t, 'test', { code: 'kept' })
    await run(failing(new PermanentFailure('no')))
    expect((await call(t, `POST /v1/jobs/${id}/retry`, { token })).status).toBe(200)
    const { handlers, done } = recorder()
    expect(await run(handlers)).toMatchObject({ done: 1 })
    expect(done).toMatchObject([{ id, payload: { code: 'kept' } }])
    expect(await storedJob(t, id)).toMatchObject({ state: 'done', attempts: 1, last_error: null, payload: null })
  })

  test('keeps no other from being done', async () => {
    const ids = await Promise.all(Array.from({ length: 60 }, (_, n) => queueOne(t, 'test', n)))
    const picky: JobHandler = async (_deps, { payload }) => {
      if (Number(payload) % 3 === 0) throw new Error('a third fails')
    }
    expect(await run({ test: picky })).toEqual({ done: 40, failed: 20, complete: true })
    expect(await count("state = 'done'")).toBe(40)
    expect(ids.length).toBe(60)
  })
})

describe('a lease', () => {
  /** Takes one job and never finishes, as a worker that was killed. */
  const take = async (lease: string) => {
    const now = t.clock.now()
    const { claimed } = await commit(t.deps, {
      claimed: claimJobs(t.deps.db, { kinds: ['test'], lease, now, until: now + LEASE_MS, limit: 1 }),
    })
    return claimed
  }

  test('reserves a job for one worker until it ends; then another worker does it under the same id', async () => {
    const id = await queueOne(t, 'test')
    expect((await take('killed')).map((job) => job.id)).toEqual([id])
    const { handlers, done } = recorder()
    t.clock.advance(LEASE_MS - 1)
    expect(await run(handlers)).toMatchObject({ done: 0 })
    t.clock.advance(1)
    expect(await run(handlers)).toMatchObject({ done: 1 })
    expect(done.map((job) => job.id)).toEqual([id])
    expect((await storedJob(t, id)).attempts).toBe(2)
  })

  test.each(['done', 'failed'] as const)('that was lost does not let its worker note the job as %s', async (how) => {
    const id = await queueOne(t, 'test')
    const slow: JobHandler = async () => {
      t.clock.advance(LEASE_MS)
      await take('another worker')
      if (how === 'failed') throw new PermanentFailure('too late to matter')
    }
    await run({ test: slow })
    expect(await storedJob(t, id)).toMatchObject({ state: 'pending', lease: 'another worker', last_error: null })
  })

  test('is void when the job is discarded: the result of its worker no longer counts', async () => {
    const { accessToken: token } = await setUpAdmin(t)
    for (const fails of [false, true]) {
      const id = await queueOne(t, 'test')
      await run({
        test: async () => {
          expect((await call(t, `POST /v1/jobs/${id}/discard`, { token })).status).toBe(200)
          if (fails) throw new Error('and fails')
        },
      })
      expect(await storedJob(t, id)).toMatchObject({ state: 'discarded', payload: null, last_error: null })
    }
  })

  test('is held by one of many workers at once: fifty runs do a hundred jobs once each', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, n) => queueOne(t, 'test', n)))
    const { handlers, done } = recorder()
    const reports = await Promise.all(Array.from({ length: 50 }, () => run(handlers)))
    expect(reports.reduce((sum, report) => sum + report.done, 0)).toBe(100)
    expect(done.map(({ payload }) => Number(payload)).sort((one, two) => one - two)).toEqual([...Array(100).keys()])
  })
})

describe('a run', () => {
  test('runs a limited number of jobs at once, and a slow job delays no other', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, n) => queueOne(t, 'test', n)))
    let [underWay, most, done] = [0, 0, 0]
    const { promise, resolve } = Promise.withResolvers<void>()
    await run({
      async test() {
        underWay++
        most = Math.max(most, underWay)
        // The first one waits until all others are done: were they behind it, for ever.
        if (done === 0 && underWay === 1) await promise
        else await new Promise((next) => setImmediate(next))
        underWay--
        if (++done === 99) resolve()
      },
    })
    expect([done, most]).toEqual([100, AT_ONCE])
  })

  test('takes the oldest first', async () => {
    for (let n = 0; n < 40; n++) {
      await queueOne(t, 'test', n)
      t.clock.advance(1)
    }
    const { handlers, done } = recorder()
    let turns = 0
    await runDueJobs(t.deps, { handlers, mayGoOn: () => ++turns === 1 })
    expect(done.map(({ payload }) => Number(payload)).sort((one, two) => one - two)).toEqual([...Array(AT_ONCE).keys()])
  })

  test('skips kinds without a handler, and runs the others', async () => {
    await Promise.all(Array.from({ length: AT_ONCE * 2 }, () => queueOne(t, 'of another release')))
    await queueOne(t, 'test')
    const { handlers, done } = recorder()
    await run(handlers)
    expect(done.length).toBe(1)
    expect(await count("state = 'pending' AND attempts = 0")).toBe(AT_ONCE * 2)
    // Names of what every object has are no kinds.
    await queueOne(t, 'constructor')
    await queueOne(t, '__proto__')
    expect(await run(handlers)).toMatchObject({ done: 0, failed: 0 })
  })

  test('begins no job after it is asked to stop, and finishes the jobs under way', async () => {
    await Promise.all(Array.from({ length: 100 }, () => queueOne(t, 'test')))
    let stopped = false
    let ended = 0
    const stopping: JobHandler = async () => {
      stopped = true
      await new Promise((next) => setImmediate(next))
      ended++
    }
    const report = await runDueJobs(t.deps, { handlers: { test: stopping }, mayGoOn: () => !stopped })
    expect(report).toEqual({ done: AT_ONCE, failed: 0, complete: false })
    expect([ended, await count("state = 'done'"), await count('lease IS NOT NULL')]).toEqual([AT_ONCE, AT_ONCE, 0])
  })

  test('runs the jobs that its jobs queue', async () => {
    await queueOne(t, 'test', 3)
    const seen: unknown[] = []
    await run({
      async test(_deps, { payload }) {
        seen.push(payload)
        if (Number(payload) > 0) await queueOne(t, 'test', Number(payload) - 1)
      },
    })
    expect(seen).toEqual([3, 2, 1, 0])
  })

  test('waits for what is under way before it says that the database is gone', async () => {
    await Promise.all([queueOne(t, 'test', 'first'), queueOne(t, 'test', 'second')])
    const order: string[] = []
    const failed = Promise.withResolvers<void>()
    const { $client } = t.deps.db
    const batch = $client.batch.bind($client)
    $client.batch = async (...given: Parameters<typeof batch>) => {
      try {
        return await batch(...given)
      } catch (error) {
        failed.resolve() // the first one cannot be noted as done
        throw error
      }
    }
    const first: JobHandler = async (_deps, { payload }) => {
      if (payload === 'first') await t.deps.db.$client.execute('ALTER TABLE jobs RENAME TO mislaid')
      else {
        await failed.promise
        await new Promise((next) => setImmediate(next)) // a run that did not wait would end here
        order.push('the other one ended')
      }
    }
    await run({ test: first }).catch(() => order.push('the run failed'))
    expect(order).toEqual(['the other one ended', 'the run failed'])
  })
})

describe('a clock', () => {
  test('set back two hours keeps no job waiting for two hours: new, put off and leased ones are done', async () => {
    const { handlers, done } = recorder()
    const fresh = await queueOne(t, 'test', 'fresh')
    const late = await queueOne(t, 'late', 'put off')
    await runDueJobs(t.deps, {
      handlers: { late: failing(new Error('down')).test as JobHandler },
      mayGoOn: always,
    })
    const leased = await queueOne(t, 'leased')
    const now = t.clock.now()
    await commit(t.deps, [
      claimJobs(t.deps.db, { kinds: ['leased'], lease: 'killed', now, until: now + LEASE_MS, limit: 1 }),
    ])
    t.clock.advance(-2 * HOUR)
    const test = handlers.test as JobHandler
    await run({ test, late: test, leased: test })
    expect(done.map(({ id }) => id).sort()).toEqual([fresh, late, leased].sort())
    // And those are queued before they were: ages below zero, times that go back.
    await queueOne(t, 'test')
    expect(await run(handlers)).toMatchObject({ done: 1 })
  })

  test('set back by less puts jobs off by no more than that', async () => {
    await queueOne(t, 'test')
    t.clock.advance(-30 * 60_000)
    const { handlers } = recorder()
    expect(await run(handlers)).toMatchObject({ done: 0 })
    t.clock.advance(30 * 60_000)
    expect(await run(handlers)).toMatchObject({ done: 1 })
  })

  test('400 days ahead, and back again, leaves no job behind', async () => {
    const { handlers, done } = recorder()
    const before = await queueOne(t, 'test', 1)
    t.clock.advance(400 * DAY)
    expect(await run(handlers)).toMatchObject({ done: 1 })
    const ahead = await queueOne(t, 'test', 2)
    await run(failing(new Error('down'))) // due again in the year after next
    t.clock.advance(-400 * DAY)
    expect(await run(handlers)).toMatchObject({ done: 1 })
    expect(done.map(({ id }) => id)).toEqual([before, ahead])
  })
})

test('no claim reads more than it takes, however many wait for another attempt', async () => {
  const { sql: text, params } = claimJobs(t.deps.db, { kinds: ['a'], lease: 'l', now: 1, until: 2, limit: 3 }).toSQL()
  const plan = await t.deps.db.$client.execute({ sql: `EXPLAIN QUERY PLAN ${text}`, args: params as string[] })
  const steps = plan.rows.map(({ detail }) => String(detail))
  expect(steps.filter((step) => step.includes('INDEX jobs_due (state=? AND run_at'))).toHaveLength(2)
  expect(steps.filter((step) => /SCAN jobs|TEMP B-TREE/.test(step))).toEqual([])
})
