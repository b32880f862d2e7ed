import { type Static, Type } from '@sinclair/typebox'
import { User, UserId } from '../users/schema.ts'

export const UseCookie = Type.Boolean({
  description: 'true: the answer sets an HttpOnly session cookie and returns no tokens. For browsers on the same site.',
  examples: [false],
})
/** An example of a refresh token or link token. */
export const OPAQUE_TOKEN = 'q3Zb0s3yq0yq3o1c2Wk8p5v7x9A1bC4dE6fG8hJ0kL0'

export const Act = Type.Object(
  { sub: UserId },
  {
    title: 'Act',
    description:
      'Present while an administrator uses the session in the place of its owner (RFC 8693 §4.1): who it is.',
  },
)

export const Session = Type.Object(
  {
    accessToken: Type.String({
      description: 'A JWT (RFC 9068). Send it as Authorization: Bearer.',
      examples: ['eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c3JfMDE5MGE1ZTAifQ.c2lnbmF0dXJl'],
    }),
    tokenType: Type.Literal('Bearer'),
    expiresIn: Type.Integer({ description: 'Seconds until the access token expires.', examples: [300] }),
    refreshToken: Type.String({ description: 'An opaque token, valid for one refresh.', examples: [OPAQUE_TOKEN] }),
    user: User,
    act: Type.Optional(Act),
  },
  { title: 'Session' },
)
export type Session = Static<typeof Session>

export const CookieSession = Type.Object(
  {
    expiresIn: Type.Integer({ description: 'Seconds until the cookie expires if it is not used.', examples: [3600] }),
    user: User,
  },
  { title: 'CookieSession', description: 'The session is in the cookie. Scripts cannot read its token.' },
)
export type CookieSession = Static<typeof CookieSession>

export const AnySession = Type.Union([Session, CookieSession], { 'x-headers': ['Set-Cookie'] })
