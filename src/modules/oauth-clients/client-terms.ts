/**
 * What a client may be. Administrators, the operator's import, registrations and metadata documents describe clients in their own
 * words, and all of them are judged here.
 */
import { publicUrlFault } from '../../lib/public-addresses.ts'
import { publicKeyOf } from '../../lib/primitives/public-keys.ts'
import type { Client } from './client-model.ts'
import { redirectUriFault } from './redirect-uri.ts'

/** What is described of a client. */
export type ClientTerms = Pick<
  Client,
  | 'name'
  | 'redirectUris'
  | 'postLogoutRedirectUris'
  | 'grantTypes'
  | 'authMethod'
  | 'jwks'
  | 'jwksUri'
  | 'scopes'
  | 'audiences'
  | 'subjectType'
  | 'idTokenAlg'
  | 'requiresPushedRequests'
  | 'requiresDpop'
  | 'backchannelLogoutUri'
  | 'serviceAccountId'
  | 'about'
>

export const DEFAULT_TERMS: Omit<ClientTerms, 'name'> = {
  redirectUris: [],
  postLogoutRedirectUris: [],
  // RFC 7591 §2.
  grantTypes: ['authorization_code'],
  authMethod: 'client_secret_basic',
  jwks: null,
  jwksUri: null,
  scopes: null,
  audiences: null,
  subjectType: 'public',
  idTokenAlg: 'RS256',
  requiresPushedRequests: false,
  requiresDpop: false,
  backchannelLogoutUri: null,
  serviceAccountId: null,
  about: {},
}

export interface Judgement {
  /** An administrator of the instance or the operator describes the client. */
  trusted: boolean
  /** PRIVATE_TARGETS=allow. */
  privateTargets: boolean
}

/** What is wrong: the field as the API names it, the place in its list, and what is expected. Never the value. */
export interface Fault {
  field: FaultyField
  at?: number
  expected: string
}
export type FaultyField =
  | 'redirectUris'
  | 'postLogoutRedirectUris'
  | 'grantTypes'
  | 'jwks'
  | 'jwksUri'
  | 'scopes'
  | 'serviceAccountId'
  | 'sectorIdentifierUri'
  | 'backchannelLogoutUri'
  | keyof typeof ABOUT_URIS
const ABOUT_URIS = { clientUri: true, logoUri: true, policyUri: true, tosUri: true } as const

/** Grants of a client that acts for itself, or with tokens of others: nobody is asked, so it must prove who it is. */
const CONFIDENTIAL_GRANTS = [
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
]

export const usesSecret = ({ authMethod }: Pick<ClientTerms, 'authMethod'>): boolean =>
  authMethod === 'client_secret_basic' || authMethod === 'client_secret_post'

/** Every fault of these terms. An empty list: a client may be like that. */
export function faultsOf(terms: ClientTerms, { trusted, privateTargets }: Judgement): Fault[] {
  const { grantTypes, authMethod, redirectUris, postLogoutRedirectUris, jwks, jwksUri, backchannelLogoutUri } = terms
  const faults: Fault[] = []
  const refuse = (field: FaultyField, expected: string, at?: number) =>
    faults.push(at === undefined ? { field, expected } : { field, expected, at })

  for (const [field, uris] of Object.entries({ redirectUris, postLogoutRedirectUris }) as [
    'redirectUris' | 'postLogoutRedirectUris',
    readonly string[],
  ][])
    for (const [at, uri] of uris.entries()) {
      const fault = redirectUriFault(uri, { trusted })
      if (fault !== undefined) refuse(field, `The URI ${fault}`, at)
    }
  if (grantTypes.includes('authorization_code') && redirectUris.length === 0)
    refuse('redirectUris', 'Expected a redirect URI, because the client uses authorization_code')
  const unproved = grantTypes.find((grant) => CONFIDENTIAL_GRANTS.includes(grant))
  if (authMethod === 'none' && unproved !== undefined)
    refuse('grantTypes', 'Expected grant types of a public client, because it has no credentials')
  if (grantTypes.length === 1 && grantTypes[0] === 'refresh_token')
    refuse('grantTypes', 'Expected a grant type beside refresh_token')

  if (jwks !== null && jwksUri !== null) refuse('jwksUri', 'Expected the keys or their URL, not both')
  if (authMethod === 'private_key_jwt' && jwks === null && jwksUri === null)
    refuse('jwks', 'Expected keys or their URL, because the client authenticates with private_key_jwt')
  for (const [at, key] of (jwks?.keys ?? []).entries())
    if (!isPublicKey(key)) refuse('jwks', 'Expected a public key for EdDSA, ES256, PS256 or RS256', at)
  for (const [field, uri] of Object.entries({ jwksUri, backchannelLogoutUri }) as [
    'jwksUri' | 'backchannelLogoutUri',
    string | null,
  ][])
    if (uri !== null && (uri.includes('#') || publicUrlFault(uri, { privateTargets }) !== undefined))
      refuse(field, 'Expected an https URL of a public host, without a fragment')
  for (const field of Object.keys(ABOUT_URIS) as (keyof typeof ABOUT_URIS)[])
    if (!isWebPage(terms.about[field])) refuse(field, 'Expected an https URL')

  // Otherwise it could use every permission of the account.
  if (terms.serviceAccountId !== null && terms.scopes === null)
    refuse('scopes', 'Expected the scopes that the client may use as its service account')
  return faults
}

/** Links that people see at consent. */
const isWebPage = (uri: string | undefined): boolean =>
  uri === undefined || (URL.canParse(uri) && new URL(uri).protocol === 'https:' && !/[\s\\]/.test(uri))

function isPublicKey(key: Record<string, unknown>): boolean {
  return (['EdDSA', 'ES256', 'PS256', 'RS256'] as const).some((alg) => {
    try {
      publicKeyOf(key, alg)
      return true
    } catch {
      return false
    }
  })
}
