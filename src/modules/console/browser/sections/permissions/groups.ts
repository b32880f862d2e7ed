/** Permissions by their noun: `users:read` and `users:write` belong to `users`. */
import type { ListedPermission } from '../../../../permissions/schema.ts'

export interface PermissionGroup {
  noun: string
  permissions: readonly ListedPermission[]
}

/** Permissions of applications come last, because the list of the server is the one that people know. */
export function groupsOf(permissions: readonly ListedPermission[]): PermissionGroup[] {
  const groups = new Map<string, ListedPermission[]>()
  for (const permission of permissions.toSorted((a, b) => order(a).localeCompare(order(b)))) {
    const noun = permission.name.split(':')[0] ?? ''
    groups.set(noun, [...(groups.get(noun) ?? []), permission])
  }
  return [...groups].map(([noun, members]) => ({ noun, permissions: members }))
}

const order = ({ builtIn, name }: ListedPermission): string => `${builtIn ? 0 : 1}${name}`
