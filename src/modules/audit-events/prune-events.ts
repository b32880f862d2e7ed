import type { Deps } from '../../deps.ts'
import { prunedDigest, pruneStatement, rootOf } from '../../lib/seals.ts'
import { commit } from '../events/commit.ts'
import { hashOf, keepEventsFrom } from './seal-events.ts'
import { sealKey } from './seal-key.ts'
import { deleteEventsOfLink, deleteUnsealedEvents, markPruned, oldestKeptLink } from './seal-queries.ts'

/**
 * Deletes the events of the oldest link, once it was sealed AUDIT_RETENTION_DAYS ago, and signs that we did: whoever
 * deletes them without our key is found out. The link stays, so the chain is whole.
 *
 * Decided by when the link was sealed, which is signed; the times of its events are gone with them, and a link whose
 * events somebody has deleted already must not look too old. What was never sealed is deleted by its own age.
 */
export async function pruneEvents(
  deps: Pick<Deps, 'config' | 'db' | 'principals'>,
  now: number,
  limit: number,
): Promise<{ events: number; links: number }> {
  const { config, db } = deps
  const before = keepEventsFrom(config, now)
  const unsealed = deleteUnsealedEvents(db, before, limit)
  const oldest = (await oldestKeptLink(db))[0]?.link
  // No events about it: they would outnumber what they tell of.
  if (!oldest || oldest.sealedAt >= before) {
    const [old] = await commit(deps, [unsealed])
    return { events: old.rowsAffected, links: 0 }
  }
  const key = await sealKey(config)
  const mark = await key.sign(pruneStatement(await hashOf(oldest), now))
  const digest = prunedDigest(await rootOf(oldest), key.keyId, mark)
  const [old, marked, deleted] = await commit(deps, [
    unsealed,
    markPruned(db, oldest, digest, now),
    deleteEventsOfLink(db, oldest.position),
  ])
  return { events: old.rowsAffected + deleted.rowsAffected, links: marked.length }
}
