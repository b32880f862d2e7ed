/**
 * Points in the database, for processes that count together and have no Redis.
 *
 * These writes do not go through `commit`: they change nothing anyone audits, no principal depends on them, and a point
 * must stay taken when the request it was taken for fails. Each is one atomic statement and one trip.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { rateLimits } from '../../../db/tables/index.ts'

/** Clocks of two servers may differ by this much. A window that ends later was made by a clock that is wrong. */
const SKEW_MS = 60_000

/** The window is open: neither over, nor from a future that a clock set back has left behind. */
const open = (now: number, windowMs: number): SQL =>
  sql`(${rateLimits.expiresAt} > ${now} AND ${rateLimits.expiresAt} <= ${now + windowMs + SKEW_MS})`

const row = { points: rateLimits.points, expiresAt: rateLimits.expiresAt }

/** Takes points of the open window, or opens one with them. Primary key. */
export const takePoints = (db: Database, key: string, points: number, now: number, windowMs: number) =>
  db
    .insert(rateLimits)
    .values({ key, points, expiresAt: now + windowMs })
    .onConflictDoUpdate({
      target: rateLimits.key,
      set: {
        points: sql`CASE WHEN ${open(now, windowMs)} THEN ${rateLimits.points} + ${points} ELSE ${points} END`,
        expiresAt: sql`CASE WHEN ${open(now, windowMs)} THEN ${rateLimits.expiresAt} ELSE ${now + windowMs} END`,
      },
    })
    .returning(row)

/** Gives points of the open window back, never more than were taken; of a window that is over there are none. Primary key. */
export const giveBackPoints = (db: Database, key: string, points: number, now: number, windowMs: number) =>
  db
    .update(rateLimits)
    .set({ points: sql`max(${rateLimits.points} - ${points}, 0)` })
    .where(and(eq(rateLimits.key, key), open(now, windowMs)))
    .returning(row)

/** Primary key. */
export const pointsTaken = (db: Database, key: string, now: number, windowMs: number) =>
  db
    .select(row)
    .from(rateLimits)
    .where(and(eq(rateLimits.key, key), open(now, windowMs)))
    .limit(1)

/** Primary key. */
export const forgetPoints = (db: Database, key: string) => db.delete(rateLimits).where(eq(rateLimits.key, key))

/** At most `limit` windows that ended before `before`, for the sweep. Index rate_limits_expires. */
export const deleteExpiredRateLimits = (db: Database, before: number, limit: number) =>
  db
    .delete(rateLimits)
    .where(
      sql`rowid IN (SELECT old.rowid FROM ${rateLimits} AS old WHERE old.expires_at < ${before} ORDER BY old.expires_at LIMIT ${limit})`,
    )
