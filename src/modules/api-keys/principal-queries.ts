/** The principal of an API key: who owns it now, and what that owner may do now. */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { prepared, type Slots } from '../../../db/statements.ts'
import {
  apiKeys,
  organisations,
  orgMembers,
  serviceAccountRoles,
  serviceAccounts,
  userRoles,
  users,
} from '../../../db/tables/index.ts'
import { memberships, mfaRequired } from '../sessions/queries.ts'
import { lastRevocation } from '../signing-keys/queries.ts'
import { hasFactor } from '../users/factor-queries.ts'
import { trustedBy } from '../users/trust-queries.ts'

const roles = (selected: SQL, name: string) =>
  sql<string[]>`(SELECT json_group_array(role) FROM (${selected}))`
    .mapWith((json: string): string[] => JSON.parse(json) as string[]) // json_group_array of a NOT NULL text column
    .as(name)

const columns = {
  id: apiKeys.id,
  userId: apiKeys.userId,
  serviceAccountId: apiKeys.serviceAccountId,
  orgId: apiKeys.orgId,
  scopes: apiKeys.scopes,
  networks: apiKeys.networks,
  requestsPerMinute: apiKeys.requestsPerMinute,
  expiresAt: apiKeys.expiresAt,
  lastUsedAt: apiKeys.lastUsedAt,
  ownRoles: apiKeys.roles,
  userRoles: roles(sql`SELECT role FROM ${userRoles} WHERE user_id = api_keys.user_id`, 'user_roles'),
  accountRoles: roles(
    sql`SELECT role FROM ${serviceAccountRoles} WHERE service_account_id = api_keys.service_account_id`,
    'account_roles',
  ),
  memberships,
  mfaMissing: sql<boolean>`(${mfaRequired.sql} AND NOT ${hasFactor(sql`users.id`)})`.mapWith(Boolean).as('mfa_missing'),
  keysRevokedAt: lastRevocation.as('keys_revoked_at'),
}

/**
 * True for a key that works: neither revoked nor expired, and its owner is there, active and trusts it. A key that is
 * limited to an organisation works while the organisation is not deleted and its owner is a member. Primary keys.
 */
const works = (now: SQL<number>) =>
  sql`${apiKeys.revokedAt} IS NULL AND (${apiKeys.expiresAt} IS NULL OR ${apiKeys.expiresAt} > ${now})
    AND (${apiKeys.userId} IS NULL OR (${users.status} = 'active' AND ${trustedBy('api_keys', 'users')}))
    AND (${apiKeys.serviceAccountId} IS NULL OR (${serviceAccounts.status} = 'active' AND ${serviceAccounts.orgId} IS ${apiKeys.orgId}))
    AND (${apiKeys.orgId} IS NULL OR (${organisations.id} IS NOT NULL AND ${organisations.deletedAt} IS NULL))
    AND (${apiKeys.orgId} IS NULL OR ${apiKeys.userId} IS NULL
      OR EXISTS (SELECT 1 FROM ${orgMembers} AS joined WHERE joined.org_id = api_keys.org_id AND joined.user_id = api_keys.user_id))
    AND (${apiKeys.userId} IS NOT NULL OR ${apiKeys.serviceAccountId} IS NOT NULL OR ${apiKeys.orgId} IS NOT NULL)`

const principal = (db: Database, which: SQL, now: SQL<number>) =>
  db
    .select(columns)
    .from(apiKeys)
    .leftJoin(users, eq(users.id, apiKeys.userId))
    .leftJoin(serviceAccounts, eq(serviceAccounts.id, apiKeys.serviceAccountId))
    .leftJoin(organisations, eq(organisations.id, apiKeys.orgId))
    .where(and(which, works(now)))
    .limit(1)

/** The principal by the hash of an opaque key. Index api_keys_hash, then primary keys and users_id. */
export const principalByHash = prepared((db, { hash, now }: Slots<{ hash: string; now: number }>) =>
  principal(db, sql`${apiKeys.hash} = ${hash} AND ${apiKeys.form} = 'opaque'`, now),
)

/** The same by the id in a signed key. Primary key. */
export const principalById = prepared((db, { id, now }: Slots<{ id: string; now: number }>) =>
  principal(db, sql`${apiKeys.id} = ${id} AND ${apiKeys.form} = 'signed'`, now),
)

/** The user of a key, for `organisationsOf` of the scopes that are read with the principal. Index api_keys_hash. */
export const userOfHash = (hash: string): SQL => sql`(SELECT user_id FROM ${apiKeys} WHERE hash = ${hash})`
/** Primary key. */
export const userOfId = (id: string): SQL => sql`(SELECT user_id FROM ${apiKeys} WHERE id = ${id})`

/**
 * Saves when keys were used, for all of them in one statement, unless a use was saved less than a minute before.
 * `uses`: JSON object of ms UTC by key id. Primary key.
 */
export const setLastUsed = (db: Database, uses: string) =>
  db
    .update(apiKeys)
    .set({ lastUsedAt: sql`(SELECT used.value FROM json_each(${uses}) AS used WHERE used.key = api_keys.id)` })
    .where(
      sql`${apiKeys.id} IN (SELECT key FROM json_each(${uses}))
        AND coalesce(${apiKeys.lastUsedAt}, 0) <= (SELECT used.value FROM json_each(${uses}) AS used WHERE used.key = api_keys.id) - 60000`,
    )
