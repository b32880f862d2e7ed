/**
 * What a caller may give away. One rule holds for every act on the rights of others: nobody gives, changes or takes away
 * rights that they lack themselves.
 */
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { Cause } from '../events/queries.ts'
import { permissions as declaredPermissions } from '../permissions.ts'
import { isAllowed } from './authorize.ts'
import { scopesById } from './load-scopes.ts'
import { INSTANCE, type Scope } from './scope.ts'

/** Null: all of them. */
export interface Authority {
  permissions: ReadonlySet<string> | null
  /** The roles all of whose permissions the caller has. */
  roles: ReadonlySet<string> | null
}

const everything: Authority = { permissions: null, roles: null }
const nothing: Authority = { permissions: new Set(), roles: new Set() }

/**
 * The authority of a caller over the roles of the instance, or over those of `org`. The operator, the role `admin` of the
 * instance and the role `owner` of the organisation have all of it: they give the permissions of applications too, which
 * no built-in role has. An API key gives no permission outside of its scopes.
 */
export function authorityOf(by: Cause['by'], instance: Scope, org?: Scope): Authority {
  if (by === 'operator') return everything
  if (by === null) return nothing
  const all =
    by.roles.includes('admin') || (org !== undefined && by.memberships.get(org.id)?.includes('owner') === true)
  if (all && by.scopes === null) return everything
  const has = (permission: string): boolean =>
    all ? by.scopes === null || by.scopes.has(permission) : isAllowed(by, permission, instance, org)
  const { permissionsByRole } = (org ?? instance).policies
  const known = new Set([...declaredPermissions, ...[...permissionsByRole.values()].flatMap((held) => [...held])])
  const held = new Set([...known, ...(by.scopes ?? [])].filter(has))
  return {
    permissions: held,
    roles: new Set(
      [...permissionsByRole].flatMap(([role, given]) => ([...given].every((name) => held.has(name)) ? [role] : [])),
    ),
  }
}

/** The authority over the roles of the instance. From memory after a guard has asked for a permission. */
export async function authorityInInstance(
  deps: Pick<Deps, 'db' | 'principals'>,
  { by }: Pick<Cause, 'by'>,
): Promise<Authority> {
  if (by === 'operator') return everything
  const instance = (await scopesById(deps, [INSTANCE])).get(INSTANCE)
  return instance === undefined ? nothing : authorityOf(by, instance)
}

export const exceeds = (allowed: ReadonlySet<string> | null, names: Iterable<string>): boolean =>
  allowed !== null && [...names].some((name) => !allowed.has(name))

/** Throws `role.exceeds_own` if the caller lacks one of these permissions. */
export function assertMayGive({ permissions }: Authority, names: Iterable<string>): void {
  if (exceeds(permissions, names)) throw problem('role.exceeds_own')
}

/** Throws `role.exceeds_own` unless the caller has every permission of these roles. */
export function assertMayGiveRoles({ roles }: Authority, names: Iterable<string>): void {
  if (exceeds(roles, names)) throw problem('role.exceeds_own')
}

/**
 * The problem of roles that do not exist, at these positions of the request. It does not repeat their names.
 */
export const noSuchRoles = (unknown: readonly { at: number }[], path = '/roles') =>
  problem('request.invalid', {
    errors: unknown.map(({ at }) => ({ path: `${path}/${at}`, message: 'Expected the name of a role that exists' })),
  })

/** The rights of oneself never exceed one's own. */
export const isOneself = ({ by }: Pick<Cause, 'by'>, userId: string): boolean => isActor(by) && by.id === userId
const isActor = (by: Cause['by']): by is Actor => by !== null && by !== 'operator'
