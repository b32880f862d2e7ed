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
 * What a guess at a code costs, before anything is answered by it: a wrong one is counted against the codes of that
 * address, and noted. A wrong address costs the same statements.
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
 * Finds a living proof for one of the purposes, in one round trip. It is not used up yet: whoever commits
 * `consumeProof` does that, and one of many does. Throws `token.invalid` for anything wrong, used, expired or foreign.
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

/** The session that asked for it has ended by itself: nobody has used it for too long. */
const isUnused = ({ config }: FindProofDeps, { askerKind, askerSeenAt }: LivingProof, now: number): boolean =>
  askerKind !== null && askerSeenAt !== null && askerSeenAt <= now - sessionLimits(config)[askerKind].idleMs

/**
 * Finds what the code of a mail proves to a session of the account it was sent to, in one round trip, and one more for a
 * wrong one, which is noted. The guesses of others do not end the code here: whoever is signed in has a budget of their own
 * (`limitCodeGuessesSignedIn`). Throws `token.invalid`.
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
  // The address may have gone to somebody else since the session was read.
  if (found !== undefined && found.userId === userId) return found
  const data = { reason: 'wrong_code', purpose, signedIn: true }
  await commit(deps, [noteEvent(db, newEvent(deps, cause, 'auth.failed', { userId, result: 'failure', data }))])
  throw problem('token.invalid')
}
