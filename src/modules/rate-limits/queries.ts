/**
 * Points in the database, for processes that count together and have no Redis.
 *
 * These writes do not go through `commit`: they change nothing anyone audits, no principal depends on them, and a point
 * must stay taken when the request it was taken for fails. Each is one atomic statement and one trip.
 */
import { eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { rateLimits } from '../../../db/tables/index.ts'

/** Clocks of two servers may differ by this much. A window that ends later was made by a clock that is wrong. */
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
const open = (now: number): SQL =>
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
export const changePoints = (db: Database, changes: readonly Change[], now: number) =>
  db
    .insert(rateLimits)
    .values(changes.map(({ key, points, windowMs }) => ({ key, points, expiresAt: now + windowMs })))
    .onConflictDoUpdate({
      target: rateLimits.key,
      set: {
        points: sql`CASE WHEN ${open(now)} THEN ${changed} ELSE max(0, excluded.points) END`,
        expiresAt: sql`CASE WHEN ${open(now)} THEN ${rateLimits.expiresAt} ELSE excluded.expires_at END`,
      },
    })
    .returning()

/** Primary key. */
export const pointsOf = (db: Database, key: string) =>
  db.select().from(rateLimits).where(eq(rateLimits.key, key)).limit(1)

/** At most `limit` windows that ended before `before`, for the sweep. Index rate_limits_expires. */
export const deleteExpiredRateLimits = (db: Database, before: number, limit: number) =>
  db
    .delete(rateLimits)
    .where(
      sql`rowid IN (SELECT old.rowid FROM ${rateLimits} AS old WHERE old.expires_at < ${before} ORDER BY old.expires_at LIMIT ${limit})`,
    )
