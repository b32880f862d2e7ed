import { sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { clientSecrets, oauthClients } from '../../../db/tables/index.ts'

/**
 * Registrations and metadata clients that expired before `now`, with all that belongs to them. The row of a disabled document stays:
 * without it, the document would be a client again. Index oauth_clients_expires.
 */
export const deleteExpiredClients = (db: Database, now: number, limit: number) =>
  db
    .delete(oauthClients)
    .where(
      sql`${oauthClients.id} IN (SELECT old.id FROM ${oauthClients} AS old WHERE old.expires_at IS NOT NULL AND old.expires_at < ${now} AND NOT (old.source = 'metadata' AND old.status = 'disabled') ORDER BY old.expires_at LIMIT ${limit})`,
    )

/** Index client_secrets_expires. */
export const deleteOldSecrets = (db: Database, now: number, limit: number) =>
  db
    .delete(clientSecrets)
    .where(
      sql`${clientSecrets.id} IN (SELECT old.id FROM ${clientSecrets} AS old WHERE old.expires_at IS NOT NULL AND old.expires_at < ${now} ORDER BY old.expires_at LIMIT ${limit})`,
    )
