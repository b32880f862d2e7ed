import { type Static, Type } from '@sinclair/typebox'
import { Email } from '../../lib/email.ts'
import { NewPassword, UserName } from '../users/schema.ts'

/** What people may change of themselves. Roles, status and verification are not here on purpose (ASVS 15.3.3). */
export const UpdateMe = Type.Object({ name: UserName }, { additionalProperties: false, title: 'UpdateMe' })

export const ChangeEmail = Type.Object({ email: Email }, { additionalProperties: false, title: 'ChangeEmail' })

export const UpgradeMe = Type.Object(
  { email: Email, password: NewPassword, name: Type.Optional(UserName) },
  { additionalProperties: false, title: 'UpgradeMe' },
)

export const ChangePassword = Type.Object(
  {
    currentPassword: Type.String({ minLength: 1, maxLength: 1024, examples: ['correct horse battery'] }),
    newPassword: NewPassword,
    // No `default`: with one, Elysia takes what is no object for an empty one.
    endOtherSessions: Type.Optional(
      Type.Boolean({ description: 'Signs out everywhere else; true unless it is false.', examples: [true] }),
    ),
  },
  { additionalProperties: false, title: 'ChangePassword' },
)
export type ChangePassword = Static<typeof ChangePassword>
