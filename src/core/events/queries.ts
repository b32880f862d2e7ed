import { and, desc, eq, getTableColumns, gte, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { preparedByShape } from '../../../db/statements.ts'
import { events, orgMembers, userRoles, webhooks } from '../../../db/tables/index.ts'
import { type EventType, eventTypes } from '../../declared.ts'
import type { Actor } from '../../deps.ts'
import { type CompleteRow, selectRow } from '../../../db/tables/select-row.ts'
import type { ActingFor } from '../../lib/acting-for.ts'
import { nullViolation } from '../../lib/database-errors.ts'
import type { Locale } from '../../lib/languages.ts'

/** Who asked, and from where. */
export interface Cause {
  /** Whose rights count (`core/authz/authority.ts`); null for strangers. */
  by: Actor | 'operator' | null
  /** The actor; null for strangers and for the system. */
  actorId: string | null
  /** The organisation for which the actor acts; null outside of organisations. */
  orgId: string | null
  /** Null if the actor acts for itself. */
  actingFor: ActingFor | null
  requestId: string | null
  address: string | null
  /** The address belongs to a trusted proxy, so many people have it (`core/limits/address-budgets.ts`). */
  shared?: boolean | undefined
  userAgent: string | null
  /** The language of the request, for the mails it causes. */
  locale?: Locale | undefined
  /**
   * True in a batch while the caller may still do what this request asked for; undefined: it asked for no permission. Absent: there is
   * no caller.
   */
  mayStill?: () => SQL | undefined
  /**
   * Throws `auth.fresh_session_required` unless the caller proved who they are in the last 10 minutes. Every function
   * that changes an address, a role or a factor, or that deletes an account, calls it before it writes. So the rule holds
   * for every route that leads to such a change. ASVS 7.5.1
   */
  requireFresh: () => void
}

export interface NewEvent
  extends Omit<Cause, 'actorId' | 'actingFor' | 'by' | 'orgId' | 'locale' | 'requireFresh' | 'shared'> {
  id: string
  orgId: string | null | SQL
  type: EventType | SQL
  result: 'success' | 'failure'
  at: number
  actorId: string | null | SQL
  /** As SQL: JSON text. */
  actingFor: ActingFor | null | SQL
  userId: string | null | SQL
  sessionId: string | null | SQL
  /** As SQL that makes JSON text, if the batch itself computes the value. */
  data: Record<string, unknown> | SQL
}

/** An event whose id and organisation the statement itself may compute. */
export interface EventSource extends Omit<NewEvent, 'id' | 'orgId'> {
  id: string | SQL
  orgId: string | null | SQL
}

/** `SELECT …` of one event that is not sealed yet, for `db.insert(events)`. */
export const selectEvent = ({ actingFor, mayStill: _, ...event }: EventSource): SQL =>
  selectRow(events, {
    ...event,
    // These two fields alone, because a sealed event must hold no name and no address.
    actingFor: isChain(actingFor) ? JSON.stringify(actingFor.map(({ kind, id }) => ({ kind, id }))) : actingFor,
    seal: sql`NULL`,
    personalDigest: sql`NULL`,
    salt: sql`NULL`,
  })

const isChain = (chain: NewEvent['actingFor']): chain is ActingFor => Array.isArray(chain)

/**
 * 1 while there is an endpoint that may get the event: a trigger then writes what is sent to it, and a worker is woken
 * (`commit.ts`). Index webhooks_active.
 */
const toldElsewhere = sql<number>`EXISTS (SELECT 1 FROM ${webhooks} WHERE status = 'active')`.as('told_elsewhere')

const insert = (db: Database, select: SQL) => db.insert(events).select(select).returning({ toldElsewhere })

/** Writes an event that has no change, such as a refused sign-in. */
export const noteEvent = preparedByShape(selectEvent, insert)

/** Writes the same, if `when` is true in the batch. */
export const noteEventIf = preparedByShape(
  (event: NewEvent, when: SQL) => sql`${selectEvent(event)} WHERE ${when}`,
  insert,
)

/** Fails with its batch unless this holds: an event without an id breaks a constraint (`isUnheld`). */
export const assertHolds = preparedByShape(
  (condition: SQL) => sql`${selectRow(events, nothing)} WHERE NOT (${condition})`,
  (db, select) => db.insert(events).select(select),
)
const nothing = Object.fromEntries(
  Object.keys(getTableColumns(events)).map((name) => [name, sql`NULL`]),
) as CompleteRow<typeof events> // each of its columns

/** Whether a batch failed for `assertHolds`. */
export const isUnheld = (error: unknown): boolean => nullViolation(error) === 'events.id'

/** Writes the event if the statement before it changed a row. Returns the user that it is about. */
export const insertEvent = preparedByShape(
  (event: NewEvent) => sql`${selectEvent(event)} WHERE changes() > 0`,
  (db, select) => db.insert(events).select(select).returning({ userId: events.userId, toldElsewhere }),
)

/** True in a batch after this event was written: the earlier step changed a row. Primary key. */
export const happened = (event: { id: string | SQL }): SQL =>
  sql`EXISTS (SELECT 1 FROM ${events} WHERE ${events.id} = ${event.id})`

/** True if this event was not written: its step changed nothing. */
export const didNotHappen = (event: Pick<NewEvent, 'id'>): SQL => sql`NOT ${happened(event)}`

/** True if the statement directly before this one in the batch changed a row. */
export const justChanged: SQL = sql`changes() > 0`

export const both = (one: SQL, other: SQL): SQL => sql`${one} AND ${other}`
export const always: SQL = sql`1`
export const never: SQL = sql`0`

/** A row while `condition` holds. A batch uses it to explain why a statement changed nothing. */
export const whileHolds = (db: Database, condition: SQL) =>
  db
    .select({ holds: sql<number>`1`.as('holds') })
    .from(sql`(SELECT 1)`)
    .where(condition)

export interface EventFilter {
  type?: EventType | undefined
  userId?: string | undefined
  actorId?: string | undefined
  orgId?: string | undefined
  /** Only this event and newer ones. Not of an id: the lowest id of a time (`firstEventIdAt`). */
  from?: string | undefined
  /** Only events older than this one. */
  before?: string | undefined
}

/** No event of that moment (ms UTC), or later, has a lower id: the first 48 bits of a UUIDv7 are its time (RFC 9562 §5.7). */
export const firstEventIdAt = (at: number): string => `evt_${Math.max(0, at).toString(16).padStart(12, '0')}`

/** True while fewer events of this type were written since then. Index events_type. */
export const fewerEventsSince = (at: number, type: EventType, count: number): SQL =>
  sql`(SELECT count(*) FROM ${events} WHERE type = ${type} AND id >= ${firstEventIdAt(at)}) < ${count}`

const between = ({ from, before }: Pick<EventFilter, 'from' | 'before'>): SQL | undefined =>
  and(from === undefined ? undefined : gte(events.id, from), before === undefined ? undefined : lt(events.id, before))

/**
 * Newest first; ids sort by time. Primary key, or events_user, events_actor or events_type, or events_user_type or
 * events_actor_type. Of a user and an actor together it reads the user's events until the page is full. Of an organisation one
 * search of events_org for each type, then the primary key.
 */
export const listEvents = (db: Database, filter: EventFilter, limit: number) => {
  const { type, userId, actorId, orgId } = filter
  const newest = db.select().from(events).orderBy(desc(events.id)).limit(limit)
  if (orgId !== undefined && userId === undefined && actorId === undefined)
    return newest.where(newestOfOrg({ ...filter, orgId, types: type === undefined ? eventTypes : [type] }, limit))
  return newest.where(
    and(
      type === undefined ? undefined : eq(events.type, type),
      userId === undefined ? undefined : eq(events.userId, userId),
      actorId === undefined
        ? undefined
        : userId === undefined
          ? eq(events.actorId, actorId)
          : // An administrator who imported all users is the actor of more events than one user has.
            sql`+${events.actorId} = ${actorId}`,
      orgId === undefined ? undefined : sql`+${events.orgId} = ${orgId}`,
      between(filter),
    ),
  )
}

/** The ids of the newest events of each of these types. */
const newestOfOrg = (
  filter: Pick<EventFilter, 'from' | 'before'> & { orgId: string; types: readonly EventType[] },
  limit: number,
): SQL => {
  const ids = filter.types.map(
    (type) =>
      sql`SELECT id FROM (SELECT id FROM ${events} WHERE ${and(eq(events.orgId, filter.orgId), eq(events.type, type), between(filter))} ORDER BY id DESC LIMIT ${limit})`,
  )
  return sql`${events.id} IN (${sql.join(ids, sql` UNION ALL `)})`
}

export type EventRow = typeof events.$inferSelect

/**
 * The newest events of these types about an organisation. Address, user agent and session are shown of members alone,
 * and never of a person who has a role of the instance besides `user`. One search of index events_org for each type;
 * primary keys of org_members and user_roles for each row.
 */
export const listOrgEvents = (
  db: Database,
  { orgId, types, before }: { orgId: string; types: readonly EventType[]; before: string | undefined },
  limit: number,
) => {
  const isShown = sql`(EXISTS (SELECT 1 FROM ${orgMembers} AS actor WHERE actor.org_id = ${orgId} AND actor.user_id = ${events.actorId})
    AND NOT EXISTS (SELECT 1 FROM ${userRoles} AS held WHERE held.user_id = ${events.actorId} AND held.role <> 'user'))`
  const shown = (column: typeof events.address | typeof events.userAgent | typeof events.sessionId) =>
    sql<string | null>`CASE WHEN ${isShown} THEN ${column} END`
  return db
    .select({
      ...getTableColumns(events),
      address: shown(events.address).as('shown_address'),
      userAgent: shown(events.userAgent).as('shown_user_agent'),
      sessionId: shown(events.sessionId).as('shown_session_id'),
    })
    .from(events)
    .where(newestOfOrg({ orgId, types, before }, limit))
    .orderBy(desc(events.id))
    .limit(limit)
}
