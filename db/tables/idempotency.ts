import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * Keys of writes that took effect, so a repeated request does not take effect twice.
 *
 * A row proves a change and has no answer: the answer to a repeat is read from `subjectId`. The client's key is stored as a
 * hash. The request is stored as a keyed hash, because its body may contain a password.
 * No foreign keys, because a key stays for its day after its subject was deleted.
 */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    actorId: text('actor_id').notNull(),
    keyHash: text('key_hash').notNull(),
    /** Keyed hash of method, path and body. It distinguishes a repeat from another request with the same key. */
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
