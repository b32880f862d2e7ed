/** The statements of a first factor. They run as one batch; the event they begin with is what they all go by. */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { prepared, type Slots } from '../../../db/statements.ts'
import { events, mfaChallenges, recoveryCodes, rememberedDevices, users } from '../../../db/tables/index.ts'
import type { EventType, NewEvent } from '../events/queries.ts'
import { hasFactor, hasPasskey, hasTotp } from '../users/factor-queries.ts'
import { userColumns } from '../users/queries.ts'
import { sessionEpochOf, trusted } from '../users/trust-queries.ts'

/** Whose account; as SQL where the batch itself finds out. */
export type Owner = string | SQL

/** The device that signs in, if it said which one it is. */
export interface ShownDevice {
  hash: string | null
  now: number
}

/** Index remembered_devices_hash. */
const isRemembered = (userId: Owner, { hash, now }: ShownDevice): SQL =>
  sql`EXISTS (SELECT 1 FROM ${rememberedDevices} AS shown WHERE shown.hash = ${hash} AND shown.user_id = ${userId} AND shown.expires_at > ${now} AND ${trusted('shown')})`

/**
 * `created`, turned into the event that decides: it says `auth.mfa_required`, and names no session, for who has a second
 * factor and is on no remembered device. `enough`: more than one factor was shown already.
 */
export function decideBy(created: NewEvent, userId: Owner, device: ShownDevice, enough: boolean): NewEvent {
  if (enough) return created
  const asksForMore = sql`${hasFactor(userId)} AND NOT ${isRemembered(userId, device)}`
  return {
    ...created,
    type: sql`CASE WHEN ${asksForMore} THEN 'auth.mfa_required' ELSE 'session.created' END`,
    sessionId: sql`CASE WHEN ${asksForMore} THEN NULL ELSE ${created.sessionId} END`,
  }
}

/** An event of the batch. */
interface EventName {
  id: string | SQL
}

/** True in the batch once the event was written as this. Primary key. */
export const decided = ({ id }: EventName, type: EventType): SQL =>
  sql`EXISTS (SELECT 1 FROM ${events} WHERE ${events.id} = ${id} AND ${events.type} = ${type})`

/** Whom the event concerns, for later statements of its batch. Primary key. */
export const userOfEvent = ({ id }: EventName): SQL =>
  sql`(SELECT concerned.user_id FROM ${events} AS concerned WHERE concerned.id = ${id})`

/** The session it names, or null. Primary key. */
export const sessionOfEvent = ({ id }: EventName): SQL =>
  sql`(SELECT concerned.session_id FROM ${events} AS concerned WHERE concerned.id = ${id})`

/** A remembered device stands for the second factor that was shown on it. Index remembered_devices_hash. */
export const amrOnDevice = (userId: Owner, amr: readonly string[], device: ShownDevice): SQL =>
  sql`CASE WHEN ${hasFactor(userId)} AND ${isRemembered(userId, device)} THEN ${JSON.stringify([...new Set([...amr, 'mfa'])])} ELSE ${JSON.stringify(amr)} END`

interface DeviceUse {
  hash: string
  now: number
  /** Id of the event that decided. */
  event: string
}

/** Notes the use of a device that let a sign-in through. Index remembered_devices_hash. */
export const noteDeviceUse = prepared((db, { hash, now, event: id }: Slots<DeviceUse>) =>
  db
    .update(rememberedDevices)
    .set({ lastUsedAt: sql`max(${rememberedDevices.lastUsedAt}, ${now})` })
    .where(
      and(
        eq(rememberedDevices.hash, hash),
        sql`${rememberedDevices.userId} = ${userOfEvent({ id })}`,
        decided({ id }, 'session.created'),
      ),
    ),
)

interface NewChallenge extends Pick<typeof mfaChallenges.$inferInsert, 'id' | 'kind' | 'createdAt' | 'expiresAt'> {
  /** JSON. */
  amr: string
  /** Id of the event that decided. */
  event: string
}

/** The challenge, if that is how it was decided. */
export const insertChallenge = prepared((db, { id, kind, amr, createdAt, expiresAt, event }: Slots<NewChallenge>) =>
  db
    .insert(mfaChallenges)
    .select(
      sql`SELECT ${id}, ${userOfEvent({ id: event })}, ${kind}, ${amr}, 0, ${createdAt}, ${expiresAt}, NULL, ${sessionEpochOf(userOfEvent({ id: event }))} WHERE ${decided({ id: event }, 'auth.mfa_required')}`,
    ),
)

/** Primary key of recovery_codes. */
const hasRecoveryCode = (userId: SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM ${recoveryCodes} AS spare WHERE spare.user_id = ${userId} AND spare.used_at IS NULL AND ${trusted('spare')})`

const flag = (condition: SQL, name: string) => sql<boolean>`${condition}`.mapWith(Boolean).as(name)
const thisUser = sql`users.id`

/** How it was decided, and for whom; no row when the first factor failed. Primary keys, users_id, passkeys_user. */
export const signInOutcome = prepared((db, { event }: Slots<{ event: string }>) =>
  db
    .select({
      user: userColumns,
      type: events.type,
      totp: flag(hasTotp(thisUser), 'totp'),
      recoveryCode: flag(hasRecoveryCode(thisUser), 'recovery_code'),
      passkey: flag(hasPasskey(thisUser), 'passkey'),
    })
    .from(events)
    .innerJoin(users, eq(users.id, events.userId))
    .where(eq(events.id, event))
    .limit(1),
)
