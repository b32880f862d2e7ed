import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { passkeys, totpSecrets, users } from '../../../db/tables/index.ts'
import { trusted } from './trust-queries.ts'

/** True if the user has a confirmed authenticator app. Primary key, users_id. */
export const hasTotp = (userId: string | SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM ${totpSecrets} AS app WHERE app.user_id = ${userId} AND app.confirmed_at IS NOT NULL AND ${trusted('app')})`

/** True if the user has a passkey. Indexes passkeys_user, users_id. */
export const hasPasskey = (userId: string | SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM ${passkeys} AS held_key WHERE held_key.user_id = ${userId} AND ${trusted('held_key')})`

/** True if the user has a second factor. Such users are asked for it after any first factor. */
export const hasFactor = (userId: string | SQL): SQL => sql`(${hasTotp(userId)} OR ${hasPasskey(userId)})`

/**
 * Touches the user if they have a factor and the session is active. The event of this change then allows new recovery
 * codes. Index users_id.
 */
export const touchWithFactor = (db: Database, userId: string, now: number, lives: SQL) =>
  db
    .update(users)
    .set({ updatedAt: now, version: sql`${users.version} + 1` })
    .where(and(eq(users.id, userId), hasFactor(userId), lives))
    .returning({ id: users.id })

/** Starts a reset of the factors: its event is written if the user exists and the condition holds. Index users_id. */
export const touchUser = (db: Database, userId: string, now: number, only?: SQL) =>
  db
    .update(users)
    .set({ updatedAt: now, version: sql`${users.version} + 1` })
    .where(and(eq(users.id, userId), only))
    .returning({ id: users.id })
