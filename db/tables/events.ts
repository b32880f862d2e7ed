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
    /** The organisation for which the actor acted; absent outside of organisations. */
    orgId: text('org_id'),
    /** For whom the actor acted: JSON of `ActingFor` (`src/lib/acting-for.ts`). Absent where it acted for itself. */
    actingFor: text('acting_for'),
    userId: text('user_id'),
    sessionId: text('session_id'),
    address: text('address'),
    userAgent: text('user_agent'),
    requestId: text('request_id'),
    data: text('data', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    /** The link of the chain (`event_seals`) that holds this event; absent until it is sealed. */
    seal: integer('seal'),
    /** What the seal vouches for in place of `address` and `userAgent`, so that these can be erased: SHA-256 over `salt` and both. */
    personalDigest: text('personal_digest'),
    salt: text('salt'),
  },
  (table) => [
    index('events_user').on(table.userId, table.id),
    index('events_actor').on(table.actorId, table.id),
    index('events_type').on(table.type, table.id),
    // Of one who has very many, the few of a type: without these all of theirs are read.
    index('events_user_type').on(table.userId, table.type, table.id),
    index('events_actor_type').on(table.actorId, table.type, table.id),
    index('events_seal').on(table.seal, table.id),
  ],
)

/** The links of the chain over the audit log: each signs the digest of its events and of the link before it. */
export const eventSeals = sqliteTable('event_seals', {
  position: integer('position').primaryKey(),
  /** Which columns of its events the digests cover (`src/modules/audit-events/seals.ts`). Signed. Releases that know only the first leave it out. */
  version: integer('version').notNull().default(1),
  count: integer('count').notNull(),
  /** The digests of its events in the order of their ids; of a pruned link the root over them, and who signed that it is pruned. */
  digest: text('digest').notNull(),
  /** The hash of the link before it; of the first an empty text. */
  previous: text('previous').notNull(),
  keyId: text('key_id').notNull(),
  signature: text('signature').notNull(),
  sealedAt: integer('sealed_at').notNull(),
  /** Its events were too old to keep; the link stays. */
  prunedAt: integer('pruned_at'),
})
