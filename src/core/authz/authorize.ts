/** Whether a principal may do something. Every guard asks here. */
import type { Actor } from '../../deps.ts'
import type { Scope } from './scope.ts'

/** Whether one of these roles has the permission in this scope. An unknown role has none. */
const grants = ({ policies }: Scope, roles: readonly string[], permission: string): boolean =>
  roles.some((role) => policies.permissionsByRole.get(role)?.has(permission))

/**
 * Whether the principal has the permission: by a role of the instance, or by a role of `org` in that organisation. An
 * API key also needs it among its scopes.
 */
export function isAllowed(actor: Actor, permission: string, instance: Scope, org?: Scope): boolean {
  if (actor.scopes !== null && !actor.scopes.has(permission)) return false
  if (grants(instance, actor.roles, permission)) return true
  return org !== undefined && grants(org, actor.memberships.get(org.id) ?? [], permission)
}
