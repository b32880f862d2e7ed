import { compileCondition } from './condition.ts'
import type { CompiledRule, PolicySet, RoleDefinition, Rule } from './model.ts'
import { policySetOf } from './policy-set.ts'

/**
 * Prepares the indexes. A rule is compiled when it is asked first: that takes up to a millisecond, and a request may read the rules
 * of many organisations. A set is made once for each version of its roles and rules, not for each decision. This file loads the parser of conditions; a set without rules needs it not.
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
    rules: rules.map(compiledWhenAsked),
  })

function compiledWhenAsked(rule: Rule): CompiledRule {
  let compiled: CompiledRule['compiled'] | undefined
  return {
    ...rule,
    get compiled() {
      if (compiled === undefined) compiled = compileCondition(rule.condition)
      return compiled
    },
  }
}
