/** Accounts without an address, from their end on: one that gets an address, and one that nobody uses any more. */
import { and, eq, gte, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { passkeys, sessions, userRoles, users } from '../../../db/tables/index.ts'
import type { NewUser } from './queries.ts'
import { trustNothingBefore } from './trust-queries.ts'

const anonymous = (id: string): SQL | undefined =>
  and(eq(users.id, id), eq(users.anonymous, true), eq(users.status, 'active'))

export type FirstAddress = Pick<NewUser, 'email' | 'emailKey' | 'emailVerified'> &
  Partial<Pick<NewUser, 'name'>> & {
    /** What this very act brings; null: none, and it signs in otherwise. */
    passwordHash: string | SQL | null
    /** By a link, whose reader need not be who chose the password. */
    byLink: boolean
  }

/**
 * The account gets an address, and is an account like any other, if `condition` holds: of many at once, one is. Whoever
 * had the anonymous one in hands before has nothing of it any more (`afterAnonymity` takes it away). Breaks
 * `users.email_key` when another one has the address. Index users_id.
 */
export const endAnonymity = (
  db: Database,
  id: string,
  { passwordHash, byLink, ...given }: FirstAddress,
  now: number,
  condition: SQL,
) =>
  db
    .update(users)
    .set({
      ...given,
      ...trustNothingBefore(passwordHash, { marked: byLink }),
      anonymous: false,
      version: sql`${users.version} + 1`,
      updatedAt: now,
    })
    .where(and(anonymous(id), condition))
    .returning({ id: users.id })

/** It is about to be upgraded; the password waits with the proof. Index users_id. */
export const prepareUpgrade = (
  db: Database,
  id: string,
  given: Pick<FirstAddress, 'name'>,
  now: number,
  condition: SQL,
) =>
  db
    .update(users)
    .set({ ...given, version: sql`${users.version} + 1`, updatedAt: now })
    .where(and(anonymous(id), condition))
    .returning({ id: users.id })

/**
 * Anonymous, older than `before`, with no session used since and no passkey; nor has anybody given it a role. Their
 * addresses begin with their ids, and those with the time they were made (UUIDv7), so the index has them together and in
 * that order. Indexes users_email_key, sessions_user, passkeys_user, primary key of user_roles.
 */
const unused = (before: number): SQL | undefined =>
  and(
    gte(users.emailKey, 'usr_'),
    lt(users.emailKey, `usr_${before.toString(16).padStart(12, '0')}`),
    eq(users.anonymous, true),
    sql`NOT EXISTS (SELECT 1 FROM ${sessions} AS used WHERE used.user_id = users.id AND used.last_seen_at >= ${before})`,
    sql`NOT EXISTS (SELECT 1 FROM ${passkeys} AS held WHERE held.user_id = users.id)`,
    sql`NOT EXISTS (SELECT 1 FROM ${userRoles} AS given WHERE given.user_id = users.id)`,
  )

/** The oldest of them. */
export const unusedAnonymous = (db: Database, before: number, limit: number) =>
  db.select({ id: users.id }).from(users).where(unused(before)).orderBy(users.emailKey).limit(limit)

/** If it still is one of them. Index users_id. */
export const deleteUnusedAnonymous = (db: Database, id: string, before: number) =>
  db
    .delete(users)
    .where(and(eq(users.id, id), unused(before)))
    .returning({ id: users.id })
