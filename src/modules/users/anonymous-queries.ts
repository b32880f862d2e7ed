/** Statements that end anonymous accounts: an account gets an address, or an unused account is deleted. */
import { and, eq, gte, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { passkeys, sessions, userRoles, users } from '../../../db/tables/index.ts'
import type { NewUser } from './queries.ts'
import { trustNothingBefore } from './trust-queries.ts'

const anonymous = (id: string): SQL | undefined =>
  and(eq(users.id, id), eq(users.anonymous, true), eq(users.status, 'active'))

/** A row if the account is anonymous. Index users_id. */
export const anonymousUser = (db: Database, id: string) =>
  db.select({ id: users.id }).from(users).where(anonymous(id)).limit(1)

export type FirstAddress = Pick<NewUser, 'email' | 'emailKey' | 'emailVerified'> &
  Partial<Pick<NewUser, 'name'>> & {
    /** The password hash that comes with this change. Null: none, the account signs in in another way. */
    passwordHash: string | SQL | null
    /** True if the change came by a link. The reader of the link may not be the person who chose the password. */
    byLink: boolean
  }

/**
 * Gives the account an address and makes it a normal account, if `condition` holds. If several requests run at once,
 * one succeeds. A person who held the anonymous account before keeps no access (`afterAnonymity` removes it). Breaks
 * `users.email_key` if another account has the address. Index users_id.
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

/** Prepares an upgrade. The password hash is stored with the proof. Index users_id. */
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
 * Anonymous accounts older than `before` without a passkey, a role or a session that was used since. Their email keys
 * begin with their ids, and the ids begin with the creation time (UUIDv7). So the index contains them together and in
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

/** The oldest unused anonymous accounts. */
export const unusedAnonymous = (db: Database, before: number, limit: number) =>
  db.select({ id: users.id }).from(users).where(unused(before)).orderBy(users.emailKey).limit(limit)

/** Deletes the account if it is still anonymous and unused. Index users_id. */
export const deleteUnusedAnonymous = (db: Database, id: string, before: number) =>
  db
    .delete(users)
    .where(and(eq(users.id, id), unused(before)))
    .returning({ id: users.id })
