import { type Static, type TProperties, Type } from '@sinclair/typebox'
import { t } from 'elysia'

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

export const KeyAlg = Type.Union([Type.Literal('EdDSA'), Type.Literal('RS256'), Type.Literal('ES256')])
export const KeyId = Type.String({ pattern: '^key_[0-9a-f]{32}$', examples: ['key_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })

export const ListedKey = Type.Object(
  {
    id: KeyId,
    alg: KeyAlg,
    state: Type.Union(
      [
        Type.Literal('signs'),
        Type.Literal('next'),
        Type.Literal('leaving'),
        Type.Literal('api-keys-only'),
        Type.Literal('retired'),
        Type.Literal('revoked'),
      ],
      {
        description:
          'signs: new tokens are signed with it. next: it is published and does not sign yet. leaving: another key signs, and tokens of this one are still valid. api-keys-only: it verifies signed API keys. retired, revoked: it verifies nothing.',
        examples: ['signs'],
      },
    ),
    createdAt: Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] }),
    activeAt: Type.String({
      format: 'date-time',
      description: 'It signs from then on.',
      examples: ['2026-07-09T12:10:00.000Z'],
    }),
    endsAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
      description: 'It verifies until then. Null: no other key takes its place yet.',
      examples: [null],
    }),
  },
  { title: 'SigningKey' },
)
export type ListedKey = Static<typeof ListedKey>

export const SigningKeys = Type.Object(
  { items: Type.Array(ListedKey), nextCursor: Type.Null({ description: 'There is one page.', examples: [null] }) },
  { title: 'SigningKeys' },
)

export const RotateKey = t.Object(
  { alg: t.Union([...KeyAlg.anyOf], { description: 'The algorithm whose key is changed.' }) },
  { additionalProperties: false },
)

export const RotatedKey = Type.Object(
  {
    id: KeyId,
    alg: KeyAlg,
    activeAt: Type.String({
      format: 'date-time',
      description: 'The new key signs from then on. Until then every verifier has read it.',
      examples: ['2026-07-09T12:10:00.000Z'],
    }),
  },
  { title: 'RotatedKey' },
)

export const KeyParams = t.Object({ id: KeyId })

export const RevokedKey = Type.Object(
  {
    id: KeyId,
    alg: KeyAlg,
    successor: Type.String({
      description: 'The key that signs now.',
      examples: ['key_0190a5e0c5f87d3cb3a4c1f2e5d60719'],
    }),
  },
  { title: 'RevokedKey' },
)
