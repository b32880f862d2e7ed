import type { Actor, Deps } from '../../deps.ts'
import type { Problem } from '../../errors.ts'
import { isAllowed } from './authorize.ts'
import { scopesById } from './load-scopes.ts'
import { INSTANCE, type Reach, type Scope } from './scope.ts'
import { unmetInOrg } from './unmet-in-org.ts'

/**
 * The scopes of the instance and of the organisations of a principal. One round trip for those not in memory. `among`: only of
 * these organisations. A person can have 500, whose rules take seconds to read and to ask, so a request names the one
 * that it concerns.
 */
export const scopesOfActor = (
  deps: Pick<Deps, 'db' | 'principals'>,
  { memberships }: Pick<Actor, 'memberships'>,
  among: readonly (string | null)[] = [...memberships.keys()],
): Promise<ReadonlyMap<string, Scope>> =>
  scopesById(deps, [INSTANCE, ...among.filter((id) => id !== null && memberships.has(id)).map(String)])

/**
 * Where a principal has a permission, among the organisations of `scopes`: for lists and for rows that are read by their
 * id. The instance is asked without an organisation, so a rule of an organisation limits its members alone. `now` is ms
 * UTC.
 */
export function reachOf(actor: Actor, permission: string, scopes: ReadonlyMap<string, Scope>, now: number): Reach {
  const instance = scopes.get(INSTANCE)
  const orgIds: string[] = []
  const refusals = new Map<string, Problem>()
  if (instance === undefined) return { everywhere: false, orgIds, refusals }
  for (const id of actor.memberships.keys()) {
    const scope = scopes.get(id)
    if (scope?.org?.deletedAt !== null || !isAllowed(actor, permission, instance, scope)) continue
    const unmet = unmetInOrg(actor, scope, now)
    if (unmet === undefined) orgIds.push(id)
    else refusals.set(id, unmet)
  }
  return { everywhere: isAllowed(actor, permission, instance), orgIds, refusals }
}

/** Whether the permission reaches a thing of this organisation; null: a thing of the instance. */
export const reaches = ({ everywhere, orgIds, refusals }: Reach, orgId: string | null): boolean =>
  orgId === null ? everywhere : !refusals.has(orgId) && (everywhere || orgIds.includes(orgId))

/** Throws if the principal has the permission in this organisation, which asks more of its session. */
export function assertNotRefused({ refusals }: Pick<Reach, 'refusals'>, orgId: string | null): void {
  const refusal = orgId === null ? undefined : refusals.get(orgId)
  if (refusal !== undefined) throw refusal
}
