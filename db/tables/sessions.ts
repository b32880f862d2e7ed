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
    createdAt: integer('created_at').notNull(),
    /** From where it was opened, and with what. */
    address: text('address'),
    userAgent: text('user_agent'),
    /** How its owner was authenticated, as JSON: `["pwd","otp","mfa"]` (RFC 8176). */
    amr: text('amr', { mode: 'json' }).$type<string[]>(),
    /** Of the account when this was made: see `modules/users/trust-queries.ts`. */
    trustEpoch: integer('trust_epoch').notNull().default(0),
  },
  (table) => [index('sessions_user').on(table.userId, table.createdAt), index('sessions_expires').on(table.expiresAt)],
)

/**
 * The chain of tokens of a session: refresh tokens, or the values of its cookie. Only hashes.
 * A spent token keeps the salt of its successor (see `lib/tokens.ts`) and its row for reuse detection.
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
    /** The first token of the chain, encrypted under this one. Null: this one is the first. */
    sealedRoot: text('sealed_root'),
    /** When a cookie that a rotation made was first shown: from then on the one before it is no lost answer's. */
    shownAt: integer('shown_at'),
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.position] }),
    uniqueIndex('session_tokens_hash').on(table.hash),
  ],
)

/** Where an account was signed in to before: a sign-in from elsewhere is told to its owner. */
export const knownDevices = sqliteTable(
  'known_devices',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** Such as `Firefox on Linux`. */
    device: text('device').notNull(),
    /** The first bits of the address: see `networkOf`. */
    network: text('network').notNull(),
    firstSeenAt: integer('first_seen_at').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.device, table.network] }),
    index('known_devices_seen').on(table.lastSeenAt),
  ],
)
