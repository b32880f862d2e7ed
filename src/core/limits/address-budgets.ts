/**
 * Which network's points a request from an address takes. All budgets of addresses use this rule.
 *
 * - IPv4: the /24 (`networkOf`).
 * - IPv6: the /64 and the /48 together. Providers give a customer a /48 on request. It has 65,536 networks, each with
 *   its own points. If a /64 has no points left, the point of its /48 is given back. So one network cannot spend the
 *   points of the whole /48.
 * - Shared: the platform, or a trusted proxy, does not tell the address of the client. All its clients share one
 *   bucket, so the bucket is larger.
 */
import type { Allowance, Limiter, Take } from '../../deps.ts'
import { networkOf, siteOf } from '../../lib/addresses.ts'
import type { AddressBudget } from './budgets.ts'

export interface Caller {
  address: string | null
  /** The address belongs to a trusted proxy, so many people have it. */
  shared?: boolean | undefined
}

/** Whether many clients share this address. */
export const isShared = ({ address, shared }: Caller): boolean => shared === true || networkOf(address) === 'unknown'

/** The queue in which a caller waits for a scarce resource: one for each IPv6 /48 or IPv4 /24. */
export const lineOf = ({ address }: Caller): string => siteOf(address) ?? networkOf(address)

/** The /48 comes first. So a refused /48 does not fill a store with the names of its networks. */
export function addressTakes(budget: AddressBudget, caller: Caller): readonly Take[] {
  const { address } = caller
  const network = networkOf(address)
  if (isShared(caller)) return [[`${budget} shared`, network]]
  const site = siteOf(address)
  const own: Take = [budget, network]
  return site === undefined ? [own] : [[`${budget}/48`, site], own]
}

/** Takes the points of an address, then the points of `then`, in this order (`Limiter.takeInTurn`). */
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

/** Gives back the points of the address that `takeOfAddress` took. */
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

/** Does the same synchronously, in the memory of this process. For limits that protect this process. */
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
