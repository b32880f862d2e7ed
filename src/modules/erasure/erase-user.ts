/**
 * Erases what remains of a person after the account was deleted. The deletion of the user row also deleted sessions,
 * devices, links and codes. Events stay, so that the audit log has no gaps. They keep the id of the deleted user, and
 * lose address and user agent. Their seals stay valid: ADR 0009.
 */
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import type { Deps } from '../../deps.ts'
import { PermanentFailure } from '../../lib/permanent-failure.ts'
import { commit } from '../../core/events/commit.ts'
import type { QueuedJob } from '../jobs/run-queue.ts'
import { deleteKeysOf, eraseEvents, eraseJobs, type Relation } from './queries.ts'

/** Id of the event `user.deleted`. */
const ErasurePayload = Type.Object({ eventId: Type.String() })
export type ErasurePayload = Static<typeof ErasurePayload>

const EVENTS_PER_BATCH = 250
/** A handler has one minute. The next attempt does the rest, and skips what is already erased. */
const BUDGET_MS = 30_000

/** The handler of `erasure` jobs. A repetition changes nothing. Throws if one run cannot erase all events. */
export async function eraseUser(deps: Deps, { userId, payload }: QueuedJob): Promise<void> {
  if (userId === null || !Value.Check(ErasurePayload, payload)) throw new PermanentFailure('no erasure of ours')
  const { db, clock } = deps
  const startedAt = clock.now()
  // Writes no audit events: `user.deleted` records the erasure already.
  await commit(deps, [eraseJobs(db, userId, payload.eventId, startedAt), deleteKeysOf(db, userId)])
  for (const relation of ['by', 'for', 'about'] satisfies Relation[]) {
    let after = ''
    for (;;) {
      const { erased } = await commit(deps, {
        erased: eraseEvents(db, relation, userId, after, EVENTS_PER_BATCH),
      })
      if (erased.length < EVENTS_PER_BATCH) break
      // RETURNING gives the rows in no defined order.
      after =
        erased
          .map(({ id }) => id)
          .sort()
          .at(-1) ?? after
      if (Math.abs(clock.now() - startedAt) > BUDGET_MS) throw new Error('more events to erase than one run can')
    }
  }
}
