import type { Actor, Deps } from '../../deps.ts'
import { isAllowed } from './authorize.ts'
import { scopesById } from './load-scopes.ts'
import { passesInOrg } from './refusal-in-org.ts'
import { INSTANCE, type Reach, type Scope } from './scope.ts'
import { unmetInOrg } from './unmet-in-org.ts'

/**
 * The scopes of the instance and of the organisations of a principal. One round trip for those not in memory. An
 * organisation whose requirements the session does not meet is left out, so no permission reaches into it.
 */
export async function scopesOfActor(
  deps: Pick<Deps, 'db' | 'principals' | 'clock'>,
  actor: Actor,
): Promise<ReadonlyMap<string, Scope>> {
  const scopes = await scopesById(deps, [INSTANCE, ...actor.memberships.keys()])
  const now = deps.clock.now()
  return new Map([...scopes].filter(([, scope]) => unmetInOrg(actor, scope, now) === undefined))
}

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
