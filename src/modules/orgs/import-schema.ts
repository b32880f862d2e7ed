/** Organisations, their roles and members, as rows of a file. The export writes what the import reads. */
import { type Static, Type } from '@sinclair/typebox'
import { UpdateOrgSettings } from '../../core/authz/org-settings.ts'
import { builtInOrgRoles, builtInRoles, ROLE_NAME } from '../../core/permissions.ts'
import { Email } from '../../lib/email.ts'
import { CreateOrg } from './schema.ts'

export const MAX_IMPORTED_ROWS = 1000

const { name: OrgName } = CreateOrg.properties
const Slug = Type.String({ minLength: 2, maxLength: 63, pattern: '^[a-z0-9](?:[a-z0-9-]*[a-z0-9])$' })
const RoleName = Type.String({ pattern: ROLE_NAME })
const AnyRole = Type.Union([...new Set([...builtInOrgRoles, ...builtInRoles])].map((name) => Type.Literal(name)))
const Time = Type.Optional(Type.String({ maxLength: 40 }))

export const OrgRow = Type.Object(
  {
    kind: Type.Literal('org'),
    slug: Slug,
    name: OrgName,
    settings: Type.Optional(UpdateOrgSettings),
    createdAt: Time,
  },
  { additionalProperties: false },
)

export const RoleRow = Type.Object(
  {
    kind: Type.Literal('role'),
    /** The slug of its organisation. Absent: a role of the instance. */
    org: Type.Optional(Slug),
    name: RoleName,
    permissions: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 200, uniqueItems: true })),
    inherits: Type.Optional(Type.Union([RoleName, AnyRole])),
    mfaRequired: Type.Optional(Type.Boolean()),
    createdAt: Time,
  },
  { additionalProperties: false },
)

export const MembershipRow = Type.Object(
  {
    kind: Type.Literal('membership'),
    /** The slug of the organisation. */
    org: Slug,
    email: Email,
    roles: Type.Optional(Type.Array(Type.Union([RoleName, AnyRole]), { maxItems: 20, uniqueItems: true })),
    joinedAt: Time,
  },
  { additionalProperties: false },
)

export type OrgRow = Static<typeof OrgRow>
export type RoleRow = Static<typeof RoleRow>
export type MembershipRow = Static<typeof MembershipRow>
export const importedKinds = { org: OrgRow, role: RoleRow, membership: MembershipRow } as const
