import type { Deps } from '../../deps.ts'
import { Problem } from '../../errors.ts'
import type { Cause } from '../events/queries.ts'
import { assertMayGuess, forgetGuesses, giveBackGuess } from './guesses.ts'

/**
 * Runs what takes a code. Beside its own five guesses each costs the points a guessed password costs, or new mails would
 * bring new guesses for ever. Whoever spends them locks nobody out: the link of the same mail costs none.
 * Throws `request.rate_limited`, and what `work` throws.
 */
export async function guessCode<T>(
  deps: Pick<Deps, 'limiter' | 'defer'>,
  cause: Cause,
  emailKey: string,
  work: () => Promise<T>,
): Promise<T> {
  await assertMayGuess(deps, cause, emailKey, { fromAfar: true })
  try {
    const result = await work()
    deps.defer(() => forgetGuesses(deps, cause, emailKey, false))
    return result
  } catch (error) {
    // Any other failure is not one of the guess: the code was right, or nobody looked at it.
    if (!(error instanceof Problem && error.code === 'token.invalid'))
      deps.defer(() => giveBackGuess(deps, cause, emailKey, false))
    throw error
  }
}
