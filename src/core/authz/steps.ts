/** What the conditions of rules take, and what an account pays for it. */
import type { Actor, Deps } from '../../deps.ts'
import type { PolicySet, Question } from './model.ts'

/** The most steps that the rules of these sets take for this question. */
export function stepsOf(question: Question, sets: readonly (PolicySet | null)[]): number {
  const { permission } = question
  let steps = 0
  for (const set of sets)
    for (const rules of [set?.denyRules.get(permission), set?.allowRules.get(permission)])
      for (const { compiled } of rules ?? []) steps += compiled?.stepsFor(question) ?? 0
  return steps
}

/** About 0.2 ms. */
const STEPS_OF_A_REQUEST = 4_000

/**
 * Takes a request of the account for each 4,000 steps. The owner of an organisation writes its rules, so without this one account
 * could hold a process. The request that takes them is answered: the next one is refused when none is left.
 */
export function chargeSteps(
  { limiter }: Pick<Deps, 'limiter'>,
  { limiterKey }: Pick<Actor, 'limiterKey'>,
  steps: number,
): void {
  for (let left = steps; left >= STEPS_OF_A_REQUEST; left -= STEPS_OF_A_REQUEST) limiter.takeRequest(limiterKey)
}
