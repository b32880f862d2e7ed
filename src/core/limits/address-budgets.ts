/**
 * Whose points a request from an address takes: the one rule for every budget of addresses.
 *
 * - IPv4: the /24 (`networkOf`).
 * - IPv6: the /64, and together with it the /48. A /48 is what one customer is given who asks for it: 65,536 networks, each
 *   with points of its own. A /64 that has none left gives the point of its /48 back, so that one network alone cannot spend
 *   what all of them have.
 * - Shared: a platform, or a trusted proxy, that does not tell whose request it is. Everybody there has this one bucket, so
 *   it is wide.
 */
import type { Allowance, Limiter, Take } from '../../deps.ts'
import { networkOf, siteOf } from '../../lib/addresses.ts'
import type { AddressBudget } from './budgets.ts'

export interface Caller {
  address: string | null
  /** The address is one of a trusted proxy: many people have it. */
  shared?: boolean | undefined
}

/** Anybody may have this address. */
export const isShared = ({ address, shared }: Caller): boolean => shared === true || networkOf(address) === 'unknown'

/** Where a caller waits for what is scarce: with their network, or with the /48 of it. */
export const lineOf = ({ address }: Caller): string => siteOf(address) ?? networkOf(address)

/** The widest first: a site that is refused fills no store with the names of its networks. */
export function addressTakes(budget: AddressBudget, caller: Caller): readonly Take[] {
  const { address } = caller
  const network = networkOf(address)
  if (isShared(caller)) return [[`${budget} shared`, network]]
  const site = siteOf(address)
  const own: Take = [budget, network]
  return site === undefined ? [own] : [[`${budget}/48`, site], own]
}

/** Takes the points of an address, then those of `then`, in turn (`Limiter.takeInTurn`). */
export async function takeOfAddress(
  { limiter }: { limiter: Limiter },
  budget: AddressBudget,
  caller: Caller,
  then: readonly Take[] = [],
): Promise<Allowance[]> {
  const own = addressTakes(budget, caller)
  const allowances = await limiter.takeInTurn([...own, ...then])
  if (own.length === 2 && allowances.length === 2 && allowances[1]?.allowed === false) await giveBackTo(limiter, own[0])
  return allowances
}

/** Gives back what `takeOfAddress` took of the address. */
export async function giveBackOfAddress(
  { limiter }: { limiter: Limiter },
  budget: AddressBudget,
  caller: Caller,
): Promise<void> {
  await Promise.all(addressTakes(budget, caller).map((take) => giveBackTo(limiter, take)))
}

const giveBackTo = async (limiter: Limiter, take: Take | undefined): Promise<void> => {
  if (take) await limiter.giveBack(...take)
}

/** The same in the memory of this process, and at once: for what protects this process. */
export function takeOfAddressHere({ limiter }: { limiter: Limiter }, budget: AddressBudget, caller: Caller): Allowance {
  const own = addressTakes(budget, caller)
  let last: Allowance | undefined
  for (const take of own) {
    last = limiter.takeHere(...take)
    if (last.allowed) continue
    if (take !== own[0] && own[0]) limiter.giveBackHere(...own[0])
    break
  }
  if (last === undefined) throw new Error('an address has at least one budget')
  return last
}

export function giveBackOfAddressHere({ limiter }: { limiter: Limiter }, budget: AddressBudget, caller: Caller): void {
  for (const take of addressTakes(budget, caller)) limiter.giveBackHere(...take)
}
