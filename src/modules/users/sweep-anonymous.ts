import type { Deps } from '../../deps.ts'
import type { ErasurePayload } from '../erasure/erase-user.ts'
import { commit, recorded, type Step } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import { happened } from '../../core/events/queries.ts'
import { queueJob } from '../jobs/queue-job.ts'
import { deleteUnusedAnonymous, unusedAnonymous } from './anonymous-queries.ts'

const DAY_MS = 86_400_000
/** Each is three statements and what cascades from its row. */
const USERS_PER_BATCH = 50

/**
 * Deletes anonymous accounts that nobody has used for ANONYMOUS_RETENTION_DAYS, as their owner would have: with the event
 * `user.deleted`, and a job that erases from where they came. One that is used, or gets an address, meanwhile stays.
 */
export async function sweepAnonymous(deps: Deps, now: number, limit: number) {
  const { config, db } = deps
  const before = now - config.anonymousRetentionDays * DAY_MS
  const found = await unusedAnonymous(db, before, Math.min(limit, USERS_PER_BATCH))
  const deletions = await Promise.all(
    found.map(async ({ id }): Promise<Step[]> => {
      const deleted = newEvent(deps, systemCause, 'user.deleted', { userId: id, data: { by: 'retention' } })
      const payload: ErasurePayload = { eventId: deleted.id }
      const erasure = { kind: 'erasure', userId: id, payload, eventId: deleted.id }
      return [
        recorded(deleteUnusedAnonymous(db, id, before), deleted),
        await queueJob(deps, erasure, happened(deleted)),
      ]
    }),
  )
  const [first, ...others] = deletions.flat()
  if (first === undefined) return { users: 0 }
  const results: readonly unknown[] = await commit(deps, [first, ...others])
  // Every other one is of a job; what deletes returns the row.
  const rows = results.filter((_, index) => index % 2 === 0) as unknown[][]
  return { users: rows.flat().length }
}
