import type { SessionPrincipal } from '../../deps.ts'
import { emailKey } from '../../lib/email.ts'
import { commit } from '../../core/events/commit.ts'
import { always, type Cause } from '../../core/events/queries.ts'
import { accountKey } from '../users/account-key.ts'
import { mailProof, type ProofDeps } from './mail-proof.ts'
import type { ProofPurpose } from './queries.ts'

/**
 * Queues a mail that proves an address to the account it belongs to, in one round trip (`accountKey`). Returns the same, after the same
 * work, whether there is such an account or not (ASVS 6.3.8).
 */
export async function requestProof(
  deps: ProofDeps,
  cause: Cause,
  purpose: Exclude<ProofPurpose, 'change-email'>,
  email: string,
): Promise<void> {
  const to = { emailKey: await accountKey(deps.db, email), when: always }
  await commit(deps, await mailProof(deps, cause, purpose, to))
}

/**
 * Queues a mail to the address an account is to move to; the account moves once its owner proves to read it. Nothing is
 * sent to an address that another account has, and nothing said of it. The mail proves nothing once the session that asked
 * has ended. One round trip.
 */
export async function requestEmailChange(
  deps: ProofDeps,
  cause: Cause,
  { user, sessionId }: Pick<SessionPrincipal, 'user' | 'sessionId'>,
  email: string,
): Promise<void> {
  cause.requireFresh()
  const to = { userId: user.id, sessionId, email, emailKey: emailKey(email) }
  await commit(deps, await mailProof(deps, cause, 'change-email', to))
}
