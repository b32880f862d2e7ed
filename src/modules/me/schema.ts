import { Type } from '@sinclair/typebox'
import { NewUsername, UserName } from '../users/schema.ts'

/**
 * The fields that users can change in their own account. Roles, status, verification and metadata are left out on
 * purpose (ASVS 15.3.3).
 */
export const UpdateMe = Type.Object(
  { name: Type.Optional(UserName), username: Type.Optional(NewUsername) },
  { additionalProperties: false, minProperties: 1, title: 'UpdateMe' },
)
