/** The worker of a long-lived process, with real timers. */
import { afterEach, describe, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { systemCause } from '../../src/core/events/new-event.ts'
import type { Mail } from '../../src/deps.ts'
import { runJobs } from '../../src/jobs.ts'
import { commit } from '../../src/core/events/commit.ts'
import { queueMail } from '../../src/modules/mail/queue-mail.ts'
import { createWorker, type Worker } from '../../src/platform/worker.ts'
import { storedJob } from '../support/jobs.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../support/test-app.ts'

/** Longer than any test: what happens does so for another reason. */
const NEVER = 3_600_000

let t: TestApp
let worker: Worker
afterEach(async () => {
  await worker.stop()
  await t.close()
})

async function start(tickMs: number, options: TestAppOptions = {}): Promise<void> {
  worker = createWorker({ tickMs })
  t = await createTestApp({ ...options, deps: { queue: worker.queue, ...options.deps } })
  worker.start(t.deps)
  await worker.queue.idle() // the first check of the database, which finds no job
}

/** Returns the id of the job. */
async function queueOne(deps = t.deps): Promise<string> {
  const cause = systemCause
  const content = { template: 'password-changed', data: { at: 0 } } as const
  await commit(deps, [await queueMail(deps, { userId: null, to: 'ada@example.com', content, cause }, sql`true`)])
  const { rows } = await deps.db.$client.execute('SELECT max(id) AS id FROM jobs')
  return String(rows[0]?.id)
}

/** Ends with the time limit of the test. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((next) => setTimeout(next, 1))
}
const textOf = (query: object): string =>
  'toSQL' in query && typeof query.toSQL === 'function' ? String(query.toSQL().sql) : ''
const asleep = { wake() {}, idle: async () => {} }

describe('the worker', () => {
  test('sends a mail that was queued without being looked for', async () => {
    await start(NEVER)
    const id = await queueOne()
    await until(() => t.mails.length > 0)
    expect(t.mails.map((mail) => mail.id)).toEqual([id])
    await until(async () => (await storedJob(t, id)).state === 'done')
  })

  test('finds jobs of other processes', async () => {
    await start(5)
    await queueOne({ ...t.deps, queue: asleep })
    await until(() => t.mails.length === 1)
  })

  test('runs at its start the jobs that were queued before', async () => {
    await start(NEVER)
    await worker.stop()
    await queueOne()
    expect(t.mails).toEqual([])
    worker.start(t.deps)
    await until(() => t.mails.length === 1)
  })

  test('woken during a run checks the queue again after it, so no job is left', async () => {
    await start(NEVER)
    const { promise, resolve } = Promise.withResolvers<void>()
    let first = true
    t.mailer.fail = () => {
      const waits = first ? promise : undefined
      first = false
      return waits
    }
    await queueOne()
    await until(() => !first)
    for (let mail = 0; mail < 20; mail++) await queueOne()
    resolve()
    await until(() => t.mails.length === 21)
    expect(new Set(t.mails.map(({ id }) => id)).size).toBe(21)
  })

  test('sends a mail while another one hangs', async () => {
    await start(NEVER)
    const { promise, resolve } = Promise.withResolvers<void>()
    let hanging = ''
    t.mailer.fail = ({ id }) => {
      if (hanging === '') hanging = id
      return id === hanging ? promise : undefined
    }
    const first = await queueOne()
    await until(() => hanging === first)
    for (const count of [1, 2, 3]) {
      await queueOne()
      await until(() => t.mails.length === count)
    }
    expect(t.mails.map(({ id }) => id)).not.toContain(first)
    resolve()
    await until(() => t.mails.length === 4)
  })

  test('is idle after it has run the due jobs', async () => {
    await start(NEVER)
    for (let mail = 0; mail < 3; mail++) await queueOne()
    await worker.queue.idle()
    expect(t.mails.length).toBe(3)
  })

  test('goes on after the database could not be written to', async () => {
    await start(5)
    await t.deps.db.$client.execute('ALTER TABLE jobs RENAME TO mislaid')
    await until(() => t.logged.some(({ message }) => message === 'job failed'))
    await t.deps.db.$client.execute('ALTER TABLE mislaid RENAME TO jobs')
    await queueOne({ ...t.deps, queue: asleep })
    await until(() => t.mails.length === 1)
  })

  test('runs scheduled work, which delays no mail', async () => {
    worker = createWorker({ tickMs: NEVER })
    t = await createTestApp({ deps: { queue: worker.queue } })
    let mailed = false
    // A sweep that takes for ever, until the mail has been sent.
    const batch = t.deps.db.batch.bind(t.deps.db)
    Object.defineProperty(t.deps.db, 'batch', {
      async value(...given: Parameters<typeof batch>) {
        const isSweep = given[0].some((query) => /delete from "sessions"/.test(textOf(query)))
        while (isSweep && !mailed) await new Promise((next) => setImmediate(next))
        return batch(...given)
      },
    })
    worker.start(t.deps)
    await until(
      async () => Number((await t.deps.db.$client.execute('SELECT count(*) AS n FROM schedules')).rows[0]?.n) > 0,
    )
    await queueOne()
    await until(() => t.mails.length === 1)
    expect(t.logged.filter(({ fields }) => fields.job === 'sweep-sessions')).toEqual([])
    mailed = true
    await until(() => t.logged.some(({ fields }) => fields.job === 'sweep-sessions'))
  })
})

describe('an orderly stop', () => {
  test('finishes the mail under way, records it as done, and begins no other', async () => {
    await start(NEVER)
    const { promise, resolve } = Promise.withResolvers<void>()
    const begun: Mail[] = []
    t.mailer.fail = (mail) => {
      begun.push(mail)
      return promise
    }
    const id = await queueOne()
    await until(() => begun.length === 1)
    const order: string[] = []
    const stopping = worker.stop().then(() => order.push('stopped'))
    const late = await queueOne()
    void promise.then(() => order.push('the mail was taken'))
    resolve()
    await stopping
    expect(order).toEqual(['the mail was taken', 'stopped'])
    expect((await storedJob(t, id)).state).toBe('done')
    expect(await storedJob(t, late)).toMatchObject({ state: 'pending', attempts: 0 })
    expect(begun.length).toBe(1)
  })

  test('between two handfuls leaves the rest in the database, free for others', async () => {
    let accepting = true
    await start(NEVER, { deps: { accepting: () => accepting } })
    const sleeping = { ...t.deps, queue: asleep }
    for (let mail = 0; mail < 40; mail++) await queueOne(sleeping)
    t.mailer.fail = () => {
      accepting = false
    }
    worker.queue.wake()
    await until(() => t.mails.length > 0)
    await worker.stop()
    const { rows } = await t.deps.db.$client.execute(
      'SELECT state, count(*) AS n, count(lease) AS leases FROM jobs GROUP BY state ORDER BY state',
    )
    expect(rows.map(({ state, n, leases }) => [state, n, leases])).toEqual([
      ['done', 16, 0],
      ['pending', 24, 0],
    ])
  })
})

describe('without MAIL_URL in production', () => {
  test('mails wait, are not tried, and are sent once it is set', async () => {
    worker = createWorker()
    t = await createTestApp({ env: { NODE_ENV: 'production', EMAIL_VERIFICATION: 'optional' } })
    expect(t.deps.config.mailUrl).toBeUndefined()
    const id = await queueOne()
    for (let hour = 0; hour < 30; hour++) {
      await runJobs(t.deps)
      t.clock.advance(3_600_000)
    }
    expect(t.mails).toEqual([])
    expect(await storedJob(t, id)).toMatchObject({ state: 'pending', attempts: 0 })
    await runJobs({ ...t.deps, config: { ...t.deps.config, mailUrl: 'smtp://mail.test' } })
    expect(t.mails.map((mail) => mail.id)).toEqual([id])
  })
})
