import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** An address beyond ASCII, whose key is so too or that nobody has proved. Columns without their table: SQLite asks for that. */
export const MAY_NEED_REKEYING = sql.raw("email GLOB '*[^ -~]*' AND (email_key GLOB '*[^ -~]*' OR NOT email_verified)")

/**
 * `rowKey` names the rowid. Full-text search refers to rows by it, and VACUUM renumbers a rowid that no column names.
 * `version` counts changes and is the ETag. `users_search`, `users_words` and their triggers stand in the migrations.
 */
export const users = sqliteTable(
  'users',
  {
    rowKey: integer('row_key').primaryKey(),
    id: text('id').notNull(),
    email: text('email').notNull(),
    emailKey: text('email_key').notNull(),
    emailVerified: integer('email_verified', { mode: 'boolean' }).notNull(),
    name: text('name').notNull(),
    status: text('status', { enum: ['active', 'disabled'] }).notNull(),
    passwordHash: text('password_hash'),
    /** Signed up with nothing; its e-mail is one of ours under .invalid (RFC 2606) until it gets a way in. */
    anonymous: integer('anonymous', { mode: 'boolean' }).notNull().default(false),
    /** The language of mails; absent: of the request that caused them. */
    locale: text('locale', { enum: ['en', 'pt'] }),
    version: integer('version').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    /** What is made now belongs to this epoch. It moves when an address is proved, and when anonymity ends (ADR 0012). */
    trustEpoch: integer('trust_epoch').notNull().default(0),
    /** What belongs to an earlier epoch is dead. */
    trustedFrom: integer('trusted_from').notNull().default(0),
  },
  (table) => [
    uniqueIndex('users_id').on(table.id),
    uniqueIndex('users_email_key').on(table.emailKey),
    index('users_created').on(table.createdAt, table.id),
    index('users_name').on(sql`${table.name} COLLATE NOCASE`, table.id),
    index('users_status_created').on(table.status, table.createdAt, table.id),
    // Those whose key or spelling may be of a rule before (modules/users/rekey-emails.ts): few, where most write ASCII.
    index('users_unicode_email').on(table.id).where(MAY_NEED_REKEYING),
    // Of the few who are not active: the many who are are met soon in the indexes of everybody.
    index('users_inactive_name')
      .on(sql`${table.name} COLLATE NOCASE`, table.id)
      .where(sql`${table.status} <> 'active'`),
    index('users_inactive_email').on(table.emailKey).where(sql`${table.status} <> 'active'`),
    // What a search found, by row key, is sorted from these: a third of the table, so two or three of them to a page.
    index('users_row_name').on(table.rowKey, sql`${table.name} COLLATE NOCASE`, table.id, table.status),
    index('users_row_email').on(table.rowKey, table.emailKey, table.status),
  ],
)

export const userRoles = sqliteTable(
  'user_roles',
  {
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text('role').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.role] }),
    index('user_roles_role').on(table.role, table.userId),
  ],
)
