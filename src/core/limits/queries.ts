/**
 * Points in the database, for processes that count together without Redis.
 *
 * These writes do not go through `commit`. They change nothing that needs an audit event, and no principal depends on
 * them. A point must stay taken when the request that took it fails. Each write is one atomic statement and one trip.
 */
import { eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { rateLimits } from '../../../db/tables/index.ts'

/**
 * The time in ms UTC by the clock of the database, read in the statement itself. So processes whose clocks differ share
 * one window. The value is the same everywhere in one statement.
 */
export const databaseNow: SQL<number> = sql<number>`CAST(unixepoch('subsec') * 1000 AS INTEGER)`

/**
 * A stored window may end this much later than a new one: the database may have moved to a server whose clock is
 * behind.
 */
export const SKEW_MS = 60_000

export interface Change {
  key: string
  /**
   * Above 0: takes points. 0: forgets all. Below 0: gives one point back to a budget of this many points. Points of
   * refused requests do not count.
   */
  points: number
  windowMs: number
}

/**
 * Whether the stored window is open: it has points, has not ended, and does not end too far in the future. Such a
 * window stays behind when a clock is set back.
 */
const open = (now: SQL): SQL =>
  sql`(${rateLimits.points} > 0 AND ${rateLimits.expiresAt} > ${now} AND ${rateLimits.expiresAt} <= excluded.expires_at + ${SKEW_MS})`

const changed = sql`CASE
  WHEN excluded.points > 0 THEN ${rateLimits.points} + excluded.points
  WHEN excluded.points = 0 THEN 0
  ELSE min(${rateLimits.points}, -excluded.points) - 1
END`

/**
 * Changes the open window of each key, or opens one. One atomic statement for any number of keys. Returns a row for
 * each key, in no order. A row without points is not a window. A point that is given back without a window leaves such
 * a row. Primary key.
 */
export const changePoints = (db: Database, changes: readonly Change[], now: SQL = databaseNow) =>
  db
    .insert(rateLimits)
    .values(changes.map(({ key, points, windowMs }) => ({ key, points, expiresAt: sql`${now} + ${windowMs}` })))
    .onConflictDoUpdate({
      target: rateLimits.key,
      set: {
        points: sql`CASE WHEN ${open(now)} THEN ${changed} ELSE max(0, excluded.points) END`,
        expiresAt: sql`CASE WHEN ${open(now)} THEN ${rateLimits.expiresAt} ELSE excluded.expires_at END`,
      },
    })
    .returning(window(now))

/** The columns that the limiter needs of a window. */
const window = (now: SQL) => ({
  key: rateLimits.key,
  points: rateLimits.points,
  endsInMs: sql<number>`${rateLimits.expiresAt} - ${now}`,
})

/** Primary key. */
export const pointsOf = (db: Database, key: string, now: SQL = databaseNow) =>
  db.select(window(now)).from(rateLimits).where(eq(rateLimits.key, key)).limit(1)

/**
 * Deletes at most `limit` windows that have ended, for the sweep. Uses the clock of the database, because a process
 * whose clock is ahead would delete open windows. Index rate_limits_expires.
 */
export const deleteExpiredRateLimits = (db: Database, limit: number, now: SQL = databaseNow) =>
  db
    .delete(rateLimits)
    .where(
      sql`rowid IN (SELECT old.rowid FROM ${rateLimits} AS old WHERE old.expires_at < ${now} ORDER BY old.expires_at LIMIT ${limit})`,
    )
