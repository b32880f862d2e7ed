/** Whether a principal may do something. Every guard asks here. */
import type { Actor } from '../../deps.ts'
import { decide } from './decide.ts'
import type { Asked } from './denied.ts'
import type { PolicySet } from './model.ts'
import { isOperator } from './operator.ts'
import { questionOf } from './question.ts'
import type { Scope } from './scope.ts'

/** Whether one of these roles has the permission. An unknown role has none. Allocates nothing. */
function grants({ permissionsByRole }: PolicySet, roles: readonly string[], permission: string): boolean {
  for (let at = 0; at < roles.length; at++) if (permissionsByRole.get(roles[at] as string)?.has(permission)) return true // in the range
  return false
}

/** Whether a role of the actor has the permission, in the instance or in `org`. Asks neither rules nor scopes. */
export function hasByRole(actor: Actor, permission: string, instance: Scope, org?: Scope): boolean {
  if (grants(instance.policies, actor.roles, permission)) return true
  const roles = org === undefined ? undefined : actor.memberships.get(org.id)
  return org !== undefined && roles !== undefined && grants(org.policies, roles, permission)
}

/**
 * Whether the principal has the permission: by a role of the instance, by a role of `org` in that organisation, or by a
 * rule. An API key also needs it among its scopes. A deny rule wins. The operator of the machine has every permission.
 *
 * Without a rule for the permission this builds no attributes and allocates nothing. `actor.circumstances` is called only
 * if there is a rule. Without it, a deny rule that reads `context` denies, because the field is missing.
 */
export function isAllowed(actor: Actor, permission: string, instance: Scope, org?: Scope): boolean {
  if (isOperator(actor)) return true
  if (actor.scopes !== null && !actor.scopes.has(permission)) return false
  const inInstance = instance.policies
  const inOrg = org?.policies
  if (inInstance.denyRules.has(permission) || inOrg?.denyRules.has(permission))
    return decisionOf(actor, permission, instance, org).decision.allowed
  if (hasByRole(actor, permission, instance, org)) return true
  const isMember = org !== undefined && actor.memberships.has(org.id)
  if (!inInstance.allowRules.has(permission) && !(isMember && inOrg?.allowRules.has(permission))) return false
  return decisionOf(actor, permission, instance, org).decision.allowed
}

/** The decision of `isAllowed`, with what it was made of. */
export function decisionOf(actor: Actor, permission: string, instance: Scope, org?: Scope): Asked {
  const question = questionOf(actor, permission, org?.id ?? null, actor.circumstances?.())
  const inForce = { instance: instance.policies, org: org?.policies ?? null }
  return { question, decision: decide(question, inForce.instance, inForce.org), ...inForce }
}
