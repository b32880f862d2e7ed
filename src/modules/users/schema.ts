import type { Static } from '@sinclair/typebox'
import { Type } from '@sinclair/typebox'
import { t } from 'elysia'
import type { PrincipalUser } from '../../deps.ts'
import { Email } from '../../lib/email.ts'
import { oncePer } from '../../lib/once-per.ts'
import { ROLE_NAME } from '../../core/permissions.ts'
import { iso } from '../../lib/iso-time.ts'
import { type Locale, locales } from '../../lib/languages.ts'
import { pageOf } from '../../core/paging/schema.ts'
import { ifMatch } from '../../core/conditions/schema.ts'
import {
  MAX_FILTERED_LENGTH,
  type Metadata,
  PrivateMetadata,
  PrivatePatch,
  PublicMetadata,
  PublicPatch,
} from './metadata-schema.ts'

export const UserId = Type.String({ pattern: '^usr_[0-9a-f]{32}$', examples: ['usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'] })
export const UserName = Type.String({
  maxLength: 200,
  description: 'The name of the person. Any text.',
  examples: ['Ada Lovelace'],
})
const Role = Type.String({ pattern: ROLE_NAME, description: 'A role that GET /v1/roles lists.' })
const Roles = Type.Array(Role, { uniqueItems: true, maxItems: 20, examples: [['user']] })
export const Timestamp = Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] })

/** A name as it is typed. `usernames.ts` checks it. */
export const Username = Type.String({
  minLength: 1,
  maxLength: 128,
  description:
    'A name that is unique, to sign in with and to show. 3 to 32 letters of one script, digits, and single dots, underscores or hyphens between them. It is stored in lower case.',
  examples: ['ada_lovelace'],
})
const ShownUsername = Type.Union([Type.String(), Type.Null()], {
  description: 'Unique among all accounts, in lower case. Null: the account has none.',
  examples: ['ada_lovelace'],
})
const language = Type.Unsafe<Locale>(Type.Union(locales.map((locale) => Type.Literal(locale))))
/** Of an account, as it is shown and as it is changed. */
export const MailLanguage = Type.Union([language, Type.Null()], {
  description: 'The language of mails to the user (BCP 47). Null: that of the request which causes the mail.',
  examples: ['de'],
})

/** The user as the person sees it. */
export const User = Type.Object(
  {
    id: UserId,
    email: Type.String({ examples: ['ada@example.com'] }),
    emailVerified: Type.Boolean(),
    name: UserName,
    username: ShownUsername,
    locale: MailLanguage,
    status: Type.Union([Type.Literal('active'), Type.Literal('disabled')]),
    roles: Type.Array(Type.String(), { examples: [['user']] }),
    publicMetadata: PublicMetadata,
    createdAt: Timestamp,
    updatedAt: Timestamp,
  },
  // Every answer that is a single user has its version in the ETag header.
  { title: 'User', 'x-headers': ['ETag'] },
)
export type User = Static<typeof User>

/** Converts a row to the user that the API shows. A new column of the table is not shown until it is added here. */
export const toUser = oncePer(
  ({
    id,
    email,
    emailVerified,
    name,
    username,
    locale,
    status,
    roles,
    publicMetadata,
    createdAt,
    updatedAt,
  }: PrincipalUser): User => ({
    id,
    email,
    emailVerified,
    name,
    username,
    locale,
    status,
    roles,
    publicMetadata,
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
  }),
)

/** The user as administrators see it. */
export const ManagedUser = Type.Object(
  { ...User.properties, privateMetadata: PrivateMetadata },
  { title: 'ManagedUser', 'x-headers': ['ETag'] },
)
export type ManagedUser = Static<typeof ManagedUser>

/** The same with what the person must not see. For administrators only. */
export const toManagedUser = (row: PrincipalUser & { privateMetadata: Metadata }): ManagedUser => ({
  ...toUser(row),
  privateMetadata: row.privateMetadata,
})

/** `users/password-policy.ts` checks length, common passwords and breaches. These limits bound the work. */
export const NewPassword = Type.String({ minLength: 1, maxLength: 1024, examples: ['correct horse battery'] })

export const CreateUser = Type.Object(
  {
    email: Email,
    password: Type.Optional(NewPassword),
    name: Type.Optional(UserName),
    username: Type.Optional(Username),
    locale: Type.Optional(MailLanguage),
    emailVerified: Type.Optional(Type.Boolean()),
    roles: Type.Optional(Roles),
    publicMetadata: Type.Optional(PublicMetadata),
    privateMetadata: Type.Optional(PrivateMetadata),
  },
  { additionalProperties: false, title: 'CreateUser' },
)
export type CreateUser = Static<typeof CreateUser>

/** A change of the username. */
export const NewUsername = Type.Union([Username, Type.Null()], { description: 'Null removes the username.' })

export const UpdateUser = Type.Object(
  {
    email: Type.Optional(Email),
    name: Type.Optional(UserName),
    username: Type.Optional(NewUsername),
    locale: Type.Optional(MailLanguage),
    emailVerified: Type.Optional(Type.Boolean()),
    roles: Type.Optional(Roles),
    publicMetadata: Type.Optional(PublicPatch),
    privateMetadata: Type.Optional(PrivatePatch),
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
    username: t.Optional(
      t.String({ minLength: 1, maxLength: 128, description: 'The user with this username, in any case.' }),
    ),
    metadata: t.Optional(
      t.String({
        maxLength: MAX_FILTERED_LENGTH,
        description:
          'The users whose public metadata has this value under the key that METADATA_FILTER_KEY declares. A number, true and false are written as in JSON.',
      }),
    ),
    role: t.Optional(t.String({ minLength: 1, maxLength: 64 })),
    sort: t.Union(
      userSorts.map((sort) => t.Literal(sort)),
      { default: '-createdAt', description: 'A minus sorts in descending order.' },
    ),
  },
  { additionalProperties: false },
)
export type ListUsers = Static<typeof ListUsers>

export const UserPage = pageOf(ManagedUser, 'UserPage')

export const IfMatch = t.Object(ifMatch('user'))
