/** Single tokens: whether they are active, and their revocation (RFC 7662, RFC 7009). */
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { prepared, type Slots } from '../../../db/statements.ts'
import { familyTokens, oauthClients, revokedTokens, tokenFamilies, users } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { clientIsActive, describedColumns, familyCounts, familyOf, isTokenOf } from './family-queries.ts'

/** True if the token was not revoked. Primary key. */
export const notRevoked = (jti: SQL<string>): SQL =>
  sql`NOT EXISTS (SELECT 1 FROM ${revokedTokens} AS revoked WHERE revoked.jti = ${jti})`

export interface FamilyToken {
  familyId: string
  grantId: string
  clientId: string
  /** It was got in exchange for another token, so its client may be another one than that of the family. */
  delegated: boolean
  jti: string
  now: number
}

/** The family of an access token, while the token works. Primary keys, users_id. */
export const activeFamilyToken = prepared(
  (db, { familyId, grantId, clientId, delegated, jti, now }: Slots<FamilyToken>) =>
    db
      .select({
        id: tokenFamilies.id,
        userId: tokenFamilies.userId,
        scopes: tokenFamilies.scopes,
        details: tokenFamilies.details,
      })
      .from(tokenFamilies)
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

/** The same for a token with which a client acts for itself. Primary keys. */
export const activeClientToken = prepared(
  (db, { clientId, jti, now }: Slots<{ clientId: string; jti: string; now: number }>) =>
    db
      .select({ id: oauthClients.id })
      .from(oauthClients)
      .where(and(eq(oauthClients.id, clientId), clientIsActive(clientId, now), notRevoked(jti)))
      .limit(1),
)

interface RefreshTokenOf {
  hash: string
  clientId: string
  now: number
  /** A family that was last used before this time has expired. */
  idleSince: number
}

/** An unused refresh token of this client, while its family counts. Index family_tokens_hash, primary keys. */
export const activeRefreshToken = prepared((db, { hash, clientId, now, idleSince }: Slots<RefreshTokenOf>) =>
  db
    .select({
      userId: tokenFamilies.userId,
      scopes: tokenFamilies.scopes,
      jkt: tokenFamilies.jkt,
      createdAt: familyTokens.createdAt,
      expiresAt: tokenFamilies.expiresAt,
    })
    .from(familyTokens)
    .innerJoin(tokenFamilies, eq(tokenFamilies.id, familyTokens.familyId))
    .where(
      and(
        eq(familyTokens.hash, hash),
        isNull(familyTokens.rotatedAt),
        eq(tokenFamilies.clientId, clientId),
        sql`${tokenFamilies.lastUsedAt} > ${idleSince}`,
        familyCounts('token_families', now),
      ),
    )
    .limit(1),
)

/** Ends the family of a refresh token of this client, used or not. Index family_tokens_hash, primary key. */
export const endFamilyOfToken = prepared(
  (db, { hash, clientId, now }: Slots<{ hash: string; clientId: string; now: number }>) =>
    db
      .update(tokenFamilies)
      .set({ endedAt: now })
      .where(
        and(
          sql`${tokenFamilies.id} = ${familyOf(hash)}`,
          eq(tokenFamilies.clientId, clientId),
          isNull(tokenFamilies.endedAt),
        ),
      )
      .returning({ id: tokenFamilies.id }),
)

/** Remembers an access token as revoked until it expires. Returns no row if it was. Primary key. */
export const revokeToken = prepared((db, { jti, expiresAt }: Slots<{ jti: string; expiresAt: number }>) =>
  db
    .insert(revokedTokens)
    .select(selectRow(revokedTokens, { jti, expiresAt }))
    .onConflictDoNothing()
    .returning({ jti: revokedTokens.jti }),
)

/** The person and the session of a family, for an event. Primary key. */
export const aboutFamily = (familyId: string) => ({
  userId: sql`(SELECT held.user_id FROM ${tokenFamilies} AS held WHERE held.id = ${familyId})`,
  sessionId: sql`(SELECT held.session_id FROM ${tokenFamilies} AS held WHERE held.id = ${familyId})`,
})

/** The person of a family, and what its claims parameter asks for. Primary key, users_id. */
export const describedByFamily = prepared((db, { familyId }: Slots<{ familyId: string }>) =>
  db
    .select({
      clientId: tokenFamilies.clientId,
      claims: tokenFamilies.claims,
      user: describedColumns,
    })
    .from(tokenFamilies)
    .innerJoin(users, eq(users.id, tokenFamilies.userId))
    .where(eq(tokenFamilies.id, familyId))
    .limit(1),
)

/** The oldest families that expired before `before`. Index token_families_expires. */
const expiredBefore = (before: number, limit: number): SQL =>
  sql`(SELECT id FROM ${tokenFamilies} WHERE expires_at < ${before} ORDER BY expires_at LIMIT ${limit})`

/** Deletes at most `limit` tokens of the oldest expired families. Index token_families_expires, primary key of the tokens. */
export const deleteTokensOfExpiredFamilies = (db: Database, before: number, limit: number) =>
  db.delete(familyTokens).where(
    sql`rowid IN (SELECT dead.rowid FROM ${expiredBefore(before, limit)} AS expired
      CROSS JOIN ${familyTokens} AS dead ON dead.family_id = expired.id LIMIT ${limit})`,
  )

/** Deletes the oldest expired families that have no token left. Index token_families_expires, primary keys. */
export const deleteExpiredFamilies = (db: Database, before: number, limit: number) =>
  db
    .delete(tokenFamilies)
    .where(
      and(
        sql`${tokenFamilies.id} IN ${expiredBefore(before, limit)}`,
        sql`NOT EXISTS (SELECT 1 FROM ${familyTokens} AS left_over WHERE left_over.family_id = ${tokenFamilies.id})`,
      ),
    )

/** Deletes tokens whose revocation matters no more. Index revoked_tokens_expires. */
export const deleteExpiredRevocations = (db: Database, before: number, limit: number) =>
  db
    .delete(revokedTokens)
    .where(
      sql`jti IN (SELECT old.jti FROM ${revokedTokens} AS old WHERE old.expires_at < ${before} ORDER BY old.expires_at LIMIT ${limit})`,
    )
