import type { Deps } from '../../deps.ts'
import { prunedDigest, pruneStatement, rootOf } from './seals.ts'
import { commit } from '../../core/events/commit.ts'
import type { ClockBasis } from '../jobs/clock-trust.ts'
import { hashOf, keepEventsFrom } from './seal-events.ts'
import { sealKey } from './seal-key.ts'
import { deleteEventsOfLink, markPruned, oldestKeptLink } from './seal-queries.ts'

/**
 * Deletes the events of the oldest link, once it was sealed AUDIT_RETENTION_DAYS ago, and signs that we did, when, and why
 * the clock was believed: whoever deletes them without our key is found out. The link stays, so the chain is whole.
 *
 * Decided by when the link was sealed, which is signed; the times of its events are gone with them, and a link whose
 * events somebody has deleted already must not look too old. What was never sealed is never deleted.
 */
export async function pruneEvents(
  deps: Pick<Deps, 'config' | 'db' | 'principals'>,
  now: number,
  _limit: number,
  basis?: ClockBasis,
): Promise<{ events: number; links: number }> {
  const { config, db } = deps
  const oldest = (await oldestKeptLink(db))[0]?.link
  if (!oldest || oldest.sealedAt >= keepEventsFrom(config, now)) return { events: 0, links: 0 }
  // No events about it: they would outnumber what they tell of.
  const key = await sealKey(config)
  const mark = await key.sign(pruneStatement(await hashOf(oldest), now, basis))
  const digest = prunedDigest(await rootOf(oldest), key.keyId, mark, basis)
  const { marked, deleted } = await commit(deps, {
    marked: markPruned(db, oldest, digest, now),
    deleted: deleteEventsOfLink(db, oldest.position),
  })
  return { events: deleted.rowsAffected, links: marked.length }
}
