/** The log of deliveries: what people read and repeat. `send-queries.ts` has what the worker does. */
import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { events, idempotencyKeys, webhookDeliveries, webhooks } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { firstEventIdAt } from '../../core/events/queries.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'
import { NEVER } from './delivery-schema.ts'

/** Nothing is sent to a webhook before `resume_at`, and nothing while it is disabled: null. Primary key of webhooks. */
const nextAt = sql<
  number | null
>`(SELECT max(${webhookDeliveries.dueAt}, paused.resume_at) FROM ${webhooks} AS paused WHERE paused.id = ${webhookDeliveries.webhookId} AND paused.status = 'active')`.as(
  'next_at',
)
const shown = {
  id: webhookDeliveries.id,
  webhookId: webhookDeliveries.webhookId,
  eventId: webhookDeliveries.eventId,
  eventType: webhookDeliveries.eventType,
  subject: webhookDeliveries.subject,
  cause: webhookDeliveries.cause,
  state: webhookDeliveries.state,
  attempts: webhookDeliveries.attempts,
  nextAt,
  createdAt: webhookDeliveries.createdAt,
  finishedAt: webhookDeliveries.finishedAt,
}
const whole = {
  ...shown,
  position: webhookDeliveries.position,
  body: webhookDeliveries.body,
  answer: webhookDeliveries.answer,
  tries: webhookDeliveries.tries,
}
const target = { orgId: webhooks.orgId, format: webhooks.format, status: webhooks.status }

export interface DeliveryFilter {
  state?: 'pending' | 'delivered' | 'failed' | undefined
  eventType?: string | undefined
  eventId?: string | undefined
}

/**
 * Newest first, each with its webhook; one row without a delivery if the webhook has none, and no row without the webhook. Index
 * webhook_deliveries_list; with a filter it reads the deliveries of the webhook, at most those of 14 days, until the page is full.
 */
export const listDeliveries = (
  db: Database,
  webhookId: string,
  { state, eventType, eventId }: DeliveryFilter,
  { before, limit }: { before: number | undefined; limit: number },
) =>
  db
    .select({ target, delivery: { ...shown, position: webhookDeliveries.position } })
    .from(webhooks)
    .leftJoin(
      webhookDeliveries,
      and(
        eq(webhookDeliveries.webhookId, webhooks.id),
        before === undefined ? undefined : lt(webhookDeliveries.position, before),
        state === undefined ? undefined : eq(webhookDeliveries.state, state),
        eventType === undefined ? undefined : eq(webhookDeliveries.eventType, eventType),
        eventId === undefined ? undefined : eq(webhookDeliveries.eventId, eventId),
      ),
    )
    .where(eq(webhooks.id, webhookId))
    .orderBy(desc(webhookDeliveries.position))
    .limit(limit)

/** A delivery of this webhook, with its webhook. Primary key, index webhook_deliveries_id. */
export const deliveryById = (db: Database, webhookId: string, id: string) =>
  db
    .select({ target, delivery: whole })
    .from(webhooks)
    .leftJoin(webhookDeliveries, and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.webhookId, webhooks.id)))
    .where(eq(webhooks.id, webhookId))
    .limit(1)

/** A delivery of this webhook. Index webhook_deliveries_id. */
export const shownDelivery = (db: Database, webhookId: string, id: string) =>
  db
    .select(shown)
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.webhookId, webhookId)))
    .limit(1)

/** The use of an idempotency key, and its delivery, null if it was deleted. Primary key, index webhook_deliveries_id. */
export const deliveryOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, delivery: shown })
    .from(idempotencyKeys)
    .leftJoin(webhookDeliveries, eq(webhookDeliveries.id, idempotencyKeys.subjectId))
    .where(isKey(key))
    .limit(1)

/** The use of an idempotency key, and what it made. Primary key. */
export const subjectOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, id: idempotencyKeys.subjectId })
    .from(idempotencyKeys)
    .where(isKey(key))
    .limit(1)

export type NewDelivery = Omit<typeof webhookDeliveries.$inferSelect, 'position' | 'dueAt'>

/** Due at once, unless an earlier delivery with the same subject is pending. Index webhook_deliveries_subject. */
const dueAfter = ({ webhookId, subject, createdAt }: Pick<NewDelivery, 'webhookId' | 'subject' | 'createdAt'>): SQL =>
  sql`CASE WHEN EXISTS (SELECT 1 FROM ${webhookDeliveries} AS earlier WHERE earlier.webhook_id = ${webhookId} AND earlier.subject = ${subject} AND earlier.state = 'pending') THEN ${NEVER} ELSE ${createdAt} END`

/** Inserts a test or a replay behind all deliveries, if `condition` holds. A trigger queues the job that sends it. */
export const insertDelivery = (db: Database, delivery: NewDelivery, condition: SQL) =>
  db
    .insert(webhookDeliveries)
    .select(
      sql`${selectRow(webhookDeliveries, { ...delivery, position: sql`NULL`, dueAt: dueAfter(delivery) })} WHERE ${condition}`,
    )
    .returning(shown)

/** Makes a delivery that waits for its next attempt due now. Index webhook_deliveries_id. */
export const hurryDelivery = (db: Database, webhookId: string, id: string, now: number, condition: SQL) =>
  db
    .update(webhookDeliveries)
    .set({ dueAt: now })
    .where(
      and(
        eq(webhookDeliveries.id, id),
        eq(webhookDeliveries.webhookId, webhookId),
        eq(webhookDeliveries.state, 'pending'),
        sql`${webhookDeliveries.lease} IS NULL AND ${webhookDeliveries.dueAt} <> ${NEVER}`,
        condition,
      ),
    )
    .returning(shown)

export interface ReplaySlice {
  webhookId: string
  /** The event of the replay: with each source it makes the key under which nothing is repeated twice. */
  replayId: string
  /** ms UTC. */
  since: number
  until: number
  /** The last one of the slice before: a position, or the id of an event. */
  after: string
  now: number
  limit: number
}

/** `dlv_` and 32 hex digits that sort by time, as `deps.random.id` makes them. */
const newId = (now: number): SQL => sql`printf('dlv_%012x', ${now}) || lower(hex(randomblob(10)))`

/** The row of a replay of `source`, which has `place`, `event_id`, `event_type` and `subject`. */
const repeated = ({ webhookId, replayId, now }: ReplaySlice, body: SQL, cause: 'replay' | 'event') => ({
  position: sql`NULL`,
  id: newId(now),
  webhookId,
  eventId: sql`source.event_id`,
  eventType: sql`source.event_type`,
  subject: sql`source.subject`,
  cause,
  state: 'pending' as const,
  attempts: 0,
  // Of several with one subject, the first one alone is due.
  dueAt: sql`CASE WHEN row_number() OVER (PARTITION BY source.subject ORDER BY source.place) > 1
    OR EXISTS (SELECT 1 FROM ${webhookDeliveries} AS earlier WHERE earlier.webhook_id = ${webhookId} AND earlier.subject = source.subject AND earlier.state = 'pending') THEN ${NEVER} ELSE ${now} END`,
  lease: null,
  body,
  tries: [],
  answer: null,
  replayKey: sql`${`${replayId}:`} || source.place`,
  createdAt: now,
  finishedAt: null,
})

/**
 * Repeats a slice of deliveries that have ended, in their order, with the bytes of before. Inserts none twice for one job. Index
 * webhook_deliveries_list; a sort of the deliveries of the time.
 */
export const repeatDeliveries = (db: Database, slice: ReplaySlice, only: 'failed' | 'all') =>
  db
    .insert(webhookDeliveries)
    .select(
      sql`${selectRow(webhookDeliveries, repeated(slice, sql`source.body`, 'replay'))}
        FROM (SELECT position AS place, event_id, event_type, subject, body FROM ${webhookDeliveries} WHERE ${ended(slice, only)} ORDER BY position LIMIT ${slice.limit}) AS source
        WHERE 1 ORDER BY source.place`,
    )
    .onConflictDoNothing()

const ended = ({ webhookId, since, until, after }: ReplaySlice, only: 'failed' | 'all'): SQL =>
  sql`webhook_id = ${webhookId} AND id >= ${firstDeliveryIdAt(since)} AND id < ${firstDeliveryIdAt(until)} AND cause = 'event'
    AND ${only === 'failed' ? sql`state = 'failed'` : sql`state <> 'pending'`} AND position > ${Number(after)}`

/** The last delivery of this slice; none after the last one. */
export const endOfDeliveries = (db: Database, slice: ReplaySlice, only: 'failed' | 'all') =>
  db.all<{ last: number | null }>(
    sql`SELECT max(position) AS last FROM (SELECT position FROM ${webhookDeliveries} WHERE ${ended(slice, only)} ORDER BY position LIMIT ${slice.limit})`,
  )

/** No delivery of that moment, or later, has a lower id. */
export const firstDeliveryIdAt = (at: number): string => `dlv_${Math.max(0, at).toString(16).padStart(12, '0')}`

/**
 * The events of a slice of the time that an endpoint may get. For one of an organisation only its own are read, so nobody makes the
 * server read the events of all. Primary key; index events_org and a sort of the events of the organisation.
 */
const eventsOf = ({ webhookId, since, until, after, limit }: ReplaySlice): SQL => {
  const first = firstEventIdAt(since)
  const from = after > first ? after : first
  const fields = sql`id, type, org_id, coalesce(user_id, org_id, '') AS subject FROM ${events}`
  const ofPlace = (value: SQL) => sql`(SELECT ${value} FROM ${webhooks} AS place WHERE place.id = ${webhookId})`
  const before = sql`id < ${firstEventIdAt(until)} ORDER BY id LIMIT ${limit}`
  // No id is higher than 'x'. A condition on the place would be asked for each event instead of once.
  return sql`(SELECT * FROM (SELECT ${fields} WHERE org_id = ${ofPlace(sql`place.org_id`)} AND id > ${from} AND ${before})
    UNION ALL SELECT * FROM (SELECT ${fields} WHERE id > ${ofPlace(sql`CASE WHEN place.org_id IS NULL THEN ${from} ELSE 'x' END`)} AND ${before}))`
}

/**
 * Sends a slice of the events that match the filter and were never sent. Each becomes the delivery of its event, so it is missed no more:
 * it is not sent twice, and may be replayed. Primary key, index webhook_deliveries_event.
 */
export const sendMissed = (db: Database, slice: ReplaySlice) =>
  db
    .insert(webhookDeliveries)
    .select(
      sql`${selectRow(webhookDeliveries, repeated(slice, sql`NULL`, 'event'))}
        FROM (SELECT event.id AS place, event.id AS event_id, event.type AS event_type, event.subject AS subject
          FROM ${webhooks} AS target JOIN ${eventsOf(slice)} AS event ON target.org_id IS NULL OR target.org_id = event.org_id
          WHERE target.id = ${slice.webhookId} AND EXISTS (SELECT 1 FROM json_each(target.patterns) AS pattern WHERE event.type GLOB pattern.value)
            AND NOT EXISTS (SELECT 1 FROM ${webhookDeliveries} AS sent WHERE sent.webhook_id = target.id AND sent.event_id = event.id AND sent.cause = 'event')) AS source
        WHERE 1 ORDER BY source.place`,
    )
    .onConflictDoNothing()

/** The last event of this slice. */
export const endOfEvents = (db: Database, slice: ReplaySlice) =>
  db.all<{ last: string | null }>(sql`SELECT max(id) AS last FROM ${eventsOf(slice)}`)
