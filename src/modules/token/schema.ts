import { type TProperties, Type } from '@sinclair/typebox'
import { resources } from '../grants/asked-schema.ts'
import { clientCredentials } from '../oauth-clients/credentials-schema.ts'

const Resource = () => Type.Optional(resources('The audience of the access token (RFC 8707). One at most.'))
const Scope = (description: string, example: string) => Type.Optional(Type.String({ description, examples: [example] }))

const form = (title: string, grantType: string, description: string, parameters: TProperties) =>
  Type.Object(
    { grant_type: Type.Literal(grantType), ...clientCredentials(), ...parameters, resource: Resource() },
    { title, description },
  )

/** One form for each `grant_type`. A test compares them with `grant_types_supported`. */
export const TokenForm = () =>
  Type.Union(
    [
      form('TokenByCode', 'authorization_code', 'OAuth 2.1 §4.1.3, RFC 7636 §4.5.', {
        code: Type.String({ examples: ['mJ1kq0vT7yXc2bW9…'] }),
        code_verifier: Type.String({
          description: 'PKCE: the text whose SHA-256 is the `code_challenge`.',
          pattern: '^[A-Za-z0-9._~-]{43,128}$',
          examples: ['dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'],
        }),
        redirect_uri: Type.Optional(
          Type.String({
            description: 'If it is sent, it must be that of the authorization request.',
            examples: ['https://notes.example/callback'],
          }),
        ),
      }),
      form('TokenByRefresh', 'refresh_token', 'OAuth 2.1 §4.3. The refresh token is used up.', {
        refresh_token: Type.String({ examples: ['4uQGvSx8Qd0mV6bF4l1bYJ8nTq2wXhR3sK5pZ7cE9aI'] }),
        scope: Scope('Fewer scopes than were granted.', 'openid'),
      }),
      form('TokenOfClient', 'client_credentials', 'OAuth 2.1 §4.2. For confidential clients.', {
        scope: Scope('Without it: those that the client is registered with.', 'invoices:read'),
      }),
      form(
        'TokenByDevice',
        'urn:ietf:params:oauth:grant-type:device_code',
        'RFC 8628 §3.4. Send it every `interval` seconds until the person has decided.',
        { device_code: Type.String({ examples: ['GmRhmhcxhwAzkoEqiMEg-DnyEysNkuNhszIySk9eS1w'] }) },
      ),
      form(
        'TokenExchange',
        'urn:ietf:params:oauth:grant-type:token-exchange',
        'RFC 8693. Exchanges an access token for another one, or an ID token for an identity assertion grant.',
        {
          subject_token: Type.String({ examples: ['eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9…'] }),
          subject_token_type: Type.String({ examples: ['urn:ietf:params:oauth:token-type:access_token'] }),
          actor_token: Type.Optional(Type.String({ description: 'An access token of the client that acts.' })),
          actor_token_type: Type.Optional(Type.String({ description: 'Required with `actor_token`.' })),
          requested_token_type: Type.Optional(
            Type.String({
              description:
                '`urn:ietf:params:oauth:token-type:access_token` by default, or `urn:ietf:params:oauth:token-type:id-jag`.',
            }),
          ),
          audience: Type.Optional(
            resources('The same as `resource`. Of an identity assertion grant: the other server.'),
          ),
          scope: Scope('Fewer scopes than the exchanged token has.', 'invoices:read'),
          may_act: Type.Optional(
            Type.String({ description: 'The id of the client that may act with the new token. Our own parameter.' }),
          ),
        },
      ),
      form(
        'TokenByAssertion',
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
        'RFC 7523 §2.1, with the identity assertion grant of a provider that the operator trusts.',
        {
          assertion: Type.String({ examples: ['eyJhbGciOiJFZERTQSIsInR5cCI6Im9hdXRoLWlkLWphZytqd3QifQ…'] }),
          scope: Scope('Fewer scopes than the assertion names.', 'invoices:read'),
        },
      ),
    ],
    { title: 'TokenRequest' },
  )

export const TokenAnswerSchema = Type.Object(
  {
    access_token: Type.String({ examples: ['eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9…'] }),
    token_type: Type.Union([Type.Literal('Bearer'), Type.Literal('DPoP'), Type.Literal('N_A')]),
    expires_in: Type.Integer({ description: 'In seconds.', examples: [300] }),
    refresh_token: Type.Optional(Type.String({ examples: ['4uQGvSx8Qd0mV6bF4l1bYJ8nTq2wXhR3sK5pZ7cE9aI'] })),
    scope: Type.Optional(Type.String({ description: 'Absent: none.', examples: ['openid profile'] })),
    id_token: Type.Optional(Type.String({ examples: ['eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9…'] })),
    authorization_details: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }))),
    issued_token_type: Type.Optional(Type.String({ examples: ['urn:ietf:params:oauth:token-type:access_token'] })),
  },
  { title: 'TokenAnswer' },
)
