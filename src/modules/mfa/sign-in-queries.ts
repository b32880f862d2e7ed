/** The statements of a first factor. They run as one batch, and all depend on the event at its beginning. */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { events, mfaChallenges, recoveryCodes, rememberedDevices, users } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import type { NewEvent } from '../../core/events/queries.ts'
import type { EventType } from '../../declared.ts'
import { prepared, type Slots } from '../../../db/statements.ts'
import { hasFactor, hasPasskey, hasTotp } from '../users/factor-queries.ts'
import { userColumns } from '../users/queries.ts'
import { sessionEpochOf, trusted } from '../users/trust-queries.ts'

/** The account. SQL if only the batch finds it. */
export type Owner = string | SQL

/** The device that signs in, by the hash of its token, if it sent one. */
export interface ShownDevice {
  hash: string | null
  now: number
}

/** Index remembered_devices_hash. */
const isRemembered = (userId: Owner, { hash, now }: ShownDevice): SQL =>
  sql`EXISTS (SELECT 1 FROM ${rememberedDevices} AS shown WHERE shown.hash = ${hash} AND shown.user_id = ${userId} AND shown.expires_at > ${now} AND ${trusted('shown')})`

/**
 * Turns `created` into the event that decides. If the account has a second factor and the device is not remembered, the
 * type is `auth.mfa_required` and the event names no session. `enough`: the user has presented more than one factor
 * already.
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

/** True in the batch if the event was written with this type. Primary key. */
export const decided = ({ id }: EventName, type: EventType): SQL =>
  sql`EXISTS (SELECT 1 FROM ${events} WHERE ${events.id} = ${id} AND ${events.type} = ${type})`

/** The user of the event, for later statements of its batch. Primary key. */
export const userOfEvent = ({ id }: EventName): SQL =>
  sql`(SELECT concerned.user_id FROM ${events} AS concerned WHERE concerned.id = ${id})`

/** The session of the event, or null. Primary key. */
export const sessionOfEvent = ({ id }: EventName): SQL =>
  sql`(SELECT concerned.session_id FROM ${events} AS concerned WHERE concerned.id = ${id})`

/**
 * The `amr` of the session. A remembered device counts as the second factor that was presented on it. Index
 * remembered_devices_hash.
 */
export const amrOnDevice = (userId: Owner, amr: readonly string[], device: ShownDevice): SQL =>
  sql`CASE WHEN ${hasFactor(userId)} AND ${isRemembered(userId, device)} THEN ${JSON.stringify([...new Set([...amr, 'mfa'])])} ELSE ${JSON.stringify(amr)} END`

interface DeviceUse {
  hash: string
  now: number
  /** Id of the event of `decideBy`. */
  event: string
}

/** Records the use of a remembered device, if the sign-in succeeded. Index remembered_devices_hash. */
export const noteRememberedDeviceUse = prepared((db, { hash, now, event: id }: Slots<DeviceUse>) =>
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
  /** Id of the event of `decideBy`. */
  event: string
}

/** Inserts the challenge, if the event asks for a second factor. */
export const insertChallenge = prepared((db, { id, kind, amr, createdAt, expiresAt, event }: Slots<NewChallenge>) =>
  db.insert(mfaChallenges).select(
    sql`${selectRow(mfaChallenges, {
      id,
      userId: userOfEvent({ id: event }),
      kind,
      amr,
      attempts: 0,
      createdAt,
      expiresAt,
      usedAt: null,
      trustEpoch: sessionEpochOf(userOfEvent({ id: event })),
    })} WHERE ${decided({ id: event }, 'auth.mfa_required')}`,
  ),
)

/** Primary key of recovery_codes. */
const hasRecoveryCode = (userId: SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM ${recoveryCodes} AS spare WHERE spare.user_id = ${userId} AND spare.used_at IS NULL AND ${trusted('spare')})`

const flag = (condition: SQL, name: string) => sql<boolean>`${condition}`.mapWith(Boolean).as(name)
const thisUser = sql`users.id`

/** The decision, and the user. No row if the first factor failed. Primary keys, users_id, passkeys_user. */
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
