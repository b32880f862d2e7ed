/** What a client is told of a budget: draft-ietf-httpapi-ratelimit-headers-06. */
import type { Allowance } from '../deps.ts'
import { type Problem, problem } from '../errors.ts'

/** Of the answer to a request that took a point, refused or not. A policy is `limit;w=seconds`. */
export const rateLimitHeaders = ({ limit, remaining, resetSeconds, windowSeconds }: Allowance) => ({
  'ratelimit-limit': String(limit),
  'ratelimit-remaining': String(remaining),
  'ratelimit-reset': String(resetSeconds),
  'ratelimit-policy': `${limit};w=${windowSeconds}`,
})

/** `throw rateLimited(allowance)`: 429 `request.rate_limited`, to be repeated after the seconds of Retry-After. */
export const rateLimited = (allowance: Allowance): Problem =>
  problem('request.rate_limited', {
    retryAfterSeconds: allowance.resetSeconds,
    headers: rateLimitHeaders(allowance),
  })
