import type { Actor, Deps } from '../../deps.ts'
import { isAllowed } from './authorize.ts'
import { scopesById } from './load-scopes.ts'
import { INSTANCE, type Reach, type Scope } from './scope.ts'

/** The scopes of the instance and of the organisations of a principal. One round trip for those not in memory. */
export const scopesOfActor = (
  deps: Pick<Deps, 'db' | 'principals'>,
  { memberships }: Pick<Actor, 'memberships'>,
): Promise<ReadonlyMap<string, Scope>> => scopesById(deps, [INSTANCE, ...memberships.keys()])

export function reachOf(actor: Actor, permission: string, scopes: ReadonlyMap<string, Scope>): Reach {
  const instance = scopes.get(INSTANCE)
  if (instance === undefined) return { everywhere: false, orgIds: [] }
  return {
    everywhere: isAllowed(actor, permission, instance),
    orgIds: [...actor.memberships.keys()].filter((id) => {
      const scope = scopes.get(id)
      return scope?.org?.deletedAt === null && isAllowed(actor, permission, instance, scope)
    }),
  }
}

/** Whether the permission reaches a thing of this organisation; null: a thing of the instance. */
export const reaches = ({ everywhere, orgIds }: Reach, orgId: string | null): boolean =>
  everywhere || (orgId !== null && orgIds.includes(orgId))
