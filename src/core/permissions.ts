/**
 * Permissions, which the features declare, and the built-in roles: those of the instance, and those of every
 * organisation. Roles that administrators made are rows (`custom_roles`).
 */

import { orgPermissions, type OrgPermission, type Permission, permissions } from '../declared.ts'
import type { RoleDefinition } from './authz/model.ts'
import { type BuiltInOrgRole, builtInOrgRoles } from './feature.ts'

export { type BuiltInOrgRole, builtInOrgRoles, orgPermissions, type OrgPermission, type Permission, permissions }

const grants: Record<string, readonly Permission[]> = { admin: permissions, user: [] }

export const builtInRoles = ['admin', 'user'] as const
/** The names of roles that administrators make. */
export const ROLE_NAME = '^[a-z][a-z0-9_-]{1,63}$'
export type BuiltInRole = (typeof builtInRoles)[number]

/** All permissions of the built-in roles together. An unknown role gives none. */
export function permissionsOf(roles: readonly string[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role) => (Object.hasOwn(grants, role) ? (grants[role] ?? []) : [])))
}

/** The built-in roles of the instance, as the evaluator takes them. */
export const instanceRoleDefinitions: readonly RoleDefinition[] = builtInRoles.map((name) => ({
  name,
  permissions: grants[name] ?? [],
  inherits: null,
  builtIn: true,
}))

/** The built-in roles of every organisation. */
export const orgRoleDefinitions: readonly RoleDefinition[] = builtInOrgRoles.map((name) => ({
  name,
  permissions: Object.entries(orgPermissions).flatMap(([permission, lowest]) =>
    builtInOrgRoles.indexOf(name) <= builtInOrgRoles.indexOf(lowest) ? [permission] : [],
  ),
  inherits: null,
  builtIn: true,
}))
