/** A question, and sets of roles and rules, with defaults. */
import type { PolicySet, Question, RoleDefinition, Rule } from '../../../../src/core/authz/model.ts'
import { compilePolicySet } from '../../../../src/core/authz/compile-policy-set.ts'

export const ORG = 'org_1'

/** Ada, a member of no organisation, asks to read a document. */
export function question({
  actor,
  resource,
  ...more
}: {
  actor?: Partial<Question['actor']>
  resource?: Partial<Question['resource']>
  permission?: string
  context?: Question['context']
} = {}): Question {
  return {
    actor: { type: 'user', id: 'usr_ada', instanceRoles: [], orgRoles: null, scopes: null, attributes: {}, ...actor },
    permission: 'docs:read',
    resource: { type: 'doc', id: 'doc_1', attributes: {}, ...resource },
    context: {},
    ...more,
  }
}

export const role = (name: string, permissions: string[], more: Partial<RoleDefinition> = {}): RoleDefinition => ({
  name,
  permissions,
  inherits: null,
  builtIn: false,
  ...more,
})

export const rule = (effect: Rule['effect'], condition: string, more: Partial<Rule> = {}): Rule => ({
  id: `pol_${effect}`,
  name: `${effect} if ${condition}`,
  effect,
  permissions: ['docs:read'],
  resourceType: null,
  condition,
  ...more,
})

export const instance = (roles: RoleDefinition[] = [], rules: Rule[] = []): PolicySet =>
  compilePolicySet({ orgId: null, roles, rules })

export const org = (roles: RoleDefinition[] = [], rules: Rule[] = []): PolicySet =>
  compilePolicySet({ orgId: ORG, roles, rules })
