import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/** The seed of an authenticator app, encrypted with the key `keyId`. It is a factor only after a code confirmed it. */
export const totpSecrets = sqliteTable('totp_secrets', {
  userId: text('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  secret: text('secret').notNull(),
  keyId: text('key_id').notNull(),
  /** The time step of the last accepted code (RFC 6238 §5.2). Codes of this and earlier steps are refused. */
  lastStep: integer('last_step').notNull(),
  confirmedAt: integer('confirmed_at'),
  createdAt: integer('created_at').notNull(),
  /** Of the account when this was made: see `modules/users/trust-queries.ts`. */
  trustEpoch: integer('trust_epoch').notNull().default(0),
})

/** Recovery codes. They are shown once and stored as keyed hashes. Each works once. */
export const recoveryCodes = sqliteTable(
  'recovery_codes',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    hash: text('hash').notNull(),
    createdAt: integer('created_at').notNull(),
    usedAt: integer('used_at'),
    /** Of the account when this was made: see `modules/users/trust-queries.ts`. */
    trustEpoch: integer('trust_epoch').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.userId, table.hash] })],
)

/** A sign-in that waits for its second factor. `attempts` counts wrong codes. A right answer uses the row up. */
export const mfaChallenges = sqliteTable(
  'mfa_challenges',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    kind: text('kind', { enum: ['token', 'cookie'] }).notNull(),
    /** The method of the first factor, as JSON: `["pwd"]` (RFC 8176). */
    amr: text('amr', { mode: 'json' }).$type<string[]>().notNull(),
    attempts: integer('attempts').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
    /** Of the account when this was made: see `modules/users/trust-queries.ts`. */
    trustEpoch: integer('trust_epoch').notNull().default(0),
  },
  (table) => [index('mfa_challenges_user').on(table.userId), index('mfa_challenges_expires').on(table.expiresAt)],
)

/** Browsers that need no second factor for some days. Only the hash of their token is stored. */
export const rememberedDevices = sqliteTable(
  'remembered_devices',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    hash: text('hash').notNull(),
    /** The name of the device, such as `Firefox on Linux`. */
    device: text('device').notNull(),
    address: text('address'),
    createdAt: integer('created_at').notNull(),
    lastUsedAt: integer('last_used_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    /** Of the account when this was made: see `modules/users/trust-queries.ts`. */
    trustEpoch: integer('trust_epoch').notNull().default(0),
  },
  (table) => [
    uniqueIndex('remembered_devices_hash').on(table.hash),
    index('remembered_devices_user').on(table.userId),
    index('remembered_devices_expires').on(table.expiresAt),
  ],
)

/** The requirements for all users with a role. */
export const roleRequirements = sqliteTable('role_requirements', {
  role: text('role').primaryKey(),
  mfaRequired: integer('mfa_required', { mode: 'boolean' }).notNull(),
  updatedAt: integer('updated_at').notNull(),
})
