import { and, asc, desc, eq, gt, isNull, lte, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { eventSeals, events, users } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { fromUtf8 } from '../../lib/encoding.ts'
import type { Link, SealableEvent } from './seals.ts'

/** An event with every column that a seal covers. */
export interface SealedEvent extends SealableEvent {
  address: string | null
  userAgent: string | null
  salt: string | null
  personalDigest: string | null
}

/** The JSON value in these bytes. Undefined if they are not valid UTF-8: the application never writes such a row. */
function rowIn(bytes: ArrayBuffer | Uint8Array<ArrayBuffer> | string): unknown {
  try {
    // drizzle gives a Buffer, or a string where Buffer does not exist. In the string, invalid UTF-8 is U+FFFD.
    return JSON.parse(typeof bytes === 'string' ? bytes : fromUtf8(new Uint8Array(bytes)))
  } catch {
    return undefined
  }
}

/** The hex as text. Invalid UTF-8 becomes U+FFFD. */
const nameIn = (hex: string): string =>
  new TextDecoder().decode(Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)))

/**
 * Reads rows as bytes, with every number inside them. A writer other than the application can store three harmful
 * values: invalid UTF-8, which makes the engine abort the whole process; a NUL, at which the engine cuts the text; a
 * number that does not fit.
 */
const eventColumns = {
  id: sql<string>`hex(${events.id})`.mapWith(nameIn).as('name'),
  event:
    sql`CAST(json_object('id', ${events.id}, 'type', ${events.type}, 'result', ${events.result}, 'at', ${events.at},
      'actorId', ${events.actorId}, 'userId', ${events.userId}, 'sessionId', ${events.sessionId}, 'requestId', ${events.requestId},
      'orgId', ${events.orgId}, 'actingFor', ${events.actingFor}, 'data', ${events.data},
      'address', ${events.address}, 'userAgent', ${events.userAgent}, 'salt', ${events.salt}, 'personalDigest', ${events.personalDigest}) AS BLOB)`
      .mapWith((bytes: ArrayBuffer | string) => rowIn(bytes) as SealedEvent | undefined) // the columns of a STRICT table
      .as('event'),
}

const linkColumns = {
  position: sql<number>`CAST(${eventSeals.position} AS TEXT)`.mapWith(Number).as('place'),
  link: sql`CAST(json_object('position', ${eventSeals.position}, 'version', ${eventSeals.version}, 'count', ${eventSeals.count}, 'digest', ${eventSeals.digest}, 'previous', ${eventSeals.previous},
      'keyId', ${eventSeals.keyId}, 'signature', ${eventSeals.signature}, 'sealedAt', ${eventSeals.sealedAt}, 'prunedAt', ${eventSeals.prunedAt}) AS BLOB)`
    .mapWith((bytes: ArrayBuffer | string) => rowIn(bytes) as Link | undefined) // the columns of a STRICT table
    .as('link'),
}

interface SealWindow {
  /** ms UTC */
  now: number
  /** Events within this time of now, before or after, are left for a later run. */
  lagMs: number
}

/** Index events_seal. */
export const unsealedEvents = (db: Database, { now, lagMs }: SealWindow, limit: number) =>
  db
    .select(eventColumns)
    .from(events)
    .where(and(isNull(events.seal), sql`abs(${events.at} - ${now}) >= ${lagMs}`))
    .orderBy(asc(events.id))
    .limit(limit)

/** Primary key. */
export const lastLink = (db: Database) =>
  db.select(linkColumns).from(eventSeals).orderBy(desc(eventSeals.position)).limit(1)

/** The columns that sealing writes to an event. */
interface SealedRow {
  id: string
  salt: string
  personalDigest: string
  address: string | null
  userAgent: string | null
}

/**
 * Adds the link. Adds nothing if another sealer added a link first, or if one of the events was sealed or erased since
 * it was read. Primary keys.
 */
export const insertLink = (db: Database, link: Link, rows: string, count: number) =>
  db
    .insert(eventSeals)
    .select(
      sql`${selectRow(eventSeals, link)}
        WHERE NOT EXISTS (SELECT 1 FROM ${eventSeals} WHERE position >= ${link.position})
        AND ${count} = (SELECT count(*) FROM json_each(${rows}) AS given CROSS JOIN ${events} AS unsealed ON unsealed.id = json_extract(given.value, '$[0]')
          WHERE unsealed.seal IS NULL AND (unsealed.address IS NULL) = json_extract(given.value, '$[3]') AND (unsealed.user_agent IS NULL) = json_extract(given.value, '$[4]'))`,
    )
    .returning({ position: eventSeals.position })

/** The rows as JSON, in the form that `insertLink` and `markSealed` read. */
export const toRows = (rows: readonly SealedRow[]): string =>
  JSON.stringify(
    rows.map(({ id, salt, personalDigest, address, userAgent }) => [
      id,
      salt,
      personalDigest,
      address === null ? 1 : 0,
      userAgent === null ? 1 : 0,
    ]),
  )

/** Assigns the events to the link, if exactly this link was added. Primary keys. */
export const markSealed = (db: Database, { position, signature }: Link, rows: string) =>
  db
    .update(events)
    .set({
      seal: position,
      salt: sql`given.salt`,
      personalDigest: sql`given.digest`,
    })
    .from(
      sql`(SELECT json_extract(value, '$[0]') AS id, json_extract(value, '$[1]') AS salt, json_extract(value, '$[2]') AS digest FROM json_each(${rows})) AS given`,
    )
    .where(
      and(
        sql`${events.id} = given.id`,
        sql`EXISTS (SELECT 1 FROM ${eventSeals} WHERE position = ${position} AND signature = ${signature})`,
      ),
    )

/** The links in order. Primary key. */
export const linksBetween = (db: Database, position: number, last: number, limit: number) =>
  db
    .select(linkColumns)
    .from(eventSeals)
    .where(and(gt(eventSeals.position, position), lte(eventSeals.position, last)))
    .orderBy(asc(eventSeals.position))
    .limit(limit)

/** Primary key. */
export const linkAt = (db: Database, position: number) =>
  db.select(linkColumns).from(eventSeals).where(eq(eventSeals.position, position)).limit(1)

/** The events whose column names this link. Index events_seal. */
export const eventsOfLink = (db: Database, position: number, limit: number) =>
  db.select(eventColumns).from(events).where(eq(events.seal, position)).orderBy(asc(events.id)).limit(limit)

/** The last position and the number of events to verify. Scan of the links. */
export const sizeOfChain = (db: Database) =>
  db
    .select({
      last: sql<number>`CAST(coalesce(max(${eventSeals.position}), 0) AS TEXT)`.mapWith(Number),
      events:
        sql<number>`CAST(total(CASE WHEN ${eventSeals.prunedAt} IS NULL THEN ${eventSeals.count} END) AS TEXT)`.mapWith(
          Number,
        ),
    })
    .from(eventSeals)

/** Which of these users have a `user.deleted` event and no account any more. Indexes events_user, users_id. */
export const deletedUsers = (db: Database, userIds: readonly string[]) =>
  db
    .selectDistinct({ userId: sql<string>`value` })
    .from(sql`json_each(${JSON.stringify(userIds)})`)
    .where(
      sql`EXISTS (SELECT 1 FROM ${events} AS deletion WHERE deletion.user_id = value AND deletion.type = 'user.deleted' AND deletion.result = 'success') AND NOT EXISTS (SELECT 1 FROM ${users} AS living WHERE living.id = value)`,
    )

/** Events that name a link that does not exist or is pruned. Scan of the index events_seal. */
export const strayEvents = (db: Database, limit: number) =>
  db
    .select({ id: eventColumns.id, seal: sql<number>`CAST(${events.seal} AS TEXT)`.mapWith(Number).as('place') })
    .from(events)
    .where(
      sql`${events.seal} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${eventSeals} WHERE position = ${events.seal} AND pruned_at IS NULL)`,
    )
    .orderBy(asc(events.seal), asc(events.id))
    .limit(limit)

/** The number of events before `until` that have no seal. Index events_seal. */
export const unsealedBefore = (db: Database, until: number) =>
  db
    .select({ count: sql<number>`count(*)` })
    .from(events)
    .where(and(isNull(events.seal), sql`${events.at} <= ${until}`))

/** The number of events without a seal, and of those of before `until`. Index events_seal. */
export const waitingForSeal = (db: Database, until: number) =>
  db
    .select({
      waiting: sql<number>`count(*)`,
      overdue: sql<number>`coalesce(sum(${events.at} <= ${until}), 0)`,
    })
    .from(events)
    .where(isNull(events.seal))

/** The oldest link that still has its events. Primary key. */
export const oldestKeptLink = (db: Database) =>
  db.select(linkColumns).from(eventSeals).where(isNull(eventSeals.prunedAt)).orderBy(asc(eventSeals.position)).limit(1)

/** Marks the link as pruned, unless it is marked already. Primary key. */
export const markPruned = (db: Database, { position, signature }: Link, digest: string, now: number) =>
  db
    .update(eventSeals)
    .set({ digest, prunedAt: now })
    .where(and(eq(eventSeals.position, position), eq(eventSeals.signature, signature), isNull(eventSeals.prunedAt)))
    .returning({ position: eventSeals.position })

/** Deletes the events of a link that is marked as pruned. Index events_seal. */
export const deleteEventsOfLink = (db: Database, position: number) =>
  db.delete(events).where(and(eq(events.seal, position), isPruned(position)))

const isPruned = (position: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${eventSeals} WHERE position = ${position} AND pruned_at IS NOT NULL)`
