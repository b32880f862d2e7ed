import { compileCondition } from './condition.ts'
import type { CompiledRule, PolicySet, RoleDefinition, Rule } from './model.ts'
import { policySetOf } from './policy-set.ts'

/**
 * Compiles the rules and prepares the indexes. To compile takes microseconds for each rule, so a set is made once for each version of
 * its roles and rules, not for each decision. This file loads the parser of conditions; a set without rules needs it not.
 */
export const compilePolicySet = ({
  orgId,
  roles,
  rules,
}: {
  orgId: string | null
  roles: readonly RoleDefinition[]
  rules: readonly Rule[]
}): PolicySet =>
  policySetOf({
    orgId,
    roles,
    rules: rules.map((rule): CompiledRule => ({ ...rule, compiled: compileCondition(rule.condition) })),
  })
