/** The events of rooms, in the order of their commits. */
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { events } from '../../../db/tables/index.ts'
import type { FeedEvent } from '../feed/model.ts'
import { type EventRow, toFeedEvent } from '../feed/queries.ts'
import { idOfRoom, isTopic, isUserRoom } from './names.ts'
import type { RoomName } from './parts.ts'

/** A topic reads at most this many events of other topics, some 40 ms. */
const MAX_BEHIND_OF_TOPICS = 50_000

export interface Span {
  /** The last event that the client has. */
  after: string
  /** The last one to read. */
  upTo: string
}

/**
 * At most `limit` events of these rooms that were committed after `after`, up to `upTo`. Undefined: one of both is unknown, or it is too
 * far back for a topic.
 *
 * Rooms of accounts and organisations search events_user and events_org, and compare the rowid in the index: what others did
 * since costs nothing. A topic reads rows from `after` on.
 */
export async function roomEvents(
  db: Database,
  rooms: readonly RoomName[],
  { after, upTo }: Span,
  limit: number,
): Promise<FeedEvent[] | undefined> {
  const low = rowidOf(after)
  const high = rowidOf(upTo)
  const [bounds, ...rows] = await db.all<EventRow & { low: number | null; high: number | null }>(
    sql`SELECT ${low} AS low, ${high} AS high, NULL AS id, '' AS type, '' AS result, 0 AS at, NULL AS actor_id, NULL AS org_id, NULL AS user_id, NULL AS session_id, NULL AS acting_for, '' AS data
      UNION ALL SELECT * FROM (SELECT 0, 0, id, type, result, at, actor_id, org_id, user_id, session_id, acting_for, data
        FROM ${events} WHERE rowid IN (${sql.join(
          rooms.map((room) => rowidsOf(room, low, high, limit)),
          sql` UNION `,
        )}) ORDER BY rowid LIMIT ${limit})`,
  )
  if (bounds === undefined || bounds.low === null || bounds.high === null) return undefined
  if (rooms.some(isTopic) && bounds.high - bounds.low > MAX_BEHIND_OF_TOPICS) return undefined
  return rows.flatMap(({ id, ...row }) => (id === null ? [] : [toFeedEvent(id, row)]))
}

const rowidOf = (id: string): SQL => sql`(SELECT rowid FROM ${events} WHERE id = ${id})`

function rowidsOf(room: RoomName, low: SQL, high: SQL, limit: number): SQL {
  const id = idOfRoom(room)
  // The + keeps the planner from reading every row of that span.
  const found = isTopic(room)
    ? sql`rowid > ${low} AND rowid <= min(${high}, ${low} + ${MAX_BEHIND_OF_TOPICS}) AND type >= ${`${id}.`} AND type < ${`${id}/`} ORDER BY rowid`
    : sql`${isUserRoom(room) ? sql`user_id` : sql`org_id`} = ${id} AND +rowid > ${low} AND +rowid <= ${high} ORDER BY +rowid`
  return sql`SELECT rowid FROM (SELECT rowid FROM ${events} WHERE ${found} LIMIT ${limit})`
}

/** The newest events, oldest first. Rowid. */
export async function newestEvents(db: Database, upTo: string, limit: number): Promise<FeedEvent[]> {
  const rows = await db.all<EventRow & { id: string }>(
    sql`SELECT id AS id, type AS type, result AS result, at AS at, actor_id AS actor_id, org_id AS org_id, user_id AS user_id, session_id AS session_id, acting_for AS acting_for, data AS data FROM ${events}
      WHERE rowid <= ${rowidOf(upTo)} ORDER BY rowid DESC LIMIT ${limit}`,
  )
  return rows.toReversed().map(({ id, ...row }) => toFeedEvent(id, row))
}
