import type { Static } from '@sinclair/typebox'
import { Type } from '@sinclair/typebox'
import { t } from 'elysia'
import type { PrincipalUser } from '../../deps.ts'
import { Email } from '../../lib/email.ts'
import { oncePer } from '../../lib/once-per.ts'
import { ROLE_NAME } from '../../core/permissions.ts'
import { iso } from '../../lib/iso-time.ts'
import { pageOf } from '../../core/paging/schema.ts'

export const UserId = Type.String({ pattern: '^usr_[0-9a-f]{32}$', examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })
export const UserName = Type.String({
  maxLength: 200,
  description: 'The name of the person. Any text.',
  examples: ['Ada Lovelace'],
})
const Role = Type.String({ pattern: ROLE_NAME, description: 'A role that GET /v1/roles lists.' })
const Roles = Type.Array(Role, { uniqueItems: true, maxItems: 20, examples: [['user']] })
export const Timestamp = Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] })

export const User = Type.Object(
  {
    id: UserId,
    email: Type.String({ examples: ['ada@example.com'] }),
    emailVerified: Type.Boolean(),
    name: UserName,
    status: Type.Union([Type.Literal('active'), Type.Literal('disabled')]),
    roles: Type.Array(Type.String(), { examples: [['user']] }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  },
  // Every answer that is a single user has its version in the ETag header.
  { title: 'User', 'x-headers': ['ETag'] },
)
export type User = Static<typeof User>

/** Converts a row to the user that the API shows. A new column of the table is not shown until it is added here. */
export const toUser = oncePer(
  ({ id, email, emailVerified, name, status, roles, createdAt, updatedAt }: PrincipalUser): User => ({
    id,
    email,
    emailVerified,
    name,
    status,
    roles,
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
  }),
)

/** `users/password-policy.ts` checks length, common passwords and breaches. These limits bound the work. */
export const NewPassword = Type.String({ minLength: 1, maxLength: 1024, examples: ['correct horse battery'] })

export const CreateUser = Type.Object(
  {
    email: Email,
    password: Type.Optional(NewPassword),
    name: Type.Optional(UserName),
    emailVerified: Type.Optional(Type.Boolean()),
    roles: Type.Optional(Roles),
  },
  { additionalProperties: false, title: 'CreateUser' },
)
export type CreateUser = Static<typeof CreateUser>

export const UpdateUser = Type.Object(
  {
    email: Type.Optional(Email),
    name: Type.Optional(UserName),
    emailVerified: Type.Optional(Type.Boolean()),
    roles: Type.Optional(Roles),
  },
  { additionalProperties: false, minProperties: 1, title: 'UpdateUser' },
)
export type UpdateUser = Static<typeof UpdateUser>

export const UserParams = t.Object({ id: UserId })

export const userSorts = ['createdAt', '-createdAt', 'name', '-name', 'email', '-email'] as const
export type UserSort = (typeof userSorts)[number]

export const ListUsers = t.Object(
  {
    limit: t.Integer({ minimum: 1, maximum: 100, default: 20, description: 'Number of users on a page.' }),
    cursor: t.Optional(t.String({ maxLength: 1024, description: 'The nextCursor of the previous page.' })),
    q: t.Optional(
      t.String({
        minLength: 1,
        maxLength: 100,
        description:
          'Search words. Every word must be in the name or the e-mail. A word of three or more characters matches anywhere, a word of one or two characters at the beginning of a word. Case and the diacritics of Latin letters do not matter: docs/users.md.',
      }),
    ),
    status: t.Optional(t.Union([t.Literal('active'), t.Literal('disabled')])),
    role: t.Optional(t.String({ minLength: 1, maxLength: 64 })),
    sort: t.Union(
      userSorts.map((sort) => t.Literal(sort)),
      { default: '-createdAt', description: 'A minus sorts in descending order.' },
    ),
  },
  { additionalProperties: false },
)
export type ListUsers = Static<typeof ListUsers>

export const UserPage = pageOf(User, 'UserPage')

export const IfMatch = t.Object({
  'if-match': t.Optional(
    t.String({
      maxLength: 512,
      description: 'The ETag of your last read. The change is refused if the user was changed after it.',
    }),
  ),
})
