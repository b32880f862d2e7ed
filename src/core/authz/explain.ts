/** Why a question was decided as it was, and the smallest change that would allow it. */
import { attributeCandidates } from './attribute-candidates.ts'
import { decide, isAbout, outcomeOf } from './decide.ts'
import { withAttribute } from './fields.ts'
import type { Change, CompiledRule, Decision, Explanation, Field, PolicySet, Question } from './model.ts'
import { permissionsOfRoles, withPermission } from './policy-set.ts'

/** What the search for one change may take, in steps of conditions: about half a second for the most expensive rules. */
export const MAX_SEARCH_STEPS = 10_000_000

interface Asked {
  readonly question: Question
  readonly instance: PolicySet
  readonly org: PolicySet | null
}

/** What would be asked after one change. */
interface Candidate extends Asked {
  readonly change: Change
}

/**
 * The decision with the smallest single change that would allow. Every change is found by trying it: `decide` allows the changed
 * question. The first of these that allows is taken:
 *
 * 1. an attribute of the resource or of the context, then an attribute of the actor;
 * 2. in an organisation: one more of its roles for a member, the fewest additional permissions first; for others the membership with
 *    the role that has the fewest permissions;
 * 3. one more role of the instance, the fewest additional permissions first;
 * 4. the permission for a role that the actor holds and that is not built in, in the organisation first.
 *
 * An API key or a client without the scope needs the scope: no other change is tried. Ids, types and built-in roles are never changed. Values of
 * attributes come from the rules: literals, numbers beside them, the other values that the rule compares, and lists with one item
 * more or less. Null: nothing of this allows, or the search took `MAX_SEARCH_STEPS`.
 */
export function explain(question: Question, instance: PolicySet, org: PolicySet | null): Explanation {
  const decision = decide(question, instance, org)
  return { ...decision, change: decision.allowed ? null : smallestChange(question, instance, org, decision) }
}

function smallestChange(
  question: Question,
  instance: PolicySet,
  org: PolicySet | null,
  { decidedBy }: Decision,
): Change | null {
  const rules = relevantRules(question, instance, org)
  const blocking = decidedBy.kind === 'policy' && decidedBy.effect === 'deny' ? decidedBy.id : null
  const search = new Search(rules, blocking)
  const asked: Asked = { question, instance, org }
  const candidates =
    decidedBy.kind === 'scope'
      ? [withScope]
      : [
          (from: Asked) => attributeChanges(from, search, ['resource', 'context']),
          (from: Asked) => attributeChanges(from, search, ['actor']),
          orgRoleChanges,
          instanceRoleChanges,
          permissionChanges,
        ]
  for (const list of candidates)
    for (const candidate of list(asked)) if (search.allows(candidate)) return candidate.change
  return null
}

/** The rules that can take part in the decision. */
function relevantRules(question: Question, instance: PolicySet, org: PolicySet | null): readonly CompiledRule[] {
  const { permission, actor } = question
  const sets = [
    instance.denyRules,
    ...(org === null ? [] : [org.denyRules]),
    instance.allowRules,
    ...(org === null || actor.orgRoles === null ? [] : [org.allowRules]),
  ]
  return sets.flatMap((rules) => rules.get(permission) ?? []).filter((rule) => isAbout(rule, question))
}

/** Tries candidates until its steps are used up. */
class Search {
  #steps = MAX_SEARCH_STEPS
  readonly blocking: CompiledRule | null

  constructor(
    readonly rules: readonly CompiledRule[],
    blocking: string | null,
  ) {
    this.blocking = rules.find(({ id }) => id === blocking) ?? null
  }

  get isOver(): boolean {
    return this.#steps < 0
  }

  allows({ question, instance, org }: Asked): boolean {
    return this.#takes(this.rules, question) && decide(question, instance, org).allowed
  }

  /** A list that was made for the search is copied before a rule reads it, with a step for each item. */
  copies(value: unknown): void {
    if (Array.isArray(value)) this.#steps -= value.length
  }

  /** Whether an attribute changes the outcome of a rule as needed: the deny rule no longer applies, or one of `allowing` is true. */
  helps(question: Question, allowing: readonly CompiledRule[]): boolean {
    const { blocking } = this
    if (blocking !== null) return this.#takes([blocking], question) && outcomeOf(blocking, question) === false
    return allowing.some((rule) => this.#takes([rule], question) && outcomeOf(rule, question) === true)
  }

  #takes(rules: readonly CompiledRule[], question: Question): boolean {
    for (const { compiled } of rules) this.#steps -= compiled?.stepsFor(question) ?? 0
    return --this.#steps >= 0
  }
}

function* withScope(from: Asked): Generator<Candidate> {
  const { question } = from
  const { actor, permission } = question
  const scopes = new Set(actor.scopes).add(permission)
  yield {
    ...from,
    change: { kind: 'permission', permission, of: actor.type === 'client' ? 'client' : 'api-key' },
    question: { ...question, actor: { ...actor, scopes } },
  }
}

function* attributeChanges(from: Asked, search: Search, roots: readonly Field['root'][]): Generator<Candidate> {
  const { question } = from
  for (const { field, values, allowing } of attributeCandidates(question, search.rules, search.blocking, roots))
    for (const value of values) {
      if (search.isOver) return
      const changed = withAttribute(question, field, value)
      search.copies(value)
      if (search.helps(changed, allowing))
        yield { ...from, change: { kind: 'attribute', path: field.path, value }, question: changed }
    }
}

/** Roles of the set that the actor does not hold, the one with the fewest additional permissions first. */
function furtherRoles(set: PolicySet, held: readonly string[]): string[] {
  const has = permissionsOfRoles(set, held)
  const additional = (role: string): number =>
    [...(set.permissionsByRole.get(role) ?? [])].filter((permission) => !has.has(permission)).length
  return [...set.permissionsByRole.keys()]
    .filter((role) => !held.includes(role))
    .map((role) => ({ role, additional: additional(role) }))
    .sort((a, b) => a.additional - b.additional)
    .map(({ role }) => role)
}

function* orgRoleChanges(from: Asked): Generator<Candidate> {
  const { question, org } = from
  const { actor } = question
  if (org === null || org.orgId === null) return
  const { orgId } = org
  for (const role of furtherRoles(org, actor.orgRoles ?? []))
    yield {
      ...from,
      change: actor.orgRoles === null ? { kind: 'membership', orgId, role } : { kind: 'role', role, orgId },
      question: { ...question, actor: { ...actor, orgRoles: [...(actor.orgRoles ?? []), role] } },
    }
}

function* instanceRoleChanges(from: Asked): Generator<Candidate> {
  const { question, instance } = from
  const { actor } = question
  for (const role of furtherRoles(instance, actor.instanceRoles))
    yield {
      ...from,
      change: { kind: 'role', role, orgId: null },
      question: { ...question, actor: { ...actor, instanceRoles: [...actor.instanceRoles, role] } },
    }
}

function* permissionChanges(from: Asked): Generator<Candidate> {
  const { question, instance, org } = from
  const { actor, permission } = question
  const change = (role: string, orgId: string | null): Change => ({ kind: 'permission', permission, role, orgId })
  if (org !== null)
    for (const role of changeable(org, actor.orgRoles ?? []))
      yield { ...from, change: change(role, org.orgId), org: withPermission(org, role, permission) }
  for (const role of changeable(instance, actor.instanceRoles))
    yield { ...from, change: change(role, null), instance: withPermission(instance, role, permission) }
}

const changeable = (set: PolicySet, held: readonly string[]): readonly string[] =>
  held.filter((role) => set.roles.find(({ name }) => name === role)?.builtIn === false)
