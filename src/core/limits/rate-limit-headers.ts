/**
 * The fields `RateLimit` and `RateLimit-Policy`, which tell a client about a budget
 * (draft-ietf-httpapi-ratelimit-headers-11). Both are Lists of Strings with parameters (RFC 9651 §3.1, §3.3.3). The
 * name of the policy is the name of the budget.
 */
import type { Allowance } from '../../deps.ts'
import { type Problem, problem } from '../../errors.ts'
import type { BudgetName } from '../../declared.ts'
import type { Budget } from '../feature.ts'

/** The parts of the two fields that are the same in every answer. */
interface Written {
  limit: number
  policy: string
  /** The start of `RateLimit`, up to the number of remaining points. */
  item: string
}

const written = new Map<BudgetName, Written>()

/** Made once for each budget. Two apps in one process may have different limits. */
function writtenOf({ budget, limit, windowSeconds }: Allowance): Written {
  const known = written.get(budget)
  if (known?.limit === limit) return known
  // The names hold no quote and no backslash, which a String would have to escape (RFC 9651 §4.1.6).
  const found = {
    limit,
    policy: writePolicy(budget, { points: limit, seconds: windowSeconds }),
    item: `"${budget}";r=`,
  }
  written.set(budget, found)
  return found
}

/** The value of `RateLimit-Policy`. */
export const writePolicy = (name: BudgetName, { points, seconds }: Budget): string =>
  `"${name}";q=${points};w=${seconds}`

/** For the answer to a request that took a point, whether it was refused or not. */
export function writeRateLimitHeaders(headers: Record<string, unknown>, allowance: Allowance): void {
  const { policy, item } = writtenOf(allowance)
  headers.ratelimit = `${item}${allowance.remaining};t=${allowance.resetSeconds}`
  headers['ratelimit-policy'] = policy
}

/** `throw rateLimited(allowance)`: 429 `request.rate_limited` with Retry-After. */
export function rateLimited(allowance: Allowance): Problem {
  const headers: Record<string, string> = {}
  writeRateLimitHeaders(headers, allowance)
  return problem('request.rate_limited', { retryAfterSeconds: allowance.resetSeconds, headers })
}
