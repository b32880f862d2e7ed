import { problem } from '../../errors.ts'
import { recorded } from '../events/commit.ts'
import { newEvent } from '../events/new-event.ts'
import type { Cause, NewEvent } from '../events/queries.ts'
import { type CompleteSignInDeps, completeSignIn, type SignedIn } from '../mfa/complete-sign-in.ts'
import { sessionOfEvent } from '../mfa/sign-in-queries.ts'
import { deleteUnprovedPasskeys } from '../passkeys/queries.ts'
import type { SessionKind } from '../sessions/open-session.ts'
import { type Proof, type ProofDeps, proofKey } from './mail-proof.ts'
import {
  claimAccount,
  consumeProofByKey,
  justChanged,
  ownerByKey,
  someLivingProof,
  voidProofs,
} from './proof-queries.ts'
import { findProof, guessSteps } from './redeem-proof.ts'

/**
 * Opens a session for who reads the account's mail, or asks for a second factor: the proof is used up and that decided in
 * one round trip; a link is looked up in another before. Throws `token.invalid`.
 *
 * Where addresses must be verified, a password or passkey set before this first proof was never of use to anyone, and
 * whoever set it may not be who reads the mail and have waited for this moment: it is removed, and asked for by nobody.
 */
export async function signInWithProof(
  deps: ProofDeps & CompleteSignInDeps,
  cause: Cause,
  proof: Proof,
  kind: SessionKind,
  deviceToken?: string,
): Promise<SignedIn> {
  const { config, db, clock } = deps
  // Whoever sends links that are none costs a read, and no write.
  if ('token' in proof) await findProof(deps, cause, ['sign-in'], proof)
  const now = clock.now()
  const key = await proofKey(deps, proof)
  const owner = ownerByKey('sign-in', key)
  const removing = config.emailVerification === 'required'
  const claim = (passed: NewEvent) => {
    const subject = { userId: owner, actorId: owner, sessionId: sessionOfEvent(passed) }
    const claimed = newEvent(deps, cause, 'user.email_verified', subject)
    return [
      recorded(claimAccount(db, owner, { removing, now }, passed), claimed),
      voidProofs(db, owner, ['sign-in'], now, passed),
    ]
  }
  const signedIn = await completeSignIn(deps, cause, {
    userId: owner,
    kind,
    amr: ['otp'],
    condition: justChanged, // by the last of these, which uses the proof up
    before: [
      ...('hash' in key ? [] : guessSteps(deps, cause, ['sign-in'], key)),
      ...(removing ? [deleteUnprovedPasskeys(db, owner, someLivingProof(db, 'sign-in', key, now))] : []),
      consumeProofByKey(db, 'sign-in', key, now),
    ],
    after: claim,
    deviceToken,
  })
  if (signedIn === undefined) throw problem('token.invalid')
  return signedIn
}
