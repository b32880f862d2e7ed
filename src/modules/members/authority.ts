import { isAllowed } from '../../core/authz/authorize.ts'
import { scopesById } from '../../core/authz/load-scopes.ts'
import { INSTANCE, type Scope } from '../../core/authz/scope.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { Grantable } from './queries.ts'

export interface Authority {
  /** The roles that the principal may give and take. Undefined: all. */
  grantable: Grantable
  /** Whether the principal may make and unmake owners. */
  makesOwners: boolean
}

/** Everything, for the operator. */
export const fullAuthority: Authority = { grantable: undefined, makesOwners: true }

/**
 * What a principal may give and take in an organisation: nobody gives or takes a role that has a permission which they
 * do not have there. Owners are made and unmade by owners and by administrators of the instance, and by no API key. In
 * memory, or one round trip. Only a person in a fresh session gives and takes: throws `auth.fresh_session_required`.
 */
export async function authorityOf(
  deps: Pick<Deps, 'db' | 'principals'>,
  cause: Cause,
  actor: Actor,
  org: Scope,
): Promise<Authority> {
  cause.requireFresh()
  const instance = (await scopesById(deps, [INSTANCE])).get(INSTANCE)
  if (instance === undefined) throw problem('auth.forbidden')
  // An API key gives nothing outside of its scopes, whoever owns it.
  const isWhole = actor.scopes === null
  const isOwner = actor.memberships.get(org.id)?.includes('owner') === true
  if (isWhole && (isOwner || isAllowed(actor, 'orgs:transfer', instance))) return fullAuthority
  const grantable = [...org.policies.permissionsByRole].flatMap(([role, permissions]) =>
    role !== 'owner' && [...permissions].every((permission) => isAllowed(actor, permission, instance, org))
      ? [role]
      : [],
  )
  return { grantable, makesOwners: false }
}
