import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * Keys of writes that took effect, so that the same request sent again does not take effect twice.
 *
 * A row is the witness of a change and holds no answer: what a repeat is told is read from `subjectId`. The client's
 * key is kept as a hash, the request as a keyed one, because its body may hold a password.
 * No foreign keys: a key outlives its subject for the day it has left.
 */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    actorId: text('actor_id').notNull(),
    keyHash: text('key_hash').notNull(),
    /** Of method, path and body: tells a repeat from another request under the same key. */
    fingerprint: text('fingerprint').notNull(),
    /** The event written in the same batch. */
    eventId: text('event_id').notNull(),
    subjectId: text('subject_id').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.actorId, table.keyHash] }),
    index('idempotency_keys_expires').on(table.expiresAt),
  ],
)
