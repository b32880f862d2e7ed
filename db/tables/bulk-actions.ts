import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * Acts on many accounts. A queued job does one slice after the other. The filter is in the payload of that job, which is
 * encrypted and deleted with the last slice, because it may contain a name or an address.
 * No foreign keys, because a row stays after its initiator was deleted.
 */
export const bulkActions = sqliteTable(
  'bulk_actions',
  {
    id: text('id').primaryKey(),
    action: text('action', {
      enum: ['disable', 'enable', 'delete', 'end_sessions', 'reset_factors', 'add_role', 'remove_role'],
    }).notNull(),
    /** The role of `add_role` and `remove_role`. */
    role: text('role'),
    /** The names of the filters, without their values. */
    filteredBy: text('filtered_by', { mode: 'json' }).$type<string[]>().notNull(),
    state: text('state', { enum: ['pending', 'running', 'done', 'failed', 'cancelled'] }).notNull(),
    /** The code of the error that ended it. */
    reason: text('reason'),
    /** Whose rights count. Null: the operator. */
    actorId: text('actor_id'),
    orgId: text('org_id'),
    /** The request that started it. Its events have it too. */
    requestId: text('request_id'),
    /** A new random value for each slice. Only the job that knows it does the next slice. */
    turn: text('turn').notNull(),
    /** The last account that was reached. */
    cursor: text('cursor').notNull(),
    /** The last account at the start. */
    upTo: text('up_to').notNull(),
    /** How many accounts matched at the first slice; null: not counted. */
    total: integer('total'),
    done: integer('done').notNull(),
    changed: integer('changed').notNull(),
    failed: integer('failed').notNull(),
    createdAt: integer('created_at').notNull(),
    /** Null while it is pending or running. */
    finishedAt: integer('finished_at'),
  },
  (table) => [index('bulk_actions_finished').on(table.finishedAt)],
)
