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

export interface Points {
  key: string
  /** Negative: given back. */
  points: number
  windowMs: number
}

/** The window stored is open: neither over, nor from a future that a clock set back has left behind. */
const open = (now: number): SQL =>
  sql`(${rateLimits.expiresAt} > ${now} AND ${rateLimits.expiresAt} <= excluded.expires_at + ${SKEW_MS})`

/**
 * Adds to the open window of each key, or opens one. One atomic statement, however many keys; a row for each, in no order.
 * What is given back where nothing was taken leaves a row below zero, which counts as zero everywhere. Primary key.
 */
export const addPoints = (db: Database, added: readonly Points[], now: number) =>
  db
    .insert(rateLimits)
    .values(added.map(({ key, points, windowMs }) => ({ key, points, expiresAt: now + windowMs })))
    .onConflictDoUpdate({
      target: rateLimits.key,
      set: {
        points: sql`CASE WHEN ${open(now)} THEN max(0, max(0, ${rateLimits.points}) + excluded.points) ELSE max(0, excluded.points) END`,
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
