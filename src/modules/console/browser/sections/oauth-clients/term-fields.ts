/** The terms of a client as the fields of a form. */
import type { OAuthClient } from '../../../../oauth-clients/schema.ts'

const lines = (words: readonly string[] | null): string => (words ?? []).join('\n')

/** A type, not an interface: `useFields` takes what has an index signature. */
export type TermFields = ReturnType<typeof termFieldsOf>

export const termFieldsOf = (client: OAuthClient) => ({
  name: client.name,
  tokenEndpointAuthMethod: String(client.tokenEndpointAuthMethod),
  redirectUris: lines(client.redirectUris),
  postLogoutRedirectUris: lines(client.postLogoutRedirectUris),
  everyScope: client.scopes === null,
  audiences: lines(client.audiences),
  firstParty: client.firstParty,
  backchannelLogoutUri: client.backchannelLogoutUri ?? '',
  jwksUri: client.jwksUri ?? '',
  jwks: client.jwks === null ? '' : JSON.stringify(client.jwks, null, 2),
  requirePushedAuthorizationRequests: client.requirePushedAuthorizationRequests,
  dpopBoundAccessTokens: client.dpopBoundAccessTokens,
  serviceAccountId: client.serviceAccountId ?? '',
  subjectType: String(client.subjectType),
  idTokenSignedResponseAlg: String(client.idTokenSignedResponseAlg),
  clientUri: client.clientUri ?? '',
  logoUri: client.logoUri ?? '',
  policyUri: client.policyUri ?? '',
  tosUri: client.tosUri ?? '',
})
