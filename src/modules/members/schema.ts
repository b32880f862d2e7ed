import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { pageOf, pageQuery } from '../../core/paging/schema.ts'
import { iso } from '../../lib/iso-time.ts'

const OrgId = Type.String({ pattern: '^org_[0-9a-f]{32}$', examples: ['org_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })
const UserId = Type.String({ pattern: '^usr_[0-9a-f]{32}$', examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })
const RoleName = Type.String({ minLength: 1, maxLength: 64, examples: ['member'] })

export const Member = Type.Object(
  {
    userId: UserId,
    email: Type.String({ examples: ['ada@example.com'] }),
    name: Type.String({ examples: ['Ada Lovelace'] }),
    roles: Type.Array(Type.String(), { examples: [['member']] }),
    joinedAt: Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] }),
  },
  { title: 'Member' },
)
export type Member = Static<typeof Member>

export interface MemberRow {
  id: string
  email: string
  name: string
  roles: string[]
  joinedAt: number
}

export const toMember = ({ id, email, name, roles, joinedAt }: MemberRow): Member => ({
  userId: id,
  email,
  name,
  roles,
  joinedAt: iso(joinedAt),
})

export const MemberPage = pageOf(Member, 'MemberPage')

export const ListMembers = t.Object(
  {
    ...pageQuery,
    role: t.Optional(t.String({ minLength: 1, maxLength: 64, description: 'Only members with this role.' })),
    q: t.Optional(
      t.String({
        minLength: 1,
        maxLength: 100,
        description: 'Words in the name or the e-mail, as in `GET /v1/users`.',
      }),
    ),
  },
  { additionalProperties: false },
)
export type ListMembers = Static<typeof ListMembers>

/** The roles of a member or an invitation. At least one. */
export const RoleNames = Type.Array(RoleName, { minItems: 1, maxItems: 20, uniqueItems: true, examples: [['member']] })

export const UpdateMember = Type.Object({ roles: RoleNames }, { additionalProperties: false, title: 'UpdateMember' })

export const MembersParams = t.Object({ id: OrgId })
export const MemberParams = t.Object({ id: OrgId, userId: UserId })
