import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Columns without their table: SQLite asks for that. */
export const GIVEN_UP = sql.raw("state <> 'done' AND state <> 'pending'")

/**
 * Work to do after a change, written in the batch of the change itself: the outbox. `runAt` is when it is due; a worker
 * that takes it moves `runAt` to the end of its lease, so the job of a worker that died is due again by itself.
 * The id goes along with whatever is delivered: a duplicate is seen to be one.
 * No foreign keys: a job may outlive whom it concerns.
 */
export const jobs = sqliteTable(
  'jobs',
  {
    id: text('id').primaryKey(),
    kind: text('kind').notNull(),
    userId: text('user_id'),
    /** The event written in the same batch. */
    eventId: text('event_id'),
    /** Encrypted under APP_SECRET: it may hold a one-time token. Absent once nothing is left to do. */
    payload: text('payload'),
    state: text('state', { enum: ['pending', 'done', 'dead', 'discarded'] }).notNull(),
    attempts: integer('attempts').notNull(),
    runAt: integer('run_at').notNull(),
    /** Drawn anew by each worker that takes the job: who lost the lease cannot finish it. */
    lease: text('lease'),
    lastError: text('last_error'),
    createdAt: integer('created_at').notNull(),
    finishedAt: integer('finished_at'),
  },
  (table) => [
    index('jobs_due').on(table.state, table.runAt),
    index('jobs_state').on(table.state, table.id),
    index('jobs_kind').on(table.kind, table.state, table.id),
    index('jobs_user').on(table.userId, table.id),
    // Of the few that nobody will do, found by these very words; no other job is written to it.
    index('jobs_user_given_up').on(table.userId, table.id).where(GIVEN_UP),
  ],
)

/** One row a scheduled job: its lease, and when it last began, so that of many processes one does it. */
export const schedules = sqliteTable('schedules', {
  name: text('name').primaryKey(),
  startedAt: integer('started_at').notNull(),
  lease: text('lease').notNull(),
  leaseUntil: integer('lease_until').notNull(),
})
