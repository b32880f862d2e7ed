/**
 * The one door for work that no request waits for: a worker in the process on Bun, Node and Deno, `scheduled` on
 * Workers, an event on Lambda and the command `jobs run` all come through here.
 *
 * Every job may run at any time, twice at once, and be cut off in the middle: what is left is done the next time.
 */
import type { Deps } from './deps.ts'
import { commit } from './modules/events/commit.ts'
import { deleteExpiredKeys } from './modules/idempotency/queries.ts'
import { anyDueJob } from './modules/jobs/queries.ts'
import { type JobHandlers, runDueJobs } from './modules/jobs/run-queue.ts'
import { dueSchedules, runScheduled, type Schedule, schedulesSeen } from './modules/jobs/run-schedules.ts'
import { deleteRetiredKeys } from './modules/keys/queries.ts'
import { deliverMail } from './modules/mail/deliver-mail.ts'
import { deleteExpiredSessions, deleteTokensOfExpiredSessions } from './modules/sessions/queries.ts'

/** What is done about queued jobs, by their kind. */
const handlers = { mail: deliverMail } satisfies JobHandlers

/** One batch of at most `limit` rows of each kind. Returns how many rows it dealt with, by what they were; all 0: done. */
type Batch = (deps: Deps, now: number, limit: number) => Promise<Record<string, number>>

/** Small enough to hold other writers up for some ms only; each batch is a turn of the writer's queue. */
const ROWS_PER_BATCH = 250
const BUDGET_MS = 30_000
const DAY_MS = 86_400_000
/** A clock that was ahead for some hours has then cost nobody a session. */
const KEEP_EXPIRED_SESSIONS_MS = DAY_MS
/** Its tokens are long dead; whoever looks into an incident may still want to know the key. */
const KEEP_RETIRED_KEYS_MS = 30 * DAY_MS

// No events: nobody audits that dead rows are gone, and no principal changes by it (an expired one is none).
const scheduled = [
  {
    /**
     * A family stays whole until its session has expired, ended or not, so a spent token is recognised as long as it
     * could do harm. Tokens go first: a session in daily use has thousands, and a cascade of many such would hold the
     * writer.
     */
    name: 'sweep-sessions',
    pattern: '17 * * * *',
    async run(deps, now, limit) {
      const before = now - KEEP_EXPIRED_SESSIONS_MS
      const [tokens, sessions] = await commit(deps, [
        deleteTokensOfExpiredSessions(deps.db, before, limit),
        deleteExpiredSessions(deps.db, before, limit),
      ])
      // `links` of token chains: the log redacts whatever is called a token.
      return { sessions: sessions.rowsAffected, links: tokens.rowsAffected }
    },
  },
  {
    name: 'sweep-keys',
    pattern: '27 * * * *',
    async run(deps, now, limit) {
      const [signing, idempotency] = await commit(deps, [
        deleteRetiredKeys(deps.db, now - KEEP_RETIRED_KEYS_MS, limit),
        deleteExpiredKeys(deps.db, now, limit),
      ])
      return { signingKeys: signing.rowsAffected, idempotencyKeys: idempotency.rowsAffected }
    },
  },
] as const satisfies readonly (Schedule & { run: Batch })[]

export type JobName = 'queue' | (typeof scheduled)[number]['name']
/** `queue` does what was queued with a change, such as a mail; the others have a time of their own. */
export const jobNames: readonly JobName[] = ['queue', ...scheduled.map(({ name }) => name)]

/** What was done, one entry a job. */
export interface JobReport {
  jobs: {
    name: JobName
    /** How many, by what they were. */
    counts: Record<string, number>
    /** False when the time was up first: the next run goes on from there. */
    complete: boolean
    tookMs: number
  }[]
}

/** What queued jobs there are for this process to do. Without MAIL_URL mails wait. */
const handlersOf = ({ config }: Deps): JobHandlers => {
  const { mail, ...others } = handlers
  return config.mailUrl === undefined ? others : { ...others, mail }
}

/**
 * Does what is due, `'all'` there is, or one job; each for at most 30 s and not beyond the moment the process is asked
 * to stop. What is due is found in one round trip when there is nothing to do.
 *
 * A job that fails is logged and does not keep the others from running; the first failure is thrown at the end.
 */
export async function runJobs(deps: Deps, which: 'due' | 'all' | JobName = 'due'): Promise<JobReport> {
  const report: JobReport = { jobs: [] }
  const failures: unknown[] = []
  const attempt = async (name: JobName, run: Batch) => {
    try {
      report.jobs.push(await runJob(deps, name, run))
    } catch (cause) {
      deps.log.error('job failed', { job: name, cause })
      failures.push(cause)
    }
  }
  const chosen = scheduled.filter(({ name }) => which === 'all' || which === name)
  if (which === 'due') {
    const now = deps.clock.now()
    const [seen, [waiting]] = await Promise.all([
      schedulesSeen(deps),
      anyDueJob(deps.db, Object.keys(handlersOf(deps)), now),
    ])
    if (waiting) await attempt('queue', runQueue)
    for (const schedule of dueSchedules(scheduled, seen, now))
      await runScheduled(deps, schedule, () => attempt(schedule.name, schedule.run))
  } else {
    if (which === 'all' || which === 'queue') await attempt('queue', runQueue)
    for (const { name, run } of chosen) await attempt(name, run)
  }
  if (failures.length > 0) throw failures[0]
  return report
}

/** Queued jobs until none is due. */
const runQueue: Batch = (deps) => runDueJobs(deps, handlersOf(deps)).then((report) => ({ ...report }))

async function runJob(deps: Deps, name: JobName, run: Batch): Promise<JobReport['jobs'][number]> {
  const { clock, accepting, log } = deps
  const startedAt = clock.now()
  const counts: Record<string, number> = {}
  let complete = false
  // `Math.abs`: a clock set back must not make a run without end.
  while (!complete && accepting() && Math.abs(clock.now() - startedAt) < BUDGET_MS) {
    const batch = await run(deps, startedAt, ROWS_PER_BATCH)
    complete = Object.values(batch).every((rows) => rows === 0)
    for (const [kind, rows] of Object.entries(batch)) counts[kind] = (counts[kind] ?? 0) + rows
  }
  const done = { name, counts, complete, tookMs: clock.now() - startedAt }
  // The queue is looked at all the time, and mostly empty.
  if (name !== 'queue' || Object.values(counts).some((rows) => rows > 0))
    log.info('job done', { job: name, ...counts, complete, tookMs: done.tookMs })
  return done
}
