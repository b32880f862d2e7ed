/** Shared by the routes that send a mail and by the routes that accept its link or code. */
import type { Deps } from '../../deps.ts'
import type { Cause } from '../../core/events/queries.ts'
import { tryToken } from '../../core/limits/guesses.ts'
import { limitAddress } from '../../core/limits/request-budgets.ts'
import { accountKey } from '../users/account-key.ts'
import { limitCodeGuesses } from './limit-code-guesses.ts'
import type { Proof } from './mail-proof.ts'
import type { ProofPurpose } from './queries.ts'
import { requestProof } from './request-proof.ts'

/** The context of the handlers of such requests. */
interface ProofRequest {
  body: { email: string }
  cause: () => Cause
  set: { status?: unknown; headers: Record<string, string | number> }
}

/** Reads the link token or the code from a body. */
export const proofOf = async (
  { db }: Pick<Deps, 'db'>,
  body: { token: string } | { email: string; code: string },
): Promise<Proof> =>
  'token' in body ? { token: body.token } : { emailKey: await accountKey(db, body.email), code: body.code }

/**
 * Runs `work`, which uses a link or code, within the limits. Throws `request.rate_limited`, and the errors of `work`.
 */
export const limitProof = <T>(
  deps: Pick<Deps, 'config' | 'db' | 'limiter' | 'defer'>,
  cause: Cause,
  proof: Proof,
  work: () => Promise<T>,
): Promise<T> => ('token' in proof ? tryToken(deps, cause, work) : limitCodeGuesses(deps, cause, proof.emailKey, work))

/** The handler of a route that sends a mail to an address. It gives the same answer for every address. */
export const handleProofRequest =
  (deps: Deps, purpose: Exclude<ProofPurpose, 'change-email'>) =>
  async ({ body, cause, set }: ProofRequest) => {
    await limitAddress(deps, 'mail:address', cause(), set.headers)
    await requestProof(deps, cause(), purpose, body.email)
    set.status = 202
    return { status: 'mail_requested' as const }
  }
