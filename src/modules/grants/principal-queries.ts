/** The principal of an access token of a client: what its person, or its service account, may do now. */
import { and, eq, isNull, or, type SQL, sql } from 'drizzle-orm'
import { prepared, type Slots } from '../../../db/statements.ts'
import {
  oauthClients,
  organisations,
  serviceAccountRoles,
  serviceAccounts,
  sessions,
  tokenFamilies,
  users,
} from '../../../db/tables/index.ts'
import { memberships, mfaRequired } from '../sessions/queries.ts'
import { lastRevocation } from '../signing-keys/queries.ts'
import { hasFactor } from '../users/factor-queries.ts'
import { userColumns } from '../users/queries.ts'
import { familyCounts, isTokenOf } from './family-queries.ts'
import { type FamilyToken, notRevoked } from './token-queries.ts'

/** The session of a family that dies with it. */
const sessionEnds = sql`CASE WHEN token_families.offline OR token_families.session_id IS NULL THEN token_families.expires_at
  ELSE (SELECT opened.expires_at FROM ${sessions} AS opened WHERE opened.id = token_families.session_id) END`

/** The person of a family that counts. Primary keys, users_id. */
export const principalByFamily = prepared(
  (db, { familyId, grantId, clientId, delegated, jti, now }: Slots<FamilyToken>) =>
    db
      .select({
        userId: users.id,
        roles: userColumns.roles,
        memberships,
        mfaRequired,
        hasFactor: sql<boolean>`${hasFactor(sql`users.id`)}`.mapWith(Boolean).as('has_factor'),
        orgId: tokenFamilies.orgId,
        keysRevokedAt: lastRevocation.as('keys_revoked_at'),
        familyClientId: tokenFamilies.clientId,
        clientOrgId: oauthClients.orgId,
        /** Of the client of the token. */
        actorOrgId: sql<
          string | null
        >`(SELECT acting.org_id FROM ${oauthClients} AS acting WHERE acting.id = ${clientId})`.as('actor_org_id'),
        endsAt:
          sql<number>`min(token_families.expires_at, coalesce(oauth_clients.expires_at, token_families.expires_at), ${sessionEnds})`.as(
            'ends_at',
          ),
      })
      .from(tokenFamilies)
      .innerJoin(users, eq(users.id, tokenFamilies.userId))
      .innerJoin(oauthClients, eq(oauthClients.id, tokenFamilies.clientId))
      .where(
        and(
          eq(tokenFamilies.id, familyId),
          eq(tokenFamilies.grantId, grantId),
          isTokenOf(clientId, delegated, now),
          familyCounts('token_families', now),
          notRevoked(jti),
        ),
      )
      .limit(1),
)

/** The user of a family, for `organisationsOf` of the scopes that are read with the principal. Primary key. */
export const userOfFamily = (familyId: string): SQL =>
  sql`(SELECT user_id FROM ${tokenFamilies} WHERE id = ${familyId})`

/**
 * The service account of a client: of its organisation if the client is of one, and neither disabled nor of an organisation
 * that was deleted. Primary keys.
 */
export const principalByClient = prepared(
  (db, { clientId, jti, now }: Slots<{ clientId: string; jti: string; now: number }>) =>
    db
      .select({
        accountId: serviceAccounts.id,
        orgId: serviceAccounts.orgId,
        roles: sql<
          string[]
        >`(SELECT json_group_array(role) FROM (SELECT held.role FROM ${serviceAccountRoles} AS held WHERE held.service_account_id = service_accounts.id))`
          .mapWith((json: string): string[] => JSON.parse(json) as string[]) // json_group_array of a NOT NULL text column
          .as('account_roles'),
        clientScopes: oauthClients.scopes,
        endsAt: oauthClients.expiresAt,
        keysRevokedAt: lastRevocation.as('keys_revoked_at'),
      })
      .from(oauthClients)
      .innerJoin(serviceAccounts, eq(serviceAccounts.id, oauthClients.serviceAccountId))
      .leftJoin(organisations, eq(organisations.id, serviceAccounts.orgId))
      .where(
        and(
          eq(oauthClients.id, clientId),
          eq(oauthClients.status, 'active'),
          sql`coalesce(${oauthClients.expiresAt}, ${now} + 1) > ${now}`,
          eq(serviceAccounts.status, 'active'),
          sql`(${oauthClients.orgId} IS NULL OR ${oauthClients.orgId} = ${serviceAccounts.orgId})`,
          or(
            isNull(serviceAccounts.orgId),
            and(eq(organisations.id, serviceAccounts.orgId), isNull(organisations.deletedAt)),
          ),
          notRevoked(jti),
        ),
      )
      .limit(1),
)

/** A client that acts for itself has no user. */
export const noUser: SQL = sql`NULL`
