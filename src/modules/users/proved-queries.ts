/** What an account becomes when its owner proves to read its mail. */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { users } from '../../../db/tables/index.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { markUnproved, passwordOfOwner, trustOwnerOfMail } from './trust-queries.ts'

/** Notes that the owner reads this address. Nothing where that was known. Index users_id. */
export const verifyAddress = (db: Database, userId: string, sameHand: SQL, now: number, event: NewEvent) =>
  db
    .update(users)
    .set({ ...markUnproved(sameHand), emailVerified: true, version: sql`${users.version} + 1`, updatedAt: now })
    .where(and(eq(users.id, userId), eq(users.emailVerified, false), happened(event)))

/** Moves the account to the address that was proved. Breaks `users.email_key` when another one has it by now. Index users_id. */
export const moveAccount = (
  db: Database,
  { userId, email, emailKey }: { userId: string; email: string; emailKey: string },
  sameHand: SQL,
  now: number,
  event: NewEvent,
) =>
  db
    .update(users)
    .set({
      ...markUnproved(sameHand),
      email,
      emailKey,
      emailVerified: true,
      version: sql`${users.version} + 1`,
      updatedAt: now,
    })
    .where(and(eq(users.id, userId), happened(event)))

/** A new password, for who reads the account's mail. Index users_id. */
export const resetPasswordHash = (db: Database, userId: string, passwordHash: string, now: number, event: NewEvent) =>
  db
    .update(users)
    .set({ ...trustOwnerOfMail, passwordHash, emailVerified: true, version: sql`${users.version} + 1`, updatedAt: now })
    .where(and(eq(users.id, userId), happened(event)))

/**
 * Right after the proof of a sign-in was used up: its owner has come by mail, so what somebody made before the address was
 * proved counts no more, and a password of then is gone. It touches the row in any case, so that the
 * statement after it can ask whether it did. Index users_id.
 */
export const comeByMail = (db: Database, userId: SQL, used: SQL) =>
  db
    .update(users)
    .set({
      ...trustOwnerOfMail,
      passwordHash: passwordOfOwner,
    })
    .where(and(eq(users.id, userId), used))

/** The first proof that the owner reads this address, by signing in with it. Index users_id. */
export const claimAccount = (db: Database, userId: SQL, now: number, event: NewEvent) =>
  db
    .update(users)
    .set({
      emailVerified: true,
      version: sql`${users.version} + 1`,
      updatedAt: now,
    })
    .where(and(eq(users.id, userId), eq(users.emailVerified, false), happened(event)))
    .returning({ id: users.id })
