import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** Columns without their table, because SQLite requires this in an index. */
export const GIVEN_UP = sql.raw("state <> 'done' AND state <> 'pending'")

/**
 * Work to do after a change, written in the same batch as the change: the outbox. `runAt` is the time when it is due. A
 * worker that takes a job moves `runAt` to the end of its lease, so the job of a dead worker is due again by itself.
 * The id is part of each delivery, so a receiver can recognise duplicates.
 * No foreign keys, because a job may stay after its user was deleted.
 */
export const jobs = sqliteTable(
  'jobs',
  {
    id: text('id').primaryKey(),
    kind: text('kind').notNull(),
    userId: text('user_id'),
    /** The event written in the same batch. */
    eventId: text('event_id'),
    /** Encrypted with APP_SECRET, because it may contain a one-time token. Absent after the job is done. */
    payload: text('payload'),
    state: text('state', { enum: ['pending', 'done', 'dead', 'discarded'] }).notNull(),
    attempts: integer('attempts').notNull(),
    runAt: integer('run_at').notNull(),
    /** A new random value for each worker that takes the job. A worker that lost the lease cannot finish the job. */
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
    // A partial index of the few dead jobs. A query must repeat this condition word for word.
    index('jobs_user_given_up').on(table.userId, table.id).where(GIVEN_UP),
  ],
)

/** One row for each scheduled job: its lease and its last begin. So only one of many processes runs it. */
export const schedules = sqliteTable('schedules', {
  name: text('name').primaryKey(),
  startedAt: integer('started_at').notNull(),
  lease: text('lease').notNull(),
  leaseUntil: integer('lease_until').notNull(),
})
