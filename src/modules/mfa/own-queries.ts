import { and, desc, eq, gt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import {
  mfaChallenges,
  passkeys,
  recoveryCodes,
  rememberedDevices,
  sessions,
  totpSecrets,
  users,
} from '../../../db/tables/index.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { trusted, trustedBy } from '../users/trust-queries.ts'

const count = (rows: SQL, name: string) => sql<number>`(SELECT count(*) FROM ${rows})`.mapWith(Number).as(name)

/**
 * The factors of an account, and whether it has a password. No row for an unknown user. Index users_id, primary keys, passkeys_user,
 * remembered_devices_user.
 */
export const factorsOf = (db: Database, userId: string, now: number) =>
  db
    .select({
      password: sql`${users.passwordHash} IS NOT NULL`.mapWith(Boolean).as('has_password'),
      totpAddedAt: totpSecrets.confirmedAt,
      passkeys: count(sql`${passkeys} WHERE user_id = ${userId} AND ${trusted('passkeys')}`, 'passkeys'),
      recoveryCodes: count(
        sql`${recoveryCodes} WHERE user_id = ${userId} AND used_at IS NULL AND ${trusted('recovery_codes')}`,
        'recovery_codes',
      ),
      rememberedDevices: count(
        sql`${rememberedDevices} WHERE user_id = ${userId} AND expires_at > ${now} AND ${trusted('remembered_devices')}`,
        'remembered_devices',
      ),
    })
    .from(users)
    .leftJoin(totpSecrets, and(eq(totpSecrets.userId, users.id), trustedBy('totp_secrets', 'users')))
    .where(eq(users.id, userId))
    .limit(1)

/** Adds values to the `amr` of the session, if the event happened. Primary key. */
export const addAmr = (db: Database, sessionId: string, shown: readonly string[], event: NewEvent) =>
  db
    .update(sessions)
    .set({
      amr: sql`(SELECT json_group_array(value) FROM (SELECT value FROM json_each(coalesce(${sessions.amr}, '[]')) UNION SELECT value FROM json_each(${JSON.stringify(shown)})))`,
    })
    .where(and(eq(sessions.id, sessionId), happened(event)))

/** The devices that have not expired, the last used first. Index remembered_devices_user. */
export const rememberedDevicesOf = (db: Database, userId: string, now: number, limit: number) =>
  db
    .select({
      id: rememberedDevices.id,
      device: rememberedDevices.device,
      address: rememberedDevices.address,
      createdAt: rememberedDevices.createdAt,
      lastUsedAt: rememberedDevices.lastUsedAt,
      expiresAt: rememberedDevices.expiresAt,
    })
    .from(rememberedDevices)
    .where(
      and(eq(rememberedDevices.userId, userId), gt(rememberedDevices.expiresAt, now), trusted('remembered_devices')),
    )
    .orderBy(desc(rememberedDevices.lastUsedAt), desc(rememberedDevices.id))
    .limit(limit)

/** Deletes the device only if it is of this user. Primary key. */
export const deleteRememberedDevice = (db: Database, userId: string, id: string, now: number) =>
  db
    .delete(rememberedDevices)
    .where(
      and(
        eq(rememberedDevices.id, id),
        eq(rememberedDevices.userId, userId),
        gt(rememberedDevices.expiresAt, now),
        trusted('remembered_devices'),
      ),
    )
    .returning({ id: rememberedDevices.id })

/** Index remembered_devices_user. */
export const deleteRememberedDevices = (db: Database, userId: string) =>
  db.delete(rememberedDevices).where(eq(rememberedDevices.userId, userId)).returning({ id: rememberedDevices.id })

/** Primary key, and passkeys_user, if the event happened. */
export const deleteAllSeeds = (db: Database, userId: string, event: NewEvent) =>
  db.delete(totpSecrets).where(and(eq(totpSecrets.userId, userId), happened(event)))
export const deleteAllPasskeys = (db: Database, userId: string, event: NewEvent) =>
  db.delete(passkeys).where(and(eq(passkeys.userId, userId), happened(event)))

const oldest = (table: typeof mfaChallenges | typeof rememberedDevices, before: number, limit: number): SQL =>
  sql`(SELECT id FROM ${table} WHERE expires_at < ${before} ORDER BY expires_at LIMIT ${limit})`

/** The oldest of those that expired before `before`. Index mfa_challenges_expires. */
export const deleteExpiredChallenges = (db: Database, before: number, limit: number) =>
  db.delete(mfaChallenges).where(sql`id IN ${oldest(mfaChallenges, before, limit)}`)

/** The same for devices. Index remembered_devices_expires. */
export const deleteExpiredRememberedDevices = (db: Database, before: number, limit: number) =>
  db.delete(rememberedDevices).where(sql`id IN ${oldest(rememberedDevices, before, limit)}`)
