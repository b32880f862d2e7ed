import { Type } from '@sinclair/typebox'
import { askedParameters } from '../grants/asked-schema.ts'

/** Of OAuth 2.1 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1 and §5.5, and RFC 9449 §10. */
export const requestParameters = () => ({
  response_type: Type.Literal('code', { examples: ['code'] }),
  redirect_uri: Type.String({
    description: 'One of the client, character for character.',
    examples: ['https://notes.example/callback'],
  }),
  code_challenge: Type.String({
    description: 'PKCE: the SHA-256 of the verifier in base64url.',
    pattern: '^[A-Za-z0-9_-]{43}$',
    examples: ['E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'],
  }),
  code_challenge_method: Type.Literal('S256', { examples: ['S256'] }),
  state: Type.Optional(
    Type.String({ description: 'Comes back with the response.', maxLength: 2048, examples: ['af0ifjsldkj'] }),
  ),
  ...askedParameters(),
  nonce: Type.Optional(Type.String({ description: 'Comes back in the ID token.', maxLength: 1024 })),
  response_mode: Type.Optional(
    Type.Union([Type.Literal('query'), Type.Literal('form_post')], { description: '`query` by default.' }),
  ),
  prompt: Type.Optional(
    Type.String({ description: '`none`, or some of `login`, `consent` and `select_account`, which blanks separate.' }),
  ),
  max_age: Type.Optional(
    Type.Integer({ description: 'Seconds since the person signed in, at most.', minimum: 0, maximum: 999_999_999 }),
  ),
  login_hint: Type.Optional(Type.String({ description: 'Fills in the field for the email address.' })),
  ui_locales: Type.Optional(
    Type.String({
      description:
        'Languages for our pages, such as `de fr`: the first one that we have. What the person chose here goes before it.',
    }),
  ),
  acr_values: Type.Optional(Type.String({ description: '`aal2` asks for a second factor.' })),
  claims: Type.Optional(
    Type.String({
      description: 'A JSON object (OpenID Connect Core §5.5).',
      maxLength: 2048,
      contentMediaType: 'application/json',
    }),
  ),
  id_token_hint: Type.Optional(Type.String({ description: 'An ID token of the person who should answer.' })),
  dpop_jkt: Type.Optional(
    Type.String({
      description: 'The thumbprint of the key to which the code is bound.',
      pattern: '^[A-Za-z0-9_-]{43}$',
    }),
  ),
})

const ClientId = () =>
  Type.String({ description: 'Of the client.', examples: ['cli_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })

/** A request itself, or the `request_uri` of a pushed one in its place. */
export const AuthorizationRequest = () =>
  Type.Object(
    {
      client_id: ClientId(),
      ...Type.Partial(Type.Object(requestParameters())).properties,
      request_uri: Type.Optional(
        Type.String({
          description:
            'Of a pushed request (RFC 9126), in the place of every other parameter but `client_id`. Without it, `response_type`, `redirect_uri`, `code_challenge` and `code_challenge_method` are required.',
        }),
      ),
    },
    { title: 'AuthorizationRequest' },
  )
