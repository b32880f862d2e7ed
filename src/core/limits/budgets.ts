/** What is allowed only so often, as the features declare it. Fixed windows: `points` each `seconds`. */
import { type AddressBudget, type BudgetName, together, type WiderBudget } from '../../declared.ts'
import type { Budget } from '../feature.ts'

export type { AddressBudget, Budget, BudgetName }

/** An IPv6 /48 has three times what one of its 65,536 networks has. */
const SITE_FACTOR = 3
/** Where nobody knows who asks, one stranger must not be able to spend what everybody has. */
const SHARED_FACTOR = 100

/** Of addresses: `core/limits/address-budgets.ts` says whose points those are. The points here are those of one network. */
const ofAddresses = together('addressBudgets')

const times = (factor: number, { points, seconds }: Budget): Budget => ({ points: points * factor, seconds })

const widened = Object.fromEntries(
  Object.entries(ofAddresses).flatMap(([name, budget]) => [
    [`${name}/48`, times(SITE_FACTOR, budget)],
    [`${name} shared`, times(SHARED_FACTOR, budget)],
  ]),
) as Record<WiderBudget, Budget> // of every name in `ofAddresses`

/**
 * The key of each stands in its name: an account is named by the key of its e-mail, known or not, so that a limit tells
 * nobody who exists.
 *
 * Failures count against the account and address together first, so an attacker elsewhere spends points of his own. The
 * account alone has a budget that only networks it was never signed in from run into: its owner has none to lose. Whoever
 * has a session has points of that session, which nobody without it can spend.
 */
export const budgets: Readonly<Record<Exclude<BudgetName, 'requests:account'>, Budget>> = {
  ...ofAddresses,
  ...widened,
  ...together('budgets'),
}

/** The budget `requests:account`, which every request with a session spends: as many points as RATE_LIMIT_PER_MINUTE says. */
export const requestsOfAccount = (perMinute: number): Budget => ({ points: perMinute, seconds: 60 })
