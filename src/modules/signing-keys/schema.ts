import { Type } from '@sinclair/typebox'

export const JsonWebKeySet = Type.Object(
  {
    keys: Type.Array(
      Type.Object({
        kty: Type.Literal('OKP'),
        crv: Type.Literal('Ed25519'),
        x: Type.String({
          description: 'The public key, base64url.',
          examples: ['11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'],
        }),
        kid: Type.String({ examples: ['key_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
        alg: Type.Literal('EdDSA'),
        use: Type.Literal('sig'),
        only: Type.Optional(
          Type.Literal('api-key+jwt', {
            description: 'Present on a retired key: it verifies signed API keys, and no access tokens.',
          }),
        ),
      }),
    ),
  },
  { title: 'JsonWebKeySet' },
)
