/** Changes to an account after its owner has proved that they can read its mail. */
import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { users } from '../../../db/tables/index.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { markUnproved, passwordOfOwner, trustOwnerOfMail } from './trust-queries.ts'

/** Marks the address as verified. Does nothing if it was verified before. Index users_id. */
export const verifyAddress = (db: Database, userId: string, sameHand: SQL, now: number, event: NewEvent) =>
  db
    .update(users)
    .set({ ...markUnproved(sameHand), emailVerified: true, version: sql`${users.version} + 1`, updatedAt: now })
    .where(and(eq(users.id, userId), eq(users.emailVerified, false), happened(event)))

/**
 * Gives the account the verified address. Breaks `users.email_key` if another account has got it meanwhile. Index
 * users_id.
 */
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

/** Sets a new password for a person who can read the account's mail. Index users_id. */
export const resetPasswordHash = (db: Database, userId: string, passwordHash: string, now: number, event: NewEvent) =>
  db
    .update(users)
    .set({ ...trustOwnerOfMail, passwordHash, emailVerified: true, version: sql`${users.version} + 1`, updatedAt: now })
    .where(and(eq(users.id, userId), happened(event)))

/**
 * Must directly follow the statement that uses up the proof of a sign-in. The owner has come by mail. So factors and
 * sessions that another person made before the address was verified no longer count, and a password from that time is
 * deleted, except that of the account `signedUp`: its password is of the same person. It always writes the row, so that the next
 * statement can check whether it ran. Index users_id.
 */
export const comeByMail = (db: Database, userId: SQL, used: SQL, signedUp?: string) =>
  db
    .update(users)
    .set({
      ...trustOwnerOfMail,
      passwordHash:
        signedUp === undefined
          ? passwordOfOwner
          : sql`CASE WHEN ${users.id} = ${signedUp} THEN ${users.passwordHash} ELSE ${passwordOfOwner} END`,
    })
    .where(and(eq(users.id, userId), used))

/** The first proof that the owner can read this address: a sign-in by mail. Index users_id. */
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
