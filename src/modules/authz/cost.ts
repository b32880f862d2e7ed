/** What the questions of one request may take together. */
import { decide } from '../../core/authz/decide.ts'
import type { Decision, PolicySet, Question } from '../../core/authz/model.ts'
import { chargeSteps, stepsOf } from '../../core/authz/steps.ts'
import type { Actor, Deps } from '../../deps.ts'

/** Steps of conditions in one request: about a second at most. */
export const MAX_STEPS = 20_000_000

export interface Meter {
  /** Decides, and counts what it takes. */
  decide(question: Question, instance: PolicySet, org: PolicySet | null): Decision
  /** Whether the questions so far took more than MAX_STEPS. */
  isSpent(): boolean
  /** Takes what was counted from the requests of the account. Once, at the end. */
  charge(): void
}

/** The meter of one request of this account. */
export function createMeter(deps: Pick<Deps, 'limiter'>, account: Pick<Actor, 'limiterKey'>): Meter {
  let steps = 0
  return {
    decide(question, instance, org) {
      steps += stepsOf(question, [instance, org])
      return decide(question, instance, org)
    },
    isSpent: () => steps > MAX_STEPS,
    charge: () => chargeSteps(deps, account, steps),
  }
}
