/** OIDC_PROVIDERS: the identity providers people may sign in with, as JSON. Pure: nothing is reached. */
import { type Static, type TProperties, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { isLoopbackUrl } from './loopback.ts'
import { isSharedTenant } from './provider-issuers.ts'

const text = (maxLength: number, pattern = '^[^\\u0000-\\u001f\\u007f]+$') =>
  Type.String({ minLength: 1, maxLength, pattern })

const common = {
  /** Stands in URLs and in the database: never change it. */
  id: text(32, '^[a-z][a-z0-9-]*$'),
  name: Type.Optional(text(60)),
  clientId: text(512),
  scopes: Type.Optional(Type.Array(text(128, '^[\\x21\\x23-\\x5b\\x5d-\\x7e]+$'), { minItems: 1, maxItems: 30 })),
  /** Keeps the provider's tokens, encrypted. */
  storeTokens: Type.Optional(Type.Boolean()),
  /** Takes every e-mail of this provider as verified, whatever it says. */
  trustEmail: Type.Optional(Type.Boolean()),
  /** Whether somebody unknown gets an account. */
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

/** Signs a client secret for each request, as Apple wants it. */
export interface AppleKey {
  teamId: string
  keyId: string
  /** PKCS #8, PEM. */
  privateKey: string
}

/** A provider, with everything its preset knows. */
export interface ProviderSettings {
  id: string
  name: string
  /** How it says who somebody is: an ID token, or an API of its own. */
  kind: 'oidc' | 'github' | 'discord'
  issuer: string
  clientId: string
  secret: string | AppleKey
  /** Undefined: what its metadata offers, `client_secret_post` first. */
  tokenAuth: 'client_secret_basic' | 'client_secret_post' | undefined
  scopes: readonly string[]
  /** Apple sends its answer as a form when it is asked for an e-mail. */
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

/** Reads the variable, or says which provider and field is wrong. Never repeats a value: it may be a secret. */
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
    return undefined // the parser's message would repeat what it read
  }
}

function parseProvider(entry: unknown, production: boolean): ProviderSettings | { wrong: string } {
  if (typeof entry !== 'object' || entry === null) return { wrong: 'must be an object' }
  const { preset: name = 'oidc', id } = entry as { preset?: unknown; id?: unknown } // of an object any field may be asked
  const presets = Object.keys(shapes).join(', ')
  if (typeof name !== 'string' || !Object.hasOwn(shapes, name)) return { wrong: `preset must be one of ${presets}` }
  const shape = shapes[name as Preset] // its own key, as was just asked
  const label = Value.Check(common.id, id) ? `(${id}) ` : ''
  const error = Value.Errors(shape, entry).First()
  if (error) return { wrong: `${label}${fieldOf(error.path)} ${complaint(error.value)}` }
  const given = entry as Given // checked against its shape
  const preset = presetOf(given)
  const wrongIssuer = issuerFault(preset.issuer, production)
  if (wrongIssuer !== undefined) return { wrong: `${label}issuer ${wrongIssuer}` }
  // Many tenants behind one issuer: whoever runs one of them writes any e-mail into its accounts.
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
/** A name nobody expects may be a secret in the wrong place, so it is shown only when it is a plain word. */
function fieldOf(path: string): string {
  const field = path.slice(1).split('/')[0] ?? ''
  return /^[A-Za-z]+$/.test(field) && field.length <= MAX_FIELD ? field : 'a field'
}

const complaint = (value: unknown): string =>
  value === undefined
    ? 'is missing'
    : 'is not a field of this preset, or its value has not the form that docs/providers.md describes'

function issuerFault(issuer: string, production: boolean): string | undefined {
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  if (!url || (url.protocol !== 'https:' && (production || !isLoopbackUrl(url)))) return 'must be an https URL'
  if (url.search || url.hash || url.username || url.password) return 'must have no query, fragment or user'
  // The metadata's own address would be read without a word about whose they are.
  return url.pathname.includes('/.well-known/')
    ? 'must be the issuer itself, without /.well-known/ and what follows it'
    : undefined
}
