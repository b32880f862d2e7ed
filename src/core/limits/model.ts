import type { BudgetName } from '../../declared.ts'

/** Counts the points of budgets (`core/limits/budgets.ts`). */
export interface Limiter {
  /**
   * Takes a point of `requests:account`. Synchronous and in the memory of this process, because every request calls it.
   */
  takeRequest(limiterKey: string): Allowance
  /** The same of `requests:api-key`, for an actor with its own limit. */
  takeOwnRequest(actorId: string, perMinute: number): Allowance
  /** Does the same with any budget, for limits that protect this process. */
  takeHere(budget: BudgetName, key: string): Allowance
  /** Gives back a point that `takeHere` took. */
  giveBackHere(budget: BudgetName, key: string): void
  /** Takes one point of a budget. Never throws: if the store fails, it counts in memory. */
  take(budget: BudgetName, key: string): Promise<Allowance>
  /**
   * Takes a point of each budget in this order. It stops at the first refusal, which is the last item of the result. It
   * makes one trip to a store. If a store refuses a budget unexpectedly, the points after it are taken too.
   */
  takeInTurn(takes: readonly Take[]): Promise<Allowance[]>
  /** The remaining points. Takes none. */
  look(budget: BudgetName, key: string): Promise<Allowance>
  /** Gives one point back, because the action did not fail. The points of earlier failures stay taken. */
  giveBack(budget: BudgetName, key: string): Promise<void>
  /** Forgets all points that were taken. */
  forget(budget: BudgetName, key: string): Promise<void>
}

/** A budget and its key. */
export type Take = readonly [budget: BudgetName, key: string]

export interface Allowance {
  allowed: boolean
  budget: BudgetName
  /** Points of the whole window, and the remaining points. */
  limit: number
  remaining: number
  /** Seconds until the window ends and all points are back. */
  resetSeconds: number
  windowSeconds: number
}
