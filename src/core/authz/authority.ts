/**
 * What a caller may give away. One rule holds for every act on the rights of others: nobody gives, changes or takes away
 * rights that they lack themselves.
 */
import type { Actor, Deps } from '../../deps.ts'
import { type Problem, type ProblemOptions, problem } from '../../errors.ts'
import type { Cause } from '../events/queries.ts'
import { permissions as declaredPermissions } from '../permissions.ts'
import type { Authority as Limits } from './authority-queries.ts'
import { hasByRole, isAllowed } from './authorize.ts'
import type { Denied } from './denied.ts'
import { lacking } from './forbidden.ts'
import { scopesById } from './load-scopes.ts'
import type { Place } from './require-permission.ts'
import { INSTANCE, type Scope } from './scope.ts'

export interface Authority extends Limits {
  /** What a refusal says of the first of these that the caller lacks. Absent: the caller lacks none, or nobody asks. */
  denied?: (names: Given) => Denied
}

interface Given {
  permissions?: Iterable<string>
  roles?: Iterable<string>
}

const everything: Authority = { permissions: null, roles: null }
const nothing: Authority = { permissions: new Set(), roles: new Set() }

/** The authority of a caller over the roles of this place. */
export const authorityIn = ({ by }: Pick<Cause, 'by'>, { instance, org }: Place): Authority =>
  authorityOf(by, instance, org)

/**
 * The authority of a caller over the roles of the instance, or over those of `org`. The operator, the role `admin` of the
 * instance and the role `owner` of the organisation have all of it: they give the permissions of applications too, which
 * no built-in role has. Nobody else gives the role `owner`. An API key gives no permission outside of its scopes.
 *
 * Others give what a role gives them and no rule denies them now. What they have by an allow rule alone depends on its
 * condition, and a role would give it without.
 */
export function authorityOf(by: Cause['by'], instance: Scope, org?: Scope): Authority {
  if (by === 'operator') return everything
  if (by === null) return nothing
  const all = by.roles.includes('admin') || (org !== undefined && by.memberships.get(org.id)?.includes(OWNER) === true)
  if (all && by.scopes === null) return everything
  const has = (permission: string): boolean =>
    all
      ? by.scopes === null || by.scopes.has(permission)
      : hasByRole(by, permission, instance, org) && isAllowed(by, permission, instance, org)
  const { permissionsByRole } = (org ?? instance).policies
  const known = new Set([...declaredPermissions, ...[...permissionsByRole.values()].flatMap((held) => [...held])])
  const held = new Set([...known, ...(by.scopes ?? [])].filter(has))
  return {
    permissions: held,
    roles: new Set(
      [...permissionsByRole].flatMap(([role, given]) =>
        !(role === OWNER && org !== undefined) && [...given].every((name) => held.has(name)) ? [role] : [],
      ),
    ),
    denied: ({ permissions = [], roles = [] }) => {
      const given = [...roles].flatMap((role) => [...(permissionsByRole.get(role) ?? [])])
      const lacked = [...permissions, ...given].find((name) => !held.has(name))
      if (lacked !== undefined) return lacking(by, lacked, instance, org)
      const orgId = org?.id ?? null
      return { actor: by, orgId, facts: [], change: { kind: 'role', role: OWNER, orgId } }
    },
  }
}

const OWNER = 'owner'

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

/** The problem of a caller without the authority to give, take or touch these. */
export const exceeding = ({ denied }: Authority, given: Given, refuse: Refuse = exceedsOwn): Problem =>
  refuse(denied === undefined ? {} : { denied: denied(given) })
type Refuse = (options: ProblemOptions) => Problem
const exceedsOwn: Refuse = (options) => problem('role.exceeds_own', options)

/** Throws `role.exceeds_own` if the caller lacks one of these permissions. */
export function assertMayGive(authority: Authority, names: readonly string[]): void {
  if (exceeds(authority.permissions, names)) throw exceeding(authority, { permissions: names })
}

/** Throws `role.exceeds_own`, or another error, unless the caller has every permission of these roles. */
export function assertMayGiveRoles(authority: Authority, names: readonly string[], refuse?: Refuse): void {
  const roles = names.filter((name) => exceeds(authority.roles, [name]))
  if (roles.length > 0) throw exceeding(authority, { roles }, refuse)
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
