import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/** A sign-in. `kind` says whether its tokens are refresh tokens or cookies. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    kind: text('kind', { enum: ['token', 'cookie'] }).notNull(),
    authenticatedAt: integer('authenticated_at').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    endedAt: integer('ended_at'),
    /** The session that replaced it at a step-up. A trigger then moves the tokens of clients to that session. */
    renewedBy: text('renewed_by'),
    createdAt: integer('created_at').notNull(),
    /** The address and the user agent that opened the session. */
    address: text('address'),
    userAgent: text('user_agent'),
    /** The authentication methods of its owner, as JSON: `["pwd","otp","mfa"]` (RFC 8176). */
    amr: text('amr', { mode: 'json' }).$type<string[]>(),
    /** The active organisation. It has no effect when its owner is no member any more. */
    orgId: text('org_id'),
    /** The administrator who uses the session in the place of its owner. */
    impersonatorId: text('impersonator_id'),
    impersonationReason: text('impersonation_reason'),
    /** Of the account when this was made: see `modules/users/trust-queries.ts`. */
    trustEpoch: integer('trust_epoch').notNull().default(0),
  },
  (table) => [
    index('sessions_user').on(table.userId, table.createdAt),
    index('sessions_expires').on(table.expiresAt),
    // Few sessions have one.
    index('sessions_impersonator').on(table.impersonatorId).where(sql`${table.impersonatorId} IS NOT NULL`),
  ],
)

/**
 * The chain of tokens of a session: refresh tokens, or the values of its cookie. Only hashes are stored.
 * The row of a used token stays for reuse detection, with the salt of its successor (see `lib/tokens.ts`).
 */
export const sessionTokens = sqliteTable(
  'session_tokens',
  {
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
    hash: text('hash').notNull(),
    rotatedAt: integer('rotated_at'),
    salt: text('salt'),
    createdAt: integer('created_at').notNull(),
    /** The first token of the chain, encrypted with this one. Null: this one is the first. */
    sealedRoot: text('sealed_root'),
    /** When a client first sent this rotated cookie. From then on the previous cookie cannot come from a lost answer. */
    shownAt: integer('shown_at'),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.position] }),
    uniqueIndex('session_tokens_hash').on(table.hash),
  ],
)

/** Devices and networks of earlier sign-ins. The owner gets a mail after a sign-in from another one. */
export const knownDevices = sqliteTable(
  'known_devices',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** The name of the device, such as `Firefox on Linux`. */
    device: text('device').notNull(),
    /** The network: the first bits of the address, see `networkOf`. */
    network: text('network').notNull(),
    firstSeenAt: integer('first_seen_at').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.device, table.network] }),
    index('known_devices_seen').on(table.lastSeenAt),
  ],
)
