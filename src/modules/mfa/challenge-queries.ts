import { and, eq, gt, isNull, lt, lte, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { mfaChallenges, rememberedDevices, sessions, users } from '../../../db/tables/index.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { userColumns } from '../users/queries.ts'
import { epochOf, trustedBy } from '../users/trust-queries.ts'
import { CLOCK_SKEW_MS } from '../../lib/durations.ts'

/** Wrong codes a challenge takes; the fifth ends it. */
const MAX_WRONG_CODES = 5

/** Neither answered nor ended nor expired, of an active account. */
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

/** Uses it up, if `condition` holds: one of many at once does. Primary key, then users_id. */
export const useChallenge = (db: Database, id: string, now: number, condition: SQL) =>
  db
    .update(mfaChallenges)
    .set({ usedAt: now })
    .where(and(living(id, now), condition))
    .returning({ id: mfaChallenges.id })

/** How the session of a challenge was authenticated: its first factor, and what was shown now. Primary key. */
export const amrOfChallenge = (id: string, shown: readonly string[]): SQL =>
  sql`(SELECT json_group_array(value) FROM (SELECT first.value FROM ${mfaChallenges} AS asked, json_each(asked.amr) AS first WHERE asked.id = ${id}
    UNION SELECT value FROM json_each(${JSON.stringify(shown)})))`

/** No session was opened in the batch. Primary key. */
export const notOpened = (sessionId: string): SQL => sql`NOT EXISTS (SELECT 1 FROM ${sessions} WHERE id = ${sessionId})`

/** Counts an answer that opened no session. Primary key. */
export const countWrongAnswer = (db: Database, id: string, sessionId: string) =>
  db
    .update(mfaChallenges)
    .set({ attempts: sql`${mfaChallenges.attempts} + 1` })
    .where(and(eq(mfaChallenges.id, id), isNull(mfaChallenges.usedAt), notOpened(sessionId)))

/** What became of the answer, and whose it was. Primary keys, users_id. */
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
      /** Another code may be tried. */
      lives: sql<boolean>`${challengeLives(id, now)}`.mapWith(Boolean).as('lives'),
    })
    .from(users)
    .where(eq(users.id, userId))
    .limit(1)

export type NewRememberedDevice = Pick<
  typeof rememberedDevices.$inferInsert,
  'id' | 'userId' | 'hash' | 'device' | 'address' | 'createdAt' | 'expiresAt'
>

/** If the session was opened. */
export const rememberDevice = (db: Database, device: NewRememberedDevice, sessionId: string) =>
  db
    .insert(rememberedDevices)
    .select(
      sql`SELECT ${device.id}, ${device.userId}, ${device.hash}, ${device.device}, ${device.address ?? null}, ${device.createdAt}, ${device.createdAt}, ${device.expiresAt}, ${epochOf(device.userId)} FROM ${sessions} AS opened WHERE opened.id = ${sessionId}`,
    )

/**
 * Ends every sign-in of an account that waits for its second factor, if the event happened: a new password, and another
 * set of factors, count from now on. Index mfa_challenges_user.
 */
export const voidChallenges = (db: Database, userId: string, now: number, event: NewEvent) =>
  db
    .update(mfaChallenges)
    .set({ usedAt: now })
    .where(and(eq(mfaChallenges.userId, userId), isNull(mfaChallenges.usedAt), happened(event)))

/** Every device asks for a second factor again, if the event happened. Index remembered_devices_user. */
export const voidRememberedDevices = (db: Database, userId: string, event: NewEvent) =>
  db.delete(rememberedDevices).where(and(eq(rememberedDevices.userId, userId), happened(event)))
