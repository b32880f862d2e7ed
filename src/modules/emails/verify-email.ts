import { problem } from '../../errors.ts'
import { whereTaken } from '../../lib/database-errors.ts'
import { commit, recorded, type Steps } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { both, type Cause, happened, type NewEvent } from '../../core/events/queries.ts'
import { autoJoin } from '../domains/auto-join.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { afterAnonymity } from '../users/after-anonymity.ts'
import { endAnonymity } from '../users/anonymous-queries.ts'
import { isOwnSession, removesFactors, removeUnproved, type ShownSession } from '../users/trust-queries.ts'
import { moveAccount, verifyAddress } from '../users/proved-queries.ts'
import type { Proof, ProofDeps } from '../proofs/mail-proof.ts'
import {
  allPurposes,
  consumeProof,
  type LivingProof,
  passwordOfProof,
  type ProofPurpose,
  voidProofs,
} from '../proofs/queries.ts'
import { findProof } from '../proofs/find-proof.ts'

const PURPOSES: readonly ProofPurpose[] = ['verify-email', 'change-email']

/**
 * Verifies an e-mail address: of a new account, or the new address of an account. Two round trips. An anonymous account
 * becomes a normal one, and its sessions end. If the address of the account was never verified, credentials from before
 * are not trusted, unless `shown` is a session of that account; for a change of address, the session that requested it
 * (`markUnproved`). The old address is notified of a change (ASVS 6.3.7), and earlier mails to it become void.
 *
 * Returns the id of the account. Throws `token.invalid`, and `user.email_taken` if another account took the new address
 * meanwhile.
 */
export async function verifyEmail(deps: ProofDeps, cause: Cause, proof: Proof, shown?: ShownSession): Promise<string> {
  const found = await findProof(deps, cause, PURPOSES, proof)
  const steps = await (found.purpose === 'change-email' ? moving : verifying)(deps, cause, found, shown)
  const { consumed } = await commit(deps, steps).catch(whereTaken({ 'users.email_key': 'user.email_taken' }))
  if (consumed.length === 0) throw problem('token.invalid')
  return found.userId
}

async function verifying(deps: ProofDeps, cause: Cause, found: LivingProof, shown?: ShownSession) {
  const { db, clock } = deps
  const { userId } = found
  const now = clock.now()
  const verified = newEvent(deps, cause, 'user.email_verified', { userId })
  return {
    consumed: recorded(consumeProof(db, found, now), verified),
    following: [
      verifyAddress(db, userId, isOwnSession(shown, found, now), now, verified),
      ...(await removing(deps, cause, userId, verified)),
      voidProofs(db, userId, ['verify-email'], now, verified),
      ...autoJoin(deps, cause, userId),
    ],
  } satisfies Steps
}

async function moving(deps: ProofDeps, cause: Cause, found: LivingProof, shown?: ShownSession) {
  const { db, clock } = deps
  const { userId, currentEmail, email } = found
  const now = clock.now()
  const { anonymous, emailKey } = found // still true in the batch: `consumeProof` requires that the e-mail has not changed
  const passwordHash = passwordOfProof(found.id)
  const changed = anonymous
    ? newEvent(deps, cause, 'user.upgraded', { userId, data: { by: 'email' } })
    : newEvent(deps, cause, 'user.email_changed', { userId })
  const address = { email, emailKey, emailVerified: true, passwordHash, byLink: true }
  return {
    consumed: recorded(consumeProof(db, found, now), changed),
    moved: anonymous
      ? [endAnonymity(db, userId, address, now, happened(changed)), ...afterAnonymity(db, userId, now, changed)]
      : [
          moveAccount(db, found, isOwnSession(shown, found, now), now, changed),
          ...(found.verified ? [] : await removing(deps, cause, userId, changed)),
        ],
    voided: voidProofs(db, userId, allPurposes, now, changed),
    notice: await queueMail(
      deps,
      {
        userId,
        to: currentEmail,
        eventId: changed.id,
        content: { template: 'email-changed', data: { newEmail: email, at: now } },
        cause,
      },
      happened(changed),
    ),
    joined: autoJoin(deps, cause, userId),
  } satisfies Steps
}

/** Removes factors from before the first verification, and notifies the owner by mail. */
async function removing(deps: ProofDeps, cause: Cause, userId: string, event: NewEvent) {
  const { db, clock } = deps
  const now = clock.now()
  const content = { template: 'unproved-removed', data: { at: now } } as const
  const told = both(happened(event), removesFactors(userId))
  return [
    await queueMail(deps, { userId, eventId: event.id, content, cause }, told),
    ...removeUnproved(db, userId, now, event),
  ] as const
}
