import type { Deps } from '../../deps.ts'
import type { ErrorCode } from '../../errors.ts'
import { networkOf } from '../../lib/addresses.ts'
import type { Cause } from '../../core/events/queries.ts'
import { type StoredSeed, seedForGuess } from './totp-queries.ts'
import {
  assertMayGuess,
  assertMayGuessFromAfar,
  assertMayGuessSignedIn,
  forgetGuesses,
  forgetGuessesSignedIn,
  giveBackGuess,
  giveBackGuessSignedIn,
  isKnownNetwork,
} from '../../core/limits/guesses.ts'
import { settleGuess } from '../../core/limits/settle-guess.ts'

const WRONG_FACTOR: readonly ErrorCode[] = ['mfa.code_invalid', 'mfa.challenge_invalid']

/** Not the key of passwords: an attacker who knows the password would get all points back with every first factor. */
const factorKey = (userId: string): string => `factor ${userId}`

/**
 * Reads the seed that a code is compared with, in one round trip, and lets `work` compare it. A guess costs points of
 * the account with the address, of the network, and, from a network unknown to the account, of the account. The budgets
 * are as large as those for passwords, and separate from them. A wrong guess does not return its points. Throws
 * `request.rate_limited`, and the errors of `work`.
 */
export async function limitFactorGuesses<T>(
  deps: Pick<Deps, 'db' | 'limiter' | 'defer'>,
  cause: Cause,
  userId: string,
  work: (seed: StoredSeed | null) => Promise<T>,
): Promise<T> {
  const key = factorKey(userId)
  const [, [found]] = await Promise.all([
    assertMayGuess(deps, cause, key),
    seedForGuess(deps.db, userId, networkOf(cause.address)),
  ])
  const knownNetwork = isKnownNetwork(cause, found)
  if (!knownNetwork) await assertMayGuessFromAfar(deps, key)
  const outcome = {
    wrong: WRONG_FACTOR,
    right: () => forgetGuesses(deps, cause, key, knownNetwork),
    notLookedAt: () => giveBackGuess(deps, cause, key, knownNetwork),
  }
  return settleGuess(deps, outcome, () => work(found?.seed ?? null))
}

/**
 * The same for a signed-in user, with the points of the session. An attacker who knows the password and guesses codes
 * from elsewhere uses none of these points.
 */
export async function limitFactorGuessesSignedIn<T>(
  deps: Pick<Deps, 'db' | 'limiter' | 'defer'>,
  cause: Cause,
  { userId, sessionId }: { userId: string; sessionId: string },
  work: (seed: StoredSeed | null) => Promise<T>,
): Promise<T> {
  const [guess, [found]] = await Promise.all([
    assertMayGuessSignedIn(deps, cause, { sessionId, key: factorKey(userId) }),
    seedForGuess(deps.db, userId, networkOf(cause.address)),
  ])
  const outcome = {
    wrong: WRONG_FACTOR,
    right: () => forgetGuessesSignedIn(deps, cause, guess),
    notLookedAt: () => giveBackGuessSignedIn(deps, cause, guess),
  }
  return settleGuess(deps, outcome, () => work(found?.seed ?? null))
}
