import { problem } from '../../errors.ts'
import { recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { both, type Cause, justChanged, type NewEvent } from '../../core/events/queries.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { type CompleteSignInDeps, completeSignIn, type SignedIn } from '../mfa/complete-sign-in.ts'
import { sessionOfEvent } from '../mfa/sign-in-queries.ts'
import type { SessionKind } from '../sessions/open-session.ts'
import { claimAccount, comeByMail } from '../users/proved-queries.ts'
import { buryUntrusted, endsUnproved, endUntrusted } from '../users/trust-queries.ts'
import { type Proof, type ProofDeps, proofKey } from '../proofs/mail-proof.ts'
import { consumeProofByKey, ownerByKey, someLivingProof, voidProofs } from '../proofs/queries.ts'
import { findProof, guessSteps } from '../proofs/find-proof.ts'

/**
 * Opens a session for the reader of the account's mail, or asks for a second factor. One batch uses up the proof and
 * decides, in one round trip. A link needs one more round trip before, to look it up. Throws `token.invalid`.
 *
 * An attacker may have created credentials of the account before its address was first verified. The first verification
 * removes all of them, and no factor among them is asked for.
 *
 * `signedUp`: the person has signed up in this browser, and brings the code of the mail that confirms the address. It is the id
 * of the account that the sign-up made, if the address was free. The password of that account is theirs, and stays. If the code
 * is of another account, somebody signed up before them with their address: it is a sign-in by mail like any other. That takes
 * two round trips.
 */
export async function signInWithProof(
  deps: ProofDeps & CompleteSignInDeps,
  cause: Cause,
  proof: Proof,
  kind: SessionKind,
  deviceToken?: string,
  signedUp?: string,
): Promise<SignedIn> {
  const { db, clock } = deps
  const purpose = signedUp === undefined ? 'sign-in' : 'verify-email'
  // A request with an invalid link costs one read and no write.
  const found = 'token' in proof || signedUp !== undefined ? await findProof(deps, cause, [purpose], proof) : undefined
  const isOwnSignUp = found !== undefined && found.userId === signedUp
  const now = clock.now()
  const key = await proofKey(deps, proof)
  const owner = ownerByKey(purpose, key)
  const content = { template: 'unproved-removed', data: { at: now } } as const
  // The condition is evaluated before the changes of this batch: after them the removed rows are not visible.
  const ending = both(someLivingProof(db, purpose, key, now), endsUnproved(owner))
  const claim = (passed: NewEvent) => {
    const subject = { userId: owner, actorId: owner, sessionId: sessionOfEvent(passed) }
    const claimed = newEvent(deps, cause, 'user.email_verified', subject)
    const ended = newEvent(deps, cause, 'session.ended', { userId: owner, data: { sessions: 'unproved' } })
    return [
      recorded(claimAccount(db, owner, now, passed), claimed),
      recorded(endUntrusted(db, owner, now, passed), ended),
      voidProofs(db, owner, [purpose], now, passed),
      ...buryUntrusted(db, owner, now, passed),
    ]
  }
  const signedIn = await completeSignIn(deps, cause, {
    userId: owner,
    kind,
    amr: isOwnSignUp ? ['pwd', 'otp'] : ['otp'],
    condition: justChanged, // by the last statement of `before`, which changes a row only if the proof was used up
    before: [
      ...('hash' in key || found !== undefined ? [] : guessSteps(deps, cause, [purpose], key)),
      ...(isOwnSignUp ? [] : [await queueMail(deps, { userId: owner, content, cause }, ending)]),
      consumeProofByKey(db, purpose, key, now),
      comeByMail(db, owner, justChanged, signedUp),
    ],
    after: claim,
    deviceToken,
  })
  if (signedIn === undefined) throw problem('token.invalid')
  return signedIn
}
