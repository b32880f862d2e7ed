/** The budgets that requests spend by themselves (`core/limits/budgets.ts`); guesses have theirs in `core/limits/guesses.ts`. */
import type { Allowance, Deps } from '../../deps.ts'
import { type Caller, giveBackOfAddressHere, takeOfAddress, takeOfAddressHere } from './address-budgets.ts'
import { type AddressBudget, requestsOfAccount } from './budgets.ts'
import { rateLimited, writePolicy, writeRateLimitHeaders } from './rate-limit-headers.ts'

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
  return (limiterKey: string, headers: Headers): void => show(limiter.takeRequest(limiterKey), headers)
}

/** What `accountBudget` writes into the headers of every answer, and of all answers the same. */
export const policyOfAccounts = ({ config }: Pick<Deps, 'config'>): Record<string, string> =>
  config.rateLimit
    ? { 'ratelimit-policy': writePolicy('requests:account', requestsOfAccount(config.rateLimitPerMinute)) }
    : {}

/**
 * Takes a point of a budget of addresses, for public routes. All of a network share it (`core/limits/address-budgets.ts`). Says in
 * the headers what is left. Throws `request.rate_limited`.
 *
 *   await limitAddress(deps, 'sign-up:address', cause(), set.headers)
 */
export async function limitAddress(
  deps: Pick<Deps, 'config' | 'limiter'>,
  budget: Exclude<AddressBudget, 'guess:address'>,
  caller: Caller,
  headers: Headers,
): Promise<void> {
  if (!deps.config.rateLimit) return
  const last = (await takeOfAddress(deps, budget, caller)).at(-1)
  if (last) show(last, headers)
}

/**
 * Before the body of a public request is read: a body costs to be read, parsed and refused, and who sends nothing but such
 * bodies must come to an end. Counted in this process alone, which is what it protects. Throws `request.rate_limited`.
 */
export function takeBodyPoint(deps: Pick<Deps, 'limiter'>, caller: Caller): void {
  const allowance = takeOfAddressHere(deps, 'body:address', caller)
  if (!allowance.allowed) throw rateLimited(allowance)
}

/** The body was valid. */
export const giveBackBodyPoint = (deps: Pick<Deps, 'limiter'>, caller: Caller): void =>
  giveBackOfAddressHere(deps, 'body:address', caller)

function show(allowance: Allowance, headers: Headers): void {
  if (!allowance.allowed) throw rateLimited(allowance)
  writeRateLimitHeaders(headers, allowance)
}
