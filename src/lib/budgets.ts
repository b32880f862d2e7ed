/** What is allowed only so often. Fixed windows: `points` each `seconds`. */

export interface Budget {
  points: number
  seconds: number
}

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400

/**
 * The key of each stands in its name: an account is named by the key of its e-mail, known or not, so that a limit tells
 * nobody who exists; an address by its network (`networkOf`).
 *
 * Failures count against the account and address together first, so an attacker elsewhere spends points of his own. The
 * account alone has a budget that only networks it was never signed in from run into: its owner has none to lose.
 */
export const budgets = {
  /** Failed guesses at a password or code. ASVS 6.3.1: at most 5 a minute. */
  'guess:account+address': { points: 5, seconds: MINUTE },
  'guess:address': { points: 100, seconds: MINUTE },
  /** From networks the account does not know. NIST SP 800-63B §3.2.2, by the day. */
  'guess:account': { points: 99, seconds: DAY },
  'sign-up:address': { points: 100, seconds: HOUR },
  /** Mails one may make us send; how many go to one address is counted with them (`mailProof`). */
  'mail:address': { points: 60, seconds: HOUR },
  /** Answers of other providers: each makes us ask them. */
  'provider:address': { points: 300, seconds: HOUR },
  /** Ways to them that are begun: each may make us ask for their metadata. */
  'provider-start:address': { points: 300, seconds: HOUR },
} as const satisfies Record<string, Budget>

/** `requests:account` has as many points as RATE_LIMIT_PER_MINUTE says. */
export type BudgetName = keyof typeof budgets | 'requests:account'
