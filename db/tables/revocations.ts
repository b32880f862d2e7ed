import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * What ended before its tokens expire: sessions, grants, families, tokens, API keys, signing keys, accounts, clients and
 * organisations. Triggers of the migrations write it in the transaction of the change. So it does not matter which door, which
 * process and which release ended them. Verifiers without a connection to the database follow it.
 */
export const revocations = sqliteTable(
  'revocations',
  {
    /** The rowid: the one writer of the database gives it, so it is the order of the commits. The newest row stays, so none is given twice. */
    seq: integer('seq').primaryKey(),
    /** Tells this row from another one that had its number in a copy of the database. */
    nonce: text('nonce').notNull().default(sql`(lower(hex(randomblob(8))))`),
    /** An id, or the ids of a user and of an organisation with a blank between them: a membership. */
    subject: text('subject').notNull(),
    /** It works again: an account was enabled, an organisation was restored, a member came back. */
    restored: integer('restored', { mode: 'boolean' }).notNull().default(false),
    /** ms UTC. Access tokens that were issued before this time may still be verified offline. */
    notedAt: integer('noted_at').notNull(),
    /** ms UTC, when it ends; null: at once. A replaced API key works for some hours more. */
    effectiveAt: integer('effective_at'),
    /** ms UTC, when the last signed API key expires that it ends; null: there is none. */
    livesUntil: integer('lives_until'),
  },
  (table) => [index('revocations_subject').on(table.subject)],
)
