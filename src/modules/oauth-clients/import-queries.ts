import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { clientSecrets, oauthClients, organisations, serviceAccounts } from '../../../db/tables/index.ts'
import { listed } from '../../core/authz/authority-queries.ts'
import type { NewClient, NewSecret } from './queries.ts'

/** Primary key. */
export const clientsByIds = (db: Database, ids: readonly string[]) =>
  db
    .select()
    .from(oauthClients)
    .where(sql`${oauthClients.id} IN ${listed(ids)}`)

/** The clients that administrators and the operator described, by these names. Scan, ≤ 5,000 rows and 500 of each organisation. */
export const clientsByNames = (db: Database, names: readonly string[]) =>
  db
    .select({ id: oauthClients.id, name: oauthClients.name, orgId: oauthClients.orgId })
    .from(oauthClients)
    .where(and(eq(oauthClients.source, 'administrator'), sql`${oauthClients.name} IN ${listed(names)}`))

/** Oldest first. Index client_secrets_client. */
export const secretsOfClients = (db: Database, ids: readonly string[]) =>
  db
    .select()
    .from(clientSecrets)
    .where(sql`${clientSecrets.clientId} IN ${listed(ids)}`)
    .orderBy(clientSecrets.id)

/** Primary key. */
export const openOrgs = (db: Database, ids: readonly string[]) =>
  db
    .select({ id: organisations.id })
    .from(organisations)
    .where(and(sql`${organisations.id} IN ${listed(ids)}`, sql`${organisations.deletedAt} IS NULL`))

/** Primary key. */
export const orgsOfAccounts = (db: Database, ids: readonly string[]) =>
  db
    .select({ id: serviceAccounts.id, orgId: serviceAccounts.orgId })
    .from(serviceAccounts)
    .where(sql`${serviceAccounts.id} IN ${listed(ids)}`)

/** Without a limit, for the operator. Returns no row if there is such a client. Primary key. */
export const insertAnyClient = (db: Database, client: NewClient) =>
  db.insert(oauthClients).values(client).onConflictDoNothing().returning({ id: oauthClients.id })

export const insertAnySecret = (db: Database, secret: NewSecret) =>
  db.insert(clientSecrets).values(secret).returning({ id: clientSecrets.id })

/** Primary key. */
export const deleteSecrets = (db: Database, ids: readonly string[]) =>
  db.delete(clientSecrets).where(inArray(clientSecrets.id, [...ids]))
