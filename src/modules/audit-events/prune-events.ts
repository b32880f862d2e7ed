import type { Deps } from '../../deps.ts'
import { prunedDigest, pruneStatement, rootOf } from './seals.ts'
import { commit } from '../../core/events/commit.ts'
import { DAY_MS, dayOf, HOUR_MS } from '../../lib/durations.ts'
import type { ClockBasis } from '../jobs/clock-trust.ts'
import { hashOf, keepEventsFrom } from './seal-events.ts'
import { sealKey } from './seal-key.ts'
import { deleteEventsOfLink, markPruned, oldestKeptLink } from './seal-queries.ts'

/** `count-days` has this long after the day is over, and a day more. Matters for a retention of a day or two. */
const COUNTED_MS = 6 * HOUR_MS
const uncountedFrom = (now: number): number => dayOf(now - COUNTED_MS) - DAY_MS

/**
 * Deletes the events of the oldest link, if that link was sealed more than AUDIT_RETENTION_DAYS ago. Signs the
 * deletion, its time, and why the clock was believed, so that verification detects a deletion without our key. The link
 * itself stays, and the chain stays complete. No event of a day that may not be counted yet is deleted (`stats/count-days.ts`).
 *
 * The age of a link is its signed seal time. The times of its events are deleted with them, and a link whose events an
 * attacker deleted must not look older than it is. Events that were never sealed are never deleted.
 */
export async function pruneEvents(
  deps: Pick<Deps, 'config' | 'db' | 'principals'>,
  now: number,
  _limit: number,
  basis?: ClockBasis,
): Promise<{ events: number; links: number }> {
  const { config, db } = deps
  const oldest = (await oldestKeptLink(db))[0]?.link
  const before = Math.min(keepEventsFrom(config, now), uncountedFrom(now))
  if (!oldest || oldest.sealedAt >= before) return { events: 0, links: 0 }
  // Writes no audit events: there would be more of them than the events they describe.
  const key = await sealKey(config)
  const mark = await key.sign(pruneStatement(await hashOf(oldest), now, basis))
  const digest = prunedDigest(await rootOf(oldest), key.keyId, mark, basis)
  const { marked, deleted } = await commit(deps, {
    marked: markPruned(db, oldest, digest, now),
    deleted: deleteEventsOfLink(db, oldest.position),
  })
  return { events: deleted.rowsAffected, links: marked.length }
}
