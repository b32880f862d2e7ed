import type { Actor, Deps } from '../../deps.ts'
import { isAllowed } from './authorize.ts'
import { scopesById } from './load-scopes.ts'
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
