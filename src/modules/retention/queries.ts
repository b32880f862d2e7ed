/** Rows whose time is over, a bounded number at once. */
import { sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { knownDevices, oneTimeTokens } from '../../../db/tables/index.ts'

/** Links and codes that expired before `before`, used or not. Index one_time_tokens_expires. */
export const deleteExpiredProofs = (db: Database, before: number, limit: number) =>
  db
    .delete(oneTimeTokens)
    .where(
      sql`id IN (SELECT old.id FROM ${oneTimeTokens} AS old WHERE old.expires_at < ${before} ORDER BY old.expires_at LIMIT ${limit})`,
    )

/** Devices that nobody signed in with since `before`. Index known_devices_seen. */
export const forgetDevices = (db: Database, before: number, limit: number) =>
  db
    .delete(knownDevices)
    .where(
      sql`rowid IN (SELECT old.rowid FROM ${knownDevices} AS old WHERE old.last_seen_at < ${before} ORDER BY old.last_seen_at LIMIT ${limit})`,
    )
