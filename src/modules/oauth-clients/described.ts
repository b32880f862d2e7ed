/** Between the client of the API and the client that is stored. */
import type { oauthClients } from '../../../db/tables/index.ts'
import { iso } from '../../lib/iso-time.ts'
import type { ClientAbout } from './client-model.ts'
import { type ClientTerms, DEFAULT_TERMS } from './client-terms.ts'
import type { CreateOAuthClient, OAuthClient, UpdateOAuthClient } from './schema.ts'

/** A stored client with what may be shown of its secrets. Times are ms UTC. */
export type ClientRow = Omit<typeof oauthClients.$inferSelect, 'registrationTokenHash'> & {
  secrets: readonly { id: string; hint: string; createdAt: number; expiresAt: number | null }[]
}

type Given = Omit<UpdateOAuthClient, 'status'> & Partial<CreateOAuthClient>

const ABOUT = ['clientUri', 'logoUri', 'policyUri', 'tosUri', 'contacts'] as const

/** The terms of a new client. */
export const termsOf = (body: CreateOAuthClient): ClientTerms =>
  changedTerms({ ...DEFAULT_TERMS, name: body.name }, body)

/** The terms after a change. What the change does not name stays. */
export const changedTerms = (before: ClientTerms, change: Given): ClientTerms => ({
  name: change.name ?? before.name,
  redirectUris: change.redirectUris ?? before.redirectUris,
  postLogoutRedirectUris: change.postLogoutRedirectUris ?? before.postLogoutRedirectUris,
  grantTypes: change.grantTypes ?? before.grantTypes,
  authMethod: change.tokenEndpointAuthMethod ?? before.authMethod,
  jwks: change.jwks === undefined ? before.jwks : change.jwks,
  jwksUri: change.jwksUri === undefined ? before.jwksUri : change.jwksUri,
  scopes: change.scopes === undefined ? before.scopes : change.scopes,
  audiences: change.audiences === undefined ? before.audiences : change.audiences,
  subjectType: change.subjectType ?? before.subjectType,
  idTokenAlg: change.idTokenSignedResponseAlg ?? before.idTokenAlg,
  requiresPushedRequests: change.requirePushedAuthorizationRequests ?? before.requiresPushedRequests,
  requiresDpop: change.dpopBoundAccessTokens ?? before.requiresDpop,
  backchannelLogoutUri:
    change.backchannelLogoutUri === undefined ? before.backchannelLogoutUri : change.backchannelLogoutUri,
  serviceAccountId: change.serviceAccountId === undefined ? before.serviceAccountId : change.serviceAccountId,
  about: changedAbout(before.about, change),
})

function changedAbout(before: ClientAbout, change: Given): ClientAbout {
  const about: Record<string, unknown> = { ...before }
  for (const field of ABOUT) {
    const value = change[field]
    if (value === null) delete about[field]
    else if (value !== undefined) about[field] = value
  }
  return about
}

/** The columns of terms. */
export const columnsOf = (terms: ClientTerms) => ({
  name: terms.name,
  redirectUris: [...terms.redirectUris],
  postLogoutRedirectUris: [...terms.postLogoutRedirectUris],
  grantTypes: [...terms.grantTypes],
  authMethod: terms.authMethod,
  jwks: terms.jwks,
  jwksUri: terms.jwksUri,
  scopes: terms.scopes === null ? null : [...terms.scopes],
  audiences: terms.audiences === null ? null : [...terms.audiences],
  subjectType: terms.subjectType,
  idTokenAlg: terms.idTokenAlg,
  requiresPushedRequests: terms.requiresPushedRequests,
  requiresDpop: terms.requiresDpop,
  backchannelLogoutUri: terms.backchannelLogoutUri,
  serviceAccountId: terms.serviceAccountId,
  about: terms.about,
})

/** The client that the API shows. */
export const toOAuthClient = (row: ClientRow): OAuthClient => ({
  clientId: row.id,
  source: row.source,
  orgId: row.orgId,
  name: row.name,
  status: row.status,
  firstParty: row.firstParty,
  redirectUris: row.redirectUris,
  postLogoutRedirectUris: row.postLogoutRedirectUris,
  grantTypes: row.grantTypes,
  tokenEndpointAuthMethod: row.authMethod,
  jwks: row.jwks,
  jwksUri: row.jwksUri,
  scopes: row.scopes,
  audiences: row.audiences,
  subjectType: row.subjectType,
  sector: row.sector,
  idTokenSignedResponseAlg: row.idTokenAlg,
  requirePushedAuthorizationRequests: row.requiresPushedRequests,
  dpopBoundAccessTokens: row.requiresDpop,
  backchannelLogoutUri: row.backchannelLogoutUri,
  serviceAccountId: row.serviceAccountId,
  clientUri: row.about.clientUri ?? null,
  logoUri: row.about.logoUri ?? null,
  policyUri: row.about.policyUri ?? null,
  tosUri: row.about.tosUri ?? null,
  contacts: row.about.contacts ?? [],
  secrets: row.secrets.map(({ id, hint, createdAt, expiresAt }) => ({
    id,
    hint,
    createdAt: iso(createdAt),
    expiresAt: expiresAt === null ? null : iso(expiresAt),
  })),
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
  expiresAt: row.expiresAt === null ? null : iso(row.expiresAt),
})
