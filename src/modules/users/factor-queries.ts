import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { passkeys, totpSecrets, users } from '../../../db/tables/index.ts'
import { trusted } from './trust-queries.ts'

/** They have an authenticator app that was confirmed. Primary key, users_id. */
export const hasTotp = (userId: string | SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM ${totpSecrets} AS app WHERE app.user_id = ${userId} AND app.confirmed_at IS NOT NULL AND ${trusted('app')})`

/** Indexes passkeys_user, users_id. */
export const hasPasskey = (userId: string | SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM ${passkeys} AS held_key WHERE held_key.user_id = ${userId} AND ${trusted('held_key')})`

/** Whoever has one is asked for it after any first factor. */
export const hasFactor = (userId: string | SQL): SQL => sql`(${hasTotp(userId)} OR ${hasPasskey(userId)})`

/** They have a factor and the session lives, for the event that gives them new codes: a change as any other. Index users_id. */
export const touchWithFactor = (db: Database, userId: string, now: number, lives: SQL) =>
  db
    .update(users)
    .set({ updatedAt: now, version: sql`${users.version} + 1` })
    .where(and(eq(users.id, userId), hasFactor(userId), lives))
    .returning({ id: users.id })

/** Begins a reset: the event of it is written if there is such a user. Index users_id. */
export const touchUser = (db: Database, userId: string, now: number) =>
  db
    .update(users)
    .set({ updatedAt: now, version: sql`${users.version} + 1` })
    .where(eq(users.id, userId))
    .returning({ id: users.id })
