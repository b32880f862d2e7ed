import { Type } from '@sinclair/typebox'
import { Email } from '../../lib/email.ts'
import { NewPassword, UserName } from '../users/schema.ts'

export const UpgradeMe = Type.Object(
  { email: Email, password: NewPassword, name: Type.Optional(UserName) },
  { additionalProperties: false, title: 'UpgradeMe' },
)
