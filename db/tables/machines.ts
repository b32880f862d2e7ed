import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { organisations } from './organisations.ts'
import { users } from './users.ts'

/** Accounts of programs. They sign in with API keys only. */
export const serviceAccounts = sqliteTable(
  'service_accounts',
  {
    id: text('id').primaryKey(),
    /** Null: an account of the instance. */
    orgId: text('org_id').references(() => organisations.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    description: text('description').notNull(),
    status: text('status', { enum: ['active', 'disabled'] }).notNull(),
    version: integer('version').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [index('service_accounts_org').on(table.orgId, table.id)],
)

/** The roles of service accounts by name, in their organisation or in the instance. */
export const serviceAccountRoles = sqliteTable(
  'service_account_roles',
  {
    serviceAccountId: text('service_account_id')
      .notNull()
      .references(() => serviceAccounts.id, { onDelete: 'cascade' }),
    role: text('role').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.serviceAccountId, table.role] }),
    index('service_account_roles_role').on(table.role, table.serviceAccountId),
  ],
)

/** API keys. Opaque keys are stored as hashes. Signed keys are not stored at all: the row can end them. */
export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: text('id').primaryKey(),
    form: text('form', { enum: ['opaque', 'signed'] }).notNull(),
    name: text('name').notNull(),
    /** SHA-256 of an opaque key; null for a signed key. */
    hash: text('hash'),
    /** The last characters of the key, for people who compare it. */
    hint: text('hint').notNull(),
    /** The owner: a person, a service account, or (both null) the organisation itself. */
    userId: text('user_id').references(() => users.id, { onDelete: 'cascade' }),
    serviceAccountId: text('service_account_id').references(() => serviceAccounts.id, { onDelete: 'cascade' }),
    /** The organisation in which alone the key works; null: it is not limited to one. */
    orgId: text('org_id').references(() => organisations.id, { onDelete: 'cascade' }),
    createdBy: text('created_by'),
    scopes: text('scopes', { mode: 'json' }).$type<string[]>().notNull(),
    /** CIDR ranges from which the key works; null: from everywhere. */
    networks: text('networks', { mode: 'json' }).$type<string[]>(),
    /** Null: the limit of every account. */
    requestsPerMinute: integer('requests_per_minute'),
    metadata: text('metadata', { mode: 'json' }).$type<Record<string, unknown>>().notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at'),
    revokedAt: integer('revoked_at'),
    lastUsedAt: integer('last_used_at'),
    /** The key that this one replaces. It works until its own `expiresAt`. */
    replaces: text('replaces'),
    /** Of the account when this was made: see `modules/users/trust-queries.ts`. */
    trustEpoch: integer('trust_epoch').notNull().default(0),
  },
  (table) => [
    uniqueIndex('api_keys_hash').on(table.hash),
    index('api_keys_user').on(table.userId, table.id),
    index('api_keys_service_account').on(table.serviceAccountId, table.id),
    index('api_keys_org').on(table.orgId, table.id),
    index('api_keys_expires').on(table.expiresAt),
  ],
)
