import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { prepared, type Slots } from '../../../db/statements.ts'
import { grants, identities, tokenFamilies, users } from '../../../db/tables/index.ts'
import { familyCounts } from '../grants/family-queries.ts'
import { trusted, trustedBy } from '../users/trust-queries.ts'

/**
 * The active person with this identity at another provider, and the living grant of the client for the person, if there is
 * one. Indexes identities_subject, users_id, grants_living.
 */
export const personForClient = prepared(
  (db, { issuer, subject, clientId }: Slots<{ issuer: string; subject: string; clientId: string }>) =>
    db
      .select({ userId: users.id, grantId: grants.id, granted: grants.scopes })
      .from(identities)
      .innerJoin(users, eq(users.id, identities.userId))
      .leftJoin(
        grants,
        and(eq(grants.userId, users.id), eq(grants.clientId, clientId), isNull(grants.endedAt), trusted('grants')),
      )
      .where(
        and(
          eq(identities.issuer, issuer),
          eq(identities.subject, subject),
          eq(users.status, 'active'),
          trustedBy('identities', 'users'),
        ),
      )
      .limit(1),
)

/** True while the person has this identity, and the account trusts it. Indexes identities_subject, users_id. */
export const hasIdentity = (userId: string, { issuer, subject }: { issuer: string; subject: string }): SQL =>
  sql`EXISTS (SELECT 1 FROM ${identities} AS linked WHERE linked.issuer = ${issuer} AND linked.subject = ${subject} AND linked.user_id = ${userId} AND ${trusted('linked')})`

/**
 * A family of the client that counts, of this person and of the browser session that the client knows as `sid`: a step-up
 * replaces the session and keeps the `sid`. Index token_families_user, primary keys.
 */
export const familyOfSession = prepared(
  (db, { userId, sid, clientId, now }: Slots<{ userId: string; sid: string; clientId: string; now: number }>) =>
    db
      .select({ grantId: tokenFamilies.grantId, sessionId: tokenFamilies.sessionId })
      .from(tokenFamilies)
      .where(
        and(
          eq(tokenFamilies.userId, userId),
          eq(tokenFamilies.sid, sid),
          eq(tokenFamilies.clientId, clientId),
          familyCounts('token_families', now),
        ),
      )
      .limit(1),
)
