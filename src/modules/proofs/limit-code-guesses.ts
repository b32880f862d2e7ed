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
 * Runs `work`, which checks a code. Each code allows five guesses. Each guess also costs the points of a password
 * guess. Otherwise every new mail would give new guesses, without a limit. If an attacker spends the points of an
 * account, the owner is not locked out: networks that the account was signed in from may continue, which costs one
 * more round trip. The link of the same mail costs no points. Throws `request.rate_limited`, and the errors of
 * `work`.
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
 * The same for a signed-in user, with the points of their session. Guesses by other people at the codes of this
 * address do not spend these points.
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
