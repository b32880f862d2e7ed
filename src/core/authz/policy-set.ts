/** What is in force in one scope, with the indexes that decisions use. */
import { compileCondition } from './condition.ts'
import type { CompiledRule, Effect, PolicySet, RoleDefinition, Rule } from './model.ts'

const none: ReadonlySet<string> = new Set()

/**
 * Compiles the rules and prepares the indexes. To compile takes microseconds for each rule, so a set is made once for each version of
 * its roles and rules, not for each decision. Of two roles with one name the first counts.
 */
export function compilePolicySet({
  orgId,
  roles,
  rules,
}: {
  orgId: string | null
  roles: readonly RoleDefinition[]
  rules: readonly Rule[]
}): PolicySet {
  const compiled = rules.map((rule): CompiledRule => ({ ...rule, compiled: compileCondition(rule.condition) }))
  return {
    orgId,
    roles,
    rules: compiled,
    permissionsByRole: effectivePermissions(roles),
    denyRules: byPermission(compiled, 'deny'),
    allowRules: byPermission(compiled, 'allow'),
  }
}

/** One level: a role has its own permissions and the own permissions of the role that it inherits. So a circle ends. */
function effectivePermissions(roles: readonly RoleDefinition[]): ReadonlyMap<string, ReadonlySet<string>> {
  const own = new Map<string, readonly string[]>()
  for (const { name, permissions } of roles) if (!own.has(name)) own.set(name, permissions)
  const effective = new Map<string, ReadonlySet<string>>()
  for (const { name, permissions, inherits } of roles)
    if (!effective.has(name))
      effective.set(name, new Set([...permissions, ...(inherits === null ? [] : (own.get(inherits) ?? []))]))
  return effective
}

function byPermission(rules: readonly CompiledRule[], effect: Effect): ReadonlyMap<string, readonly CompiledRule[]> {
  const index = new Map<string, CompiledRule[]>()
  for (const rule of rules)
    if (rule.effect === effect)
      for (const permission of new Set(rule.permissions)) {
        const listed = index.get(permission)
        if (listed) listed.push(rule)
        else index.set(permission, [rule])
      }
  return index
}

/** All permissions of the roles together, one level of inheritance included. An unknown role gives none. */
export function permissionsOfRoles(set: PolicySet, roleNames: readonly string[]): ReadonlySet<string> {
  const [only, ...others] = roleNames
  if (only === undefined) return none
  if (others.length === 0) return set.permissionsByRole.get(only) ?? none
  return new Set(roleNames.flatMap((name) => [...(set.permissionsByRole.get(name) ?? none)]))
}

/** The same set in which `role` has one permission more. The roles that inherit it do not change. */
export function withPermission(set: PolicySet, role: string, permission: string): PolicySet {
  const permissions = new Set(set.permissionsByRole.get(role)).add(permission)
  return { ...set, permissionsByRole: new Map(set.permissionsByRole).set(role, permissions) }
}
