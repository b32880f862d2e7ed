import type { Deps } from '../../deps.ts'
import { Problem } from '../../errors.ts'
import { networkOf } from '../../lib/addresses.ts'
import type { Cause } from '../events/queries.ts'
import { type StoredSeed, seedForGuess } from '../mfa/totp-queries.ts'
import { assertMayGuess, assertMayGuessFromAfar, forgetGuesses, giveBackGuess } from './guesses.ts'

/** Not the points of passwords: whoever knows the password would get them all back with every first factor. */
const factorKey = (userId: string): string => `factor ${userId}`

/**
 * Reads what a code is compared with, in one round trip, and lets `work` compare it. A guess spends points of the account
 * and address, of the network, and, from networks the account does not know, of the account: as a guess at a password does,
 * and apart from those. A wrong one leaves them spent. Throws `request.rate_limited`, and what `work` throws.
 */
export async function guessFactor<T>(
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
  const knownNetwork = found?.knownNetwork === true
  if (!knownNetwork) await assertMayGuessFromAfar(deps, key)
  try {
    const result = await work(found?.seed ?? null)
    deps.defer(() => forgetGuesses(deps, cause, key, knownNetwork))
    return result
  } catch (error) {
    const wrong = error instanceof Problem && ['mfa.code_invalid', 'mfa.challenge_invalid'].includes(error.code)
    if (!wrong) deps.defer(() => giveBackGuess(deps, cause, key, knownNetwork)) // nobody looked at it
    throw error
  }
}
