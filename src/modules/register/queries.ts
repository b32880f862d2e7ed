import { and, eq, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { clientSecrets, oauthClients } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import type { NewClient } from '../oauth-clients/queries.ts'

/** Registrations that nobody has used yet. More are refused, so that a flood cannot fill the database. */
const MAX_UNUSED = 10_000

/** Inserts the registration while there are fewer unused ones than the maximum. Index oauth_clients_expires, ≤ 10,000 rows. */
export const insertRegistration = (db: Database, client: NewClient) =>
  db
    .insert(oauthClients)
    .select(
      sql`${selectRow(oauthClients, client)} WHERE (SELECT count(*) FROM ${oauthClients} AS unused WHERE unused.expires_at IS NOT NULL AND unused.source = 'registration') < ${MAX_UNUSED}`,
    )
    .returning({ id: oauthClients.id })

/** A registration that works. Primary key. */
const own = (id: string, tokenHash: string, now: number) =>
  and(
    eq(oauthClients.id, id),
    eq(oauthClients.registrationTokenHash, tokenHash),
    eq(oauthClients.source, 'registration'),
    eq(oauthClients.status, 'active'),
    sql`(${oauthClients.expiresAt} IS NULL OR ${oauthClients.expiresAt} > ${now})`,
  )

/** The registration of whoever has its token. Primary key. */
export const ownRegistration = (db: Database, id: string, tokenHash: string, now: number) =>
  db
    .select()
    .from(oauthClients)
    .where(own(id, tokenHash, now))
    .limit(1)

/** The secrets of a registration, of which there is one at most. Index client_secrets_client. */
export const secretsOf = (db: Database, clientId: string) =>
  db.select().from(clientSecrets).where(eq(clientSecrets.clientId, clientId)).orderBy(clientSecrets.id)

/** Changes the version that was read. Primary key. */
export const changeRegistration = (
  db: Database,
  { id, version }: Pick<NewClient, 'id' | 'version'>,
  tokenHash: string,
  columns: Partial<NewClient>,
  now: number,
) =>
  db
    .update(oauthClients)
    .set({ ...columns, updatedAt: now, version: version + 1 })
    .where(and(own(id, tokenHash, now), eq(oauthClients.version, version)))
    .returning({ id: oauthClients.id })

/** Primary key. */
export const deleteRegistration = (db: Database, id: string, tokenHash: string, now: number) =>
  db
    .delete(oauthClients)
    .where(own(id, tokenHash, now))
    .returning({ id: oauthClients.id })
