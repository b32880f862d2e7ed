import { and, eq, gt, isNotNull, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { oauthClients } from '../../../db/tables/index.ts'
import type { NewClient } from './queries.ts'

const described = {
  name: sql`excluded.name`,
  redirectUris: sql`excluded.redirect_uris`,
  postLogoutRedirectUris: sql`excluded.post_logout_redirect_uris`,
  grantTypes: sql`excluded.grant_types`,
  authMethod: sql`excluded.auth_method`,
  jwks: sql`excluded.jwks`,
  jwksUri: sql`excluded.jwks_uri`,
  scopes: sql`excluded.scopes`,
  idTokenAlg: sql`excluded.id_token_alg`,
  requiresPushedRequests: sql`excluded.requires_pushed_requests`,
  requiresDpop: sql`excluded.requires_dpop`,
  backchannelLogoutUri: sql`excluded.backchannel_logout_uri`,
  about: sql`excluded.about`,
}

/** The row of a document that a person allows, new or as it is now. It keeps its status. Primary key. */
export const storeMetadataClient = (db: Database, row: NewClient) =>
  db
    .insert(oauthClients)
    .values(row)
    .onConflictDoUpdate({
      target: oauthClients.id,
      set: {
        ...described,
        expiresAt: null,
        updatedAt: sql`excluded.updated_at`,
        version: sql`${oauthClients.version} + 1`,
      },
      setWhere: sql`${oauthClients.source} = 'metadata'`,
    })
    .returning({ id: oauthClients.id })

/** The row of a document for a while. A row that is there stays as long as it would, or as long as this one. Primary key. */
export const holdMetadataClient = (db: Database, row: NewClient) =>
  db
    .insert(oauthClients)
    .values(row)
    .onConflictDoUpdate({
      target: oauthClients.id,
      set: { expiresAt: sql`excluded.expires_at` },
      setWhere: sql`${oauthClients.source} = 'metadata' AND ${oauthClients.expiresAt} < excluded.expires_at`,
    })
    .returning({ id: oauthClients.id })

/** Primary key. */
export const updateMetadataClient = (db: Database, id: string, columns: Partial<NewClient>, now: number) =>
  db
    .update(oauthClients)
    .set({ ...columns, updatedAt: now, version: sql`${oauthClients.version} + 1` })
    .where(and(eq(oauthClients.id, id), eq(oauthClients.source, 'metadata')))
    .returning({ id: oauthClients.id })

/** A registration that a person uses stays. Primary key. */
export const keepRegistration = (db: Database, id: string, now: number) =>
  db
    .update(oauthClients)
    .set({ expiresAt: null })
    .where(and(eq(oauthClients.id, id), isNotNull(oauthClients.expiresAt), gt(oauthClients.expiresAt, now)))
    .returning({ id: oauthClients.id })
