/**
 * The devices and networks that accounts were signed in from. The statements find the user by the session, because
 * the batch may not know the user.
 */
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { knownDevices, sessions, users } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { prepared, type Slots } from '../../../db/statements.ts'

export interface SessionDevice {
  /**
   * A session that an earlier statement of the batch opened. If it was not opened, no device is recorded and the
   * device is not unfamiliar.
   */
  sessionId: string
  device: string
  network: string
  now: number
}

export interface Familiarity {
  /** Fewer devices than this became known since `since`. So sign-ins from many devices cause no flood of mails. */
  limit: number
  since: number
  /** An account older than this time may have had devices that are already forgotten. */
  forgottenBefore: number
}

/**
 * True if the account was (probably) signed in to before, but never with this device from this network. Must run
 * before `noteKnownDevice`. Primary keys, users_id; reads the devices of one account.
 */
export const isUnfamiliar = (
  { sessionId, device, network }: SessionDevice,
  { limit, since, forgottenBefore }: Familiarity,
): SQL =>
  sql`EXISTS (SELECT 1 FROM ${sessions} AS opened WHERE opened.id = ${sessionId}
    AND (EXISTS (SELECT 1 FROM ${knownDevices} AS any_device WHERE any_device.user_id = opened.user_id)
      OR EXISTS (SELECT 1 FROM ${users} AS owner WHERE owner.id = opened.user_id AND owner.created_at < ${forgottenBefore}))
    AND NOT EXISTS (SELECT 1 FROM ${knownDevices} AS this_one WHERE this_one.user_id = opened.user_id AND this_one.device = ${device} AND this_one.network = ${network})
    AND (SELECT count(*) FROM ${knownDevices} AS recent WHERE recent.user_id = opened.user_id AND recent.first_seen_at > ${since}) < ${limit})`

/** Records the device as known. Primary keys. */
export const noteKnownDevice = prepared((db, { sessionId, device, network, now }: Slots<SessionDevice>) =>
  db
    .insert(knownDevices)
    .select(
      sql`${selectRow(knownDevices, { userId: sql`opened.user_id`, device, network, firstSeenAt: now, lastSeenAt: now })} FROM ${sessions} AS opened WHERE opened.id = ${sessionId}`,
    )
    .onConflictDoUpdate({
      target: [knownDevices.userId, knownDevices.device, knownDevices.network],
      set: { lastSeenAt: sql`max(${knownDevices.lastSeenAt}, excluded.last_seen_at)` },
    }),
)

/** Deletes devices whose last sign-in was before `before`. Index known_devices_seen. */
export const deleteUnseenDevices = (db: Database, before: number, limit: number) =>
  db
    .delete(knownDevices)
    .where(
      sql`rowid IN (SELECT old.rowid FROM ${knownDevices} AS old WHERE old.last_seen_at < ${before} ORDER BY old.last_seen_at LIMIT ${limit})`,
    )
