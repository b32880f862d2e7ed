/** What a client is told of a budget: draft-ietf-httpapi-ratelimit-headers-06. */
import type { Allowance } from '../../deps.ts'
import { type Problem, problem } from '../../errors.ts'

/** For the answer to a request that took a point, refused or not. A policy is `limit;w=seconds`. */
export function writeRateLimitHeaders(headers: Record<string, unknown>, allowance: Allowance): void {
  const { limit, remaining, resetSeconds, windowSeconds } = allowance
  headers['ratelimit-limit'] = String(limit)
  headers['ratelimit-remaining'] = String(remaining)
  headers['ratelimit-reset'] = String(resetSeconds)
  headers['ratelimit-policy'] = `${limit};w=${windowSeconds}`
}

/** `throw rateLimited(allowance)`: 429 `request.rate_limited`, to be repeated after the seconds of Retry-After. */
export function rateLimited(allowance: Allowance): Problem {
  const headers: Record<string, string> = {}
  writeRateLimitHeaders(headers, allowance)
  return problem('request.rate_limited', { retryAfterSeconds: allowance.resetSeconds, headers })
}
