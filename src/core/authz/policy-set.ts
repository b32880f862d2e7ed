import type { PolicySet, RoleDefinition, Rule } from './model.ts'

/** Placeholder of the branch that builds the engine. */
export function compilePolicySet({
  orgId,
  roles,
  rules,
}: {
  orgId: string | null
  roles: readonly RoleDefinition[]
  rules: readonly Rule[]
}): PolicySet {
  const byName = new Map(roles.map((role) => [role.name, role]))
  const permissionsByRole = new Map(
    roles.map(({ name, permissions, inherits }) => [
      name,
      new Set([...permissions, ...(inherits === null ? [] : (byName.get(inherits)?.permissions ?? []))]),
    ]),
  )
  return {
    orgId,
    roles,
    rules: rules.map((rule) => ({ ...rule, compiled: null })),
    permissionsByRole,
    denyRules: new Map(),
    allowRules: new Map(),
  }
}
