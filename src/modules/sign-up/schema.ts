import { Type } from '@sinclair/typebox'
import { Email } from '../../lib/email.ts'
import { UseCookie } from '../sessions/session-schema.ts'
import { NewPassword, UserName } from '../users/schema.ts'

export const SignUpBody = Type.Object(
  { email: Email, password: NewPassword, name: Type.Optional(UserName), useCookie: Type.Optional(UseCookie) },
  { additionalProperties: false, title: 'SignUp' },
)
