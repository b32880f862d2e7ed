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
import { type ClaimedJob, claimJobs, failJob, finishJob } from './queries.ts'
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

/** Done at once, so that one slow delivery holds up few. */
const AT_ONCE = 16
/** Twice what a handler may take. After a kill -9 a job is done this much later. */
const LEASE_MS = 120_000
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

export type QueueReport = { done: number; failed: number }

/** Takes one handful of due jobs and does them. Returns how many there were; none: nothing is due. Two round trips or more. */
export async function runDueJobs(deps: Deps, handlers: JobHandlers): Promise<QueueReport> {
  const { db, clock, random } = deps
  const lease = base64url(random.bytes(16))
  const now = clock.now()
  const [claimed] = await commit(deps, [
    claimJobs(db, { kinds: Object.keys(handlers), lease, now, until: now + LEASE_MS, limit: AT_ONCE }),
  ])
  const outcomes = await Promise.all(claimed.map((job) => work(deps, handlers, lease, job)))
  const done = outcomes.filter(Boolean).length
  return { done, failed: outcomes.length - done }
}

/** True when it was done. Failing is noted in the row; only a database that cannot be written to throws. */
async function work(deps: Deps, handlers: JobHandlers, lease: string, job: ClaimedJob): Promise<boolean> {
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
    log.warning(giveUp ? 'queued job given up' : 'queued job failed', { job: id, kind, attempts, cause })
    return false
  }
  await commit(deps, [finishJob(db, id, lease, clock.now())])
  return true
}
