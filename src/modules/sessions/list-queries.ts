import { and, desc, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { sessions, users } from '../../../db/tables/index.ts'
import type { SessionKind } from '../../lib/session-limits.ts'
import { trusted } from '../users/trust-queries.ts'

/** Sessions of each kind not used since then are too old to go on. */
export type IdleSince = Record<SessionKind, number>

/** Neither ended, nor past its life, nor unused for too long, nor of an epoch its account trusts no more. */
export const living = (now: number, idleSince: IdleSince): SQL | undefined =>
  and(
    isNull(sessions.endedAt),
    gt(sessions.expiresAt, now),
    trusted('sessions'),
    sql`${sessions.lastSeenAt} > CASE ${sessions.kind} WHEN 'cookie' THEN ${idleSince.cookie} ELSE ${idleSince.token} END`,
  )

export interface SessionListing {
  userId: string
  /** Comes first, and is never left out for newer ones. Null where no session asks. */
  currentId: string | null
  now: number
  idleSince: IdleSince
  limit: number
}

/**
 * The newest living sessions of a user: no row when there is no such user, a null one when there is none.
 * Index users_id, then sessions_user: reads, newest first, until it has enough.
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
        address: sessions.address,
        userAgent: sessions.userAgent,
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
        // The plus keeps the planner from reading all of a user's sessions to find these.
        sql`+${sessions.userId} = ${users.id}`,
        living(now, idleSince),
      ),
    )
    .where(eq(users.id, userId))
    .orderBy(desc(sql`${sessions.id} = ${currentId}`), desc(sessions.createdAt), desc(sessions.id))
    .limit(limit)
}
