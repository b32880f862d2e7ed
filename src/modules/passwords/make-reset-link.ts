import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { always, type Cause } from '../../core/events/queries.ts'
import { problem } from '../../errors.ts'
import { emailKey } from '../../lib/email.ts'
import { newLinkProof, type ProofDeps } from '../proofs/mail-proof.ts'
import { insertProof, ownerOfProof } from '../proofs/queries.ts'

/**
 * Makes a link to reset the password of an active account, for the operator, who hands it over by another way than mail. It
 * is valid once, as long as a link in a mail. One round trip. Throws `user.not_found` for an account that is disabled or
 * anonymous.
 */
export async function makeResetLink(
  deps: ProofDeps,
  cause: Cause,
  email: string,
): Promise<{ link: string; expiresAt: number }> {
  const { proof, link } = await newLinkProof(deps, 'reset-password')
  const made = newEvent(deps, cause, 'user.reset_link_made', { userId: ownerOfProof(proof.id) })
  // The operator is not limited as strangers are who ask for mails.
  const budget = { mails: Number.MAX_SAFE_INTEGER, since: proof.createdAt }
  const { inserted } = await commit(deps, {
    inserted: recorded(insertProof(deps.db, proof, emailKey(email), budget, always), made),
  })
  if (inserted.rowsAffected === 0)
    throw problem('user.not_found', { detail: 'The account is disabled or anonymous, so it has no password to reset.' })
  return { link, expiresAt: proof.expiresAt }
}
