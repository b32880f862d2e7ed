import { Type } from '@sinclair/typebox'
import { UserName } from '../users/schema.ts'

/** What people may change of themselves. Roles, status and verification are not here on purpose (ASVS 15.3.3). */
export const UpdateMe = Type.Object({ name: UserName }, { additionalProperties: false, title: 'UpdateMe' })
