import { and, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { recoveryCodes } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { hasFactor } from '../users/factor-queries.ts'
import { epochOf, trusted } from '../users/trust-queries.ts'

/** Deletes every code, used or not, if the event happened. Primary key. */
export const deleteCodes = (db: Database, userId: string, event: NewEvent) =>
  db.delete(recoveryCodes).where(and(eq(recoveryCodes.userId, userId), happened(event)))

/** Deletes the codes if the event happened and the account has no factor left. Primary keys, passkeys_user. */
export const deleteCodesWithoutFactor = (db: Database, userId: string, event: NewEvent) =>
  db.delete(recoveryCodes).where(and(eq(recoveryCodes.userId, userId), happened(event), sql`NOT ${hasFactor(userId)}`))

/** Inserts the codes if the event happened. Primary key. */
export const insertCodes = (db: Database, userId: string, hashes: readonly string[], now: number, event: NewEvent) =>
  db
    .insert(recoveryCodes)
    .select(
      sql`${selectRow(recoveryCodes, { userId, hash: sql`value`, createdAt: now, usedAt: null, trustEpoch: epochOf(userId) })} FROM json_each(${JSON.stringify(hashes)}) WHERE ${happened(event)}`,
    )

/** Uses up one code. Of many concurrent requests, one does. Primary key. */
export const consumeCode = (db: Database, userId: string, hashes: readonly string[], now: number, condition: SQL) =>
  db
    .update(recoveryCodes)
    .set({ usedAt: now })
    .where(
      and(
        eq(recoveryCodes.userId, userId),
        inArray(recoveryCodes.hash, [...hashes]),
        isNull(recoveryCodes.usedAt),
        trusted('recovery_codes'),
        condition,
      ),
    )
    .returning({ userId: recoveryCodes.userId })
