import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { lineOf } from '../../core/limits/address-budgets.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { both, type Cause, happened } from '../../core/events/queries.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { voidRememberedDevices, voidChallenges } from '../mfa/challenge-queries.ts'
import { endSessionsOfUser } from '../sessions/queries.ts'
import { assertPasswordAcceptable } from '../users/password-policy.ts'
import { buriesFactors, buryUntrusted, forgetUnprovedKnownDevices } from '../users/trust-queries.ts'
import type { Proof, ProofDeps } from '../proofs/mail-proof.ts'
import { consumeProof, voidProofs } from '../proofs/queries.ts'
import { resetPasswordHash } from '../users/proved-queries.ts'
import { findProof } from '../proofs/find-proof.ts'

/**
 * Sets a new password for a person who can read the account's mail. Two round trips, with the hash computation
 * between them. Every session ends, the address counts as verified, and a mail tells the owner. Second factors stay
 * (ASVS 6.4.3), except factors that were added before the address was verified: another person may have added them.
 *
 * Only the change uses up the proof: after a refused password, the person can try again. Returns the account and its new
 * hash, for a caller that signs the person in. Throws `token.invalid`, `user.password_refused`, `server.busy`.
 */
export async function resetPassword(
  deps: ProofDeps & Pick<Deps, 'passwords' | 'fetch' | 'log'>,
  cause: Cause,
  proof: Proof,
  password: string,
): Promise<{ userId: string; passwordHash: string }> {
  const { db, clock, passwords } = deps
  const found = await findProof(deps, cause, ['reset-password'], proof)
  const { userId } = found
  await assertPasswordAcceptable(deps, password, { email: found.currentEmail, name: found.name })
  const passwordHash = await passwords.hash(password, lineOf(cause))
  const now = clock.now()
  const reset = newEvent(deps, cause, 'user.password_reset', { userId })
  const { consumed } = await commit(deps, {
    consumed: recorded(consumeProof(db, found, now), reset),
    unprovedDevices: forgetUnprovedKnownDevices(db, userId, happened(reset)),
    password: resetPasswordHash(db, userId, passwordHash, now, reset),
    sessions: endSessionsOfUser(db, userId, now, happened(reset)),
    // Also voids a change of address: a thief may have asked for it before the owner came back.
    proofs: voidProofs(db, userId, ['reset-password', 'sign-in', 'verify-email', 'change-email'], now, reset),
    challenges: voidChallenges(db, userId, now, reset),
    devices: voidRememberedDevices(db, userId, reset),
    removalNotice: await queueMail(
      deps,
      { userId, eventId: reset.id, content: { template: 'unproved-removed', data: { at: now } }, cause },
      both(happened(reset), buriesFactors(userId)),
    ),
    untrusted: buryUntrusted(db, userId, now, reset),
    notice: await queueMail(
      deps,
      { userId, eventId: reset.id, content: { template: 'password-changed', data: { at: now } }, cause },
      happened(reset),
    ),
  })
  if (consumed.length === 0) throw problem('token.invalid')
  return { userId, passwordHash }
}
