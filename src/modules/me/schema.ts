import { Type } from '@sinclair/typebox'
import { Act } from '../sessions/session-schema.ts'
import { MailLanguage, NewUsername, User, UserName } from '../users/schema.ts'

/** The account, as its session sees it. */
export const Me = Type.Object({ ...User.properties, act: Type.Optional(Act) }, { title: 'Me', 'x-headers': ['ETag'] })

/**
 * The fields that users can change in their own account. Roles, status, verification and metadata are left out on
 * purpose (ASVS 15.3.3).
 */
export const UpdateMe = Type.Object(
  { name: Type.Optional(UserName), username: Type.Optional(NewUsername), locale: Type.Optional(MailLanguage) },
  { additionalProperties: false, minProperties: 1, title: 'UpdateMe' },
)
