/** What the worker of deliveries reads and writes. */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { type DeliveryTry, events, jobs, webhookDeliveries, webhooks } from '../../../db/tables/index.ts'
import { NEVER } from './delivery-schema.ts'

/** Requests to one endpoint at the same time. To one that fails: one, as a probe. */
export const AT_ONCE = 8
/** Requests to all endpoints of one organisation, or of the instance, at the same time. */
const AT_ONCE_OF_ORG = 32
/** An endpoint that failed this often in a row is probed. */
export const PROBED_AFTER = 5
/** Attempts that the log shows. */
const SHOWN_TRIES = 20

/**
 * The endpoints with deliveries that wait: one search of index webhook_deliveries_due for each, so a long line in front of one
 * endpoint costs nothing.
 */
const waiting: SQL = sql`waiting(id) AS (SELECT min(webhook_id) FROM ${webhookDeliveries} WHERE state = 'pending'
  UNION ALL SELECT (SELECT min(next.webhook_id) FROM ${webhookDeliveries} AS next WHERE next.state = 'pending' AND next.webhook_id > waiting.id) FROM waiting WHERE waiting.id IS NOT NULL)`

/** What is being sent at this moment, by endpoint. Index webhook_deliveries_leased. */
const held = (
  now: number,
): SQL => sql`held(id, org_id, number) AS (SELECT peer.id, peer.org_id, count(*) FROM ${webhookDeliveries} AS leased
  JOIN ${webhooks} AS peer ON peer.id = leased.webhook_id WHERE leased.lease IS NOT NULL AND leased.due_at > ${now} GROUP BY peer.id)`

/**
 * Takes due deliveries and leases them. The organisation with the fewest requests under way comes first, and among equals chance
 * decides, so who has many slow endpoints does not keep others waiting. Of one subject at most one is due, so nothing overtakes.
 * Writes nothing if none is due. Indexes webhook_deliveries_due, webhook_deliveries_leased.
 */
export const claimDeliveries = (
  db: Database,
  { lease, now, until, limit }: { lease: string; now: number; until: number; limit: number },
) =>
  db
    .update(webhookDeliveries)
    .set({ lease, dueAt: until })
    .where(
      sql`${webhookDeliveries.position} IN (WITH RECURSIVE ${waiting}, ${held(now)},
        candidate(position, due_at, org_id, place, room) AS (
          SELECT due.position, due.due_at, target.org_id,
            row_number() OVER (PARTITION BY due.webhook_id ORDER BY due.due_at, due.position),
            CASE WHEN target.failures >= ${PROBED_AFTER} THEN 1 ELSE ${AT_ONCE} END
              - coalesce((SELECT number FROM held WHERE held.id = target.id), 0)
          FROM waiting JOIN ${webhooks} AS target ON target.id = waiting.id AND target.status = 'active' AND target.resume_at <= ${now}
          JOIN ${webhookDeliveries} AS due ON due.position IN (SELECT first.position FROM ${webhookDeliveries} AS first
            WHERE first.webhook_id = target.id AND first.state = 'pending' AND first.due_at <= ${now} ORDER BY first.due_at LIMIT ${AT_ONCE})
        )
        SELECT turn.position FROM (
          SELECT candidate.position AS position, row_number() OVER (PARTITION BY candidate.org_id ORDER BY candidate.place, candidate.due_at)
            + coalesce((SELECT sum(number) FROM held WHERE held.org_id IS candidate.org_id), 0) AS place
          FROM candidate WHERE candidate.place <= candidate.room
        ) AS turn WHERE turn.place <= ${AT_ONCE_OF_ORG} ORDER BY turn.place, random() LIMIT ${limit})`,
    )
    .returning({ position: webhookDeliveries.position })

/** What was leased, with its endpoint and its event, in the order of the commits. Index webhook_deliveries_leased. */
export const leasedDeliveries = (db: Database, lease: string) =>
  db
    .select({
      position: webhookDeliveries.position,
      webhookId: webhookDeliveries.webhookId,
      eventId: webhookDeliveries.eventId,
      subject: webhookDeliveries.subject,
      attempts: webhookDeliveries.attempts,
      lease: webhookDeliveries.lease,
      body: webhookDeliveries.body,
      url: webhooks.url,
      orgId: webhooks.orgId,
      format: webhooks.format,
      payloadVersion: webhooks.payloadVersion,
      secret: webhooks.secret,
      previousSecret: webhooks.previousSecret,
      previousUntil: webhooks.previousUntil,
      failures: webhooks.failures,
      event: events,
    })
    .from(webhookDeliveries)
    .innerJoin(webhooks, eq(webhooks.id, webhookDeliveries.webhookId))
    .leftJoin(events, eq(events.id, webhookDeliveries.eventId))
    .where(and(sql`${webhookDeliveries.lease} IS NOT NULL`, eq(webhookDeliveries.lease, lease)))
    .orderBy(webhookDeliveries.position)

export type LeasedDelivery = Awaited<ReturnType<typeof leasedDeliveries>>[number]

/** What came of an attempt. */
export interface Settlement {
  /** `pending`: there is another attempt at `dueAt`. */
  state: 'pending' | 'delivered' | 'failed'
  dueAt: number
  body: string | null
  answer: string | null
  tried: DeliveryTry
}

/** Records an attempt, if the lease is still held. Primary key. */
export const settleDelivery = (
  db: Database,
  { position, lease }: Pick<LeasedDelivery, 'position' | 'lease'>,
  { state, dueAt, body, answer, tried }: Settlement,
) =>
  db
    .update(webhookDeliveries)
    .set({
      state,
      dueAt,
      lease: null,
      attempts: sql`${webhookDeliveries.attempts} + 1`,
      body,
      answer,
      // The oldest one goes when there are too many.
      tries: sql`json_insert(CASE WHEN json_array_length(${webhookDeliveries.tries}) >= ${SHOWN_TRIES} THEN json_remove(${webhookDeliveries.tries}, '$[0]') ELSE ${webhookDeliveries.tries} END, '$[#]', json(${JSON.stringify(tried)}))`,
      finishedAt: state === 'pending' ? null : tried.at + tried.tookMs,
    })
    .where(and(eq(webhookDeliveries.position, position), eq(webhookDeliveries.lease, lease ?? '')))

/** The next delivery of a subject is due when the one before it has ended. Index webhook_deliveries_subject. */
export const dueNext = (
  db: Database,
  { webhookId, subject }: Pick<LeasedDelivery, 'webhookId' | 'subject'>,
  now: number,
) =>
  db
    .update(webhookDeliveries)
    .set({ dueAt: now })
    .where(
      and(
        eq(webhookDeliveries.dueAt, NEVER),
        sql`${webhookDeliveries.position} = (SELECT min(next.position) FROM ${webhookDeliveries} AS next WHERE next.webhook_id = ${webhookId} AND next.subject = ${subject} AND next.state = 'pending')`,
      ),
    )

/** An endpoint that failed for long works again: what waits for another attempt does not wait on. Index webhook_deliveries_due. */
export const hurryAll = (db: Database, webhookId: string, now: number) =>
  db
    .update(webhookDeliveries)
    .set({ dueAt: now })
    .where(
      and(
        eq(webhookDeliveries.webhookId, webhookId),
        sql`${webhookDeliveries.state} = 'pending' AND ${webhookDeliveries.dueAt} > ${now} AND ${webhookDeliveries.dueAt} < ${NEVER} AND ${webhookDeliveries.lease} IS NULL`,
      ),
    )

/** When the next delivery of an active endpoint is due; null: none waits. Index webhook_deliveries_due. */
export const nextDue = (db: Database) =>
  db.all<{ at: number | null }>(
    sql`WITH RECURSIVE ${waiting} SELECT min(max(target.resume_at,
        (SELECT min(first.due_at) FROM ${webhookDeliveries} AS first WHERE first.webhook_id = target.id AND first.state = 'pending'))) AS at
      FROM waiting JOIN ${webhooks} AS target ON target.id = waiting.id AND target.status = 'active'`,
  )

/** True while no job waits that sends what is due at this time. Index jobs_kind. */
export const noneQueuedBefore = (at: number): SQL =>
  sql`NOT EXISTS (SELECT 1 FROM ${jobs} AS queued WHERE queued.kind = 'send-webhooks' AND queued.state = 'pending' AND queued.lease IS NULL AND queued.run_at <= ${at})`

/** Deletes deliveries of before, whatever became of them. Index webhook_deliveries_id. */
export const deleteOldDeliveries = (db: Database, before: string, limit: number) =>
  db
    .delete(webhookDeliveries)
    .where(
      sql`position IN (SELECT old.position FROM ${webhookDeliveries} AS old WHERE old.id < ${before} ORDER BY old.id LIMIT ${limit})`,
    )

/**
 * Makes deliveries due that wait for one that was deleted, and those that were written under a clock that was ahead (no attempt is
 * later than `horizon`). Scan of the pending ones by index webhook_deliveries_due.
 */
export const releaseStranded = (
  db: Database,
  { now, horizon, limit }: { now: number; horizon: number; limit: number },
) =>
  db
    .update(webhookDeliveries)
    .set({ dueAt: now, lease: null })
    .where(
      sql`position IN (SELECT stranded.position FROM ${webhookDeliveries} AS stranded WHERE stranded.state = 'pending' AND (
        (stranded.due_at > ${horizon} AND stranded.due_at < ${NEVER})
        OR (stranded.due_at = ${NEVER} AND NOT EXISTS (SELECT 1 FROM ${webhookDeliveries} AS earlier WHERE earlier.webhook_id = stranded.webhook_id AND earlier.subject = stranded.subject AND earlier.state = 'pending' AND earlier.position < stranded.position))) LIMIT ${limit})`,
    )

/** Resumes endpoints whose pause was written under a clock that was ahead: none is longer than until `horizon`. Scan of webhooks. */
export const resumeStranded = (
  db: Database,
  { now, horizon, limit }: { now: number; horizon: number; limit: number },
) =>
  db
    .update(webhooks)
    .set({ resumeAt: 0, failingSince: sql`min(${webhooks.failingSince}, ${now})` })
    .where(
      sql`id IN (SELECT stranded.id FROM ${webhooks} AS stranded WHERE stranded.resume_at > ${horizon} OR stranded.failing_since > ${horizon} LIMIT ${limit})`,
    )
