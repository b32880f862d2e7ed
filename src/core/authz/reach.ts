import type { Actor, Deps } from '../../deps.ts'
import { isAllowed } from './authorize.ts'
import { scopesById } from './load-scopes.ts'
import { passesInOrg } from './refusal-in-org.ts'
import { INSTANCE, type Reach, type Scope } from './scope.ts'

/** The scopes of the instance and of the organisations of a principal. One round trip for those not in memory. */
export const scopesOfActor = (
  deps: Pick<Deps, 'db' | 'principals'>,
  { memberships }: Pick<Actor, 'memberships'>,
): Promise<ReadonlyMap<string, Scope>> => scopesById(deps, [INSTANCE, ...memberships.keys()])

/**
 * Where a principal has a permission, for lists and for rows that are read by their id. The instance is asked without an
 * organisation, so a rule of an organisation limits its members alone. Organisations whose settings or roles ask more of
 * the session are not among them. `now` is ms UTC.
 */
export function reachOf(actor: Actor, permission: string, scopes: ReadonlyMap<string, Scope>, now: number): Reach {
  const instance = scopes.get(INSTANCE)
  if (instance === undefined) return { everywhere: false, orgIds: [] }
  return {
    everywhere: isAllowed(actor, permission, instance),
    orgIds: [...actor.memberships.keys()].filter((id) => {
      const scope = scopes.get(id)
      return scope !== undefined && passesInOrg(actor, permission, instance, scope, now)
    }),
  }
}
