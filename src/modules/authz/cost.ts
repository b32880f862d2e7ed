/** What the questions of one request may take together. */
import { decide } from '../../core/authz/decide.ts'
import type { Decision, PolicySet, Question } from '../../core/authz/model.ts'

/** Steps of conditions in one request: about a second at most. */
export const MAX_STEPS = 20_000_000

/** The most steps that this question takes. */
function stepsOf(question: Question, sets: readonly (PolicySet | null)[]): number {
  const { permission } = question
  let steps = 0
  for (const set of sets)
    for (const rules of [set?.denyRules.get(permission), set?.allowRules.get(permission)])
      for (const { compiled } of rules ?? []) steps += compiled?.stepsFor(question) ?? 0
  return steps
}

export interface Meter {
  /** Decides, and counts what it takes. */
  decide(question: Question, instance: PolicySet, org: PolicySet | null): Decision
  /** Whether the questions so far took more than MAX_STEPS. */
  isSpent(): boolean
}

export function createMeter(): Meter {
  let steps = 0
  return {
    decide(question, instance, org) {
      steps += stepsOf(question, [instance, org])
      return decide(question, instance, org)
    },
    isSpent: () => steps > MAX_STEPS,
  }
}
