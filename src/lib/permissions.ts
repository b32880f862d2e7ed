/** Permissions and the roles built in. Roles of an organisation's own making come as rows later; these two are code. */

export const permissions = [
  'users:read',
  'users:write',
  'roles:read',
  'roles:write',
  'audit:read',
  'jobs:read',
  'jobs:write',
] as const
export type Permission = (typeof permissions)[number]

const grants: Record<string, readonly Permission[]> = { admin: permissions, user: [] }

export const builtInRoles = ['admin', 'user'] as const
export type BuiltInRole = (typeof builtInRoles)[number]

/** What the roles allow together. An unknown role allows nothing. */
export function permissionsOf(roles: readonly string[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role) => (Object.hasOwn(grants, role) ? (grants[role] ?? []) : [])))
}
