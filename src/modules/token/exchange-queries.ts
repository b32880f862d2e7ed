import { and, eq, isNull, sql } from 'drizzle-orm'
import { prepared, type Slots } from '../../../db/statements.ts'
import { grants, sessions, users } from '../../../db/tables/index.ts'
import { mfaRequired } from '../sessions/queries.ts'
import { hasFactor } from '../users/factor-queries.ts'
import { trusted, trustedBy } from '../users/trust-queries.ts'

/**
 * A living session of an active person, and the living grant of this client for the person, if there is one. Primary key,
 * users_id, grants_living.
 */
export const sessionForClient = prepared(
  (db, { sessionId, clientId, now }: Slots<{ sessionId: string; clientId: string; now: number }>) =>
    db
      .select({
        userId: users.id,
        authenticatedAt: sessions.authenticatedAt,
        amr: sessions.amr,
        orgId: sessions.orgId,
        impersonatorId: sessions.impersonatorId,
        anonymous: users.anonymous,
        mfaRequired,
        hasFactor: sql<boolean>`${hasFactor(sql`users.id`)}`.mapWith(Boolean).as('has_factor'),
        grantId: grants.id,
        granted: grants.scopes,
      })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .leftJoin(
        grants,
        and(eq(grants.userId, users.id), eq(grants.clientId, clientId), isNull(grants.endedAt), trusted('grants')),
      )
      .where(
        and(
          eq(sessions.id, sessionId),
          isNull(sessions.endedAt),
          sql`${sessions.expiresAt} > ${now}`,
          eq(users.status, 'active'),
          trustedBy('sessions', 'users'),
        ),
      )
      .limit(1),
)
