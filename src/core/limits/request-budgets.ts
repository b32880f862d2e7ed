/** The budgets of requests (`core/limits/budgets.ts`). `core/limits/guesses.ts` has the budgets of guesses. */
import type { Actor, Allowance, Deps } from '../../deps.ts'
import { type Caller, giveBackOfAddressHere, takeOfAddress, takeOfAddressHere } from './address-budgets.ts'
import { type AddressBudget, requestsOfAccount } from './budgets.ts'
import { rateLimited, writePolicy, writeRateLimitHeaders } from './rate-limit-headers.ts'

type Headers = Record<string, string | number | string[] | undefined>

/** `requestsPerMinute`: a limit of this actor alone, counted by its id. */
type Spender = Pick<Actor, 'id' | 'limiterKey'> & { requestsPerMinute?: number | null }

/**
 * The guard of every route with a principal calls this. It takes a point of the account and writes what is left into
 * the headers. Returns undefined with RATE_LIMIT=off. Throws `request.rate_limited`.
 *
 * The budget belongs to the account, not to its session or its address. So more sessions give an account no more
 * points, and people behind one address do not wait for each other. Each process counts in its own memory, whether
 * there is a shared store or not: a trip to a store on every request would cost more than most of the requests. Behind
 * n processes an account has up to n times the points, and one account still cannot use a whole process. An API key with
 * a limit of its own spends a point of both.
 */
export function accountBudget({ config, limiter }: Pick<Deps, 'config' | 'limiter'>) {
  if (!config.rateLimit) return undefined
  return ({ id, limiterKey, requestsPerMinute }: Spender, headers: Headers): void => {
    show(limiter.takeRequest(limiterKey), headers)
    if (requestsPerMinute) show(limiter.takeOwnRequest(id, requestsPerMinute), headers)
  }
}

/** The header that `accountBudget` writes with the same value into every answer. */
export const policyOfAccounts = ({ config }: Pick<Deps, 'config'>): Record<string, string> =>
  config.rateLimit
    ? { 'ratelimit-policy': writePolicy('requests:account', requestsOfAccount(config.rateLimitPerMinute)) }
    : {}

/**
 * Takes a point of a budget of addresses, for public routes. All addresses of a network share it
 * (`core/limits/address-budgets.ts`). Writes what is left into the headers. Throws `request.rate_limited`.
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
 * Does the same in the memory of this process, for limits that protect it. Synchronous, and writes no headers. Throws
 * `request.rate_limited`.
 */
export function limitAddressHere(deps: Pick<Deps, 'limiter'>, budget: AddressBudget, caller: Caller): void {
  const allowance = takeOfAddressHere(deps, budget, caller)
  if (!allowance.allowed) throw rateLimited(allowance)
}

/**
 * Takes a point before the server reads the body of a public request. It costs time to read, parse and refuse a body,
 * so the number of invalid bodies has a limit. Throws `request.rate_limited`.
 */
export const takeBodyPoint = (deps: Pick<Deps, 'limiter'>, caller: Caller): void =>
  limitAddressHere(deps, 'body:address', caller)

/** Gives the point back after a valid body. */
export const giveBackBodyPoint = (deps: Pick<Deps, 'limiter'>, caller: Caller): void =>
  giveBackOfAddressHere(deps, 'body:address', caller)

function show(allowance: Allowance, headers: Headers): void {
  if (!allowance.allowed) throw rateLimited(allowance)
  writeRateLimitHeaders(headers, allowance)
}
