import { eq, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { clientSecrets, oauthClients, pairwiseSectors } from '../../../db/tables/index.ts'
import type { ClientSecret } from './client.ts'

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
      status: oauthClients.status,
      expiresAt: oauthClients.expiresAt,
      updatedAt: oauthClients.updatedAt,
    })
    .from(oauthClients)
    .where(eq(oauthClients.id, id))
    .limit(1)
