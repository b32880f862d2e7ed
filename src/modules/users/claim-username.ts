import type { Deps } from '../../deps.ts'
import { rateLimited } from '../../core/limits/rate-limit-headers.ts'
import type { Cause } from '../../core/events/queries.ts'

/**
 * Takes a point of the account before it asks for a username, because a refusal tells which names are taken. Throws
 * `auth.fresh_session_required`, `request.rate_limited`.
 */
export async function assertMayClaimUsername(
  { limiter }: Pick<Deps, 'limiter'>,
  cause: Cause,
  userId: string,
): Promise<void> {
  cause.requireFresh()
  const allowance = await limiter.take('username:account', userId)
  if (!allowance.allowed) throw rateLimited(allowance)
}
