/** The queue for an operator: list jobs, retry them, discard them. */

import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import { type Page, readNewest } from '../../core/paging/pages.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import {
  discardJob as discardJobRow,
  jobById,
  jobOfKey,
  listJobs,
  retryJob as retryJobRow,
  type ShownJob,
  userOfJob,
} from './queries.ts'
import type { ListJobs } from './schema.ts'

type WriteDeps = Pick<Deps, 'db' | 'clock' | 'random' | 'principals' | 'queue'>

/** One page, the newest first. Throws the errors of `readPage`. */
export const pageOfJobs = ({ db }: Pick<Deps, 'db'>, { limit, cursor, ...filter }: ListJobs): Promise<Page<ShownJob>> =>
  readNewest({ limit, cursor }, (before, rows) => listJobs(db, { ...filter, before }, rows))

/** Throws `job.not_found`. */
export async function findJob({ db }: Pick<Deps, 'db'>, id: string): Promise<ShownJob> {
  const [job] = await jobById(db, id)
  if (!job) throw problem('job.not_found')
  return job
}

/**
 * Makes a pending or dead job due now, and counts its attempts from 0 again. A job that is running is done once more,
 * under the same id. Throws `job.not_found`, `job.finished`; `idempotency.key_reused`.
 */
export async function retryJob(deps: WriteDeps, cause: Cause, id: string, key?: IdempotencyKey): Promise<ShownJob> {
  const step = retryStep(deps, cause, id)
  const once = { key, event: step.event, subjectId: id }
  const results = await commitOnce(deps, once, {
    retried: step,
    found: jobById(deps.db, id),
  })
  if (!results) return replayedJob(deps, key)
  const { retried, found } = results
  const [job] = found
  if (!job) throw problem('job.not_found')
  if (retried.length === 0) throw problem('job.finished')
  return job
}

/**
 * The same for many jobs, in one batch. Jobs that have ended meanwhile do not change. Returns the ids of the retried
 * jobs.
 */
export async function retryJobs(deps: WriteDeps, cause: Cause, ids: readonly string[]): Promise<string[]> {
  const { retried } = await commit(deps, { retried: ids.map((id) => retryStep(deps, cause, id)) })
  return retried.flat().map(({ id }) => id)
}

/**
 * Discards a job and deletes its payload. A repetition changes nothing. Work that is running at this moment can still
 * finish. Throws `job.not_found`, `job.finished` for a job that is done; `idempotency.key_reused`.
 */
export async function discardJob(deps: WriteDeps, cause: Cause, id: string, key?: IdempotencyKey): Promise<ShownJob> {
  const { db, clock } = deps
  const discarded = newEvent(deps, cause, 'job.discarded', { userId: userOfJob(id), data: { job: id } })
  const once = { key, event: discarded, subjectId: id }
  const results = await commitOnce(deps, once, {
    discarded: recorded(discardJobRow(db, id, clock.now()), discarded),
    found: jobById(db, id),
  })
  if (!results) return replayedJob(deps, key)
  const [job] = results.found
  if (!job) throw problem('job.not_found')
  if (job.state !== 'discarded') throw problem('job.finished')
  return job
}

function retryStep(deps: WriteDeps, cause: Cause, id: string) {
  const { db, clock, queue } = deps
  const retried = newEvent(deps, cause, 'job.retried', { userId: userOfJob(id), data: { job: id } })
  const afterwards = (changed: boolean) => {
    if (changed) queue.wake()
  }
  return { ...recorded(retryJobRow(db, id, clock.now()), retried), afterwards }
}

/**
 * The present state of the job of an earlier request under the key. Throws `job.not_found` after the job was deleted.
 */
async function replayedJob({ db }: WriteDeps, key: IdempotencyKey | undefined): Promise<ShownJob> {
  const { job } = await replay(key, (name) => jobOfKey(db, name))
  if (!job) throw problem('job.not_found')
  return job
}
