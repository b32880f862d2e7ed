import { type Static, Type } from '@sinclair/typebox'

export const Factor = Type.Union([Type.Literal('totp'), Type.Literal('recovery_code'), Type.Literal('passkey')])
export type Factor = Static<typeof Factor>

export const Challenge = Type.String({
  minLength: 1,
  maxLength: 1024,
  description: 'From the answer to the first factor. Good for the second one alone, once, for 10 minutes.',
  examples: ['eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJtZmFfMDE5MGE1ZTAifQ.c2lnbmF0dXJl'],
})

export const MfaRequired = Type.Object(
  {
    status: Type.Literal('mfa_required'),
    challenge: Challenge,
    factors: Type.Array(Factor, { description: 'What this account can show.', examples: [['totp', 'recovery_code']] }),
  },
  {
    title: 'MfaRequired',
    description: 'The first factor was right, and no session is open: a second one is asked for.',
  },
)
export type MfaRequired = Static<typeof MfaRequired>

/** A token of a device that needs no second factor, for clients that keep no cookie. */
export const DeviceToken = Type.String({
  minLength: 1,
  maxLength: 512,
  description: 'Of a remembered device (`rememberDevice`). Browsers send it as a cookie instead.',
  examples: ['q3Zb0s3yq0yq3o1c2Wk8p5v7x9A1bC4dE6fG8hJ0kL2'],
})
