/** The one evaluator. Routes, AuthZEN and explanations ask it. */
import { fieldValue } from './fields.ts'
import type { CompiledRule, DecidedBy, Decision, Fact, Failure, PolicySet, Question } from './model.ts'

const noFacts: readonly Fact[] = []
const noRules: readonly CompiledRule[] = []
const notCompiled: Failure = { reason: 'error' }
const byDefault: Decision = { allowed: false, decidedBy: { kind: 'default' }, facts: noFacts }

/**
 * Decides one question in memory. The first of these that applies decides:
 *
 * 1. The actor is limited to scopes, and the permission is not one of them: denied.
 * 2. A deny rule of the instance or of the organisation is true: denied (see `isExempt`). If its condition reads a missing field, or fails
 *    otherwise: denied too, and the decision says so.
 * 3. A role of the actor has the permission: allowed. A role of the instance holds in every organisation, a role of the organisation
 *    holds there.
 * 4. An allow rule is true: allowed. Rules of the organisation apply to its members alone. Those of the instance do not apply to an API key
 *    that is limited to another organisation than the one that is asked about. A condition that fails does not allow.
 * 5. Otherwise denied. If an allow rule failed, the decision names it, and rather one with a missing field.
 *
 * A rule applies if it names the permission and the type of the resource, or no type. `org` is the organisation that the question is
 * about; null: none, so `orgRoles` have no effect.
 */
export function decide(question: Question, instance: PolicySet, org: PolicySet | null): Decision {
  const { actor, permission } = question
  if (actor.scopes !== null && !actor.scopes.has(permission))
    return { allowed: false, decidedBy: { kind: 'scope', permission }, facts: noFacts }

  const denied = isExempt(question)
    ? null
    : (firstDenial(question, instance) ?? (org === null ? null : firstDenial(question, org)))
  if (denied !== null) return denied

  const isMember = org !== null && actor.orgRoles !== null
  const role =
    firstRole(instance, actor.instanceRoles, permission) ??
    (org !== null && actor.orgRoles !== null ? firstRole(org, actor.orgRoles, permission) : null)
  if (role !== null) return { allowed: true, decidedBy: role, facts: noFacts }

  // A key that is limited to an organisation has no permission of the instance, by a rule neither.
  const isElsewhere = actor.limitedTo !== undefined && actor.limitedTo !== org?.orgId
  const byInstance = isElsewhere ? null : firstAllowance(question, instance)
  if (byInstance?.allowed) return byInstance
  const byOrg = isMember ? firstAllowance(question, org) : null
  if (byOrg?.allowed) return byOrg
  return nearest(byInstance, byOrg) ?? byDefault
}

/**
 * No deny rule applies to the role `admin` of the instance in matters of roles and rules. Otherwise one wrong rule could lock out
 * everybody who can correct it. This is the one place that says so.
 */
const isExempt = ({ actor, permission }: Question): boolean =>
  RULES_AND_ROLES.test(permission) && actor.instanceRoles.includes('admin')

const RULES_AND_ROLES = /^(?:policies|roles):/

function firstDenial(question: Question, set: PolicySet): Decision | null {
  for (const rule of set.denyRules.get(question.permission) ?? noRules) {
    if (!isAbout(rule, question)) continue
    const outcome = outcomeOf(rule, question)
    if (outcome === true) return decidedByRule(question, rule, null)
    if (outcome !== false) return decidedByRule(question, rule, outcome)
  }
  return null
}

/** The first rule that allows; without one, the failure to name; else null. */
function firstAllowance(question: Question, set: PolicySet): Decision | null {
  let failed: Decision | null = null
  for (const rule of set.allowRules.get(question.permission) ?? noRules) {
    if (!isAbout(rule, question)) continue
    const outcome = outcomeOf(rule, question)
    if (outcome === true) return decidedByRule(question, rule, null)
    if (outcome !== false && (failed === null || (outcome.reason === 'missing' && !isMissing(failed))))
      failed = decidedByRule(question, rule, outcome)
  }
  return failed
}

const nearest = (first: Decision | null, second: Decision | null): Decision | null =>
  first !== null && second !== null && !isMissing(first) && isMissing(second) ? second : (first ?? second)

const isMissing = ({ decidedBy }: Decision): boolean => decidedBy.kind === 'policy' && decidedBy.reason === 'missing'

export const isAbout = ({ resourceType }: CompiledRule, { resource }: Question): boolean =>
  resourceType === null || resourceType === resource.type

export const outcomeOf = (rule: CompiledRule, question: Question): boolean | Failure =>
  rule.compiled === null ? notCompiled : rule.compiled.evaluate(question)

function firstRole(set: PolicySet, roles: readonly string[], permission: string): DecidedBy | null {
  for (const role of roles)
    if (set.permissionsByRole.get(role)?.has(permission)) return { kind: 'role', role, orgId: set.orgId, permission }
  return null
}

function decidedByRule(question: Question, rule: CompiledRule, failure: Failure | null): Decision {
  const { id, name, effect, compiled } = rule
  return {
    allowed: failure === null && effect === 'allow',
    decidedBy: { kind: 'policy', id, name, effect, ...failure },
    facts: (compiled?.fields ?? []).map((field): Fact => {
      const value = fieldValue(question, field)
      return value === undefined ? { path: field.path } : { path: field.path, value }
    }),
  }
}
