import { type Static, Type } from '@sinclair/typebox'
import { withProof } from '../proofs/schema.ts'
import { NewPassword } from '../users/schema.ts'

export const ResetPasswordBody = withProof('ResetPassword', { password: NewPassword })
export const PasswordReset = Type.Object({ status: Type.Literal('password_reset') }, { title: 'PasswordReset' })

export const ChangePassword = Type.Object(
  {
    currentPassword: Type.String({ minLength: 1, maxLength: 1024, examples: ['correct horse battery'] }),
    newPassword: NewPassword,
    // No `default`: with a default, Elysia reads a body that is not an object as an empty object.
    endOtherSessions: Type.Optional(
      Type.Boolean({ description: 'Whether to end all other sessions. Default: true.', examples: [true] }),
    ),
  },
  { additionalProperties: false, title: 'ChangePassword' },
)
export type ChangePassword = Static<typeof ChangePassword>
