/**
 * How often one may guess at a password or a code.
 *
 *   await assertMayGuess(deps, cause, emailKey)            // before anything is computed or looked up
 *   if (!knownNetwork) await assertMayGuessFromAfar(…)     // once it is known where the account was signed in from
 *   …                                                      // wrong: leave it at that, the points stay taken
 *   deps.defer(() => forgetGuesses(deps, cause, emailKey, knownNetwork))   // right
 *   deps.defer(() => giveBackGuess(deps, cause, emailKey, knownNetwork))   // not looked at
 *
 * Points are taken before the guess is looked at, so guesses made at once count as those made in turn. An account is named
 * by the key of its e-mail, whether there is one or not: the answers to both are the same.
 *
 * Nobody can lock an owner out from where they sign in: a failure spends points of the address it came from, and of the
 * account only those that networks unknown to it have together. An attacker therefore has 5 guesses a minute from each
 * address, 100 from each network, and 99 a day at one account from anywhere it was never signed in from.
 *
 * What is left is told only when nothing is (429): a right guess gives its points back, and who guesses wrong need not
 * plan. While a budget cannot be counted together each process counts by itself (`Deps.limiter`), and no sign-in fails.
 */
import type { Allowance, Deps } from '../../deps.ts'
import { hostOf, networkOf } from '../../lib/addresses.ts'
import { rateLimited } from '../../lib/rate-limit-headers.ts'
import type { Cause } from '../events/queries.ts'

type Guesser = Pick<Cause, 'address'>
type GuessDeps = Pick<Deps, 'limiter'>

/** One address, not its network: a neighbour must not spend what the owner has at the owner's own account. */
const pairOf = ({ address }: Guesser, emailKey: string): string => `${emailKey} ${hostOf(address)}`

/**
 * Takes a point for the network, then one for this account and address, and with `fromAfar` one of the account alone. In
 * this order: an address that is refused fills no store with the names of accounts. Throws `request.rate_limited`.
 * ASVS 6.3.1
 */
export async function assertMayGuess(
  { limiter }: GuessDeps,
  cause: Guesser,
  emailKey: string,
  { fromAfar = false } = {},
): Promise<void> {
  assertAllowed(
    await limiter.takeInTurn([
      ['guess:address', networkOf(cause.address)],
      ['guess:account+address', pairOf(cause, emailKey)],
      ...(fromAfar ? [['guess:account', emailKey] as const] : []),
    ]),
  )
}

/**
 * Takes a point of the account alone; for accounts that do not exist and for networks it was never signed in from (a row
 * of `known_devices`). Throws `request.rate_limited`. NIST SP 800-63B §3.2.2, by the day.
 */
export async function assertMayGuessFromAfar({ limiter }: GuessDeps, emailKey: string): Promise<void> {
  assertAllowed([await limiter.take('guess:account', emailKey)])
}

/**
 * The guess was right. What failed at this account from this address is forgotten; the budgets of the network and of the
 * account get one point back, or somebody with an account of their own could go on for ever.
 */
export async function forgetGuesses(
  { limiter }: GuessDeps,
  cause: Guesser,
  emailKey: string,
  knownNetwork: boolean,
): Promise<void> {
  await Promise.all([
    limiter.forget('guess:account+address', pairOf(cause, emailKey)),
    limiter.giveBack('guess:address', networkOf(cause.address)),
    knownNetwork ? undefined : limiter.giveBack('guess:account', emailKey),
  ])
}

/** Nobody looked at the guess, because the server was busy: it gives its points back, and earlier failures still count. */
export async function giveBackGuess(
  { limiter }: GuessDeps,
  cause: Guesser,
  emailKey: string,
  knownNetwork: boolean,
): Promise<void> {
  await Promise.all([
    limiter.giveBack('guess:account+address', pairOf(cause, emailKey)),
    limiter.giveBack('guess:address', networkOf(cause.address)),
    knownNetwork ? undefined : limiter.giveBack('guess:account', emailKey),
  ])
}

/**
 * Takes a point for the network, of what nobody can guess but anybody can try: each failure is written down, and that
 * must have an end. Throws `request.rate_limited`.
 */
export async function assertMayTry({ limiter }: GuessDeps, cause: Guesser): Promise<void> {
  assertAllowed([await limiter.take('guess:address', networkOf(cause.address))])
}

/** It did not fail. */
export const giveBackTry = ({ limiter }: GuessDeps, cause: Guesser): Promise<void> =>
  limiter.giveBack('guess:address', networkOf(cause.address))

function assertAllowed(allowances: readonly Allowance[]): void {
  const refused = allowances.find(({ allowed }) => !allowed)
  if (refused) throw rateLimited(refused)
}
