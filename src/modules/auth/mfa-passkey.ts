import type { Deps } from '../../deps.ts'
import type { Cause } from '../events/queries.ts'
import type { ShownFactor } from '../mfa/answer-challenge.ts'
import { type NamedChallenge, readChallenge } from '../mfa/challenges.ts'
import { startProof } from '../passkeys/own-passkeys.ts'
import { type ProvePasskeyDeps, provePasskey } from '../passkeys/prove-passkey.ts'
import type { PasskeyAnswer } from '../passkeys/schema.ts'

const aboutChallenge = ({ id, userId }: NamedChallenge) => ({ user: userId, mfa: id })

/** Options for a passkey as second factor of this sign-in. One round trip. Throws `mfa.challenge_invalid`. */
export async function startSecondPasskey(
  deps: Pick<Deps, 'config' | 'db' | 'challenges' | 'random'>,
  challenge: string,
) {
  const named = await readChallenge(deps, challenge)
  return startProof(deps, 'mfa', named.userId, aboutChallenge(named))
}

/**
 * A passkey as second factor, for `answerChallenge`, in one round trip. It answers the options of this very sign-in, and
 * is one of who signs in. A wrong one is no guess: it counts for nothing. Throws `passkey.invalid`.
 */
export async function showSecondPasskey(
  deps: ProvePasskeyDeps,
  cause: Cause,
  named: NamedChallenge,
  answer: PasskeyAnswer,
): Promise<ShownFactor> {
  const asked = { ceremony: 'mfa', userId: named.userId, about: aboutChallenge(named) } as const
  const { amr, steps, condition } = await provePasskey(deps, cause, answer, asked)
  return { factor: 'passkey', amr, steps, condition }
}
