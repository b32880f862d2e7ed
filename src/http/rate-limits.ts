/** The budgets that requests spend by themselves (`lib/budgets.ts`); guesses have theirs in `modules/auth/guesses.ts`. */
import type { Allowance, Deps } from '../deps.ts'
import { networkOf } from '../lib/addresses.ts'
import { rateLimited, writeRateLimitHeaders } from '../lib/rate-limit-headers.ts'
import type { Cause } from '../modules/events/queries.ts'

type Headers = Record<string, string | number | string[] | undefined>

/**
 * What the guard of every route with a principal calls: takes a point of the account and says in the headers what is left.
 * Undefined with RATE_LIMIT=off. Throws `request.rate_limited`.
 *
 * The account, not its session or its address: more sessions give nobody more, and people behind one address do not wait
 * for each other. Counted in this process alone, whatever the store: it is asked on every request, and a trip for each
 * would cost more than most of what it limits. Behind n processes an account has up to n times as much, and each process
 * is still kept from belonging to one account.
 */
export function accountBudget({ config, limiter }: Pick<Deps, 'config' | 'limiter'>) {
  if (!config.rateLimit) return undefined
  return (userId: string, headers: Headers): void => show(limiter.takeRequest(userId), headers)
}

/**
 * Takes a point of a budget of addresses, for public routes. All of a network (`networkOf`) share it. Says in the headers
 * what is left. Throws `request.rate_limited`.
 *
 *   await limitAddress(deps, 'sign-up:address', cause(), set.headers)
 */
export async function limitAddress(
  { config, limiter }: Pick<Deps, 'config' | 'limiter'>,
  budget: 'sign-up:address' | 'mail:address' | 'provider:address' | 'provider-start:address',
  { address }: Pick<Cause, 'address'>,
  headers: Headers,
): Promise<void> {
  if (config.rateLimit) show(await limiter.take(budget, networkOf(address)), headers)
}

function show(allowance: Allowance, headers: Headers): void {
  if (!allowance.allowed) throw rateLimited(allowance)
  writeRateLimitHeaders(headers, allowance)
}
