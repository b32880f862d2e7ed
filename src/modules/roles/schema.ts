import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { ROLE_NAME } from '../../core/permissions.ts'
import { OrgId, PermissionNames } from '../permissions/schema.ts'

const RoleName = Type.String({
  pattern: ROLE_NAME,
  'x-expected': 'a small letter, then small letters, digits, _ or -',
  examples: ['accountant'],
})
const inherits = 'A role of the same scope whose permissions this role has too. That role inherits nothing itself.'

export const Role = Type.Object(
  {
    name: Type.String({ examples: ['admin'] }),
    permissions: Type.Array(Type.String(), {
      description: 'Its own, without those of the inherited role.',
      examples: [['users:read']],
    }),
    inherits: Type.Optional(Type.String({ description: inherits, examples: ['member'] })),
    mfaRequired: Type.Boolean({
      description:
        'The holders of the role need a second factor. Until a session has shown one, it can only add or use one.',
      examples: [false],
    }),
    builtIn: Type.Boolean({ description: 'Built-in roles cannot be changed or deleted.', examples: [true] }),
  },
  { title: 'Role' },
)
export type Role = Static<typeof Role>

/** Complete: a scope has at most 100 roles and the built-in ones. */
export const Roles = Type.Object(
  { items: Type.Array(Role), nextCursor: Type.Null({ description: 'The list is complete.', examples: [null] }) },
  { title: 'Roles' },
)

const roleInPath = Type.String({ maxLength: 64, examples: ['admin'] })
export const RoleParams = t.Object({ role: roleInPath })
export const OrgParams = t.Object({ id: OrgId })
export const OrgRoleParams = t.Object({ id: OrgId, role: roleInPath })

export const CreateRole = Type.Object(
  {
    name: RoleName,
    permissions: Type.Optional(PermissionNames),
    inherits: Type.Optional(Type.String({ pattern: ROLE_NAME, description: inherits, examples: ['member'] })),
    mfaRequired: Type.Optional(Type.Boolean({ description: 'Default: false.', examples: [false] })),
  },
  { additionalProperties: false, title: 'CreateRole' },
)
export type CreateRole = Static<typeof CreateRole>

export const UpdateRole = Type.Object(
  {
    permissions: Type.Optional(PermissionNames),
    inherits: Type.Optional(
      Type.Union([Type.String({ pattern: ROLE_NAME }), Type.Null()], {
        description: `${inherits} Null: none.`,
        examples: [null],
      }),
    ),
    mfaRequired: Type.Optional(Type.Boolean({ examples: [true] })),
  },
  { additionalProperties: false, minProperties: 1, title: 'UpdateRole' },
)
export type UpdateRole = Static<typeof UpdateRole>
