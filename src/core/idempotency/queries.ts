import { and, eq, lte, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { idempotencyKeys } from '../../../db/tables/index.ts'
import { happened, type NewEvent } from '../events/queries.ts'

/** Whose key it is: two people may choose the same one. */
export interface KeyName {
  actorId: string
  /** SHA-256 of what the client sent. */
  keyHash: string
}

/** Primary key. */
export const isKey = ({ actorId, keyHash }: KeyName): SQL | undefined =>
  and(eq(idempotencyKeys.actorId, actorId), eq(idempotencyKeys.keyHash, keyHash))

/** Takes the key. Breaks the UNIQUE constraint `idempotency_keys.actor_id` when it is taken. */
export const insertKey = (db: Database, key: typeof idempotencyKeys.$inferInsert) =>
  db.insert(idempotencyKeys).values(key)

/** Gives the key back if the event was not written: nothing changed, so there is nothing to repeat. Primary key. */
export const releaseKey = (db: Database, key: KeyName, event: Pick<NewEvent, 'id'>) =>
  db.delete(idempotencyKeys).where(and(isKey(key), sql`NOT ${happened(event)}`))

/** Gives the key back once its time is over, whether it has been swept or not. Primary key. */
export const releaseExpiredKey = (db: Database, key: KeyName, now: number) =>
  db.delete(idempotencyKeys).where(and(isKey(key), lte(idempotencyKeys.expiresAt, now)))

/** At most `limit` keys whose time is over, for the sweep. Index idempotency_keys_expires. */
export const deleteExpiredKeys = (db: Database, now: number, limit: number) =>
  db
    .delete(idempotencyKeys)
    .where(
      sql`rowid IN (SELECT old.rowid FROM ${idempotencyKeys} AS old WHERE old.expires_at <= ${now} ORDER BY old.expires_at LIMIT ${limit})`,
    )
