/**
 * Clients in the words of RFC 7591 §2: what a registration sends, and what a metadata document has
 * (draft-ietf-oauth-client-id-metadata-document). Nobody vouches for such a client.
 */
import { type ClientAbout, MAX_CLIENT_ID } from './client-model.ts'
import { type ClientTerms, DEFAULT_TERMS, type Fault, faultsOf } from './client-terms.ts'

/** What is wrong: the member, the place in its list, and what is expected. Never the value. */
export interface MetadataFault {
  member: string
  at?: number
  expected: string
}

/** Grants in which a person takes part. What a client may do for itself is decided by an administrator. */
const GRANTS = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code']
const SCOPE_NAME = /^[!#-[\]-~]{1,200}$/
const MAX = { redirects: 50, scopes: 100, contacts: 10, text: 2000, name: 100 }

/** The members of RFC 7591 for the fields of our API. */
const MEMBERS: Readonly<Record<Fault['field'], string>> = {
  redirectUris: 'redirect_uris',
  postLogoutRedirectUris: 'post_logout_redirect_uris',
  grantTypes: 'grant_types',
  jwks: 'jwks',
  jwksUri: 'jwks_uri',
  scopes: 'scope',
  serviceAccountId: 'grant_types',
  sectorIdentifierUri: 'sector_identifier_uri',
  backchannelLogoutUri: 'backchannel_logout_uri',
  clientUri: 'client_uri',
  logoUri: 'logo_uri',
  policyUri: 'policy_uri',
  tosUri: 'tos_uri',
}

export interface MetadataRules {
  /** What `token_endpoint_auth_method` may be; the first is its default. */
  methods: readonly [ClientTerms['authMethod'], ...ClientTerms['authMethod'][]]
  /** The name of a client without `client_name`. */
  defaultName: string
  privateTargets: boolean
}

export interface ReadMetadata {
  terms: ClientTerms
  sectorIdentifierUri: string | undefined
  faults: readonly MetadataFault[]
}

/** Reads a client. Members that this server does not know are ignored (RFC 7591 §2), and so are grants that it does not allow. */
export function readMetadata(given: Readonly<Record<string, unknown>>, rules: MetadataRules): ReadMetadata {
  const faults: MetadataFault[] = []
  const refuse = (member: string, expected: string) => faults.push({ member, expected })

  function text(member: string, max = MAX.text): string | undefined {
    const value = given[member]
    if (value === undefined || value === null) return undefined
    if (typeof value === 'string' && value.length <= max && value.isWellFormed() && !value.includes('\0')) return value
    refuse(member, `Expected text of at most ${max} characters`)
    return undefined
  }
  function texts(member: string, maxItems: number): string[] | undefined {
    const value = given[member]
    if (value === undefined || value === null) return undefined
    const isList = Array.isArray(value) && value.length <= maxItems
    if (isList && value.every((item) => typeof item === 'string' && item.length <= MAX.text))
      return [...new Set(value as string[])] // each was just checked
    refuse(member, `Expected a list of at most ${maxItems} texts`)
    return undefined
  }
  function flag(member: string): boolean {
    const value = given[member]
    if (value !== undefined && typeof value !== 'boolean') refuse(member, 'Expected true or false')
    return value === true
  }
  function oneOf<const Word extends string>(member: string, words: readonly [Word, ...Word[]]): Word {
    const value = given[member] ?? words[0]
    const found = words.find((word) => word === value)
    if (found === undefined) refuse(member, `Expected one of ${words.join(', ')}`)
    return found ?? words[0]
  }

  const asked = texts('grant_types', 20)
  const grantTypes = (asked ?? DEFAULT_TERMS.grantTypes).filter((grant) => GRANTS.includes(grant))
  if (grantTypes.length === 0) refuse('grant_types', `Expected one of ${GRANTS.join(', ')}`)
  const responses = texts('response_types', 10)
  if (responses !== undefined && grantTypes.includes('authorization_code') && !responses.includes('code'))
    refuse('response_types', 'Expected code')
  const scopes = text('scope', MAX.text * 5)
    ?.split(' ')
    .filter(Boolean)
  if (scopes !== undefined && (scopes.length > MAX.scopes || !scopes.every((name) => SCOPE_NAME.test(name))))
    refuse('scope', 'Expected names of scopes that blanks separate')

  const terms: ClientTerms = {
    ...DEFAULT_TERMS,
    name: shownName(text('client_name', MAX.text)) || rules.defaultName,
    redirectUris: texts('redirect_uris', MAX.redirects) ?? [],
    postLogoutRedirectUris: texts('post_logout_redirect_uris', MAX.redirects) ?? [],
    grantTypes,
    authMethod: oneOf('token_endpoint_auth_method', rules.methods),
    jwks: jwksIn(given.jwks, () => refuse('jwks', 'Expected a key set of at most 20 public keys')),
    jwksUri: text('jwks_uri') ?? null,
    scopes: scopes === undefined ? null : [...new Set(scopes)],
    subjectType: oneOf('subject_type', ['public', 'pairwise']),
    idTokenAlg: oneOf('id_token_signed_response_alg', ['RS256', 'ES256', 'EdDSA']),
    requiresPushedRequests: flag('require_pushed_authorization_requests'),
    requiresDpop: flag('dpop_bound_access_tokens'),
    backchannelLogoutUri: text('backchannel_logout_uri') ?? null,
    about: aboutIn(text, texts('contacts', MAX.contacts)),
  }
  const found = faultsOf(terms, { trusted: false, privateTargets: rules.privateTargets })
  for (const { field, at, expected } of found)
    faults.push({ member: MEMBERS[field], expected, ...(at === undefined ? {} : { at }) })
  return { terms, sectorIdentifierUri: text('sector_identifier_uri'), faults }
}

/** Without characters that nobody sees or that change the order of others: people decide by this name. */
const shownName = (name = ''): string =>
  name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]+/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX.name)
    .toWellFormed()

function jwksIn(value: unknown, refuse: () => void): ClientTerms['jwks'] {
  if (value === undefined || value === null) return null
  const keys = isObject(value) ? value.keys : undefined
  if (Array.isArray(keys) && keys.length > 0 && keys.length <= 20 && keys.every(isObject)) return { keys }
  refuse()
  return null
}

function aboutIn(text: (member: string) => string | undefined, contacts: string[] | undefined): ClientAbout {
  const about: Record<string, unknown> = {
    clientUri: text('client_uri'),
    logoUri: text('logo_uri'),
    policyUri: text('policy_uri'),
    tosUri: text('tos_uri'),
    softwareId: text('software_id'),
    softwareVersion: text('software_version'),
    contacts,
  }
  return Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined))
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Whether a client id names a metadata document: an https URL with a path, in the form that browsers use, without dot segments,
 * fragment, user or password (draft §3). `privateTargets`: development also takes http.
 */
export function isMetadataUrl(id: string, privateTargets: boolean): boolean {
  if (!/^https?:\/\/[^/?#]+\//.test(id) || id.length > MAX_CLIENT_ID || !URL.canParse(id)) return false
  const { href, protocol, username, password } = new URL(id)
  return (
    href === id &&
    (protocol === 'https:' || privateTargets) &&
    username === '' &&
    password === '' &&
    !id.includes('#') &&
    !/\/(?:\.|%2e){1,2}(?:[/?]|$)/i.test(id)
  )
}
