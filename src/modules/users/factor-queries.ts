import { type SQL, sql } from 'drizzle-orm'
import { passkeys, totpSecrets } from '../../../db/tables/index.ts'
import { trusted } from './trust-queries.ts'

/** They have an authenticator app that was confirmed. Primary key, users_id. */
export const hasTotp = (userId: string | SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM ${totpSecrets} AS app WHERE app.user_id = ${userId} AND app.confirmed_at IS NOT NULL AND ${trusted('app')})`

/** Indexes passkeys_user, users_id. */
export const hasPasskey = (userId: string | SQL): SQL =>
  sql`EXISTS (SELECT 1 FROM ${passkeys} AS held_key WHERE held_key.user_id = ${userId} AND ${trusted('held_key')})`

/** Whoever has one is asked for it after any first factor. */
export const hasFactor = (userId: string | SQL): SQL => sql`(${hasTotp(userId)} OR ${hasPasskey(userId)})`
