import { Type } from '@sinclair/typebox'

export const TokenAnswerSchema = Type.Object(
  {
    access_token: Type.String({ examples: ['eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9…'] }),
    token_type: Type.Union([Type.Literal('Bearer'), Type.Literal('DPoP'), Type.Literal('N_A')]),
    expires_in: Type.Integer({ description: 'In seconds.', examples: [300] }),
    refresh_token: Type.Optional(Type.String({ examples: ['4uQGvSx8Qd0mV6bF4l1bYJ8nTq2wXhR3sK5pZ7cE9aI'] })),
    scope: Type.String({ examples: ['openid profile'] }),
    id_token: Type.Optional(Type.String({ examples: ['eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9…'] })),
    authorization_details: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }))),
    issued_token_type: Type.Optional(Type.String({ examples: ['urn:ietf:params:oauth:token-type:access_token'] })),
  },
  { title: 'TokenAnswer' },
)
