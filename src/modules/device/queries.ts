import { and, eq, getTableColumns, gt, inArray, isNull, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { deviceCodes, grants } from '../../../db/tables/index.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { livingGrantId } from '../grants/queries.ts'
import { sessionEpochOf, trusted } from '../users/trust-queries.ts'

type DeviceCode = typeof deviceCodes.$inferSelect
export type NewDeviceCode = Pick<
  DeviceCode,
  | 'hash'
  | 'userCodeMac'
  | 'clientId'
  | 'scopes'
  | 'details'
  | 'intervalSeconds'
  | 'address'
  | 'userAgent'
  | 'createdAt'
  | 'expiresAt'
>

/** Breaks the UNIQUE constraint `device_codes.user_code_mac` if another device shows the same code. */
export const insertDeviceCode = (db: Database, code: NewDeviceCode) =>
  db.insert(deviceCodes).values({ ...code, state: 'pending' })

/**
 * The device that shows this code, and what this person has allowed its client. Index device_codes_user_code, grants_living.
 */
export const shownDevice = (db: Database, macs: readonly string[], userId: string, now: number) =>
  db
    .select({ ...getTableColumns(deviceCodes), grantScopes: grants.scopes, grantDetails: grants.details })
    .from(deviceCodes)
    .leftJoin(
      grants,
      and(
        eq(grants.userId, userId),
        eq(grants.clientId, deviceCodes.clientId),
        isNull(grants.endedAt),
        trusted('grants'),
      ),
    )
    .where(and(inArray(deviceCodes.userCodeMac, [...macs]), gt(deviceCodes.expiresAt, now)))
    .limit(1)

const isPending = (hash: string, now: number): SQL | undefined =>
  and(eq(deviceCodes.hash, hash), eq(deviceCodes.state, 'pending'), gt(deviceCodes.expiresAt, now))

/** True while nobody has decided. Primary key. */
export const waits = (hash: string, now: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${deviceCodes} WHERE ${isPending(hash, now)})`

export interface Approval {
  hash: string
  userId: string
  clientId: string
  sessionId: string
  orgId: string | null
  authenticatedAt: number
  amr: readonly string[]
  now: number
}

/** Lets the device have tokens, if the consent was written. Primary key, grants_living. */
export const approveDevice = (
  db: Database,
  { hash, userId, clientId, sessionId, orgId, authenticatedAt, amr, now }: Approval,
  consent: NewEvent,
) =>
  db
    .update(deviceCodes)
    .set({
      state: 'approved',
      userId,
      grantId: livingGrantId(userId, clientId),
      sessionId,
      orgId,
      authenticatedAt,
      amr: [...amr],
      trustEpoch: sessionEpochOf(userId),
    })
    .where(and(isPending(hash, now), happened(consent)))
    .returning({ hash: deviceCodes.hash })

/** Primary key. */
export const denyDevice = (db: Database, { hash, userId, now }: Pick<Approval, 'hash' | 'userId' | 'now'>) =>
  db
    .update(deviceCodes)
    .set({ state: 'denied', userId, trustEpoch: sessionEpochOf(userId) })
    .where(isPending(hash, now))
    .returning({ hash: deviceCodes.hash })

/** Index device_codes_expires. */
export const deleteExpiredDeviceCodes = (db: Database, before: number, limit: number) =>
  db
    .delete(deviceCodes)
    .where(
      inArray(
        deviceCodes.hash,
        db.select({ hash: deviceCodes.hash }).from(deviceCodes).where(lt(deviceCodes.expiresAt, before)).limit(limit),
      ),
    )
