import { problem } from '../../errors.ts'
import { commit, recorded } from '../events/commit.ts'
import { newEvent } from '../events/new-event.ts'
import type { Cause } from '../events/queries.ts'
import { type OpenedSession, openSession, type SessionKind } from '../sessions/open-session.ts'
import { type Proof, type ProofDeps, proofKey } from './mail-proof.ts'
import { claimAccount, consumeProofByKey, justChanged, ownerByKey, userOfSession, voidProofs } from './proof-queries.ts'
import { guessSteps } from './redeem-proof.ts'

/**
 * Opens a session for who reads the account's mail: the proof is used up, the session opened and its user read in one
 * round trip. Throws `token.invalid`.
 *
 * Where addresses must be verified, a password set before this first proof was never of use to anyone, and whoever set it
 * may not be who reads the mail and have waited for this moment: it is removed.
 */
export async function signInWithProof(
  deps: ProofDeps,
  cause: Cause,
  proof: Proof,
  kind: SessionKind,
): Promise<OpenedSession> {
  const { config, db, clock } = deps
  const now = clock.now()
  const key = await proofKey(deps, proof)
  const owner = ownerByKey('sign-in', key)
  // The statement before it is the one that uses the proof up.
  const { opened, steps } = await openSession(deps, { userId: owner, kind, cause, condition: justChanged })
  const { sessionId } = opened
  const created = steps[0].event
  const claimed = newEvent(deps, cause, 'user.email_verified', { userId: owner, actorId: owner, sessionId })
  const removing = config.emailVerification === 'required'
  const opening = [
    consumeProofByKey(db, 'sign-in', key, now),
    ...steps,
    recorded(claimAccount(db, owner, { removing, now }, created), claimed),
    voidProofs(db, owner, ['sign-in'], now, created),
    userOfSession(db, sessionId),
  ] as const
  const results: readonly unknown[] =
    'hash' in key
      ? await commit(deps, opening)
      : await commit(deps, [...guessSteps(deps, cause, ['sign-in'], key), ...opening])
  const [user] = results.at(-1) as Awaited<ReturnType<typeof userOfSession>> // the last step
  if (user === undefined) throw problem('token.invalid')
  return { ...opened, user }
}
