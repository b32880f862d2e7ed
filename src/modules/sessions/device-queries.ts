/** Where accounts were signed in to before. The statements find whose session it is by themselves: the batch may not know. */
import { type SQL, sql } from 'drizzle-orm'
import { prepared, type Slots } from '../../../db/statements.ts'
import { knownDevices, sessions, users } from '../../../db/tables/index.ts'

export interface SessionDevice {
  /** Opened earlier in the batch. If it was not, nothing is noted and nothing is unfamiliar. */
  sessionId: string
  device: string
  network: string
  now: number
}

export interface Familiarity {
  /** Fewer devices than this became known since `since`, so that whoever signs in from everywhere makes no mail bomb. */
  limit: number
  since: number
  /** An account older than this may have had devices that are forgotten by now. */
  forgottenBefore: number
}

/**
 * The account was signed in to before, as far as can be told, but never with such a device from that network. To be asked
 * before `noteDevice`. Primary keys, users_id; reads the devices of one account.
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

/** The device is known from now on. Primary keys. */
export const noteDevice = prepared((db, { sessionId, device, network, now }: Slots<SessionDevice>) =>
  db
    .insert(knownDevices)
    .select(
      sql`SELECT opened.user_id, ${device}, ${network}, ${now}, ${now} FROM ${sessions} AS opened WHERE opened.id = ${sessionId}`,
    )
    .onConflictDoUpdate({
      target: [knownDevices.userId, knownDevices.device, knownDevices.network],
      set: { lastSeenAt: sql`max(${knownDevices.lastSeenAt}, excluded.last_seen_at)` },
    }),
)
