/** The queue: jobs queued and done, against rows that a bare libSQL writes one by one, each synced to the disk. */
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import Database from 'libsql'
import { parseConfig } from '../src/config.ts'
import { commit } from '../src/core/events/commit.ts'
import { queueJob } from '../src/modules/jobs/queue-job.ts'
import { type JobHandlers, runDueJobs } from '../src/modules/jobs/run-queue.ts'
import { createBunDeps } from '../src/platform/deps.bun.ts'
import { BenchError } from './bench-error.ts'
import { temporaryFolder } from './children.ts'
import type { Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

/** Jobs in one turn. They are queued in batches, and that time is not counted. */
const JOBS = 500
const BATCH = 100
/** About the size of a mail. */
const PAYLOAD = { to: null, locale: 'en', content: { template: 'password-changed', data: { at: 1_750_000_000_000 } } }

export async function measureWorker(options: ScenarioOptions): Promise<Report> {
  const folder = temporaryFolder()
  const config = parseConfig({
    NODE_ENV: 'production',
    APP_URL: 'https://id.example',
    APP_SECRET: 'a secret of the benchmark, longer than 32 bytes',
    DATABASE_URL: `file:${join(folder, 'ours.db')}`,
    LOG_LEVEL: 'error',
  })
  // The worker is not started, so only the measured calls do jobs.
  const deps = await createBunDeps(config)
  const insert = bareInserts(join(folder, 'bare.db'))
  const request = { kind: 'nothing', userId: null, payload: PAYLOAD }
  const queueSteps = (count: number) =>
    Promise.all(Array.from({ length: count }, () => queueJob(deps, request, sql`true`)))

  async function queueAll(): Promise<number> {
    const startedAt = performance.now()
    for (let job = 0; job < JOBS; job++) await commit(deps, [await queueJob(deps, request, sql`true`)])
    return perSecond(startedAt)
  }
  async function doAll(): Promise<number> {
    // The jobs that the previous turn queued, plus the missing number.
    for (let missing = JOBS - (await waiting()); missing > 0; missing -= BATCH)
      await commit(deps, await queueSteps(Math.min(missing, BATCH)))
    let handled = 0
    const handlers: JobHandlers = { nothing: async () => void handled++ }
    const startedAt = performance.now()
    const { done } = await runDueJobs(deps, { handlers, mayGoOn: () => true })
    const result = perSecond(startedAt)
    if (done !== JOBS || handled !== JOBS || (await waiting()) !== 0)
      throw new BenchError('the worker did not do every job once', `${done} done, ${handled} handled of ${JOBS}`)
    return result
  }
  async function waiting(): Promise<number> {
    const { rows } = await deps.db.$client.execute("SELECT count(*) AS n FROM jobs WHERE state = 'pending'")
    return Number(rows[0]?.n)
  }

  try {
    await queueAll()
    await doAll() // warm-up, not counted
    insert.all()
    const taken = await interleave(options, { queued: queueAll, done: doAll, bare: async () => insert.all() })
    const reference = { name: 'bare libSQL inserts', values: taken.bare }
    return {
      scenario: 'worker',
      comparisons: [
        { name: 'jobs done', unit: 'jobs/s', ours: { name: 'worker', values: taken.done }, reference, goal: 1 },
        {
          name: 'jobs queued, one a commit',
          unit: 'jobs/s',
          ours: { name: 'queueJob', values: taken.queued },
          reference,
        },
      ],
      figures: [],
      checks: [`Every turn did its ${JOBS} jobs, each once, and left none.`],
    }
  } finally {
    insert.close()
    await deps.close()
  }
}

const perSecond = (startedAt: number): number => (JOBS * 1000) / (performance.now() - startedAt)

/** The native engine alone, with the same durability as our client: rows of the size of a job, one commit each. */
function bareInserts(file: string) {
  const database = new Database(file)
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = FULL')
  database.exec('CREATE TABLE bare (id TEXT PRIMARY KEY, payload TEXT, state TEXT, run_at INTEGER) STRICT')
  const statement = database.prepare('INSERT INTO bare VALUES (?, ?, ?, ?)')
  const payload = 'x'.repeat(200)
  let row = 0
  return {
    all(): number {
      const startedAt = performance.now()
      for (let job = 0; job < JOBS; job++)
        statement.run(`job_${String(row++).padStart(32, '0')}`, payload, 'pending', row)
      return perSecond(startedAt)
    },
    close: () => database.close(),
  }
}
