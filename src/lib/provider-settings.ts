/** OIDC_PROVIDERS: the identity providers with which people can sign in, as JSON. Pure: makes no requests. */
import { type Static, type TProperties, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { isLoopbackUrl } from './loopback.ts'
import { isSharedTenant } from './provider-issuers.ts'

const text = (maxLength: number, pattern = '^[^\\u0000-\\u001f\\u007f]+$') =>
  Type.String({ minLength: 1, maxLength, pattern })

const common = {
  /** It is part of URLs and stored in the database, so it must never change. */
  id: text(32, '^[a-z][a-z0-9-]*$'),
  name: Type.Optional(text(60)),
  clientId: text(512),
  scopes: Type.Optional(Type.Array(text(128, '^[\\x21\\x23-\\x5b\\x5d-\\x7e]+$'), { minItems: 1, maxItems: 30 })),
  /** Whether to store the provider's tokens, encrypted. */
  storeTokens: Type.Optional(Type.Boolean()),
  /** Whether to treat every e-mail of this provider as verified, also if the provider says it is not. */
  trustEmail: Type.Optional(Type.Boolean()),
  /** Whether a sign-in without an account creates one. */
  allowSignUp: Type.Optional(Type.Boolean()),
}
const secret = { clientSecret: text(2048) }
const closed = <More extends TProperties>(more: More) =>
  Type.Object({ ...common, ...more }, { additionalProperties: false })

const shapes = {
  google: closed({ preset: Type.Literal('google'), ...secret }),
  microsoft: closed({ preset: Type.Literal('microsoft'), ...secret, tenant: text(253, '^[A-Za-z0-9][A-Za-z0-9.-]*$') }),
  apple: closed({
    preset: Type.Literal('apple'),
    teamId: text(32, '^[A-Za-z0-9]+$'),
    keyId: text(32, '^[A-Za-z0-9]+$'),
    privateKey: text(4096, '^-----BEGIN PRIVATE KEY-----[A-Za-z0-9+/=\\s]+-----END PRIVATE KEY-----\\s*$'),
  }),
  github: closed({ preset: Type.Literal('github'), ...secret }),
  gitlab: closed({ preset: Type.Literal('gitlab'), ...secret, issuer: Type.Optional(text(512)) }),
  discord: closed({ preset: Type.Literal('discord'), ...secret }),
  oidc: closed({
    preset: Type.Optional(Type.Literal('oidc')),
    ...secret,
    issuer: text(512),
    tokenAuth: Type.Optional(Type.Union([Type.Literal('client_secret_basic'), Type.Literal('client_secret_post')])),
  }),
}
type Preset = keyof typeof shapes
type Given = { [Name in Preset]: Static<(typeof shapes)[Name]> }[Preset]

/** The key that signs a client secret for each request, as Apple requires. */
export interface AppleKey {
  teamId: string
  keyId: string
  /** PKCS #8, PEM. */
  privateKey: string
}

/** A provider, completed with the values of its preset. */
export interface ProviderSettings {
  id: string
  name: string
  /** How the provider identifies a person: by an ID token, or by its own API. */
  kind: 'oidc' | 'github' | 'discord'
  issuer: string
  clientId: string
  secret: string | AppleKey
  /** Undefined: a method that the metadata offer, `client_secret_post` first. */
  tokenAuth: 'client_secret_basic' | 'client_secret_post' | undefined
  scopes: readonly string[]
  /** Apple sends its answer as a form if the scopes include the e-mail. */
  formPost: boolean
  storeTokens: boolean
  trustEmail: boolean
  allowSignUp: boolean
}

const OPENID = ['openid', 'email', 'profile']

type PresetPart = Pick<ProviderSettings, 'name' | 'kind' | 'issuer' | 'scopes'>

function presetOf(given: Given): PresetPart {
  switch (given.preset) {
    case 'google':
      return { name: 'Google', kind: 'oidc', issuer: 'https://accounts.google.com', scopes: OPENID }
    case 'microsoft': {
      const issuer = `https://login.microsoftonline.com/${given.tenant}/v2.0`
      return { name: 'Microsoft', kind: 'oidc', issuer, scopes: OPENID }
    }
    case 'apple':
      return { name: 'Apple', kind: 'oidc', issuer: 'https://appleid.apple.com', scopes: ['openid', 'email', 'name'] }
    case 'gitlab':
      return { name: 'GitLab', kind: 'oidc', issuer: given.issuer ?? 'https://gitlab.com', scopes: OPENID }
    case 'github': {
      const issuer = 'https://github.com/login/oauth'
      return { name: 'GitHub', kind: 'github', issuer, scopes: ['read:user', 'user:email'] }
    }
    case 'discord':
      return { name: 'Discord', kind: 'discord', issuer: 'https://discord.com', scopes: ['identify', 'email'] }
    default:
      return { name: given.id, kind: 'oidc', issuer: given.issuer, scopes: OPENID }
  }
}

type Parsed = { accepted: readonly ProviderSettings[] } | { refused: string }

/**
 * Parses the variable, or says which provider and field is wrong. The message never has a value, because it may be a
 * secret.
 */
export function parseProviders(json: string | undefined, production: boolean): Parsed {
  if (json === undefined) return { accepted: [] }
  const list = parseList(json)
  if (list === undefined) return { refused: 'must be a JSON array of objects' }
  const accepted: ProviderSettings[] = []
  for (const [index, entry] of list.entries()) {
    const parsed = parseProvider(entry, production)
    if ('wrong' in parsed) return { refused: `provider ${index + 1}: ${parsed.wrong}` }
    if (accepted.some(({ id }) => id === parsed.id))
      return { refused: `provider ${index + 1} (${parsed.id}): another provider has the same id` }
    accepted.push(parsed)
  }
  return { accepted }
}

function parseList(json: string): unknown[] | undefined {
  try {
    const list: unknown = JSON.parse(json)
    return Array.isArray(list) ? list : undefined
  } catch {
    return undefined // the message of the parser would repeat the input
  }
}

function parseProvider(entry: unknown, production: boolean): ProviderSettings | { wrong: string } {
  if (typeof entry !== 'object' || entry === null) return { wrong: 'must be an object' }
  const { preset: name = 'oidc', id } = entry as { preset?: unknown; id?: unknown } // any field of an object may be read
  const presets = Object.keys(shapes).join(', ')
  if (typeof name !== 'string' || !Object.hasOwn(shapes, name)) return { wrong: `preset must be one of ${presets}` }
  const shape = shapes[name as Preset] // its own key, as checked above
  const label = Value.Check(common.id, id) ? `(${id}) ` : ''
  const error = Value.Errors(shape, entry).First()
  if (error) return { wrong: `${label}${fieldOf(error.path)} ${complaint(error.value)}` }
  const given = entry as Given // checked with its shape
  const preset = presetOf(given)
  const wrongIssuer = issuerFault(preset.issuer, production)
  if (wrongIssuer !== undefined) return { wrong: `${label}issuer ${wrongIssuer}` }
  // One issuer for many tenants: the administrator of each tenant can write any e-mail into its accounts.
  if (given.trustEmail === true && isSharedTenant(preset.issuer))
    return {
      wrong: `${label}trustEmail must not be set for a tenant that is shared by many organisations: each of them could claim any e-mail`,
    }
  if (preset.kind === 'oidc' && given.scopes?.includes('openid') === false)
    return { wrong: `${label}scopes must include openid` }
  return {
    ...preset,
    id: given.id,
    name: given.name ?? preset.name,
    clientId: given.clientId,
    secret:
      given.preset === 'apple'
        ? { teamId: given.teamId, keyId: given.keyId, privateKey: given.privateKey }
        : given.clientSecret,
    tokenAuth: 'tokenAuth' in given ? given.tokenAuth : undefined,
    scopes: given.scopes ?? preset.scopes,
    formPost: given.preset === 'apple',
    storeTokens: given.storeTokens ?? false,
    trustEmail: given.trustEmail ?? false,
    allowSignUp: given.allowSignUp ?? true,
  }
}

const MAX_FIELD = 40
/** An unexpected name may be a secret in the wrong place. So the message shows it only if it is a plain word. */
function fieldOf(path: string): string {
  const field = path.slice(1).split('/')[0] ?? ''
  return /^[A-Za-z]+$/.test(field) && field.length <= MAX_FIELD ? field : 'a field'
}

const complaint = (value: unknown): string =>
  value === undefined
    ? 'is missing'
    : 'is not known for this preset, or its value does not have the form in docs/providers.md'

function issuerFault(issuer: string, production: boolean): string | undefined {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  if (!url || (url.protocol !== 'https:' && (production || !isLoopbackUrl(url)))) return 'must be an https URL'
  if (url.search || url.hash || url.username || url.password) return 'must have no query, fragment or user'
  // A URL of metadata instead of the issuer would skip the check that the metadata belong to this issuer.
  return url.pathname.includes('/.well-known/')
    ? 'must be the issuer itself, without /.well-known/ and what follows it'
    : undefined
}
