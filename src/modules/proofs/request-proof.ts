import type { SessionPrincipal } from '../../deps.ts'
import { emailKey } from '../../lib/email.ts'
import { commit } from '../../core/events/commit.ts'
import { always, type Cause } from '../../core/events/queries.ts'
import { accountKey } from '../users/account-key.ts'
import { mailProof, type ProofDeps } from './mail-proof.ts'
import type { ProofPurpose } from './queries.ts'

/**
 * Queues a mail with a proof to the account of an address (`accountKey`), in one round trip. The result and the work
 * are the same whether the account exists or not (ASVS 6.3.8).
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
 * Queues a mail to the new address of an account. The address changes when the owner uses the proof in that mail. If
 * another account has the address, no mail is sent and the answer does not reveal it. The proof is void after the
 * session that asked for it has ended. One round trip.
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
