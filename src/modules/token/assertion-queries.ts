import { and, eq, isNull } from 'drizzle-orm'
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

/** A family of the client that counts, of this browser session. Index token_families_session, primary keys. */
export const familyOfSession = prepared(
  (db, { sessionId, clientId, now }: Slots<{ sessionId: string; clientId: string; now: number }>) =>
    db
      .select({ userId: tokenFamilies.userId, grantId: tokenFamilies.grantId })
      .from(tokenFamilies)
      .where(
        and(
          eq(tokenFamilies.sessionId, sessionId),
          eq(tokenFamilies.clientId, clientId),
          familyCounts('token_families', now),
        ),
      )
      .limit(1),
)
