import { Type } from '@sinclair/typebox'
import { clientCredentials } from '../oauth-clients/credentials-schema.ts'

/** RFC 7662 §2.1. */
export const IntrospectionForm = () =>
  Type.Object(
    {
      ...clientCredentials(),
      token: Type.String({
        description: 'An access token or a refresh token.',
        examples: ['eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9…'],
      }),
      token_type_hint: Type.Optional(Type.String({ description: 'Ignored: the token says what it is.' })),
    },
    { title: 'IntrospectionRequest' },
  )

export const Introspection = Type.Object(
  {
    active: Type.Boolean({ description: 'false: every other member is absent.' }),
    iss: Type.Optional(Type.String({ examples: ['https://id.example.com'] })),
    aud: Type.Optional(Type.String({ examples: ['https://api.example.com'] })),
    sub: Type.Optional(Type.String({ examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })),
    client_id: Type.Optional(Type.String({ examples: ['cli_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })),
    jti: Type.Optional(Type.String({ examples: ['tok_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })),
    token_type: Type.Optional(Type.Union([Type.Literal('Bearer'), Type.Literal('DPoP')])),
    scope: Type.Optional(Type.String({ examples: ['invoices:read'] })),
    iat: Type.Optional(Type.Integer({ description: 'Seconds.', examples: [1783598400] })),
    exp: Type.Optional(Type.Integer({ description: 'Seconds.', examples: [1783598700] })),
    auth_time: Type.Optional(Type.Integer({ description: 'Seconds.', examples: [1783598400] })),
    acr: Type.Optional(Type.String({ examples: ['aal2'] })),
    amr: Type.Optional(Type.Array(Type.String(), { examples: [['pwd', 'otp', 'mfa']] })),
    org_id: Type.Optional(Type.String({ examples: ['org_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })),
    cnf: Type.Optional(
      Type.Object({
        jkt: Type.String({
          description: 'RFC 9449 §6: the thumbprint of the key.',
          examples: ['0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'],
        }),
      }),
    ),
    act: Type.Optional(Type.Object({}, { additionalProperties: true })),
    may_act: Type.Optional(Type.Object({}, { additionalProperties: true })),
    authorization_details: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }))),
  },
  { title: 'Introspection' },
)
