/**
 * Points in the database, for processes that count together and have no Redis.
 *
 * These writes do not go through `commit`: they change nothing anyone audits, no principal depends on them, and a point
 * must stay taken when the request it was taken for fails. Each is one atomic statement and one trip.
 */
import { eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { rateLimits } from '../../../db/tables/index.ts'

/**
 * What time it is, ms UTC, by the clock of the database in the statement itself: processes whose clocks differ have one
 * window all the same. The same value everywhere in a statement.
 */
export const databaseNow: SQL<number> = sql<number>`CAST(unixepoch('subsec') * 1000 AS INTEGER)`

/** A window may end this much later than one that begins now: the database has moved to a server whose clock is behind. */
export const SKEW_MS = 60_000

export interface Change {
  key: string
  /** 1: taken. 0: all forgotten. Below: one given back, of a budget of as many points; what it refused counts no more. */
  points: number
  windowMs: number
}

/**
 * The window stored is open: it holds points, is not over, and not from a future that a clock set back has left behind.
 */
const open = (now: SQL): SQL =>
  sql`(${rateLimits.points} > 0 AND ${rateLimits.expiresAt} > ${now} AND ${rateLimits.expiresAt} <= excluded.expires_at + ${SKEW_MS})`

const changed = sql`CASE
  WHEN excluded.points > 0 THEN ${rateLimits.points} + excluded.points
  WHEN excluded.points = 0 THEN 0
  ELSE min(${rateLimits.points}, -excluded.points) - 1
END`

/**
 * Changes the open window of each key, or opens one. One atomic statement, however many keys; a row for each, in no order.
 * A row without points is no window; what is given back where there is none leaves such a row. Primary key.
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

/** What is told of a window. */
const window = (now: SQL) => ({
  key: rateLimits.key,
  points: rateLimits.points,
  endsInMs: sql<number>`${rateLimits.expiresAt} - ${now}`,
})

/** Primary key. */
export const pointsOf = (db: Database, key: string, now: SQL = databaseNow) =>
  db.select(window(now)).from(rateLimits).where(eq(rateLimits.key, key)).limit(1)

/**
 * At most `limit` windows that are over, for the sweep: by the clock of the database, or a process whose clock is ahead would
 * remove those that are not. Index rate_limits_expires.
 */
export const deleteExpiredRateLimits = (db: Database, limit: number, now: SQL = databaseNow) =>
  db
    .delete(rateLimits)
    .where(
      sql`rowid IN (SELECT old.rowid FROM ${rateLimits} AS old WHERE old.expires_at < ${now} ORDER BY old.expires_at LIMIT ${limit})`,
    )
