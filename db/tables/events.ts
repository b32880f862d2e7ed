import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * What happened: who, what, where, result. Written in the batch of the change itself, so neither is without the other.
 * No foreign keys: an event outlives whom it names.
 */
export const events = sqliteTable(
  'events',
  {
    id: text('id').primaryKey(),
    type: text('type').notNull(),
    result: text('result', { enum: ['success', 'failure'] }).notNull(),
    at: integer('at').notNull(),
    actorId: text('actor_id'),
    userId: text('user_id'),
    sessionId: text('session_id'),
    address: text('address'),
    userAgent: text('user_agent'),
    requestId: text('request_id'),
    data: text('data', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  },
  (table) => [
    index('events_user').on(table.userId, table.id),
    index('events_actor').on(table.actorId, table.id),
    index('events_type').on(table.type, table.id),
  ],
)
