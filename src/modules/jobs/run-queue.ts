/**
 * The worker's hands: takes jobs that are due, does them, and says how it went.
 *
 * A job is taken by one UPDATE that moves its due time to the end of a lease, so two workers never hold one at a time,
 * and one whose worker was killed is due again when the lease ends. Whoever lost the lease cannot finish the job.
 */
import type { Deps } from '../../deps.ts'
import { base64url } from '../../lib/encoding.ts'
import { describeError } from '../../lib/error-description.ts'
import { PermanentFailure } from '../../lib/permanent-failure.ts'
import { commit } from '../events/commit.ts'
import { type ClaimedJob, claimJobs, failJob, finishJobs } from './queries.ts'
import { openPayload } from './queue-job.ts'

/** What a handler gets: the same `id` each time the job is tried. */
export interface QueuedJob {
  id: string
  userId: string | null
  payload: unknown
  /** ms UTC. */
  queuedAt: number
}

/** Does a job, or throws: `PermanentFailure` when trying again is of no use. Must give up by itself within a minute. */
export type JobHandler = (deps: Deps, job: QueuedJob) => Promise<unknown>
export type JobHandlers = Readonly<Record<string, JobHandler>>

/** Done at once by one run. As many are done a second time, at most, for each kill -9. */
export const AT_ONCE = 16
/** Twice what a handler may take. After a kill -9 a job is done this much later. */
export const LEASE_MS = 120_000
/** Ten seconds, thirty, a minute and a half … an hour; and then each hour for about three days. */
const FIRST_DELAY_MS = 10_000
const LONGEST_DELAY_MS = 3_600_000
export const MAX_ATTEMPTS = 78
const LONGEST_ERROR = 300

/** How long after its nth failure a job is tried again: up to a quarter sooner or later, so that not all come at once. */
export function retryDelayMs(attempts: number, { bytes }: Deps['random']): number {
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 3 ** Math.min(attempts - 1, 12))
  const chance = (bytes(1)[0] ?? 0) / 255
  return Math.round(delay * (0.75 + chance / 2))
}

export interface QueueReport {
  done: number
  failed: number
  /** False when it had to stop before nothing was due any more. */
  complete: boolean
}

export interface QueueRun {
  handlers: JobHandlers
  mayGoOn: () => boolean
  /** Resolves when the next job is queued; then it is not kept waiting by the last ones of this run. */
  nextWake?: (() => Promise<unknown>) | undefined
}

/**
 * Does what is due, `AT_ONCE` at a time, until there is nothing left or `mayGoOn` says no; what was begun is ended.
 * A slow job keeps its own place only. Throws when the database cannot be written to.
 */
export async function runDueJobs(deps: Deps, { handlers, mayGoOn, nextWake }: QueueRun): Promise<QueueReport> {
  const { db, clock, random } = deps
  const kinds = Object.keys(handlers)
  // One for the whole run, which ends well before the lease of any of its jobs.
  const lease = base64url(random.bytes(16))
  const finish = createFinisher(deps, lease)
  const underWay = new Set<Promise<unknown>>()
  const report = { done: 0, failed: 0, complete: false }
  const failures: unknown[] = []
  const begin = (job: ClaimedJob) => {
    const task = work(deps, handlers, { lease, finish }, job)
      .then(
        (isDone) => report[isDone ? 'done' : 'failed']++,
        (cause) => failures.push(cause),
      )
      .finally(() => underWay.delete(task))
    underWay.add(task)
  }
  try {
    while (!report.complete && failures.length === 0 && mayGoOn()) {
      const now = clock.now()
      const limit = AT_ONCE - underWay.size
      const wake = nextWake?.()
      const [claimed] = await commit(deps, [claimJobs(db, { kinds, lease, now, until: now + LEASE_MS, limit })])
      claimed.forEach(begin)
      if (claimed.length === 0) {
        report.complete = underWay.size === 0
        const ended = Promise.all(underWay) // which may queue more
        await (wake === undefined ? ended : Promise.race([ended, wake]))
      }
      // Half of the places at once: each claim is a write.
      while (underWay.size > AT_ONCE / 2) await Promise.race(underWay)
    }
  } finally {
    await Promise.all(underWay)
  }
  if (failures.length > 0) throw failures[0]
  return report
}

interface Hold {
  lease: string
  /** Resolves once the job is written down as done. */
  finish: (id: string) => Promise<unknown>
}

/** True when it was done. Failing is noted in the row; only a database that cannot be written to throws. */
async function work(deps: Deps, handlers: JobHandlers, { lease, finish }: Hold, job: ClaimedJob): Promise<boolean> {
  const { db, clock, log, random } = deps
  const { id, kind, userId, attempts, createdAt } = job
  try {
    const payload = await openPayload(deps, job)
    if (payload === undefined) throw new PermanentFailure('APP_SECRET is not the one it was queued under')
    await handlers[kind]?.(deps, { id, userId, payload, queuedAt: createdAt })
  } catch (cause) {
    const giveUp = cause instanceof PermanentFailure || attempts >= MAX_ATTEMPTS
    const now = clock.now()
    const error = describeError(cause).message.slice(0, LONGEST_ERROR)
    const runAt = giveUp ? undefined : now + retryDelayMs(attempts, random)
    await commit(deps, [failJob(db, { id, lease, error, now, runAt })])
    const fields = { job: id, kind, attempts, cause }
    if (giveUp) log.error('queued job given up', fields)
    else log.warning('queued job failed', fields)
    return false
  }
  await finish(id)
  return true
}

/** Writes down what is done, many at once: what ends during one write goes into the next. */
function createFinisher(deps: Deps, lease: string): Hold['finish'] {
  let last: Promise<unknown> = Promise.resolve()
  let next: { ids: string[]; written: Promise<unknown> } | undefined
  const write = (ids: string[]) => {
    next = undefined
    return commit(deps, [finishJobs(deps.db, ids, lease, deps.clock.now())])
  }
  return (id) => {
    if (next === undefined) {
      const ids: string[] = []
      const written = last.then(() => write(ids))
      next = { ids, written }
      last = written.catch(() => undefined) // its jobs throw it
    }
    next.ids.push(id)
    return next.written
  }
}
