import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { users } from './users.ts'

/**
 * Proofs that a mail contains: a link token and a 6-digit code. They prove that the reader has the address. Only hashes are
 * stored. The hash of the code is keyed, because all million codes are quickly tried. `attempts` counts only guesses of
 * the code, so an attacker who uses up the attempts cannot block the link.
 */
export const oneTimeTokens = sqliteTable(
  'one_time_tokens',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    purpose: text('purpose', { enum: ['verify-email', 'change-email', 'reset-password', 'sign-in'] }).notNull(),
    /** The address of the mail: the account's address, or the new one of a pending move. */
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
    /** The address of the account at the request. If the account has another address now, this proof is invalid. */
    accountKey: text('account_key').notNull().default(''),
    /** The session that requested the proof, if there was one. The proof ends with that session. */
    sessionId: text('session_id'),
    /** The password that an anonymous account gets together with the proved address. */
    passwordHash: text('password_hash'),
  },
  (table) => [
    uniqueIndex('one_time_tokens_hash').on(table.hash),
    index('one_time_tokens_email').on(table.emailKey, table.purpose),
    index('one_time_tokens_user').on(table.userId, table.purpose),
    index('one_time_tokens_expires').on(table.expiresAt),
  ],
)
