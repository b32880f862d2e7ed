import { and, eq, gt, inArray, lt } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { prepared, type Slots } from '../../../db/statements.ts'
import { pushedRequests } from '../../../db/tables/index.ts'

export const insertPushed = (db: Database, row: typeof pushedRequests.$inferInsert) =>
  db.insert(pushedRequests).values(row)

/** Uses the request up and returns its parameters, if it is of this client and has not expired. Primary key. */
export const consumePushed = prepared(
  (db, { hash, clientId, now }: Slots<{ hash: string; clientId: string; now: number }>) =>
    db
      .delete(pushedRequests)
      .where(
        and(eq(pushedRequests.hash, hash), eq(pushedRequests.clientId, clientId), gt(pushedRequests.expiresAt, now)),
      )
      .returning({ parameters: pushedRequests.parameters }),
)

/** Index pushed_requests_expires. */
export const deleteExpiredPushed = (db: Database, before: number, limit: number) =>
  db
    .delete(pushedRequests)
    .where(
      inArray(
        pushedRequests.hash,
        db
          .select({ hash: pushedRequests.hash })
          .from(pushedRequests)
          .where(lt(pushedRequests.expiresAt, before))
          .limit(limit),
      ),
    )
