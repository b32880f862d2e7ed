/**
 * The worker: takes due jobs, runs them, and records the results.
 *
 * One UPDATE takes a job and moves its due time to the end of a lease, so two workers never hold one job at a time. If
 * a worker is killed, its jobs are due again when the lease ends. A worker that lost the lease cannot finish the job.
 */

import { commit } from '../../core/events/commit.ts'
import type { JobHandler, QueuedJob } from '../../core/feature.ts'
import type { Deps } from '../../deps.ts'
import { base64url } from '../../lib/encoding.ts'
import { describeError } from '../../lib/error-description.ts'
import { PermanentFailure } from '../../lib/permanent-failure.ts'
import { type ClaimedJob, claimJobs, failJob, finishJobs } from './queries.ts'
import { openPayload } from './queue-job.ts'

export type { JobHandler, QueuedJob }
export type JobHandlers = Readonly<Record<string, JobHandler>>

/** Jobs that one run does at the same time. A kill -9 repeats at most this many. */
export const AT_ONCE = 16
/** Twice the time limit of a handler. After a kill -9 a job is done again after this time. */
export const LEASE_MS = 120_000
/** 10 s, 30 s, 90 s … one hour, and then every hour for about three days. */
const FIRST_DELAY_MS = 10_000
const LONGEST_DELAY_MS = 3_600_000
export const MAX_ATTEMPTS = 78
const LONGEST_ERROR = 300

/**
 * The delay before the next attempt, in ms. A random change of up to a quarter keeps jobs from returning all at once.
 */
export function retryDelayMs(attempts: number, { bytes }: Deps['random']): number {
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 3 ** Math.min(attempts - 1, 12))
  const chance = (bytes(1)[0] ?? 0) / 255
  return Math.round(delay * (0.75 + chance / 2))
}

export interface QueueReport {
  done: number
  failed: number
  /** False if the run stopped while jobs were still due. */
  complete: boolean
}

export interface QueueRun {
  handlers: JobHandlers
  mayGoOn: () => boolean
  /** Resolves when the next job is queued, so that it does not wait for the last jobs of this run. */
  nextWake?: (() => Promise<unknown>) | undefined
}

/**
 * Runs due jobs, `AT_ONCE` at a time, until no job is due or `mayGoOn` returns false. Jobs that have begun are
 * finished. A slow job delays no other job. Throws if the database cannot be written to.
 */
export async function runDueJobs(deps: Deps, { handlers, mayGoOn, nextWake }: QueueRun): Promise<QueueReport> {
  const { db, clock, random } = deps
  const kinds = Object.keys(handlers)
  // One lease for the whole run. The run ends well before the lease of its jobs.
  const lease = base64url(random.bytes(16))
  const underWay = new Set<Promise<unknown>>()
  /** Finished jobs that are not recorded yet. */
  let done: string[] = []
  const report = { done: 0, failed: 0, complete: false }
  const failures: unknown[] = []

  const beginOne = (job: ClaimedJob, payload: Promise<unknown>) => {
    const task = doJob(deps, { handlers, lease, payload }, job)
      .then(
        (isDone) => void (isDone ? done.push(job.id) : report.failed++),
        (cause) => failures.push(cause),
      )
      .finally(() => underWay.delete(task))
    underWay.add(task)
  }
  const begin = async (claimed: readonly ClaimedJob[]) => {
    const opened = claimed.map((job) => ({ job, payload: openPayload(deps, job) }))
    // All begin in the same turn of the event loop, so that quick jobs end together and need one write.
    await Promise.allSettled(opened.map(({ payload }) => payload))
    for (const { job, payload } of opened) beginOne(job, payload)
  }
  const finish = () => {
    const ids = done
    done = []
    report.done += ids.length
    return finishJobs(db, ids, lease, clock.now())
  }
  /** One write records finished jobs and takes new ones, so that at most `AT_ONCE` jobs run. */
  const exchange = async (): Promise<ClaimedJob[]> => {
    const now = clock.now()
    const limit = AT_ONCE - underWay.size
    const claim = claimJobs(db, { kinds, lease, now, until: now + LEASE_MS, limit })
    if (done.length === 0 && limit === 0) return []
    const { claimed } = await commit(deps, { finished: done.length === 0 ? undefined : finish(), claimed: claim })
    return claimed
  }

  try {
    while (!report.complete && failures.length === 0 && mayGoOn()) {
      const wake = nextWake?.()
      const claimed = await exchange()
      await begin(claimed)
      if (underWay.size > 0) await Promise.race(wake === undefined ? underWay : [...underWay, wake])
      else report.complete = claimed.length === 0 && done.length === 0
    }
  } catch (cause) {
    failures.push(cause)
  }
  await Promise.all(underWay)
  if (done.length > 0) await commit(deps, [finish()])
  if (failures.length > 0) throw failures[0]
  return report
}

export interface Hold {
  handlers: JobHandlers
  lease: string
  payload: Promise<unknown>
}

/** True if the job was done. A failure is recorded in its row. Throws only if the database cannot be written to. */
export async function doJob(deps: Deps, { handlers, lease, payload: opened }: Hold, job: ClaimedJob): Promise<boolean> {
  const { db, clock, log, random } = deps
  const { id, kind, userId, attempts, createdAt } = job
  try {
    const payload = await opened
    // A job that the database itself queued has none.
    if (payload === undefined && job.payload !== null)
      throw new PermanentFailure('APP_SECRET is not the one it was queued under')
    await handlers[kind]?.(deps, { id, userId, payload, queuedAt: createdAt })
    return true
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
}
