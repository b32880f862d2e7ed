/** What the sender of a notification may do now. */
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { apiKeys, grants, oauthClients, userRoles, users } from '../../../db/tables/index.ts'
import { clientIsActive } from '../grants/family-queries.ts'
import { memberships } from '../sessions/queries.ts'
import { trusted } from '../users/trust-queries.ts'

/** The roles of an account that is active. Index users_id, then those of `memberships`. */
export const rolesOfActive = (db: Database, userId: string) =>
  db
    .select({
      roles: sql<
        string[]
      >`(SELECT json_group_array(role) FROM (SELECT role FROM ${userRoles} AS held WHERE held.user_id = users.id ORDER BY role))`
        .mapWith((json: string): string[] => JSON.parse(json) as string[]) // json_group_array of a NOT NULL text column
        .as('roles'),
      memberships,
    })
    .from(users)
    .where(and(eq(users.id, userId), eq(users.status, 'active')))
    .limit(1)

/** An API key that was neither revoked nor expired, and that its owner trusts. Primary key. */
export const livingKey = (db: Database, id: string, now: number) =>
  db
    .select({ orgId: apiKeys.orgId, roles: apiKeys.roles, scopes: apiKeys.scopes })
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.id, id),
        isNull(apiKeys.revokedAt),
        sql`(${apiKeys.expiresAt} IS NULL OR ${apiKeys.expiresAt} > ${now})`,
        sql`(${apiKeys.userId} IS NULL OR ${trusted('api_keys')})`,
      ),
    )
    .limit(1)

/** A client that works. Primary keys. */
export const activeClient = (db: Database, id: string, now: number) =>
  db
    .select({ id: oauthClients.id })
    .from(oauthClients)
    .where(and(eq(oauthClients.id, id), clientIsActive(id, now)))
    .limit(1)

/** A grant that was not ended, and that its person trusts. Primary key, users_id. */
export const livingGrant = (db: Database, id: string) =>
  db
    .select({ id: grants.id })
    .from(grants)
    .where(and(eq(grants.id, id), isNull(grants.endedAt), trusted('grants')))
    .limit(1)
