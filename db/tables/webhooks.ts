import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { organisations } from './organisations.ts'

/** One attempt of a delivery. `error`: why there was no answer. */
export interface DeliveryTry {
  /** ms UTC. */
  at: number
  status: number | null
  error: string | null
  tookMs: number
}

/** Columns without their table, because SQLite requires this in an index. A query must repeat these conditions. */
export const IS_ACTIVE = sql.raw("status = 'active'")
export const IS_PENDING = sql.raw("state = 'pending'")
export const IS_LEASED = sql.raw('lease IS NOT NULL')

/** Where events are sent: endpoints of organisations and of the instance. */
export const webhooks = sqliteTable(
  'webhooks',
  {
    id: text('id').primaryKey(),
    /** Null: an endpoint of the instance, which gets the events of all organisations. */
    orgId: text('org_id').references(() => organisations.id, { onDelete: 'cascade' }),
    url: text('url').notNull(),
    name: text('name').notNull(),
    /** The filter as it was given: types, `noun.*`, or `*`. */
    events: text('events', { mode: 'json' }).$type<string[]>().notNull(),
    /** The same as GLOB patterns. The trigger `events_deliver` compares them: `*` of an organisation is only what it may read. */
    patterns: text('patterns', { mode: 'json' }).$type<string[]>().notNull(),
    format: text('format', { enum: ['standard', 'cloudevents', 'slack'] }).notNull(),
    /** The version of the payload. It stays as it is until somebody changes it. */
    payloadVersion: text('payload_version').notNull(),
    status: text('status', { enum: ['active', 'disabled'] }).notNull(),
    /** Why it is disabled: somebody asked for it, it failed for days, or it answered 410. */
    disabledReason: text('disabled_reason', { enum: ['asked', 'failing', 'gone'] }),
    /** Encrypted with APP_SECRET: a MAC needs the secret itself. */
    secret: text('secret').notNull(),
    /** Signs too until this time, ms UTC. */
    previousSecret: text('previous_secret'),
    previousUntil: integer('previous_until'),
    /** Failed attempts since the last delivery, and the time of the first of them. */
    failures: integer('failures').notNull(),
    failingSince: integer('failing_since'),
    /** Nothing is sent before: the endpoint asked for it, or failed again and again. 0: at once. */
    resumeAt: integer('resume_at').notNull(),
    deliveredAt: integer('delivered_at'),
    createdBy: text('created_by'),
    version: integer('version').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [
    index('webhooks_org').on(table.orgId, table.id),
    // Every event asks this one, so it has the few endpoints that get something.
    index('webhooks_active').on(table.orgId).where(IS_ACTIVE),
  ],
)

/**
 * What is sent to endpoints. The trigger `events_deliver` writes a row in the transaction of the event itself, so neither exists
 * without the other. Deliveries of one subject to one endpoint are sent in the order of `position`: only the first of them that is
 * pending has a `dueAt`, and the others wait (`NEVER`) until it has ended. No foreign key to `events`, because a test has none.
 */
export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    /** The order of the commits. SQLite gives the next free number after the highest one. */
    position: integer('position').primaryKey(),
    id: text('id').notNull(),
    webhookId: text('webhook_id')
      .notNull()
      .references(() => webhooks.id, { onDelete: 'cascade' }),
    eventId: text('event_id').notNull(),
    eventType: text('event_type').notNull(),
    /** The account that the event is about, else the organisation. */
    subject: text('subject').notNull(),
    cause: text('cause', { enum: ['event', 'replay', 'test'] }).notNull(),
    state: text('state', { enum: ['pending', 'delivered', 'failed'] }).notNull(),
    attempts: integer('attempts').notNull(),
    /** ms UTC. A worker moves it to the end of its lease. */
    dueAt: integer('due_at').notNull(),
    lease: text('lease'),
    /** The body, made at the first attempt: each further one sends the same bytes. */
    body: text('body'),
    /** The last attempts, oldest first. */
    tries: text('tries', { mode: 'json' }).$type<DeliveryTry[]>().notNull(),
    /** The begin of the last answer. */
    answer: text('answer'),
    /** The job and the delivery or event that it repeated. So a job that is done twice repeats nothing twice. */
    replayKey: text('replay_key'),
    createdAt: integer('created_at').notNull(),
    finishedAt: integer('finished_at'),
  },
  (table) => [
    uniqueIndex('webhook_deliveries_id').on(table.id),
    // An event is delivered once to each endpoint, except for replays.
    uniqueIndex('webhook_deliveries_event').on(table.webhookId, table.eventId).where(sql`cause = 'event'`),
    uniqueIndex('webhook_deliveries_replay').on(table.replayKey).where(sql`replay_key IS NOT NULL`),
    // Each entry ends with the position, which is the rowid.
    index('webhook_deliveries_list').on(table.webhookId),
    index('webhook_deliveries_due').on(table.webhookId, table.dueAt).where(IS_PENDING),
    index('webhook_deliveries_subject').on(table.webhookId, table.subject, table.position).where(IS_PENDING),
    index('webhook_deliveries_leased').on(table.webhookId, table.dueAt).where(IS_LEASED),
  ],
)
