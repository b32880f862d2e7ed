import { and, eq, inArray, isNull, lt } from 'drizzle-orm'
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { logoutNotices, tokenFamilies } from '../../../db/tables/index.ts'

/** Primary key. */
export const noticeById = (db: Database, id: string) =>
  db.select().from(logoutNotices).where(eq(logoutNotices.id, id)).limit(1)

/** Primary key. */
export const noteDelivery = (db: Database, id: string, now: number) =>
  db
    .update(logoutNotices)
    .set({ deliveredAt: now })
    .where(and(eq(logoutNotices.id, id), isNull(logoutNotices.deliveredAt)))

/**
 * A row if this session of the browser is the one that the client knows as `sid`: the same, or the one that replaced it at a
 * step-up. Index token_families_session.
 */
export const knownToClient = (
  db: Database,
  { sessionId, sid, clientId }: { sessionId: string; sid: string; clientId: string },
) =>
  db
    .select({ id: tokenFamilies.id })
    .from(tokenFamilies)
    .where(
      and(eq(tokenFamilies.sessionId, sessionId), eq(tokenFamilies.sid, sid), eq(tokenFamilies.clientId, clientId)),
    )
    .limit(1)

/** Index logout_notices_created. */
export const deleteOldNotices = (db: Database, before: number, limit: number) => {
  const old: SQL = sql`(SELECT id FROM ${logoutNotices} WHERE ${lt(logoutNotices.createdAt, before)} LIMIT ${limit})`
  return db.delete(logoutNotices).where(inArray(logoutNotices.id, old))
}
