import type { Deps } from '../../deps.ts'
import { uniqueViolation } from '../../lib/database-errors.ts'
import { commit, type Results, type Steps } from '../events/commit.ts'
import type { NewEvent } from '../events/queries.ts'
import { insertKey, type KeyName, releaseExpiredKey, releaseKey } from './queries.ts'

/** How long a request may be sent again. Documented; longer than any client should try. */
const KEY_TTL_MS = 86_400_000

/** A request that its client may send again, as `http/idempotency.ts` reads it. */
export interface IdempotencyKey extends KeyName {
  /** Equal for the same request only. */
  fingerprint: string
  /** To be called when the answer is that of an earlier request. */
  replayed(): void
}

/** What is to happen once. */
export interface Once {
  /** Without one, nothing is remembered. */
  key: IdempotencyKey | undefined
  /** Of the change that the key stands for. */
  event: NewEvent
  /** What the answer to a repeat is read from. */
  subjectId: string
}

/**
 * `commit` for a write that may be sent again: under one key its change takes effect once, however often and however
 * much at once it is sent, and whether or not the client heard of it. Without a key it is `commit` itself.
 *
 * The key is taken before the change and in the same batch, so a repeat fails as a whole, before any condition of the
 * change is looked at (its If-Match, say, which the first one made untrue). A change that was refused gives it back.
 * Returns undefined when an earlier request holds the key: nothing was written, and the answer is to be read.
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
