import { and, eq, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { knownDevices, totpSecrets } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { epochOf, trusted } from '../users/trust-queries.ts'

export type StoredSeed = Pick<typeof totpSecrets.$inferSelect, 'secret' | 'keyId' | 'lastStep' | 'confirmedAt'>

/** An encrypted seed, with the id of its key. */
export interface SealedSeed {
  secret: string
  keyId: string
}

/**
 * Inserts a seed that is not confirmed yet, if the session is valid. Replaces another unconfirmed seed, and never a
 * confirmed one. Primary key, users_id.
 */
export const insertPendingSeed = (
  db: Database,
  userId: string,
  { secret, keyId }: SealedSeed,
  now: number,
  lives: SQL,
) =>
  db
    .insert(totpSecrets)
    .select(
      sql`${selectRow(totpSecrets, { userId, secret, keyId, lastStep: 0, confirmedAt: null, createdAt: now, trustEpoch: epochOf(userId) })} WHERE ${lives}`,
    )
    .onConflictDoUpdate({
      target: totpSecrets.userId,
      set: { secret, keyId, lastStep: 0, confirmedAt: null, createdAt: now, trustEpoch: sql`excluded.trust_epoch` },
      setWhere: sql`${totpSecrets.confirmedAt} IS NULL OR NOT ${trusted('totp_secrets')}`,
    })
    .returning({ userId: totpSecrets.userId })

/** Primary key. */
export const seedOf = (db: Database, userId: string) =>
  db
    .select({
      secret: totpSecrets.secret,
      keyId: totpSecrets.keyId,
      lastStep: totpSecrets.lastStep,
      confirmedAt: totpSecrets.confirmedAt,
    })
    .from(totpSecrets)
    .where(and(eq(totpSecrets.userId, userId), trusted('totp_secrets')))
    .limit(1)

/** The confirmed seed, or null, and whether the account was signed in from this network before. Primary keys. */
export const seedForGuess = (db: Database, userId: string, network: string) =>
  db
    .select({
      seed: {
        secret: totpSecrets.secret,
        keyId: totpSecrets.keyId,
        lastStep: totpSecrets.lastStep,
        confirmedAt: totpSecrets.confirmedAt,
      },
      knownNetwork:
        sql<boolean>`EXISTS (SELECT 1 FROM ${knownDevices} AS known WHERE known.user_id = ${userId} AND known.network = ${network})`
          .mapWith(Boolean)
          .as('known_network'),
    })
    .from(sql`(SELECT 1)`)
    .leftJoin(
      totpSecrets,
      and(eq(totpSecrets.userId, userId), isNotNull(totpSecrets.confirmedAt), trusted('totp_secrets')),
    )
    .limit(1)

/** The step of the presented code, and the seed as it was read. */
export interface UsedStep {
  userId: string
  step: number
  read: StoredSeed
  /** The seed under the present key, if it was under the previous one. */
  resealed: SealedSeed | undefined
}

const asRead = ({ userId, read }: UsedStep): SQL | undefined =>
  and(eq(totpSecrets.userId, userId), eq(totpSecrets.secret, read.secret), trusted('totp_secrets'))

/** Confirms the seed, if it is unconfirmed and still the one that was read, and the session is valid. Primary key. */
export const confirmSeed = (db: Database, used: UsedStep, now: number, lives: SQL) =>
  db
    .update(totpSecrets)
    .set({ confirmedAt: now, lastStep: used.step, ...used.resealed })
    .where(and(asRead(used), isNull(totpSecrets.confirmedAt), lives))
    .returning({ userId: totpSecrets.userId })

/**
 * Uses up the code, if neither its step nor a later one was used. Of many concurrent requests, one does. Primary key.
 */
export const useStep = (db: Database, used: UsedStep, condition?: SQL) =>
  db
    .update(totpSecrets)
    .set({ lastStep: used.step, ...used.resealed })
    .where(and(asRead(used), isNotNull(totpSecrets.confirmedAt), lt(totpSecrets.lastStep, used.step), condition))
    .returning({ userId: totpSecrets.userId })

/** Deletes the seed, confirmed or not. Primary key. */
export const deleteSeed = (db: Database, userId: string) =>
  db.delete(totpSecrets).where(eq(totpSecrets.userId, userId)).returning({ userId: totpSecrets.userId })

/**
 * Some of the seeds under this key. Scan: reads the table until it has `limit` rows. It runs once a day, and a user has
 * one seed.
 */
export const seedsUnderKey = (db: Database, keyId: string, limit: number) =>
  db
    .select({ userId: totpSecrets.userId, secret: totpSecrets.secret, keyId: totpSecrets.keyId })
    .from(totpSecrets)
    .where(eq(totpSecrets.keyId, keyId))
    .limit(limit)

/** Replaces the seed, unless it has changed since it was read. Primary key. */
export const resealSeed = (db: Database, userId: string, from: string, to: SealedSeed) =>
  db
    .update(totpSecrets)
    .set(to)
    .where(and(eq(totpSecrets.userId, userId), eq(totpSecrets.secret, from)))
