import type { Deps } from '../../deps.ts'
import type { ErrorCode } from '../../errors.ts'
import { networkOf } from '../../lib/addresses.ts'
import type { Cause } from '../../core/events/queries.ts'
import { networkKnownTo } from '../users/queries.ts'
import {
  assertMayGuessFromAnywhere,
  assertMayGuessSignedIn,
  forgetGuesses,
  forgetGuessesSignedIn,
  giveBackGuess,
  giveBackGuessSignedIn,
  isKnownNetwork,
  type SignedInGuesser,
} from '../../core/limits/guesses.ts'
import { settleGuess } from '../../core/limits/settle-guess.ts'

const WRONG_CODE: readonly ErrorCode[] = ['token.invalid']

/**
 * Runs what takes a code. Beside its own five guesses each costs the points a guessed password costs, or new mails would
 * bring new guesses for ever. Whoever spends those of the account locks nobody out: networks it was signed in from go on,
 * which costs one trip more then, and the link of the same mail costs none.
 * Throws `request.rate_limited`, and what `work` throws.
 */
export async function limitCodeGuesses<T>(
  deps: Pick<Deps, 'db' | 'limiter' | 'defer'>,
  cause: Cause,
  emailKey: string,
  work: () => Promise<T>,
): Promise<T> {
  const known = await assertMayGuessFromAnywhere(deps, cause, emailKey, async () => {
    const [row] = await networkKnownTo(deps.db, { emailKey, network: networkOf(cause.address) })
    return isKnownNetwork(cause, row)
  })
  const outcome = {
    wrong: WRONG_CODE,
    right: () => forgetGuesses(deps, cause, emailKey, known),
    notLookedAt: () => giveBackGuess(deps, cause, emailKey, known),
  }
  return settleGuess(deps, outcome, work)
}

/**
 * The same for who is signed in, with the points of their session. Whoever guesses at the codes of this address from
 * elsewhere spends none of them.
 */
export async function limitCodeGuessesSignedIn<T>(
  deps: Pick<Deps, 'limiter' | 'defer'>,
  cause: Cause,
  guesser: SignedInGuesser,
  work: () => Promise<T>,
): Promise<T> {
  const guess = await assertMayGuessSignedIn(deps, cause, guesser)
  const outcome = {
    wrong: WRONG_CODE,
    right: () => forgetGuessesSignedIn(deps, cause, guess),
    notLookedAt: () => giveBackGuessSignedIn(deps, cause, guess),
  }
  return settleGuess(deps, outcome, work)
}
