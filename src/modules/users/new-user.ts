import type { Deps, PrincipalUser } from '../../deps.ts'
import { emailKey } from '../../lib/email.ts'
import type { Locale } from '../../lib/languages.ts'
import type { NewUser } from './queries.ts'

export interface NewAccount {
  /** The id, if it was already given out, for example to an authenticator. Absent: a new one. */
  id?: string
  email: string
  password?: string
  name?: string
  emailVerified?: boolean
  roles?: readonly string[]
  /** The language of mails to this user. */
  locale?: Locale | undefined
}

/** A new user: the row to insert, and the user as it will be read afterwards. */
export function newUser(
  { clock, random }: Pick<Deps, 'clock' | 'random'>,
  account: NewAccount,
  passwordHash: string | null,
): { row: NewUser; user: PrincipalUser } {
  const now = clock.now()
  const user: PrincipalUser = {
    id: account.id ?? random.id('usr'),
    email: account.email,
    emailVerified: account.emailVerified ?? false,
    name: account.name ?? '',
    status: 'active',
    roles: [...new Set(account.roles ?? ['user'])].sort(),
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
  const { roles: _, ...columns } = user
  return { row: { ...columns, emailKey: emailKey(user.email), passwordHash, locale: account.locale ?? null }, user }
}
