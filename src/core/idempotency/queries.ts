import { and, eq, lte, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { idempotencyKeys } from '../../../db/tables/index.ts'
import { happened, type NewEvent } from '../events/queries.ts'

/** A key belongs to an actor: two users may choose the same key. */
export interface KeyName {
  actorId: string
  /** SHA-256 of the key that the client sent. */
  keyHash: string
}

/** Primary key. */
export const isKey = ({ actorId, keyHash }: KeyName): SQL | undefined =>
  and(eq(idempotencyKeys.actorId, actorId), eq(idempotencyKeys.keyHash, keyHash))

/** Takes the key. Breaks the UNIQUE constraint `idempotency_keys.actor_id` if the key is already taken. */
export const insertKey = (db: Database, key: typeof idempotencyKeys.$inferInsert) =>
  db.insert(idempotencyKeys).values(key)

/** Deletes the key if the event was not written: nothing changed, so a later request may use the key. Primary key. */
export const releaseKey = (db: Database, key: KeyName, event: Pick<NewEvent, 'id'>) =>
  db.delete(idempotencyKeys).where(and(isKey(key), sql`NOT ${happened(event)}`))

/** Deletes the key if it has expired, also before the sweep. Primary key. */
export const releaseExpiredKey = (db: Database, key: KeyName, now: number) =>
  db.delete(idempotencyKeys).where(and(isKey(key), lte(idempotencyKeys.expiresAt, now)))

/** Deletes at most `limit` expired keys, for the sweep. Index idempotency_keys_expires. */
export const deleteExpiredKeys = (db: Database, now: number, limit: number) =>
  db
    .delete(idempotencyKeys)
    .where(
      sql`rowid IN (SELECT old.rowid FROM ${idempotencyKeys} AS old WHERE old.expires_at <= ${now} ORDER BY old.expires_at LIMIT ${limit})`,
    )
