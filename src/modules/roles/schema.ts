import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { permissions } from '../../core/permissions.ts'

export const Role = Type.Object(
  {
    name: Type.String({ examples: ['admin'] }),
    permissions: Type.Array(Type.String({ enum: [...permissions] }), { examples: [['users:read']] }),
    mfaRequired: Type.Boolean({
      description:
        'The holders of the role need a second factor. Until a session has shown one, it can only add or use one.',
      examples: [false],
    }),
  },
  { title: 'Role' },
)
export type Role = Static<typeof Role>

export const Roles = Type.Object({ items: Type.Array(Role) }, { title: 'Roles' })

export const RoleParams = t.Object({ role: Type.String({ maxLength: 64, examples: ['admin'] }) })

export const UpdateRole = Type.Object(
  { mfaRequired: Type.Boolean({ examples: [true] }) },
  { additionalProperties: false, title: 'UpdateRole' },
)
