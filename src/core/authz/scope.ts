/**
 * A scope: the instance, or one organisation. It has what is in force there: roles, rules and, for an organisation, its
 * settings. Scopes are kept in memory with the principals (`platform/principal-cache.ts`).
 */
import type { PolicySet } from './model.ts'

/** The id of the scope of the instance. The scope of an organisation has the id of the organisation. */
export const INSTANCE = ''

export interface ScopedOrg {
  id: string
  name: string
  slug: string
  settings: Readonly<Record<string, unknown>>
  version: number
  createdAt: number
  updatedAt: number
  /** Set during the grace period after its deletion, ms UTC. */
  deletedAt: number | null
}

export interface Scope {
  id: string
  /** Null for the instance. */
  org: ScopedOrg | null
  policies: PolicySet
  /** Roles of this scope whose holders need a second factor. */
  mfaRoles: ReadonlySet<string>
}

/** The roles of a principal by organisation. */
export type Memberships = ReadonlyMap<string, readonly string[]>
export const noMemberships: Memberships = new Map()

/** Where a principal has a permission. */
export interface Reach {
  /** In the instance, and so in every organisation. */
  everywhere: boolean
  /** The organisations in which it is a member and has the permission. Those that were deleted are not among them. */
  orgIds: readonly string[]
  /** Further ones, which refuse its session, with the problem to throw (`unmetInOrg`). */
  refusals: ReadonlyMap<string, Error>
}
