import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { oauthClients, type ScopesByAudience } from './oauth.ts'
import { users } from './users.ts'

/** Devices that wait for a person (RFC 8628). */
export const deviceCodes = sqliteTable(
  'device_codes',
  {
    /** SHA-256 of the device code. */
    hash: text('hash').primaryKey(),
    /** HMAC of the user code, because it has few characters. */
    userCodeMac: text('user_code_mac').notNull(),
    clientId: text('client_id')
      .notNull()
      .references(() => oauthClients.id, { onDelete: 'cascade' }),
    scopes: text('scopes', { mode: 'json' }).$type<ScopesByAudience>().notNull(),
    details: text('details', { mode: 'json' }).$type<Record<string, unknown>[]>().notNull(),
    state: text('state', { enum: ['pending', 'approved', 'denied'] }).notNull(),
    userId: text('user_id').references(() => users.id, { onDelete: 'cascade' }),
    grantId: text('grant_id'),
    sessionId: text('session_id'),
    orgId: text('org_id'),
    authenticatedAt: integer('authenticated_at'),
    amr: text('amr', { mode: 'json' }).$type<string[]>(),
    polledAt: integer('polled_at'),
    intervalSeconds: integer('interval_seconds').notNull(),
    /** Where the device asked from, for the person who decides. */
    address: text('address'),
    userAgent: text('user_agent'),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    /** Of the account that approved it: see `modules/users/trust-queries.ts`. */
    trustEpoch: integer('trust_epoch').notNull().default(0),
  },
  (table) => [
    uniqueIndex('device_codes_user_code').on(table.userCodeMac),
    index('device_codes_client').on(table.clientId),
    index('device_codes_user').on(table.userId),
    index('device_codes_expires').on(table.expiresAt),
  ],
)

/**
 * Clients to which the end of a session is told (OpenID Connect Back-Channel Logout). Triggers of the database write it and
 * its job, so it does not matter what ended the session. The id of the job is the same with `job` for `lgt`.
 */
export const logoutNotices = sqliteTable(
  'logout_notices',
  {
    id: text('id').primaryKey(),
    clientId: text('client_id')
      .notNull()
      .references(() => oauthClients.id, { onDelete: 'cascade' }),
    userId: text('user_id').notNull(),
    /** As the client knows it: `token_families.sid`. */
    sid: text('sid').notNull(),
    createdAt: integer('created_at').notNull(),
    /** Null until the client has accepted it. */
    deliveredAt: integer('delivered_at'),
  },
  (table) => [
    uniqueIndex('logout_notices_session').on(table.sid, table.clientId),
    index('logout_notices_client').on(table.clientId),
    index('logout_notices_created').on(table.createdAt),
  ],
)
