import { asc, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { dailyStats, eventSeals, events, organisations, sessions, users } from '../../../db/tables/index.ts'
import { DAY_MS } from '../../lib/durations.ts'
import type { SessionKind } from '../../lib/session-limits.ts'
import { trusted } from '../users/trust-queries.ts'

export type DayRow = typeof dailyStats.$inferSelect

/** The lowest id of an event of that moment: the first 48 bits of a UUIDv7 are its time (RFC 9562 §5.7). */
const firstIdAt = (at: SQL): SQL => sql`printf('evt_%012x', ${at})`

const ofDay = (type: string, day: SQL): SQL =>
  sql`type = ${type} AND id >= ${firstIdAt(day)} AND id < ${firstIdAt(sql`${day} + ${DAY_MS}`)}`

/** What happened on the day that begins at `day`. Ranges of index events_type; of `user.created` the rows are read too. */
const countOf = (type: string, day: SQL): SQL => sql`(SELECT count(*) FROM ${events} WHERE ${ofDay(type, day)})`
const signUpsOf = (day: SQL): SQL =>
  sql`(SELECT count(*) FROM ${events} WHERE ${ofDay('user.created', day)} AND data ->> '$.by' IN ('sign-up', 'provider'))`

const ASKED = sql`asked.day`

/** Without use for so long (ms), a session has expired. */
export type IdleMs = Readonly<Record<SessionKind, number>>

/**
 * Sessions that are valid at that time: the same that their owners see (`sessions/list-queries.ts`). Expired ones are kept for a
 * day. Index sessions_expires; users_id for each.
 */
const validAt = (at: number, idleMs: IdleMs): SQL =>
  sql`(SELECT count(*) FROM ${sessions} WHERE expires_at > ${at} AND created_at <= ${at} AND (ended_at IS NULL OR ended_at > ${at})
    AND last_seen_at > CASE kind WHEN 'cookie' THEN ${at - idleMs.cookie} ELSE ${at - idleMs.token} END AND ${trusted('sessions')})`

export interface Totals {
  users: number
  organisations: number
  sessions: number
}

const countTotals = (now: number, idleMs: IdleMs): SQL =>
  sql`SELECT (SELECT count(*) FROM ${users}) AS users, (SELECT count(*) FROM ${organisations} WHERE deleted_at IS NULL) AS organisations, ${validAt(now, idleMs)} AS sessions`

/**
 * The row of each of these days, which begin at these times: as stored, or counted now. And the totals of now, or those that are known, in each row. One
 * statement, because the database for long reads takes no batches. Primary key; of days that are not stored ranges of events_type; of
 * users and organisations the smallest index.
 */
export const readDays = (db: Database, days: readonly number[], now: number, idleMs: IdleMs, known?: Totals) =>
  db.all<DayRow & Totals>(sql`SELECT * FROM (
    WITH totals AS MATERIALIZED (
      ${known === undefined ? countTotals(now, idleMs) : sql`SELECT ${known.users} AS users, ${known.organisations} AS organisations, ${known.sessions} AS sessions`}),
    asked AS (SELECT value AS day FROM json_each(${JSON.stringify(days)}))
    SELECT stored.day AS day, stored.sign_ins AS "signIns", stored.sign_in_failures AS "signInFailures", stored.sign_ups AS "signUps", stored.active_sessions AS "activeSessions", totals.*
      FROM asked JOIN ${dailyStats} AS stored ON stored.day = asked.day, totals
    UNION ALL
    SELECT asked.day AS day, ${countOf('session.created', ASKED)} AS "signIns", ${countOf('auth.failed', ASKED)} AS "signInFailures", ${signUpsOf(ASKED)} AS "signUps",
      CASE WHEN asked.day > ${now - DAY_MS} THEN totals.sessions END AS "activeSessions", totals.*
      FROM asked, totals WHERE NOT EXISTS (SELECT 1 FROM ${dailyStats} WHERE day = asked.day))
    ORDER BY day`)

/** When the oldest event happened, and whether older ones were deleted for their age. Primary keys. */
export const oldestEvent = (db: Database) =>
  db
    .select({
      at: events.at,
      isRest: sql<boolean>`EXISTS (SELECT 1 FROM ${eventSeals} WHERE position = 1 AND pruned_at IS NOT NULL)`
        .mapWith(Boolean)
        .as('is_rest'),
    })
    .from(events)
    .orderBy(asc(events.id))
    .limit(1)

/** The stored days from then on. Primary key. */
export const storedDays = (db: Database, from: number) =>
  db.select({ day: dailyStats.day }).from(dailyStats).where(sql`day >= ${from}`)

/** Counts the day that begins then. Without its sessions if some of them are deleted by now. */
export const countDay = (db: Database, day: number, idleMs: IdleMs, hasSessions: boolean) =>
  db.all<DayRow>(
    sql`SELECT asked.day AS day, ${countOf('session.created', ASKED)} AS "signIns", ${countOf('auth.failed', ASKED)} AS "signInFailures", ${signUpsOf(ASKED)} AS "signUps", ${hasSessions ? validAt(day + DAY_MS, idleMs) : sql`NULL`} AS "activeSessions"
      FROM (SELECT value AS day FROM json_each(${JSON.stringify([day])})) AS asked`,
  )

/** Stores the day, unless another process was faster. Primary key. */
export const insertDay = (db: Database, row: DayRow) => db.insert(dailyStats).values(row).onConflictDoNothing()
