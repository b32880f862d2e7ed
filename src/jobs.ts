/**
 * The one door for scheduled work: a timer on Bun, `scheduled` on Workers, a cron on Deno, an event on Lambda and the
 * command `jobs run` all come through here.
 *
 * Every job may run at any time, twice at once, and be cut off in the middle: what is left is done the next time.
 */
import type { Deps } from './deps.ts'
import { commit } from './modules/events/commit.ts'
import { deleteExpiredKeys } from './modules/idempotency/queries.ts'
import { deleteRetiredKeys } from './modules/keys/queries.ts'
import { deleteExpiredSessions, deleteTokensOfExpiredSessions } from './modules/sessions/queries.ts'

export const jobNames = ['sweep-sessions', 'sweep-keys'] as const
export type JobName = (typeof jobNames)[number]

/** What was done, one entry a job. */
export interface JobReport {
  jobs: {
    name: JobName
    /** Rows removed, by what they were. */
    removed: Record<string, number>
    /** False when the time was up first: the next run goes on from there. */
    complete: boolean
    tookMs: number
  }[]
}

type JobDeps = Pick<Deps, 'db' | 'clock' | 'log' | 'principals' | 'accepting'>

/** Small enough to hold other writers up for some ms only; each batch is a turn of the writer's queue. */
const ROWS_PER_BATCH = 250
const BUDGET_MS = 30_000
const DAY_MS = 86_400_000
/** A clock that was ahead for some hours has then cost nobody a session. */
const KEEP_EXPIRED_SESSIONS_MS = DAY_MS
/** Its tokens are long dead; whoever looks into an incident may still want to know the key. */
const KEEP_RETIRED_KEYS_MS = 30 * DAY_MS

/** One batch of at most `limit` rows of each kind, of those too old at `now`. Returns what it removed. */
type Sweep = (deps: JobDeps, now: number, limit: number) => Promise<Record<string, number>>

// No events: nobody audits that dead rows are gone, and no principal changes by it (an expired one is none).
const sweeps: Record<JobName, Sweep> = {
  /**
   * A family stays whole until its session has expired, ended or not, so a spent token is recognised as long as it could
   * do harm. Tokens go first: a session in daily use has thousands, and a cascade of many such would hold the writer.
   */
  async 'sweep-sessions'(deps, now, limit) {
    const before = now - KEEP_EXPIRED_SESSIONS_MS
    const [tokens, sessions] = await commit(deps, [
      deleteTokensOfExpiredSessions(deps.db, before, limit),
      deleteExpiredSessions(deps.db, before, limit),
    ])
    // `links` of token chains: the log redacts whatever is called a token.
    return { sessions: sessions.rowsAffected, links: tokens.rowsAffected }
  },

  async 'sweep-keys'(deps, now, limit) {
    const [signing, idempotency] = await commit(deps, [
      deleteRetiredKeys(deps.db, now - KEEP_RETIRED_KEYS_MS, limit),
      deleteExpiredKeys(deps.db, now, limit),
    ])
    return { signingKeys: signing.rowsAffected, idempotencyKeys: idempotency.rowsAffected }
  },
}

/**
 * Runs one job, or all of them in turn, for at most 30 s each and not beyond the moment the process is asked to stop.
 * A job that fails is logged and does not keep the others from running; the first failure is thrown at the end.
 */
export async function runJobs(deps: JobDeps, name?: JobName): Promise<JobReport> {
  const report: JobReport = { jobs: [] }
  const failures: unknown[] = []
  for (const job of name === undefined ? jobNames : [name]) {
    try {
      const done = await runJob(deps, job)
      report.jobs.push(done)
      deps.log.info('job done', { job, ...done.removed, complete: done.complete, tookMs: done.tookMs })
    } catch (cause) {
      deps.log.error('job failed', { job, cause })
      failures.push(cause)
    }
  }
  if (failures.length > 0) throw failures[0]
  return report
}

async function runJob(deps: JobDeps, name: JobName): Promise<JobReport['jobs'][number]> {
  const { clock, accepting } = deps
  const startedAt = clock.now()
  const removed: Record<string, number> = {}
  let complete = false
  // `Math.abs`: a clock set back must not make a run without end.
  while (!complete && accepting() && Math.abs(clock.now() - startedAt) < BUDGET_MS) {
    const batch = await sweeps[name](deps, startedAt, ROWS_PER_BATCH)
    complete = Object.values(batch).every((rows) => rows === 0)
    for (const [kind, rows] of Object.entries(batch)) removed[kind] = (removed[kind] ?? 0) + rows
  }
  return { name, removed, complete, tookMs: clock.now() - startedAt }
}
