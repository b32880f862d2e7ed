/** The words of RFC 7591 §2. What they must be is checked by `oauth-clients/client-metadata.ts`, which answers in the form of that RFC. */
import { Type } from '@sinclair/typebox'
import { t } from 'elysia'

const any = (description: string, example: unknown) => Type.Optional(Type.Unknown({ description, examples: [example] }))

export const Registration = Type.Object(
  {
    redirect_uris: any('Redirect URIs.', ['https://app.example/callback', 'http://127.0.0.1/callback']),
    client_name: any('What people see at consent, marked as unproved.', 'App'),
    grant_types: any('authorization_code (default), refresh_token and the device grant. Others are left out.', [
      'authorization_code',
      'refresh_token',
    ]),
    response_types: any('code.', ['code']),
    token_endpoint_auth_method: any(
      'client_secret_basic (default), client_secret_post, private_key_jwt, or none for a public client.',
      'none',
    ),
    scope: any('The scopes that the client may ask for. Absent: every scope, which consent then limits.', 'openid'),
    jwks_uri: any('Where the client publishes its keys.', 'https://app.example/jwks.json'),
    client_uri: any('Its home page.', 'https://app.example/'),
  },
  { additionalProperties: true, title: 'ClientRegistration' },
)

export const RegisteredClient = Type.Object(
  {
    client_id: Type.String({ examples: ['cli_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
    client_id_issued_at: Type.Integer({ description: 'Seconds since the epoch.', examples: [1_783_598_400] }),
    client_secret: Type.Optional(
      Type.String({
        description: 'It is shown once.',
        examples: ['tcs_5jXo0bYkYqzZpZ8j2vN1aT3mVw6rQe9sUd4hGc7LfK0'],
      }),
    ),
    client_secret_expires_at: Type.Optional(Type.Integer({ description: '0: it does not expire.', examples: [0] })),
    registration_access_token: Type.Optional(
      Type.String({
        description: 'With it, the client reads, changes and deletes its registration. It is shown once.',
        examples: ['trt_5jXo0bYkYqzZpZ8j2vN1aT3mVw6rQe9sUd4hGc7LfK0'],
      }),
    ),
    registration_client_uri: Type.String({
      examples: ['https://id.example.com/oauth/register/cli_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
    }),
    client_name: Type.String({ examples: ['App'] }),
    redirect_uris: Type.Array(Type.String(), { examples: [['https://app.example/callback']] }),
    grant_types: Type.Array(Type.String(), { examples: [['authorization_code', 'refresh_token']] }),
    response_types: Type.Array(Type.String(), { examples: [['code']] }),
    token_endpoint_auth_method: Type.String({ examples: ['none'] }),
  },
  { additionalProperties: true, title: 'RegisteredClient' },
)

export const RegistrationParams = t.Object({
  id: Type.String({ pattern: '^cli_[0-9a-f]{32}$', examples: ['cli_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
})
