import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { serviceAccounts } from './machines.ts'
import { organisations } from './organisations.ts'
import { users } from './users.ts'

export interface ResourceScope {
  name: string
  description: string
}

/** A type of `authorization_details` (RFC 9396) that a resource understands. */
export interface DetailType {
  type: string
  description: string
  /** The fields besides `type` and the common ones that an object of this type may have. */
  fields: string[]
}

/** APIs that accept our access tokens. `audience` is the `aud` of the tokens (RFC 8707). */
export const resources = sqliteTable(
  'resources',
  {
    id: text('id').primaryKey(),
    audience: text('audience').notNull(),
    name: text('name').notNull(),
    /** The organisation that manages it; null: the instance. */
    orgId: text('org_id').references(() => organisations.id, { onDelete: 'cascade' }),
    scopes: text('scopes', { mode: 'json' }).$type<ResourceScope[]>().notNull(),
    detailTypes: text('detail_types', { mode: 'json' }).$type<DetailType[]>().notNull(),
    /** The lifetime of its access tokens; null: ACCESS_TTL_SECONDS. */
    accessTtlSeconds: integer('access_ttl_seconds'),
    version: integer('version').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [uniqueIndex('resources_audience').on(table.audience), index('resources_org').on(table.orgId, table.id)],
)

/** What a client says of itself, for people: RFC 7591 §2. */
export interface ClientAbout {
  clientUri?: string
  logoUri?: string
  policyUri?: string
  tosUri?: string
  contacts?: string[]
  softwareId?: string
  softwareVersion?: string
}

/** OAuth clients. The id of one that a metadata document describes is the URL of the document. */
export const oauthClients = sqliteTable(
  'oauth_clients',
  {
    id: text('id').primaryKey(),
    /** Who described it: an administrator or the operator, itself (RFC 7591), or its metadata document. */
    source: text('source', { enum: ['administrator', 'registration', 'metadata'] }).notNull(),
    /** The organisation that manages it; null: the instance. */
    orgId: text('org_id').references(() => organisations.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    status: text('status', { enum: ['active', 'disabled'] }).notNull(),
    /** Its users are not asked for consent. */
    firstParty: integer('first_party', { mode: 'boolean' }).notNull(),
    redirectUris: text('redirect_uris', { mode: 'json' }).$type<string[]>().notNull(),
    postLogoutRedirectUris: text('post_logout_redirect_uris', { mode: 'json' }).$type<string[]>().notNull(),
    grantTypes: text('grant_types', { mode: 'json' }).$type<string[]>().notNull(),
    authMethod: text('auth_method', {
      enum: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    }).notNull(),
    jwks: text('jwks', { mode: 'json' }).$type<{ keys: Record<string, unknown>[] }>(),
    jwksUri: text('jwks_uri'),
    /** The scopes that it may ask for; null: every scope, which consent then limits. */
    scopes: text('scopes', { mode: 'json' }).$type<string[]>(),
    /** The audiences that it may ask for; null: every one. */
    audiences: text('audiences', { mode: 'json' }).$type<string[]>(),
    subjectType: text('subject_type', { enum: ['public', 'pairwise'] }).notNull(),
    /** The host of `sector_identifier_uri`, or of its redirect URIs. OpenID Connect Core §8.1 */
    sector: text('sector'),
    idTokenAlg: text('id_token_alg', { enum: ['RS256', 'ES256', 'EdDSA'] }).notNull(),
    /** RFC 9126 §6, RFC 9449 §5.2. */
    requiresPushedRequests: integer('requires_pushed_requests', { mode: 'boolean' }).notNull(),
    requiresDpop: integer('requires_dpop', { mode: 'boolean' }).notNull(),
    backchannelLogoutUri: text('backchannel_logout_uri'),
    /** As this account it acts in our own API with `client_credentials`. */
    serviceAccountId: text('service_account_id').references(() => serviceAccounts.id, { onDelete: 'set null' }),
    about: text('about', { mode: 'json' }).$type<ClientAbout>().notNull(),
    /** Of the token with which it changes its own registration (RFC 7592). */
    registrationTokenHash: text('registration_token_hash'),
    createdBy: text('created_by'),
    version: integer('version').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    /** Of a registration that nobody uses. Null: it stays. */
    expiresAt: integer('expires_at'),
  },
  (table) => [
    index('oauth_clients_org').on(table.orgId, table.id),
    index('oauth_clients_service_account').on(table.serviceAccountId),
    index('oauth_clients_expires').on(table.expiresAt).where(sql`${table.expiresAt} IS NOT NULL`),
  ],
)

/** The secrets of clients, two at most: the new one works beside the old one. */
export const clientSecrets = sqliteTable(
  'client_secrets',
  {
    id: text('id').primaryKey(),
    clientId: text('client_id')
      .notNull()
      .references(() => oauthClients.id, { onDelete: 'cascade' }),
    /** HMAC of the secret with a key of APP_SECRET, because an imported secret may be guessable. */
    mac: text('mac').notNull(),
    /** The id of that key. */
    keyId: text('key_id').notNull(),
    /** The last characters, for people who compare it. */
    hint: text('hint').notNull(),
    createdAt: integer('created_at').notNull(),
    /** Null: it does not expire. */
    expiresAt: integer('expires_at'),
  },
  (table) => [
    index('client_secrets_client').on(table.clientId),
    index('client_secrets_expires').on(table.expiresAt).where(sql`${table.expiresAt} IS NOT NULL`),
  ],
)

/** The salt of the pairwise subjects of a sector (OpenID Connect Core §8.1). It never changes. */
export const pairwiseSectors = sqliteTable('pairwise_sectors', {
  host: text('host').primaryKey(),
  salt: text('salt').notNull(),
})

/** Scopes by audience. The scopes of OpenID Connect belong to our own audience. */
export type ScopesByAudience = Record<string, string[]>

/** What a person allowed a client. A person has one living grant for a client. Ending it ends every token below it. */
export const grants = sqliteTable(
  'grants',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    clientId: text('client_id')
      .notNull()
      .references(() => oauthClients.id, { onDelete: 'cascade' }),
    scopes: text('scopes', { mode: 'json' }).$type<ScopesByAudience>().notNull(),
    /** RFC 9396. */
    details: text('details', { mode: 'json' }).$type<Record<string, unknown>[]>().notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
    endedAt: integer('ended_at'),
    /** Of the account when this was made: see `modules/users/trust-queries.ts`. */
    trustEpoch: integer('trust_epoch').notNull().default(0),
  },
  (table) => [
    uniqueIndex('grants_living').on(table.userId, table.clientId).where(sql`${table.endedAt} IS NULL`),
    index('grants_user').on(table.userId, table.id),
    index('grants_client').on(table.clientId),
    index('grants_ended').on(table.endedAt).where(sql`${table.endedAt} IS NOT NULL`),
  ],
)

/**
 * The tokens of one sign-in at a client: every refresh token and access token that follows from one code or device
 * code. Ending it ends them. A public client that signs in on two devices has two families of one grant.
 */
export const tokenFamilies = sqliteTable(
  'token_families',
  {
    id: text('id').primaryKey(),
    grantId: text('grant_id')
      .notNull()
      .references(() => grants.id, { onDelete: 'cascade' }),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    clientId: text('client_id')
      .notNull()
      .references(() => oauthClients.id, { onDelete: 'cascade' }),
    /** SHA-256 of what was exchanged for it, so that it is exchanged once. */
    originHash: text('origin_hash').notNull(),
    /** The browser session that allowed it, or the one that replaced it at a step-up; null: none. */
    sessionId: text('session_id'),
    /** That session as the client knows it: `sid` of ID tokens and logout tokens. A step-up does not change it. */
    sid: text('sid'),
    /** It outlives the session (`offline_access`). */
    offline: integer('offline', { mode: 'boolean' }).notNull(),
    scopes: text('scopes', { mode: 'json' }).$type<ScopesByAudience>().notNull(),
    details: text('details', { mode: 'json' }).$type<Record<string, unknown>[]>().notNull(),
    /** The `claims` parameter of OpenID Connect Core §5.5. */
    claims: text('claims', { mode: 'json' }).$type<Record<string, unknown>>(),
    orgId: text('org_id'),
    authenticatedAt: integer('authenticated_at').notNull(),
    amr: text('amr', { mode: 'json' }).$type<string[]>().notNull(),
    /** The thumbprint of the DPoP key to which the refresh tokens of a public client are bound. */
    jkt: text('jkt'),
    createdAt: integer('created_at').notNull(),
    lastUsedAt: integer('last_used_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    endedAt: integer('ended_at'),
    /** Of the account when this was made: see `modules/users/trust-queries.ts`. */
    trustEpoch: integer('trust_epoch').notNull().default(0),
  },
  (table) => [
    uniqueIndex('token_families_origin').on(table.originHash),
    index('token_families_grant').on(table.grantId),
    index('token_families_user').on(table.userId),
    index('token_families_client').on(table.clientId),
    index('token_families_session').on(table.sessionId),
    index('token_families_expires').on(table.expiresAt),
  ],
)

/** The chain of refresh tokens of a family. Only hashes are stored. A used token stays for reuse detection. */
export const familyTokens = sqliteTable(
  'family_tokens',
  {
    familyId: text('family_id')
      .notNull()
      .references(() => tokenFamilies.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
    hash: text('hash').notNull(),
    createdAt: integer('created_at').notNull(),
    rotatedAt: integer('rotated_at'),
  },
  (table) => [
    primaryKey({ columns: [table.familyId, table.position] }),
    uniqueIndex('family_tokens_hash').on(table.hash),
  ],
)

/** Access tokens that were revoked before they expired, by `jti`. */
export const revokedTokens = sqliteTable(
  'revoked_tokens',
  {
    jti: text('jti').primaryKey(),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [index('revoked_tokens_expires').on(table.expiresAt)],
)

/** Pushed authorization requests (RFC 9126) that nobody has used yet. */
export const pushedRequests = sqliteTable(
  'pushed_requests',
  {
    /** SHA-256 of the random part of `request_uri`. */
    hash: text('hash').primaryKey(),
    clientId: text('client_id')
      .notNull()
      .references(() => oauthClients.id, { onDelete: 'cascade' }),
    parameters: text('parameters', { mode: 'json' }).$type<Record<string, string | string[]>>().notNull(),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [index('pushed_requests_expires').on(table.expiresAt), index('pushed_requests_client').on(table.clientId)],
)
