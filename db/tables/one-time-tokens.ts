import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/**
 * What a mail carries to prove that its reader has the address: a link token, and a 6-digit code. Only hashes; that of
 * the code is keyed, because a million codes are soon tried. `attempts` counts guesses at the code alone: whoever spoils
 * it leaves the owner the link.
 */
export const oneTimeTokens = sqliteTable(
  'one_time_tokens',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    purpose: text('purpose', { enum: ['verify-email', 'change-email', 'reset-password', 'sign-in'] }).notNull(),
    /** Where it was sent to: the account's address, or the new one it asks for. */
    email: text('email').notNull(),
    emailKey: text('email_key').notNull(),
    hash: text('hash').notNull(),
    codeHash: text('code_hash'),
    attempts: integer('attempts').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    usedAt: integer('used_at'),
    /** Of the account when this was made: see `modules/users/trust-queries.ts`. */
    trustEpoch: integer('trust_epoch').notNull().default(0),
    /** The address the account had when this was asked for: once it has another one, this proves nothing. */
    accountKey: text('account_key').notNull().default(''),
    /** The session that asked, where one did. It ends, and with it what it asked for. */
    sessionId: text('session_id'),
    /** The password an anonymous account gets with the address that this proves. */
    passwordHash: text('password_hash'),
  },
  (table) => [
    uniqueIndex('one_time_tokens_hash').on(table.hash),
    index('one_time_tokens_email').on(table.emailKey, table.purpose),
    index('one_time_tokens_user').on(table.userId, table.purpose),
    index('one_time_tokens_expires').on(table.expiresAt),
  ],
)
