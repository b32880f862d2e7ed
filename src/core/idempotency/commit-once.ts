import type { Deps } from '../../deps.ts'
import { uniqueViolation } from '../../lib/database-errors.ts'
import { commit, type Results, type Steps } from '../events/commit.ts'
import type { NewEvent } from '../events/queries.ts'
import { insertKey, type KeyName, releaseExpiredKey, releaseKey } from './queries.ts'

/** How long a client can repeat a request: 24 hours, as documented. This is longer than the retries of clients. */
const KEY_TTL_MS = 86_400_000

/** The key of a request that its client can repeat, as `http/idempotency.ts` reads it. */
export interface IdempotencyKey extends KeyName {
  /** Equal for the same request only. */
  fingerprint: string
  /** Called when the answer is the answer to an earlier request. */
  replayed(): void
}

/** A change that takes effect once. */
export interface Once {
  /** Without a key, nothing is stored. */
  key: IdempotencyKey | undefined
  /** The event of the change. */
  event: NewEvent
  /** The id of the object that the answer to a repeat shows. */
  subjectId: string
}

/**
 * `commit` for a write that a client can repeat. With one key, the change takes effect once, also when requests are
 * repeated, run in parallel, or their answers are lost. Without a key it is the same as `commit`.
 *
 * The key is inserted before the change and in the same batch. So a repeat fails as a whole, before any condition of
 * the change is checked. (Its If-Match, for example, is no longer true after the first request.) A refused change
 * deletes the key again. Returns undefined when an earlier request holds the key: nothing was written, and the caller
 * reads the answer with `replay`.
 */
export async function commitOnce<const S extends Steps>(
  deps: Pick<Deps, 'db' | 'principals' | 'clock'>,
  { key, event, subjectId }: Once,
  steps: S,
): Promise<Results<S> | undefined> {
  if (!key) return commit(deps, steps)
  const { db, clock } = deps
  const { actorId, keyHash, fingerprint } = key
  const now = clock.now()
  const row = {
    actorId,
    keyHash,
    fingerprint,
    eventId: event.id,
    subjectId,
    createdAt: now,
    expiresAt: now + KEY_TTL_MS,
  }
  try {
    return await commit(deps, steps, {
      before: [releaseExpiredKey(db, key, now), insertKey(db, row)],
      after: [releaseKey(db, key, event)],
    })
  } catch (error) {
    if (uniqueViolation(error)?.startsWith('idempotency_keys.')) return undefined
    throw error
  }
}
