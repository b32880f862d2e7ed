import { eq, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { clientSecrets, oauthClients, organisations, pairwiseSectors } from '../../../db/tables/index.ts'
import type { ClientSecret, StoredClient } from './client-model.ts'

const secrets = sql<
  ClientSecret[]
>`(SELECT json_group_array(json_object('id', held.id, 'mac', held.mac, 'keyId', held.key_id, 'expiresAt', held.expires_at)) FROM ${clientSecrets} AS held WHERE held.client_id = oauth_clients.id)`
  .mapWith((json: string) => JSON.parse(json) as ClientSecret[]) // as selected
  .as('secrets')

/** A client with its secrets. Primary key, index client_secrets_client. */
export const clientRow = (db: Database, id: string) =>
  db
    .select({
      id: oauthClients.id,
      source: oauthClients.source,
      orgId: oauthClients.orgId,
      name: oauthClients.name,
      host: sql<string | null>`NULL`.as('host'),
      firstParty: oauthClients.firstParty,
      redirectUris: oauthClients.redirectUris,
      postLogoutRedirectUris: oauthClients.postLogoutRedirectUris,
      grantTypes: oauthClients.grantTypes,
      authMethod: oauthClients.authMethod,
      secrets,
      jwks: oauthClients.jwks,
      jwksUri: oauthClients.jwksUri,
      scopes: oauthClients.scopes,
      audiences: oauthClients.audiences,
      subjectType: oauthClients.subjectType,
      sectorSalt: sql<
        string | null
      >`(SELECT salted.salt FROM ${pairwiseSectors} AS salted WHERE salted.host = oauth_clients.sector AND oauth_clients.subject_type = 'pairwise')`.as(
        'sector_salt',
      ),
      sector: oauthClients.sector,
      idTokenAlg: oauthClients.idTokenAlg,
      requiresPushedRequests: oauthClients.requiresPushedRequests,
      requiresDpop: oauthClients.requiresDpop,
      backchannelLogoutUri: oauthClients.backchannelLogoutUri,
      serviceAccountId: oauthClients.serviceAccountId,
      about: oauthClients.about,
      /** Nobody uses a client of an organisation that was deleted. Primary key of organisations. */
      status: sql<
        StoredClient['status']
      >`CASE WHEN ${oauthClients.orgId} IS NULL OR EXISTS (SELECT 1 FROM ${organisations} AS open WHERE open.id = oauth_clients.org_id AND open.deleted_at IS NULL) THEN ${oauthClients.status} ELSE 'disabled' END`.as(
        'usable_status',
      ),
      expiresAt: oauthClients.expiresAt,
      updatedAt: oauthClients.updatedAt,
    })
    .from(oauthClients)
    .where(eq(oauthClients.id, id))
    .limit(1)
