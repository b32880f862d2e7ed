/**
 * Permissions, which the features declare, and the built-in roles. The two built-in roles are code. Roles that an
 * organisation defines will be rows.
 */

import { type Permission, permissions } from '../declared.ts'

export { type Permission, permissions }

const grants: Record<string, readonly Permission[]> = { admin: permissions, user: [] }

export const builtInRoles = ['admin', 'user'] as const
export type BuiltInRole = (typeof builtInRoles)[number]

/** All permissions of the roles together. An unknown role gives none. */
export function permissionsOf(roles: readonly string[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role) => (Object.hasOwn(grants, role) ? (grants[role] ?? []) : [])))
}
