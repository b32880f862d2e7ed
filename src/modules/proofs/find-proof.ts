import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { sessionLimits } from '../../lib/session-limits.ts'
import { commit, type Step } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, noteEvent, noteEventIf } from '../../core/events/queries.ts'
import { type Proof, proofKey } from './mail-proof.ts'
import {
  countWrongGuess,
  type LivingProof,
  livingProof,
  noLivingProof,
  ownerOfEmail,
  type ProofKey,
  type ProofPurpose,
} from './queries.ts'

type FindProofDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals'>

/**
 * The steps that each guess at a code runs before the answer. A wrong guess is counted against the codes of that
 * address, and an event records it. A guess for an unknown address runs the same statements.
 */
export function guessSteps(
  deps: FindProofDeps,
  cause: Cause,
  purposes: readonly ProofPurpose[],
  key: Extract<ProofKey, { codeHash: string }>,
) {
  const { db, clock } = deps
  const now = clock.now()
  const failed = newEvent(deps, cause, 'auth.failed', {
    userId: ownerOfEmail(key.emailKey),
    result: 'failure',
    data: { reason: 'wrong_code', purpose: purposes[0] },
  })
  return [
    countWrongGuess(db, purposes, key, now),
    noteEventIf(db, failed, noLivingProof(db, purposes, key, now)),
  ] as const satisfies readonly Step[]
}

/**
 * Finds a valid proof for one of the purposes, in one round trip. It does not use up the proof: the caller that
 * commits `consumeProof` does. If several callers commit it at once, one succeeds. Throws `token.invalid` for a proof
 * that is wrong, used, expired or for another purpose.
 */
export async function findProof(
  deps: FindProofDeps,
  cause: Cause,
  purposes: readonly ProofPurpose[],
  proof: Proof,
): Promise<LivingProof> {
  const { db, clock } = deps
  const key = await proofKey(deps, proof)
  const now = clock.now()
  const find = livingProof(db, purposes, key, now)
  const [found] =
    'hash' in key
      ? await find
      : (await commit(deps, { guess: guessSteps(deps, cause, purposes, key), found: find })).found
  if (found === undefined || isUnused(deps, found, now)) throw problem('token.invalid')
  return found
}

/** True if the session that asked for the proof has expired because it was idle for too long. */
const isUnused = ({ config }: FindProofDeps, { askerKind, askerSeenAt }: LivingProof, now: number): boolean =>
  askerKind !== null && askerSeenAt !== null && askerSeenAt <= now - sessionLimits(config)[askerKind].idleMs

/**
 * Finds the proof for the code of a mail, for a signed-in user of the account that got the mail. One round trip, and
 * one more for a wrong code, which an event records. Guesses of other people do not end the code here, because a
 * signed-in user has a separate budget (`limitCodeGuessesSignedIn`). Throws `token.invalid`.
 */
export async function findProofBySession(
  deps: FindProofDeps,
  cause: Cause,
  purpose: ProofPurpose,
  { userId, emailKey, code }: { userId: string; emailKey: string; code: string },
): Promise<LivingProof> {
  const { db, clock } = deps
  const key = { ...(await proofKey(deps, { emailKey, code })), bySession: true }
  const [found] = await livingProof(db, [purpose], key, clock.now())
  // Another account may have got the address since the session was read.
  if (found !== undefined && found.userId === userId) return found
  const data = { reason: 'wrong_code', purpose, signedIn: true }
  await commit(deps, [noteEvent(db, newEvent(deps, cause, 'auth.failed', { userId, result: 'failure', data }))])
  throw problem('token.invalid')
}
