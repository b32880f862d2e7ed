import { authorityOf as authorityInOrg, type Authority as Given } from '../../core/authz/authority.ts'
import { hasByRole, isAllowed } from '../../core/authz/authorize.ts'
import { instanceIn, scopesById } from '../../core/authz/load-scopes.ts'
import { INSTANCE, type Scope } from '../../core/authz/scope.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import type { Grantable } from './queries.ts'

export interface Authority extends Pick<Given, 'denied'> {
  /** The roles that the principal may give and take. Undefined: all. */
  grantable: Grantable
  /** Whether the principal may make and unmake owners. */
  makesOwners: boolean
}

const TRANSFER = 'orgs:transfer'

/**
 * What a principal may give and take in an organisation (`core/authz/authority.ts`). Who may transfer every organisation
 * makes and unmakes owners too, and no API key does. In memory, or one round trip. Only a person in a fresh session gives
 * and takes: throws `auth.fresh_session_required`.
 */
export async function authorityOf(
  deps: Pick<Deps, 'db' | 'principals'>,
  cause: Cause,
  actor: Actor,
  org: Scope,
): Promise<Authority> {
  cause.requireFresh()
  const instance = instanceIn(await scopesById(deps, [INSTANCE]))
  const { roles, denied } = authorityInOrg(actor, instance, org)
  const transfers =
    actor.scopes === null && hasByRole(actor, TRANSFER, instance) && isAllowed(actor, TRANSFER, instance)
  if (roles === null || transfers) return { grantable: undefined, makesOwners: true }
  return { grantable: [...roles], makesOwners: false, ...(denied && { denied }) }
}

/** Throws `auth.forbidden` unless the principal may make and unmake owners. */
export function assertMakesOwners({ makesOwners, denied }: Authority): void {
  if (!makesOwners) throw problem('auth.forbidden', denied && { denied: denied({ roles: ['owner'] }) })
}
