import { commit } from '../../core/events/commit.ts'
import type { Deps } from '../../deps.ts'
import { DAY_MS, dayOf, HOUR_MS } from '../../lib/durations.ts'
import { idleLimits } from '../../lib/session-limits.ts'
import { countDay, insertDay, oldestEvent, storedDays } from './queries.ts'
import { MOST_DAYS } from './schema.ts'

/** A day is counted this long after its end: another process may commit the last events late. */
const SETTLED_MS = HOUR_MS
/** Expired sessions are deleted after a day (`modules/sessions/sweep.ts`). */
const SESSIONS_KEPT_MS = DAY_MS

/**
 * Counts the newest day that is over and not stored yet. Every run counts all of them, so a server that was off for a week
 * stores seven days. No day before the oldest event is counted, and none of more than a year ago.
 */
export async function countDays(
  deps: Pick<Deps, 'config' | 'db' | 'longReads' | 'principals'>,
  now: number,
): Promise<{ days: number }> {
  const { db, longReads } = deps
  const [oldest] = await oldestEvent(db)
  if (oldest === undefined) return { days: 0 }
  // A day whose first events are deleted would be counted too low, for ever.
  const begins = dayOf(oldest.at) + (oldest.isRest ? DAY_MS : 0)
  const first = Math.max(begins, dayOf(now) - (MOST_DAYS - 1) * DAY_MS)
  const stored = new Set((await storedDays(db, first)).map(({ day }) => day))
  for (let day = dayOf(now - SETTLED_MS) - DAY_MS; day >= first; day -= DAY_MS) {
    if (stored.has(day)) continue
    const [counts] = await countDay(longReads, day, idleLimits(deps.config), now - (day + DAY_MS) < SESSIONS_KEPT_MS)
    if (counts === undefined) return { days: 0 } // one day was asked for
    // Writes no event: nobody did anything.
    const { added } = await commit(deps, { added: insertDay(db, counts) })
    return { days: added.rowsAffected }
  }
  return { days: 0 }
}
