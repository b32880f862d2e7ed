import type { Deps } from '../../deps.ts'
import { emailKey } from '../../lib/email.ts'
import type { Locale } from '../../lib/languages.ts'
import { patched } from './metadata.ts'
import type { Metadata } from './metadata-schema.ts'
import type { ManagedUserRow, NewUser } from './queries.ts'
import type { AccountUsername } from './usernames.ts'

export interface NewAccount {
  /** The id, if it was already given out, for example to an authenticator. Absent: a new one. */
  id?: string
  email: string
  password?: string
  name?: string
  emailVerified?: boolean
  roles?: readonly string[]
  username?: AccountUsername | undefined
  publicMetadata?: Metadata | undefined
  privateMetadata?: Metadata | undefined
  /** The language of mails to this user. */
  locale?: Locale | null | undefined
}

/** A new user: the row to insert, and the user as it will be read afterwards. */
export function newUser(
  { clock, random }: Pick<Deps, 'clock' | 'random'>,
  account: NewAccount,
  passwordHash: string | null,
): { row: NewUser; user: ManagedUserRow } {
  const now = clock.now()
  const user: ManagedUserRow = {
    id: account.id ?? random.id('usr'),
    email: account.email,
    emailVerified: account.emailVerified ?? false,
    name: account.name ?? '',
    username: account.username?.username ?? null,
    locale: account.locale ?? null,
    publicMetadata: patched({}, account.publicMetadata),
    privateMetadata: patched({}, account.privateMetadata),
    status: 'active',
    roles: [...new Set(account.roles ?? ['user'])].sort(),
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  const { roles: _, ...columns } = user
  const row = {
    ...columns,
    usernameSkeleton: account.username?.usernameSkeleton ?? null,
    emailKey: emailKey(user.email),
    passwordHash,
  }
  return { row, user }
}
