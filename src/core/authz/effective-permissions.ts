/** What a principal may do by its roles. */
import type { Actor } from '../../deps.ts'
import { permissionsOfRoles } from './policy-set.ts'
import type { Scope } from './scope.ts'

/**
 * The permissions by roles in the instance, and by roles in the organisation, in the order of their names. An API key has those among
 * its scopes. Rules decide about single requests and are not part of this.
 */
export function effectivePermissions(actor: Actor, instance: Scope, org?: Scope): string[] {
  const roles = org === undefined ? undefined : actor.memberships.get(org.id)
  const all = new Set([
    ...permissionsOfRoles(instance.policies, actor.roles),
    ...(org === undefined || roles === undefined ? [] : permissionsOfRoles(org.policies, roles)),
  ])
  return [...all].filter((permission) => actor.scopes?.has(permission) ?? true).sort()
}
