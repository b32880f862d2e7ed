import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { organisations, orgMembers, sessions } from '../../../db/tables/index.ts'
import { sessionLives } from '../sessions/queries.ts'

/** True while the user is a member of the organisation, and it was not deleted. Primary keys. */
const isMember = (orgId: string, userId: string): SQL =>
  sql`EXISTS (SELECT 1 FROM ${orgMembers} AS joined JOIN ${organisations} AS kept ON kept.id = joined.org_id AND kept.deleted_at IS NULL
    WHERE joined.org_id = ${orgId} AND joined.user_id = ${userId})`

/** Sets the active organisation of a living session. Null always can be set. Primary key. */
export const setActiveOrg = (
  db: Database,
  { sessionId, userId, orgId, now }: { sessionId: string; userId: string; orgId: string | null; now: number },
) =>
  db
    .update(sessions)
    .set({ orgId })
    .where(
      and(
        eq(sessions.id, sessionId),
        isNull(sessions.endedAt),
        sessionLives(sessionId, now),
        orgId === null ? undefined : isMember(orgId, userId),
      ),
    )
    .returning({ id: sessions.id })
