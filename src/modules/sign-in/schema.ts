import { Type } from '@sinclair/typebox'
import { AccountEmail } from '../../lib/email.ts'
import { DeviceToken } from '../mfa/schema.ts'
import { UseCookie } from '../sessions/session-schema.ts'

export const SignInBody = Type.Object(
  {
    email: AccountEmail,
    password: Type.String({ minLength: 1, maxLength: 1024, examples: ['correct horse battery'] }),
    useCookie: Type.Optional(UseCookie),
    deviceToken: Type.Optional(DeviceToken),
  },
  { additionalProperties: false, title: 'SignIn' },
)
