import { and, desc, eq, getTableColumns, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { clientSecrets, idempotencyKeys, oauthClients, pairwiseSectors } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { listed } from '../../core/authz/authority-queries.ts'
import type { Reach } from '../../core/authz/scope.ts'
import { happened, type NewEvent } from '../../core/events/queries.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'

/** Maximum number of clients of an organisation, and of the instance. Metadata documents and registrations are counted apart. */
const MAX_CLIENTS = { org: 500, instance: 5_000 }
/** The old one works beside the new one. */
export const MAX_SECRETS = 2

type ShownSecret = { id: string; hint: string; createdAt: number; expiresAt: number | null }
const { registrationTokenHash: _, ...stored } = getTableColumns(oauthClients)

/** Without hashes, MACs and tokens. Index client_secrets_client. */
const clientColumns = {
  ...stored,
  secrets: sql<
    ShownSecret[]
  >`(SELECT json_group_array(json_object('id', id, 'hint', hint, 'createdAt', created_at, 'expiresAt', expires_at)) FROM (SELECT * FROM ${clientSecrets} AS held WHERE held.client_id = oauth_clients.id ORDER BY held.id))`
    .mapWith((json: string): ShownSecret[] => JSON.parse(json) as ShownSecret[]) // as selected
    .as('shown_secrets'),
}

/** Primary key. */
export const clientById = (db: Database, id: string) =>
  db.select(clientColumns).from(oauthClients).where(eq(oauthClients.id, id)).limit(1)

/** The use of an idempotency key, and the current state of its client, null if it was deleted. Primary keys. */
export const clientOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, client: clientColumns })
    .from(idempotencyKeys)
    .leftJoin(oauthClients, eq(oauthClients.id, idempotencyKeys.subjectId))
    .where(isKey(key))
    .limit(1)

/** Those of an organisation (null: of the instance), by id, backwards. Index oauth_clients_org. */
export const listClients = (db: Database, orgId: string | null, before: string | undefined, limit: number) =>
  db
    .select(clientColumns)
    .from(oauthClients)
    .where(and(sql`${oauthClients.orgId} IS ${orgId}`, before === undefined ? undefined : lt(oauthClients.id, before)))
    .orderBy(desc(oauthClients.id))
    .limit(limit)

/** Those of every organisation and of the instance. Primary key. */
export const listEveryClient = (db: Database, before: string | undefined, limit: number) =>
  db
    .select(clientColumns)
    .from(oauthClients)
    .where(before === undefined ? undefined : lt(oauthClients.id, before))
    .orderBy(desc(oauthClients.id))
    .limit(limit)

export type NewClient = typeof oauthClients.$inferSelect
export type NewSecret = typeof clientSecrets.$inferSelect

/** Inserts the client of an administrator if `condition` holds and there are fewer than the maximum. Index oauth_clients_org. */
export const insertClient = (db: Database, client: NewClient, condition: SQL) =>
  db
    .insert(oauthClients)
    .select(
      sql`${selectRow(oauthClients, client)} WHERE ${condition}
        AND (SELECT count(*) FROM ${oauthClients} AS other WHERE other.org_id IS ${client.orgId} AND other.source = 'administrator') < ${client.orgId === null ? MAX_CLIENTS.instance : MAX_CLIENTS.org}`,
    )
    .returning({ id: oauthClients.id })

/** The first secret of a client that was made in the same batch. */
export const insertFirstSecret = (db: Database, secret: NewSecret, created: NewEvent) =>
  db.insert(clientSecrets).select(sql`${selectRow(clientSecrets, secret)} WHERE ${happened(created)}`)

/** Inserts the secret if `condition` holds, and the client is there and has fewer than `MAX_SECRETS`. Index client_secrets_client. */
export const insertSecret = (db: Database, secret: NewSecret, condition: SQL) =>
  db
    .insert(clientSecrets)
    .select(
      sql`${selectRow(clientSecrets, secret)} WHERE ${condition}
        AND EXISTS (SELECT 1 FROM ${oauthClients} AS client WHERE client.id = ${secret.clientId})
        AND (SELECT count(*) FROM ${clientSecrets} AS held WHERE held.client_id = ${secret.clientId}) < ${MAX_SECRETS}`,
    )
    .returning({ id: clientSecrets.id })

/** Index client_secrets_client. */
export const deleteExpiredSecrets = (db: Database, clientId: string, now: number) =>
  db.delete(clientSecrets).where(and(eq(clientSecrets.clientId, clientId), sql`${clientSecrets.expiresAt} <= ${now}`))

/** Index client_secrets_client. */
export const deleteSecretsOf = (db: Database, clientId: string) =>
  db.delete(clientSecrets).where(eq(clientSecrets.clientId, clientId))

/** After a change to another way of authentication: they must not work again later. Index client_secrets_client. */
export const dropSecrets = (db: Database, clientId: string, changed: NewEvent) =>
  db.delete(clientSecrets).where(and(eq(clientSecrets.clientId, clientId), happened(changed)))

/** Lets the other secrets work until this time, or until their own end if that is earlier. Index client_secrets_client. */
export const endOtherSecrets = (
  db: Database,
  { id, clientId }: Pick<NewSecret, 'id' | 'clientId'>,
  at: number,
  added: NewEvent,
) =>
  db
    .update(clientSecrets)
    .set({ expiresAt: sql`min(coalesce(${clientSecrets.expiresAt}, ${at}), ${at})` })
    .where(and(eq(clientSecrets.clientId, clientId), sql`${clientSecrets.id} <> ${id}`, happened(added)))

/** Primary key. */
export const deleteSecret = (db: Database, { id, clientId }: Pick<NewSecret, 'id' | 'clientId'>) =>
  db
    .delete(clientSecrets)
    .where(and(eq(clientSecrets.id, id), eq(clientSecrets.clientId, clientId)))
    .returning({ id: clientSecrets.id })

/** Only if nobody has stored it anew before. Primary key. */
export const resealSecret = (
  db: Database,
  { id, mac }: Pick<NewSecret, 'id' | 'mac'>,
  sealed: Pick<NewSecret, 'mac' | 'keyId'>,
) =>
  db
    .update(clientSecrets)
    .set(sealed)
    .where(and(eq(clientSecrets.id, id), eq(clientSecrets.mac, mac)))
    .returning({ id: clientSecrets.id })

/** Its representation changed with its secrets. Primary key. */
export const touchClient = (db: Database, id: string, now: number, changed: NewEvent) =>
  db
    .update(oauthClients)
    .set({ version: sql`${oauthClients.version} + 1`, updatedAt: now })
    .where(and(eq(oauthClients.id, id), happened(changed)))

export type ClientChanges = Partial<Omit<NewClient, 'id' | 'version' | 'updatedAt' | 'createdAt'>>

/** Changes the version that was read, if `condition` holds. Primary key. */
export const updateClient = (
  db: Database,
  { id, version }: Pick<NewClient, 'id' | 'version'>,
  changes: ClientChanges,
  { condition, now }: { condition: SQL; now: number },
) =>
  db
    .update(oauthClients)
    .set({ ...changes, updatedAt: now, version: version + 1 })
    .where(and(eq(oauthClients.id, id), eq(oauthClients.version, version), condition))
    .returning({ id: oauthClients.id })

const within = ({ everywhere, orgIds }: Reach): SQL =>
  everywhere ? sql`1` : sql`${oauthClients.orgId} IN ${listed(orgIds)}`

/** Deletes the client and with it its secrets, its grants and their tokens. Primary key. */
export const deleteClient = (db: Database, id: string, reach: Reach) =>
  db
    .delete(oauthClients)
    .where(and(eq(oauthClients.id, id), within(reach)))
    .returning({ id: oauthClients.id })

/** The salt of a sector stays as it was made first. Primary key. */
export const insertSector = (db: Database, host: string, salt: string) =>
  db.insert(pairwiseSectors).values({ host, salt }).onConflictDoNothing()
