import { type SchemaOptions, type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { pageOf, pageQuery } from '../../core/paging/schema.ts'
import { ifMatch } from '../../core/conditions/schema.ts'
import { HAS_VISIBLE_TEXT } from '../../lib/storable-text.ts'
import { MAX_CLIENT_ID } from './client-model.ts'
import { MAX_REDIRECT_URI } from './redirect-uri.ts'

/** RFC 6749 appendix A.1. An imported client keeps its id, and the id of a metadata document is a URL. */
const ClientId = Type.String({
  pattern: `^[ -~]{1,${MAX_CLIENT_ID}}$`,
  examples: ['cli_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
})
const SecretId = Type.String({ pattern: '^sec_[0-9a-f]{32}$', examples: ['sec_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })
const OrgId = Type.String({ pattern: '^org_[0-9a-f]{32}$', examples: ['org_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })
const time = (description: string) =>
  Type.String({ format: 'date-time', description, examples: ['2026-07-09T12:00:00.000Z'] })
const Timestamp = Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] })
const orNull = <Schema extends ReturnType<typeof Type.String>>(schema: Schema, description: string) =>
  Type.Union([schema, Type.Null()], { description, examples: [null] })

/** One of these words. `Type.Union` of a list that is mapped has no type. */
const oneOf = <const Words extends readonly string[]>(words: Words, options: SchemaOptions = {}) =>
  Type.Unsafe<Words[number]>(
    Type.Union(
      words.map((word) => Type.Literal(word)),
      options,
    ),
  )

const Name = Type.String({ minLength: 1, maxLength: 100, pattern: HAS_VISIBLE_TEXT, examples: ['Acme Notes'] })
const uri = (example: string, description?: string) =>
  Type.String({
    maxLength: MAX_REDIRECT_URI,
    pattern: '^[A-Za-z][A-Za-z0-9+.-]*:',
    examples: [example],
    ...(description === undefined ? {} : { description }),
  })
const WebUri = uri('https://notes.example/about')
const RedirectUris = Type.Array(uri('https://notes.example/callback'), {
  maxItems: 50,
  uniqueItems: true,
  description: 'Compared character by character. Loopback URIs over http match with any port.',
  examples: [['https://notes.example/callback']],
})

export const GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
] as const
const GrantTypes = Type.Array(oneOf(GRANT_TYPES), {
  minItems: 1,
  uniqueItems: true,
  examples: [['authorization_code', 'refresh_token']],
})
const AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const
const AuthMethod = oneOf(AUTH_METHODS, { description: 'How the client authenticates. none: a public client.' })
const Jwks = Type.Object(
  { keys: Type.Array(Type.Record(Type.String(), Type.Unknown()), { minItems: 1, maxItems: 20 }) },
  {
    additionalProperties: false,
    description: 'Public keys (RFC 7517).',
    examples: [{ keys: [{ kty: 'OKP', crv: 'Ed25519', kid: '1', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }] }],
  },
)
/** RFC 6749 §3.3. */
export const SCOPE_NAME = '^[!#-\\[\\]-~]{1,200}$'
const Scopes = Type.Array(Type.String({ pattern: SCOPE_NAME }), {
  maxItems: 100,
  uniqueItems: true,
  examples: [['openid', 'profile', 'notes:read']],
})
const Audiences = Type.Array(uri('https://api.notes.example'), {
  minItems: 1,
  maxItems: 20,
  uniqueItems: true,
  examples: [['https://api.notes.example']],
})
const SubjectType = Type.Union([Type.Literal('public'), Type.Literal('pairwise')], {
  description: 'pairwise: each sector sees other ids of the same people (OpenID Connect Core §8.1).',
})
const ID_TOKEN_ALGS = ['RS256', 'ES256', 'EdDSA'] as const
const IdTokenAlg = oneOf(ID_TOKEN_ALGS)
const Contacts = Type.Array(Type.String({ minLength: 1, maxLength: 254 }), { maxItems: 10, examples: [[]] })
const Status = Type.Union([Type.Literal('active'), Type.Literal('disabled')], {
  description: 'A disabled client and its tokens are refused within a second.',
})

export const ClientSecret = Type.Object({
  id: SecretId,
  hint: Type.String({ description: 'The last characters of a generated secret.', examples: ['x9Kd'] }),
  createdAt: Timestamp,
  expiresAt: orNull(Timestamp, 'null: it does not expire.'),
})

const fields = {
  clientId: ClientId,
  source: Type.Union([Type.Literal('administrator'), Type.Literal('registration'), Type.Literal('metadata')], {
    description:
      'Who described the client: an administrator or the operator, itself (RFC 7591), or its metadata document.',
  }),
  orgId: orNull(Type.String(), 'The organisation that manages the client. null: the instance.'),
  name: Name,
  status: Status,
  firstParty: Type.Boolean({ description: 'Its users are not asked for consent.', examples: [false] }),
  redirectUris: RedirectUris,
  postLogoutRedirectUris: RedirectUris,
  grantTypes: Type.Array(Type.String(), { examples: [['authorization_code', 'refresh_token']] }),
  tokenEndpointAuthMethod: AuthMethod,
  jwks: Type.Union([Jwks, Type.Null()], { examples: [null] }),
  jwksUri: orNull(Type.String(), 'Where the client publishes its keys.'),
  scopes: Type.Union([Type.Array(Type.String()), Type.Null()], {
    description: 'The scopes that it may ask for. null: every scope, which consent then limits.',
    examples: [['openid', 'profile']],
  }),
  audiences: Type.Union([Type.Array(Type.String()), Type.Null()], {
    description: 'The audiences that it may ask for. null: every one.',
    examples: [null],
  }),
  subjectType: SubjectType,
  sector: orNull(Type.String(), 'The host whose clients see the same pairwise ids.'),
  idTokenSignedResponseAlg: IdTokenAlg,
  requirePushedAuthorizationRequests: Type.Boolean({ examples: [false] }),
  dpopBoundAccessTokens: Type.Boolean({ examples: [false] }),
  backchannelLogoutUri: orNull(Type.String(), 'Told when a session ends (OpenID Connect Back-Channel Logout).'),
  serviceAccountId: orNull(Type.String(), 'As this account it acts in this API with client_credentials.'),
  clientUri: orNull(Type.String(), 'Its home page.'),
  logoUri: orNull(Type.String(), 'Its logo.'),
  policyUri: orNull(Type.String(), 'How it uses data.'),
  tosUri: orNull(Type.String(), 'Its terms of service.'),
  contacts: Contacts,
  secrets: Type.Array(ClientSecret, { description: 'The secrets themselves are shown once, when they are made.' }),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  expiresAt: orNull(Timestamp, 'Of a registration that nobody uses. null: it stays.'),
}

export const OAuthClient = Type.Object(fields, { title: 'OAuthClient', 'x-headers': ['ETag'] })
export type OAuthClient = Static<typeof OAuthClient>

const Secret = Type.String({
  description: 'The secret. It is shown once.',
  examples: ['tcs_5jXo0bYkYqzZpZ8j2vN1aT3mVw6rQe9sUd4hGc7LfK0'],
})

export const CreatedOAuthClient = Type.Object(
  { ...fields, clientSecret: Type.Optional(Secret) },
  { title: 'CreatedOAuthClient', 'x-headers': ['ETag', 'Location'] },
)
export type CreatedOAuthClient = Static<typeof CreatedOAuthClient>

/** What a client may be made with, and changed to. `null` takes a value away. */
const given = {
  redirectUris: Type.Optional(RedirectUris),
  postLogoutRedirectUris: Type.Optional(RedirectUris),
  grantTypes: Type.Optional(GrantTypes),
  tokenEndpointAuthMethod: Type.Optional(AuthMethod),
  jwks: Type.Optional(Type.Union([Jwks, Type.Null()])),
  jwksUri: Type.Optional(Type.Union([uri('https://notes.example/jwks.json'), Type.Null()])),
  scopes: Type.Optional(Type.Union([Scopes, Type.Null()])),
  audiences: Type.Optional(Type.Union([Audiences, Type.Null()])),
  firstParty: Type.Optional(Type.Boolean()),
  subjectType: Type.Optional(SubjectType),
  sectorIdentifierUri: Type.Optional(
    uri(
      'https://notes.example/redirect-uris.json',
      'A list of the redirect URIs of the sector (OpenID Connect Core §8.1).',
    ),
  ),
  idTokenSignedResponseAlg: Type.Optional(IdTokenAlg),
  requirePushedAuthorizationRequests: Type.Optional(Type.Boolean()),
  dpopBoundAccessTokens: Type.Optional(Type.Boolean()),
  backchannelLogoutUri: Type.Optional(Type.Union([uri('https://notes.example/logout'), Type.Null()])),
  serviceAccountId: Type.Optional(
    Type.Union([Type.String({ pattern: '^sva_[0-9a-f]{32}$' }), Type.Null()], { examples: [null] }),
  ),
  clientUri: Type.Optional(Type.Union([WebUri, Type.Null()])),
  logoUri: Type.Optional(Type.Union([WebUri, Type.Null()])),
  policyUri: Type.Optional(Type.Union([WebUri, Type.Null()])),
  tosUri: Type.Optional(Type.Union([WebUri, Type.Null()])),
  contacts: Type.Optional(Contacts),
}

export const CreateOAuthClient = Type.Object(
  { name: Name, orgId: Type.Optional(OrgId), ...given },
  { additionalProperties: false, title: 'CreateOAuthClient' },
)
export type CreateOAuthClient = Static<typeof CreateOAuthClient>

export const UpdateOAuthClient = Type.Object(
  { name: Type.Optional(Name), status: Type.Optional(Status), ...given },
  { additionalProperties: false, minProperties: 1, title: 'UpdateOAuthClient' },
)
export type UpdateOAuthClient = Static<typeof UpdateOAuthClient>

export const CreateClientSecret = Type.Object(
  {
    expiresAt: Type.Optional(time('When the new secret expires. Absent: never.')),
    overlapUntil: Type.Optional(time('When the old secret expires. Absent: it stays.')),
  },
  { additionalProperties: false, title: 'CreateClientSecret' },
)
export type CreateClientSecret = Static<typeof CreateClientSecret>

export const CreatedClientSecret = Type.Object(
  { ...ClientSecret.properties, clientId: ClientId, clientSecret: Secret },
  { title: 'CreatedClientSecret' },
)
export type CreatedClientSecret = Static<typeof CreatedClientSecret>

export const OAuthClientParams = t.Object({ id: ClientId })
export const ClientSecretParams = t.Object({ id: ClientId, secretId: SecretId })
export const OAuthClientPage = pageOf(OAuthClient, 'OAuthClientPage')
export const ListOAuthClients = t.Object({ ...pageQuery, orgId: t.Optional(OrgId) }, { additionalProperties: false })
export type ListOAuthClients = Static<typeof ListOAuthClients>

export const IfMatch = ifMatch('client')
