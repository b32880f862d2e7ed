/** The budgets, as the features declare them. Fixed windows: `points` in each window of `seconds`. */
import { type AddressBudget, type BudgetName, together, type WiderBudget } from '../../declared.ts'
import type { Budget } from '../feature.ts'

export type { AddressBudget, Budget, BudgetName }

/** An IPv6 /48 has three times the points of one of its 65,536 networks. */
const SITE_FACTOR = 3
/** For addresses that many clients share. With more points, one client cannot spend the points of all. */
const SHARED_FACTOR = 100

/** The points of one network. `core/limits/address-budgets.ts` says which network a request counts for. */
const ofAddresses = together('addressBudgets')

const times = (factor: number, { points, seconds }: Budget): Budget => ({ points: points * factor, seconds })

const widened = Object.fromEntries(
  Object.entries(ofAddresses).flatMap(([name, budget]) => [
    [`${name}/48`, times(SITE_FACTOR, budget)],
    [`${name} shared`, times(SHARED_FACTOR, budget)],
  ]),
) as Record<WiderBudget, Budget> // has every name in `ofAddresses`

/**
 * The name of a budget says what its key is. The key of the e-mail names the account, whether the account exists or
 * not. So a limit does not tell which accounts exist.
 *
 * A failure first counts against the account together with the address. So an attacker at another address spends only
 * their own points. The budget of the account alone counts only networks that the account was never signed in from, so
 * it cannot lock out the owner at home. A session has its own points, which a caller without the session cannot spend.
 */
export const budgets: Readonly<Record<Exclude<BudgetName, 'requests:account'>, Budget>> = {
  ...ofAddresses,
  ...widened,
  ...together('budgets'),
}

/** The budget `requests:account`, which has RATE_LIMIT_PER_MINUTE points. Every request with a session takes one. */
export const requestsOfAccount = (perMinute: number): Budget => ({ points: perMinute, seconds: 60 })
