import type { Locale } from '../../../../../lib/languages.ts'

/** What the API says about a user: `ManagedUser` of openapi.json. */
export interface User {
  id: string
  email: string
  emailVerified: boolean
  name: string
  username: string | null
  locale: Locale | null
  status: 'active' | 'disabled'
  roles: readonly string[]
  publicMetadata: Record<string, unknown>
  privateMetadata: Record<string, unknown>
  createdAt: string
  updatedAt: string
}

/** How a page calls them: a name may be empty, and an anonymous account has no address of its own. */
export const nameOf = ({ name, email }: Pick<User, 'name' | 'email'>): string => (name.trim() === '' ? email : name)

export const userPath = (id: string, rest = ''): string => `/v1/users/${encodeURIComponent(id)}${rest}`
export const userPage = (id: string, tab?: string): string =>
  `/console/users/${encodeURIComponent(id)}${tab === undefined ? '' : `/${tab}`}`
