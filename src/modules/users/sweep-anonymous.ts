import type { Deps } from '../../deps.ts'
import type { ErasurePayload } from '../erasure/erase-user.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import { happened } from '../../core/events/queries.ts'
import { queueJob } from '../jobs/queue-job.ts'
import { deleteUnusedAnonymous, unusedAnonymous } from './anonymous-queries.ts'
import { DAY_MS } from '../../lib/durations.ts'

/** Users in one batch. Each user takes three statements and the cascade of its row. */
const USERS_PER_BATCH = 50

/**
 * Deletes anonymous accounts that were unused for ANONYMOUS_RETENTION_DAYS. Each deletion is the same as a deletion
 * by the owner: it writes the event `user.deleted`, and queues a job that erases the addresses of its events. An
 * account that is used or gets an address meanwhile stays.
 */
export async function sweepAnonymous(deps: Deps, now: number, limit: number) {
  const { config, db } = deps
  const before = now - config.anonymousRetentionDays * DAY_MS
  const found = await unusedAnonymous(db, before, Math.min(limit, USERS_PER_BATCH))
  const deletions = await Promise.all(
    found.map(async ({ id }) => {
      const deleted = newEvent(deps, systemCause, 'user.deleted', { userId: id, data: { by: 'retention' } })
      const payload: ErasurePayload = { eventId: deleted.id }
      const erasure = { kind: 'erasure', userId: id, payload, eventId: deleted.id }
      return {
        deleted: recorded(deleteUnusedAnonymous(db, id, before), deleted),
        erasure: await queueJob(deps, erasure, happened(deleted)),
      }
    }),
  )
  // A job is queued if its event was written, at any position in the batch.
  const { deleted } = await commit(deps, {
    deleted: deletions.map((deletion) => deletion.deleted),
    erasures: deletions.map((deletion) => deletion.erasure),
  })
  return { users: deleted.flat().length }
}
