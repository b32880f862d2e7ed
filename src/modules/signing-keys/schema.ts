import { type TProperties, Type } from '@sinclair/typebox'

const base64 = (description: string, example: string) => Type.String({ description, examples: [example] })

const jwk = <Alg extends string, Members extends TProperties>(alg: Alg, members: Members) =>
  Type.Object({
    ...members,
    kid: Type.String({ examples: ['key_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
    alg: Type.Literal(alg),
    use: Type.Literal('sig'),
  })

const Ed25519Key = jwk('EdDSA', {
  kty: Type.Literal('OKP'),
  crv: Type.Literal('Ed25519'),
  x: base64('The public key, base64url.', '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'),
  only: Type.Optional(
    Type.Literal('api-key+jwt', {
      description: 'Present on a retired key: it verifies signed API keys, and no access tokens.',
    }),
  ),
})

const RsaKey = jwk('RS256', {
  kty: Type.Literal('RSA'),
  n: base64(
    'The modulus, base64url: 2048 bits.',
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxu',
  ),
  e: base64('The exponent, base64url.', 'AQAB'),
})

const P256Key = jwk('ES256', {
  kty: Type.Literal('EC'),
  crv: Type.Literal('P-256'),
  x: base64('The x coordinate, base64url.', 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4'),
  y: base64('The y coordinate, base64url.', '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM'),
})

export const JsonWebKeySet = Type.Object(
  { keys: Type.Array(Type.Union([Ed25519Key, RsaKey, P256Key])) },
  { title: 'JsonWebKeySet' },
)
