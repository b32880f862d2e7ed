import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * The id of the principal for whom an event was made: the last item of the chain. Columns have no table, because SQLite requires
 * this in an index. A query must repeat this expression. A text that was put into the column by hand may be no JSON.
 */
export const ACTED_FOR = sql.raw("CASE WHEN json_valid(acting_for) THEN acting_for ->> '$[#-1].id' END")
/** The kind of the actor: the first item of the chain. */
export const ACTED_AS = sql.raw("CASE WHEN json_valid(acting_for) THEN acting_for ->> '$[0].kind' END")

/**
 * Events: who did what, from where, with which result. An event is written in the same batch as its change, so neither exists
 * without the other. No foreign keys, because an event stays after the user it names was deleted.
 */
export const events = sqliteTable(
  'events',
  {
    id: text('id').primaryKey(),
    type: text('type').notNull(),
    result: text('result', { enum: ['success', 'failure'] }).notNull(),
    at: integer('at').notNull(),
    actorId: text('actor_id'),
    /** The organisation in which the actor acted; absent outside of organisations. */
    orgId: text('org_id'),
    /** The principal for whom the actor acted: JSON of `ActingFor` (`src/lib/acting-for.ts`). Absent if it acted for itself. */
    actingFor: text('acting_for'),
    userId: text('user_id'),
    sessionId: text('session_id'),
    address: text('address'),
    userAgent: text('user_agent'),
    requestId: text('request_id'),
    data: text('data', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    /** The link of the chain (`event_seals`) that seals this event; absent until then. */
    seal: integer('seal'),
    /** SHA-256 over `salt`, `address` and `userAgent`. The seal covers this hash, so both can be erased. */
    personalDigest: text('personal_digest'),
    salt: text('salt'),
  },
  (table) => [
    index('events_user').on(table.userId, table.id),
    index('events_actor').on(table.actorId, table.id),
    index('events_type').on(table.type, table.id),
    // For the few events of one type of a user with very many. Without these indexes all events of that user are read.
    index('events_user_type').on(table.userId, table.type, table.id),
    index('events_actor_type').on(table.actorId, table.type, table.id),
    // The few events of organisations.
    index('events_org').on(table.orgId, table.type, table.id).where(sql`${table.orgId} IS NOT NULL`),
    // The few events that were made for another principal. The last item of the chain is that principal.
    index('events_acting_for').on(ACTED_FOR, table.id).where(sql`${table.actingFor} IS NOT NULL`),
    index('events_seal').on(table.seal, table.id),
  ],
)

/** The links of the chain over the audit log. Each signs the digest of its events and the hash of the previous link. */
export const eventSeals = sqliteTable('event_seals', {
  position: integer('position').primaryKey(),
  /** The version of the columns that the digests cover (`src/modules/audit-events/seals.ts`). Signed. Releases with only version 1 omit it. */
  version: integer('version').notNull().default(1),
  count: integer('count').notNull(),
  /** The digests of its events in the order of their ids. For a pruned link: their root, and the signature of the pruning. */
  digest: text('digest').notNull(),
  /** The hash of the previous link; empty for the first. */
  previous: text('previous').notNull(),
  keyId: text('key_id').notNull(),
  signature: text('signature').notNull(),
  sealedAt: integer('sealed_at').notNull(),
  /** When its events were deleted for their age. The link stays. */
  prunedAt: integer('pruned_at'),
})
