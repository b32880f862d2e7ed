import { Type } from '@sinclair/typebox'
import { AccountEmail } from '../../lib/email.ts'
import { DeviceToken } from '../mfa/schema.ts'
import { UseCookie } from '../sessions/session-schema.ts'

const AccountUsername = Type.String({
  minLength: 1,
  maxLength: 128,
  description: 'The username of an account, in any case.',
  examples: ['ada_lovelace'],
})

const rest = {
  password: Type.String({ minLength: 1, maxLength: 1024, examples: ['correct horse battery'] }),
  useCookie: Type.Optional(UseCookie),
  deviceToken: Type.Optional(DeviceToken),
}

/** The e-mail or the username of an account, and its password. */
export const SignInBody = Type.Union(
  [
    Type.Object({ email: AccountEmail, ...rest }, { additionalProperties: false, title: 'SignInWithEmail' }),
    Type.Object({ username: AccountUsername, ...rest }, { additionalProperties: false, title: 'SignInWithUsername' }),
  ],
  { title: 'SignIn' },
)
