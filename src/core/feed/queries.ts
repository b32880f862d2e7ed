/** Events in the order of their commits. */
import { sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { events } from '../../../db/tables/index.ts'
import type { FeedEvent } from './model.ts'

/** The position before the first event. */
export const BEGINNING = ''

/** The columns of a `FeedEvent`. */
export interface EventRow {
  id: string | null
  type: string
  result: FeedEvent['result']
  at: number
  actor_id: string | null
  org_id: string | null
  user_id: string | null
  session_id: string | null
  acting_for: string | null
  data: string
}

/**
 * At most `limit` events that were committed after the event `after`, in the order of their commits. Undefined: there is no
 * event `after`, because it was too old and was deleted, or the database was restored from a copy.
 *
 * An id has the time at which its process made it, and another process can commit an event with a lower id later. The rowid is given
 * by the one writer of the database, so a later commit always has a higher one. The highest rowid is given again after its row was
 * deleted, and VACUUM gives new ones in the same order: so a position is the id of an event, and its rowid is looked up each time.
 * Primary key, then rowid.
 */
export async function eventsAfter(db: Database, after: string, limit: number): Promise<FeedEvent[] | undefined> {
  const anchor = after === BEGINNING ? sql`0` : sql`(SELECT rowid FROM ${events} WHERE id = ${after})`
  const [first, ...rows] = await db.all<EventRow & { anchor: number | null }>(
    sql`SELECT ${anchor} AS anchor, NULL AS id, '' AS type, '' AS result, 0 AS at, NULL AS actor_id, NULL AS org_id, NULL AS user_id, NULL AS session_id, NULL AS acting_for, '' AS data
      UNION ALL SELECT * FROM (SELECT 0, id, type, result, at, actor_id, org_id, user_id, session_id, acting_for, data
        FROM ${events} WHERE rowid > ${anchor} ORDER BY rowid LIMIT ${limit})`,
  )
  if (first === undefined || first.anchor === null) return undefined
  return rows.flatMap(({ id, anchor: _, ...row }) => (id === null ? [] : [toFeedEvent(id, row)]))
}

/** The row of the newest event, for a batch. Rowid. */
export const newestEventRow = (db: Database) =>
  db.all<{ id: string }>(sql`SELECT id FROM ${events} ORDER BY rowid DESC LIMIT 1`)

/** The last of these events; `BEGINNING` if there is none. */
export const lastOf = (found: readonly { id: string }[]): string => found.at(-1)?.id ?? BEGINNING

export const toFeedEvent = (id: string, row: Omit<EventRow, 'id'>): FeedEvent => ({
  id,
  type: row.type,
  result: row.result,
  at: row.at,
  actorId: row.actor_id,
  orgId: row.org_id,
  userId: row.user_id,
  sessionId: row.session_id,
  actingFor: row.acting_for,
  data: recordOf(row.data),
})

/** A text that was put into the column by hand may be no JSON. */
function recordOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {}
  } catch {
    return {}
  }
}
