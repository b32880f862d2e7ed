import { and, eq, gt, isNull, lt, lte, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { mfaChallenges, rememberedDevices, sessions, users } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { userColumns } from '../users/queries.ts'
import { epochOf, trustedBy } from '../users/trust-queries.ts'
import { CLOCK_SKEW_MS } from '../../lib/durations.ts'

/** The fifth wrong code ends a challenge. */
const MAX_WRONG_CODES = 5

/** The challenge is not answered, ended or expired, and its account is active. */
const living = (id: string, now: number): SQL | undefined =>
  and(
    eq(mfaChallenges.id, id),
    isNull(mfaChallenges.usedAt),
    lt(mfaChallenges.attempts, MAX_WRONG_CODES),
    gt(mfaChallenges.expiresAt, now),
    lte(mfaChallenges.createdAt, now + CLOCK_SKEW_MS),
    sql`EXISTS (SELECT 1 FROM ${users} AS owner WHERE owner.id = ${mfaChallenges.userId} AND owner.status = 'active' AND ${trustedBy('mfa_challenges', 'owner')})`,
  )

/** Primary key, then users_id. */
export const challengeLives = (id: string, now: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${mfaChallenges} WHERE ${living(id, now)})`

/** Uses up the challenge, if `condition` holds. Of many concurrent answers, one does. Primary key, then users_id. */
export const useChallenge = (db: Database, id: string, now: number, condition: SQL) =>
  db
    .update(mfaChallenges)
    .set({ usedAt: now })
    .where(and(living(id, now), condition))
    .returning({ id: mfaChallenges.id })

/** The `amr` of the session: the values of the first factor, and `shown`. Primary key. */
export const amrOfChallenge = (id: string, shown: readonly string[]): SQL =>
  sql`(SELECT json_group_array(value) FROM (SELECT first.value FROM ${mfaChallenges} AS asked, json_each(asked.amr) AS first WHERE asked.id = ${id}
    UNION SELECT value FROM json_each(${JSON.stringify(shown)})))`

/** True if the batch opened no session with this id. Primary key. */
export const notOpened = (sessionId: string): SQL => sql`NOT EXISTS (SELECT 1 FROM ${sessions} WHERE id = ${sessionId})`

/** Counts an answer that opened no session. Primary key. */
export const countWrongAnswer = (db: Database, id: string, sessionId: string) =>
  db
    .update(mfaChallenges)
    .set({ attempts: sql`${mfaChallenges.attempts} + 1` })
    .where(and(eq(mfaChallenges.id, id), isNull(mfaChallenges.usedAt), notOpened(sessionId)))

/** The result of the answer, and the user. Primary keys, users_id. */
export const answerOutcome = (
  db: Database,
  { id, userId }: { id: string; userId: string },
  session: string,
  now: number,
) =>
  db
    .select({
      user: userColumns,
      opened: sql<boolean>`NOT ${notOpened(session)}`.mapWith(Boolean).as('opened'),
      /** The client may try another code. */
      lives: sql<boolean>`${challengeLives(id, now)}`.mapWith(Boolean).as('lives'),
    })
    .from(users)
    .where(eq(users.id, userId))
    .limit(1)

export type NewRememberedDevice = Pick<
  typeof rememberedDevices.$inferInsert,
  'id' | 'userId' | 'hash' | 'device' | 'address' | 'createdAt' | 'expiresAt'
>

/** Remembers the device, if the session was opened. */
export const rememberDevice = (db: Database, device: NewRememberedDevice, sessionId: string) =>
  db.insert(rememberedDevices).select(
    sql`${selectRow(rememberedDevices, {
      ...device,
      address: device.address ?? null,
      lastUsedAt: device.createdAt,
      trustEpoch: epochOf(device.userId),
    })} FROM ${sessions} AS opened WHERE opened.id = ${sessionId}`,
  )

/**
 * Ends every sign-in of the account that waits for its second factor, if the event happened, such as a new password or
 * a change of factors. Index mfa_challenges_user.
 */
export const voidChallenges = (db: Database, userId: string, now: number, event: NewEvent) =>
  db
    .update(mfaChallenges)
    .set({ usedAt: now })
    .where(and(eq(mfaChallenges.userId, userId), isNull(mfaChallenges.usedAt), happened(event)))

/**
 * Forgets every remembered device, if the event happened: each asks for a second factor again. Index
 * remembered_devices_user.
 */
export const voidRememberedDevices = (db: Database, userId: string, event: NewEvent) =>
  db.delete(rememberedDevices).where(and(eq(rememberedDevices.userId, userId), happened(event)))
