import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** A non-ASCII address whose key is not ASCII either, or which is not proved. Columns have no table, because SQLite requires it. */
export const MAY_NEED_REKEYING = sql.raw("email GLOB '*[^ -~]*' AND (email_key GLOB '*[^ -~]*' OR NOT email_verified)")

/**
 * `rowKey` names the rowid. Full-text search refers to rows by it, and VACUUM renumbers a rowid without a column.
 * `version` counts changes and is the ETag. `users_search`, `users_words` and their triggers are in the migrations.
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
    /** An anonymous account. Its e-mail is a generated one under .invalid (RFC 2606) until it gets an address or an identity. */
    anonymous: integer('anonymous', { mode: 'boolean' }).notNull().default(false),
    /** The language of mails. Absent: the language of the request that caused them. */
    locale: text('locale', { enum: ['en', 'pt', 'de', 'fr', 'es', 'ja'] }),
    version: integer('version').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    /** New credentials get this epoch. It increases when an address is proved, and when anonymity ends (ADR 0012). */
    trustEpoch: integer('trust_epoch').notNull().default(0),
    /** Credentials of an earlier epoch are invalid. */
    trustedFrom: integer('trusted_from').notNull().default(0),
    /** NFKC in lower case (modules/users/usernames.ts). */
    username: text('username'),
    /** The text as it looks to a reader (UTS 39 §4). Names that look alike have the same one. */
    usernameSkeleton: text('username_skeleton'),
    /** The METADATA_FILTER_KEY for which the next column was set. Null: there is no public metadata. */
    metadataKey: text('metadata_key'),
    /** The value of this key, as `GET /v1/users?metadata=` compares it. */
    metadataValue: text('metadata_value'),
    publicMetadata: text('public_metadata', { mode: 'json' }).$type<Record<string, unknown>>().notNull().default({}),
    privateMetadata: text('private_metadata', { mode: 'json' }).$type<Record<string, unknown>>().notNull().default({}),
  },
  (table) => [
    uniqueIndex('users_id').on(table.id),
    uniqueIndex('users_email_key').on(table.emailKey),
    uniqueIndex('users_username').on(table.username).where(sql`${table.username} IS NOT NULL`),
    uniqueIndex('users_username_skeleton').on(table.usernameSkeleton).where(sql`${table.usernameSkeleton} IS NOT NULL`),
    // Has the row key too, as every index does. So a filter finds rows in the index alone.
    index('users_metadata').on(table.metadataKey, table.metadataValue).where(sql`${table.metadataKey} IS NOT NULL`),
    index('users_created').on(table.createdAt, table.id),
    index('users_name').on(sql`${table.name} COLLATE NOCASE`, table.id),
    index('users_status_created').on(table.status, table.createdAt, table.id),
    // Addresses whose key or spelling may follow an earlier rule (modules/users/rekey-emails.ts). Usually few, because most are ASCII.
    index('users_unicode_email').on(table.id).where(MAY_NEED_REKEYING),
    // For the few users who are not active. Active users are frequent, so the indexes of all users find them quickly.
    index('users_inactive_name')
      .on(sql`${table.name} COLLATE NOCASE`, table.id)
      .where(sql`${table.status} <> 'active'`),
    index('users_inactive_email').on(table.emailKey).where(sql`${table.status} <> 'active'`),
    // Hits of a search, found by row key, are sorted with these. They have a third of the size of the table, so fewer pages are read.
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
