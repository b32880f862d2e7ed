import { type Static, type TProperties, Type } from '@sinclair/typebox'
import { oneTimeCode } from '../../lib/codes.ts'
import { AccountEmail, Email } from '../../lib/email.ts'
import { DeviceToken, MfaRequired } from '../mfa/schema.ts'
import { NewPassword, User, UserName } from '../users/schema.ts'

export const UseCookie = Type.Boolean({
  description: 'Sets an HttpOnly session cookie instead of returning tokens: for browsers on the same site.',
  examples: [false],
})
const OPAQUE_TOKEN = 'q3Zb0s3yq0yq3o1c2Wk8p5v7x9A1bC4dE6fG8hJ0kL0'
const closed = { additionalProperties: false }

export const SignUpBody = Type.Object(
  { email: Email, password: NewPassword, name: Type.Optional(UserName), useCookie: Type.Optional(UseCookie) },
  { ...closed, title: 'SignUp' },
)

export const SignInBody = Type.Object(
  {
    email: AccountEmail,
    password: Type.String({ minLength: 1, maxLength: 1024, examples: ['correct horse battery'] }),
    useCookie: Type.Optional(UseCookie),
    deviceToken: Type.Optional(DeviceToken),
  },
  { ...closed, title: 'SignIn' },
)

export const RefreshBody = Type.Object(
  {
    refreshToken: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 512,
        description: 'Absent: the session cookie is renewed.',
        examples: [OPAQUE_TOKEN],
      }),
    ),
  },
  { ...closed, title: 'Refresh' },
)

export const Session = Type.Object(
  {
    accessToken: Type.String({
      description: 'JWT, RFC 9068. Send it as Authorization: Bearer.',
      examples: ['eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c3JfMDE5MGE1ZTAifQ.c2lnbmF0dXJl'],
    }),
    tokenType: Type.Literal('Bearer'),
    expiresIn: Type.Integer({ description: 'Seconds until the access token expires.', examples: [300] }),
    refreshToken: Type.String({ description: 'Opaque, good for one refresh.', examples: [OPAQUE_TOKEN] }),
    user: User,
  },
  { title: 'Session' },
)
export type Session = Static<typeof Session>

export const CookieSession = Type.Object(
  {
    expiresIn: Type.Integer({ description: 'Seconds until the cookie expires when it is not used.', examples: [3600] }),
    user: User,
  },
  { title: 'CookieSession', description: 'The session is in the cookie; no token is shown to scripts.' },
)
export type CookieSession = Static<typeof CookieSession>

export const AnySession = Type.Union([Session, CookieSession], { 'x-headers': ['Set-Cookie'] })

/** How a first factor ends. */
export const SignInOutcome = Type.Union([Session, CookieSession, MfaRequired], { 'x-headers': ['Set-Cookie'] })

export const VerificationPending = Type.Object(
  { status: Type.Literal('verification_required') },
  { title: 'VerificationPending', description: 'The same for new and for known addresses.' },
)

const LinkToken = Type.String({
  minLength: 1,
  maxLength: 512,
  description: 'From the fragment of the link in the mail.',
  examples: [OPAQUE_TOKEN],
})
export const Code = oneTimeCode('The six digits in the mail.')

/** A link or a code of a mail, and what else the request takes. */
const withProof = <More extends TProperties>(title: string, more: More) =>
  Type.Union(
    [
      Type.Object({ token: LinkToken, ...more }, { ...closed, title: `${title}ByLink` }),
      Type.Object({ email: AccountEmail, code: Code, ...more }, { ...closed, title: `${title}ByCode` }),
    ],
    { title },
  )

export const MailBody = Type.Object({ email: AccountEmail }, { ...closed, title: 'MailRequest' })
export const VerifyEmailBody = withProof('VerifyEmail', {})
export const ResetPasswordBody = withProof('ResetPassword', { password: NewPassword })
export const EmailCodeBody = withProof('EmailCodeSignIn', {
  useCookie: Type.Optional(UseCookie),
  deviceToken: Type.Optional(DeviceToken),
})

export const MailRequested = Type.Object(
  { status: Type.Literal('mail_requested') },
  { title: 'MailRequested', description: 'The same whether there is such an account or not.' },
)
export const EmailVerified = Type.Object({ status: Type.Literal('verified') }, { title: 'EmailVerified' })
export const PasswordReset = Type.Object({ status: Type.Literal('password_reset') }, { title: 'PasswordReset' })
