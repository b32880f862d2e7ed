import { Type } from '@sinclair/typebox'
import { UserName } from '../users/schema.ts'

/**
 * The fields that users can change in their own account. Roles, status and verification are left out on purpose (ASVS
 * 15.3.3).
 */
export const UpdateMe = Type.Object({ name: UserName }, { additionalProperties: false, title: 'UpdateMe' })
