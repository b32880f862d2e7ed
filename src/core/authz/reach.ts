import type { Actor, Deps } from '../../deps.ts'
import type { Circumstances } from './question.ts'
import { isAllowed } from './authorize.ts'
import { scopesById } from './load-scopes.ts'
import { INSTANCE, type Reach, type Scope } from './scope.ts'

/** The scopes of the instance and of the organisations of a principal. One round trip for those not in memory. */
export const scopesOfActor = (
  deps: Pick<Deps, 'db' | 'principals'>,
  { memberships }: Pick<Actor, 'memberships'>,
): Promise<ReadonlyMap<string, Scope>> => scopesById(deps, [INSTANCE, ...memberships.keys()])

/**
 * Where the principal has the permission. `circumstances`: of a request that uses it. What the principal may give to others is
 * asked without them: a rule that allows here and now gives nothing for ever.
 */
export function reachOf(
  actor: Actor,
  permission: string,
  scopes: ReadonlyMap<string, Scope>,
  circumstances?: () => Circumstances,
): Reach {
  const instance = scopes.get(INSTANCE)
  if (instance === undefined) return { everywhere: false, orgIds: [] }
  return {
    everywhere: isAllowed(actor, permission, instance, undefined, circumstances),
    orgIds: [...actor.memberships.keys()].filter((id) => {
      const scope = scopes.get(id)
      return scope?.org?.deletedAt === null && isAllowed(actor, permission, instance, scope, circumstances)
    }),
  }
}

/** Whether the permission reaches a thing of this organisation; null: a thing of the instance. */
export const reaches = ({ everywhere, orgIds }: Reach, orgId: string | null): boolean =>
  everywhere || (orgId !== null && orgIds.includes(orgId))
