import { and, desc, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { sessions, users } from '../../../db/tables/index.ts'
import type { SessionKind } from '../../lib/session-limits.ts'
import { trusted } from '../users/trust-queries.ts'

/** For each kind: sessions that were last used before this time have expired. */
export type IdleSince = Record<SessionKind, number>

/**
 * True for a session that has not ended, has not expired, was not idle for too long, and belongs to an epoch that its
 * account trusts.
 */
export const living = (now: number, idleSince: IdleSince): SQL | undefined =>
  and(
    isNull(sessions.endedAt),
    gt(sessions.expiresAt, now),
    trusted('sessions'),
    sql`${sessions.lastSeenAt} > CASE ${sessions.kind} WHEN 'cookie' THEN ${idleSince.cookie} ELSE ${idleSince.token} END`,
  )

export interface SessionListing {
  userId: string
  /** The session that comes first and is always in the list. Null if no session asks. */
  currentId: string | null
  now: number
  idleSince: IdleSince
  limit: number
}

const ofUser = (column: SQL) => sql<string | null>`CASE WHEN ${sessions.impersonatorId} IS NULL THEN ${column} END`

/**
 * The newest active sessions of a user. No row if the user does not exist. One row with null if the user has no
 * session. Index users_id, then sessions_user: reads the newest first, until it has enough.
 */
export function livingSessionsOf(db: Database, { userId, currentId, now, idleSince, limit }: SessionListing) {
  const newest = db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), living(now, idleSince)))
    .orderBy(desc(sessions.createdAt))
    .limit(limit)
  return db
    .select({
      session: {
        id: sessions.id,
        kind: sessions.kind,
        // Those of an administrator who acts for the user are not the user's.
        address: ofUser(sql`${sessions.address}`),
        userAgent: ofUser(sql`${sessions.userAgent}`),
        createdAt: sessions.createdAt,
        lastSeenAt: sessions.lastSeenAt,
        authenticatedAt: sessions.authenticatedAt,
        expiresAt: sessions.expiresAt,
      },
    })
    .from(users)
    .leftJoin(
      sessions,
      and(
        sql`(${sessions.id} IN ${newest} OR ${sessions.id} = ${currentId})`,
        // The plus prevents the planner from reading all sessions of the user to find these.
        sql`+${sessions.userId} = ${users.id}`,
        living(now, idleSince),
      ),
    )
    .where(eq(users.id, userId))
    .orderBy(desc(sql`${sessions.id} = ${currentId}`), desc(sessions.createdAt), desc(sessions.id))
    .limit(limit)
}
