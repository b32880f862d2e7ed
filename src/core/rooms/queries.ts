/** The events of rooms, in the order of their commits. */
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { events } from '../../../db/tables/index.ts'
import { listed } from '../authz/authority-queries.ts'
import type { FeedEvent } from '../feed/model.ts'
import { type EventRow, toFeedEvent } from '../feed/queries.ts'
import { idOfRoom, isTopic, isUserRoom } from './names.ts'
import type { Order, RoomName } from './parts.ts'

/** A topic reads at most this many events of other topics, some 40 ms. */
const MAX_BEHIND_OF_TOPICS = 50_000
/** An account or organisation with so many events is busy. So many rows after the position are read first, some 4 ms. */
const MANY = 5_000

export interface Span {
  /** The last event that the client has. */
  after: string
  /** The last one to read. */
  upTo: string
  /** Events whose places are wanted. */
  placed: readonly string[]
}

export interface Page {
  events: FeedEvent[]
  /** `after` was committed after `upTo`. */
  isAhead: boolean
  /** The places of these events, and of those of `placed` that there are. They hold in this page alone. */
  order: Order
}

/**
 * At most `limit` events of these rooms that were committed after `after`, up to `upTo`. Undefined: one of both is unknown, or it is too
 * far back for a topic.
 *
 * Rooms of accounts and organisations search events_user and events_org, and compare the rowid in the index: what others did
 * since costs nothing. All their events are in that search. So a busy room first reads rows from `after` on, which fill the page
 * where its events are close together: a client that is far behind would else cost the square of them. A topic reads rows alone.
 */
export async function roomEvents(
  db: Database,
  rooms: readonly RoomName[],
  { after, upTo, placed }: Span,
  limit: number,
): Promise<Page | undefined> {
  const [bounds, ...rows] = await db.all<EventRow & { low: number | null; high: number | null }>(
    sql`WITH span AS MATERIALIZED (SELECT ${rowidOf(after)} AS low, ${rowidOf(upTo)} AS high)
      SELECT ${LOW} AS low, ${HIGH} AS high, NULL AS id, '' AS type, '' AS result, 0 AS at, NULL AS actor_id, NULL AS org_id, NULL AS user_id, NULL AS session_id, NULL AS acting_for, ${placesOf(placed)} AS data
      UNION ALL SELECT * FROM (SELECT rowid, 0, id, type, result, at, actor_id, org_id, user_id, session_id, acting_for, data
        FROM ${events} WHERE rowid IN (${sql.join(
          rooms.map((room) => rowidsOf(room, limit)),
          sql` UNION `,
        )}) ORDER BY rowid LIMIT ${limit})`,
  )
  if (bounds === undefined || bounds.low === null || bounds.high === null) return undefined
  if (rooms.some(isTopic) && bounds.high - bounds.low > MAX_BEHIND_OF_TOPICS) return undefined
  const places = JSON.parse(bounds.data) as Record<string, number> // ids and rowids, as the statement makes them
  const order = new Map(Object.entries(places))
  const found = rows.flatMap(({ id, low, ...row }) => {
    if (id === null) return []
    order.set(id, low ?? 0)
    return [toFeedEvent(id, row)]
  })
  return { events: found, isAhead: bounds.low > bounds.high, order }
}

/** JSON of the rowid of each of these events that there is. VACUUM gives new ones, so they are read with the page. Primary key. */
const placesOf = (ids: readonly string[]): SQL =>
  sql`(SELECT json_group_object(id, rowid) FROM ${events} WHERE id IN ${listed(ids)})`

const rowidOf = (id: string): SQL => sql`(SELECT rowid FROM ${events} WHERE id = ${id})`

const LOW = sql.raw('(SELECT low FROM span)')
const HIGH = sql.raw('(SELECT high FROM span)')

function rowidsOf(room: RoomName, limit: number): SQL {
  const id = idOfRoom(room)
  if (isTopic(room))
    return sql`SELECT rowid FROM (SELECT rowid FROM ${events}
      WHERE rowid > ${LOW} AND rowid <= min(${HIGH}, ${LOW} + ${MAX_BEHIND_OF_TOPICS}) AND type >= ${`${id}.`} AND type < ${`${id}/`}
      ORDER BY rowid LIMIT ${limit})`
  const about = isUserRoom(room) ? sql`user_id` : sql`org_id`
  const isBusy = sql`(SELECT count(*) = ${MANY} FROM (SELECT 1 FROM ${events} WHERE ${about} = ${id} LIMIT ${MANY}))`
  // Without the + the planner would read another way. A column that must be NULL is searched for nothing.
  return sql`SELECT rowid FROM (WITH near AS MATERIALIZED (SELECT rowid FROM ${events}
      WHERE rowid > ${LOW} AND rowid <= CASE WHEN ${isBusy} THEN min(${HIGH}, ${LOW} + ${MANY}) ELSE ${LOW} END AND +${about} = ${id}
      ORDER BY rowid LIMIT ${limit})
    SELECT rowid FROM near UNION SELECT rowid FROM (SELECT rowid FROM ${events}
      WHERE ${about} = CASE WHEN (SELECT count(*) FROM near) < ${limit} AND NOT (${isBusy} AND ${HIGH} <= ${LOW} + ${MANY}) THEN ${id} END
        AND +rowid > ${LOW} AND +rowid <= ${HIGH} ORDER BY +rowid LIMIT ${limit}))`
}

/** The newest events, or the newest up to `upTo`, oldest first. Rowid. */
export async function newestEvents(db: Database, upTo: string | undefined, limit: number): Promise<FeedEvent[]> {
  const rows = await db.all<EventRow & { id: string }>(
    sql`SELECT id AS id, type AS type, result AS result, at AS at, actor_id AS actor_id, org_id AS org_id, user_id AS user_id, session_id AS session_id, acting_for AS acting_for, data AS data FROM ${events}
      ${upTo === undefined ? sql`` : sql`WHERE rowid <= ${rowidOf(upTo)}`} ORDER BY rowid DESC LIMIT ${limit}`,
  )
  return rows.toReversed().map(({ id, ...row }) => toFeedEvent(id, row))
}
