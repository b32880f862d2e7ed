/** Device codes as the token endpoint asks for them (RFC 8628 §3.4). */
import { and, eq, gt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { deviceCodes, sessions } from '../../../db/tables/index.ts'
import { trusted } from '../users/trust-queries.ts'

export type DeviceCodeRow = typeof deviceCodes.$inferSelect

/** The code of this client. Primary key. */
export const deviceCode = (db: Database, hash: string, clientId: string) =>
  db
    .select()
    .from(deviceCodes)
    .where(and(eq(deviceCodes.hash, hash), eq(deviceCodes.clientId, clientId)))
    .limit(1)

/**
 * Notes when a device asked while the person has not decided. One that asked before its interval was over must wait five
 * seconds longer from now on (§3.5). Primary key.
 */
export const notePoll = (
  db: Database,
  { hash, clientId, now, jitterMs }: { hash: string; clientId: string; now: number; jitterMs: number },
) =>
  db
    .update(deviceCodes)
    .set({
      polledAt: now,
      intervalSeconds: sql`${deviceCodes.intervalSeconds} + CASE WHEN ${deviceCodes.polledAt} IS NOT NULL AND ${now + jitterMs} - ${deviceCodes.polledAt} < ${deviceCodes.intervalSeconds} * 1000 THEN 5 ELSE 0 END`,
    })
    .where(
      and(
        eq(deviceCodes.hash, hash),
        eq(deviceCodes.clientId, clientId),
        eq(deviceCodes.state, 'pending'),
        gt(deviceCodes.expiresAt, now),
      ),
    )

/**
 * True while a person allows this code and nobody has redeemed it. It dies with the session in which it was allowed. Primary
 * keys, users_id.
 */
export const deviceCodeAllows = (hash: string, now: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${deviceCodes} JOIN ${sessions} AS allowing ON allowing.id = device_codes.session_id
    WHERE device_codes.hash = ${hash} AND device_codes.state = 'approved' AND device_codes.expires_at > ${now}
    AND ${trusted('device_codes')} AND allowing.ended_at IS NULL AND allowing.expires_at > ${now} AND ${trusted('allowing')})`

/** Primary key. */
export const deleteDeviceCode = (db: Database, hash: string) => db.delete(deviceCodes).where(eq(deviceCodes.hash, hash))
