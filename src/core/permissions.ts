/**
 * Permissions, which the features declare, and the built-in roles. Roles of an organisation's own making come as rows later;
 * these two are code.
 */

import { type Permission, permissions } from '../declared.ts'

export { type Permission, permissions }

const grants: Record<string, readonly Permission[]> = { admin: permissions, user: [] }

export const builtInRoles = ['admin', 'user'] as const
export type BuiltInRole = (typeof builtInRoles)[number]

/** What the roles allow together. An unknown role allows nothing. */
export function permissionsOf(roles: readonly string[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role) => (Object.hasOwn(grants, role) ? (grants[role] ?? []) : [])))
}
