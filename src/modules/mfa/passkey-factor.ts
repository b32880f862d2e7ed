import type { Deps } from '../../deps.ts'
import type { Cause } from '../../core/events/queries.ts'
import { type AnswerChallengeDeps, type AnsweredChallenge, answerChallenge } from './answer-challenge.ts'
import { type NamedChallenge, readChallenge } from './challenges.ts'
import { startAuthentication } from '../passkeys/own-passkeys.ts'
import { type CheckPasskeyDeps, checkPasskey } from '../passkeys/check-passkey.ts'
import type { Credential } from '../passkeys/schema.ts'
import { assertMayTry, giveBackTry } from '../../core/limits/guesses.ts'

const aboutChallenge = ({ id, userId }: NamedChallenge) => ({ user: userId, mfa: id })

/** The options for a passkey as second factor of this sign-in. One round trip. Throws `mfa.challenge_invalid`. */
export async function startSecondPasskey(deps: Pick<Deps, 'config' | 'db' | 'tickets' | 'random'>, challenge: string) {
  const named = await readChallenge(deps, challenge)
  return startAuthentication(deps, 'mfa', named.userId, aboutChallenge(named))
}

export interface SecondPasskey {
  passkeyChallenge: string
  credential: Credential
  rememberDevice?: boolean
}

/**
 * Finishes a sign-in with a passkey, in two round trips: one reads the passkey; one batch uses it, uses up the
 * challenge and opens the session. The passkey must answer the options of exactly this sign-in, and must belong to its
 * user. A signature cannot be guessed, so a wrong one does not end the challenge.
 *
 * Throws `passkey.invalid`, `mfa.challenge_invalid`, `request.rate_limited`.
 */
export async function verifyPasskey(
  deps: CheckPasskeyDeps & AnswerChallengeDeps & Pick<Deps, 'limiter' | 'defer'>,
  cause: Cause,
  named: NamedChallenge,
  { passkeyChallenge: challenge, credential, rememberDevice }: SecondPasskey,
): Promise<AnsweredChallenge> {
  const { amr, steps, condition } = await checkPasskey(
    deps,
    cause,
    { challenge, credential },
    { ceremony: 'mfa', userId: named.userId, about: aboutChallenge(named), limit: () => assertMayTry(deps, cause) },
  )
  deps.defer(() => giveBackTry(deps, cause))
  return answerChallenge(deps, cause, named, { factor: 'passkey', amr, steps, condition, rememberDevice })
}
