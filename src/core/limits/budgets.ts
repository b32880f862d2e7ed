/** What is allowed only so often. Fixed windows: `points` each `seconds`. */

export interface Budget {
  points: number
  seconds: number
}

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400

/** Of addresses: `core/limits/address-budgets.ts` says whose points those are. The points here are those of one network. */
const ofAddresses = {
  'guess:address': { points: 100, seconds: MINUTE },
  'sign-up:address': { points: 100, seconds: HOUR },
  /** Mails one may make us send; how many go to one address is counted with them (`mailProof`). */
  'mail:address': { points: 60, seconds: HOUR },
  /** Answers of other providers: each makes us ask them. */
  'provider:address': { points: 300, seconds: HOUR },
  /** Ways to them that are begun: each may make us ask for their metadata. */
  'provider-start:address': { points: 300, seconds: HOUR },
  /** Bodies sent to public routes that turn out not to be valid. In the memory of each process. */
  'body:address': { points: 1200, seconds: MINUTE },
  /** Tokens that nobody could have guessed, and are none of ours. In the memory of each process. */
  'token:address': { points: 300, seconds: MINUTE },
} as const satisfies Record<string, Budget>

export type AddressBudget = keyof typeof ofAddresses

/** An IPv6 /48 has three times what one of its 65,536 networks has. */
const SITE_FACTOR = 3
/** Where nobody knows who asks, one stranger must not be able to spend what everybody has. */
const SHARED_FACTOR = 100

const times = (factor: number, { points, seconds }: Budget): Budget => ({ points: points * factor, seconds })

type Widened = `${AddressBudget}/48` | `${AddressBudget} shared`

const widened = Object.fromEntries(
  Object.entries(ofAddresses).flatMap(([name, budget]) => [
    [`${name}/48`, times(SITE_FACTOR, budget)],
    [`${name} shared`, times(SHARED_FACTOR, budget)],
  ]),
) as Record<Widened, Budget> // of every name in `ofAddresses`

/**
 * The key of each stands in its name: an account is named by the key of its e-mail, known or not, so that a limit tells
 * nobody who exists.
 *
 * Failures count against the account and address together first, so an attacker elsewhere spends points of his own. The
 * account alone has a budget that only networks it was never signed in from run into: its owner has none to lose. Whoever
 * has a session has points of that session, which nobody without it can spend.
 */
export const budgets = {
  ...ofAddresses,
  ...widened,
  /** Failed guesses at a password or code. ASVS 6.3.1: at most 5 a minute. */
  'guess:account+address': { points: 5, seconds: MINUTE },
  /** From networks the account does not know. NIST SP 800-63B §3.2.2, by the day. */
  'guess:account': { points: 99, seconds: DAY },
  /** The same two for who is signed in already. */
  'guess:session': { points: 5, seconds: MINUTE },
  'guess:session-day': { points: 99, seconds: DAY },
} as const satisfies Record<string, Budget>

/** `requests:account` has as many points as RATE_LIMIT_PER_MINUTE says. */
export type BudgetName = keyof typeof budgets | 'requests:account'
