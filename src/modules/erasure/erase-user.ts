/**
 * What is left of a person once the account is deleted: the row of the user took sessions, devices, links and codes
 * along. Events stay, because the audit log would have holes, but under an id that stands for nobody any more and
 * without where they came from. Their seal holds all the same: ADR 0009.
 */
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Deps } from '../../deps.ts'
import { PermanentFailure } from '../../lib/permanent-failure.ts'
import { commit } from '../../core/events/commit.ts'
import type { QueuedJob } from '../jobs/run-queue.ts'
import { deleteKeysOf, eraseEvents, eraseJobs, type Relation } from './queries.ts'

/** Of the event `user.deleted`. */
const ErasurePayload = Type.Object({ eventId: Type.String() })
export type ErasurePayload = Static<typeof ErasurePayload>

const EVENTS_PER_BATCH = 250
/** Handlers have a minute. What is left is done by the next attempt, which skips what this one did. */
const BUDGET_MS = 30_000

/** The handler of `erasure`. Repeating it changes nothing. Throws when there is more than one run can do. */
export async function eraseUser(deps: Deps, { userId, payload }: QueuedJob): Promise<void> {
  if (userId === null || !Value.Check(ErasurePayload, payload)) throw new PermanentFailure('no erasure of ours')
  const { db, clock } = deps
  const startedAt = clock.now()
  // No events: `user.deleted` says it already.
  await commit(deps, [eraseJobs(db, userId, payload.eventId, startedAt), deleteKeysOf(db, userId)])
  for (const relation of ['by', 'about'] satisfies Relation[]) {
    let after = ''
    for (;;) {
      const { erased } = await commit(deps, {
        erased: eraseEvents(db, relation, userId, after, EVENTS_PER_BATCH),
      })
      if (erased.length < EVENTS_PER_BATCH) break
      // RETURNING has no order.
      after =
        erased
          .map(({ id }) => id)
          .sort()
          .at(-1) ?? after
      if (Math.abs(clock.now() - startedAt) > BUDGET_MS) throw new Error('more events to erase than one run can')
    }
  }
}
