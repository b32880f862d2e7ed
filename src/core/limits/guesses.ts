/**
 * How often one may guess at a password or a code.
 *
 *   await assertMayGuess(deps, cause, emailKey)            // before anything is computed or looked up
 *   if (!known) await assertMayGuessFromAfar(…)            // once it is known where the account was signed in from
 *   …                                                      // wrong: leave it at that, the points stay taken
 *   deps.defer(() => forgetGuesses(deps, cause, emailKey, known))   // right
 *   deps.defer(() => giveBackGuess(deps, cause, emailKey, known))   // not looked at
 *
 * Points are taken before the guess is looked at, so guesses made at once count as those made in turn. An account is named
 * by the key of its e-mail, whether there is one or not: the answers to both are the same.
 *
 * Nobody can lock an owner out from where they sign in: a failure spends points of the address it came from, and of the
 * account only those that networks unknown to it have together. An attacker therefore has 5 guesses a minute from each
 * address, 100 from each network, and 99 a day at one account from anywhere it was never signed in from. Who is signed in
 * already has points of their session, which nobody else can spend: `assertMayGuessSignedIn`.
 *
 * What is left is told only when nothing is (429): a right guess gives its points back, and who guesses wrong need not
 * plan. While a budget cannot be counted together each process counts by itself (`Deps.limiter`), and no sign-in fails.
 */
import type { Allowance, Deps, Take } from '../../deps.ts'
import { Problem } from '../../errors.ts'
import { giveBackOfAddress, isShared, takeOfAddress, takeOfAddressHere } from './address-budgets.ts'
import { hostOf } from '../../lib/addresses.ts'
import { rateLimited } from './rate-limit-headers.ts'
import type { Cause } from '../events/queries.ts'

type Guesser = Pick<Cause, 'address' | 'shared'>
type GuessDeps = Pick<Deps, 'limiter'>

/**
 * One address, not its network: a neighbour must not spend what the owner has at the owner's own account. None where a
 * trusted proxy does not tell whose request it is, for the same reason: there the account's own 99 a day hold.
 */
const pairOf = ({ address, shared }: Guesser, emailKey: string): Take[] =>
  shared === true ? [] : [['guess:account+address', `${emailKey} ${hostOf(address)}`]]

/** Whether the account was signed in from this network, as a row of `known_devices` says. An address that anybody may have is known to none. */
export const isKnownNetwork = (cause: Guesser, row: { knownNetwork: boolean } | undefined): boolean =>
  row?.knownNetwork === true && !isShared(cause)

/**
 * Takes a point for the network, then one for this account and address. In this order: an address that is refused fills no
 * store with the names of accounts. Throws `request.rate_limited`. ASVS 6.3.1
 */
export async function assertMayGuess(deps: GuessDeps, cause: Guesser, emailKey: string): Promise<void> {
  assertAllowed(await takeOfAddress(deps, 'guess:address', cause, pairOf(cause, emailKey)))
}

/**
 * Takes a point of the account alone; for accounts that do not exist and for networks it was never signed in from (a row
 * of `known_devices`). Throws `request.rate_limited`. NIST SP 800-63B §3.2.2, by the day.
 */
export async function assertMayGuessFromAfar({ limiter }: GuessDeps, emailKey: string): Promise<void> {
  assertAllowed([await limiter.take('guess:account', emailKey)])
}

/**
 * Both, for what is not looked up before: `isKnown` costs a trip, so it is asked only once the account has no points left.
 * Resolves to whether the network turned out to be known. Throws `request.rate_limited`.
 */
export async function assertMayGuessFromAnywhere(
  deps: GuessDeps,
  cause: Guesser,
  emailKey: string,
  isKnown: () => Promise<boolean>,
): Promise<boolean> {
  await assertMayGuess(deps, cause, emailKey)
  const ofAccount = await deps.limiter.take('guess:account', emailKey)
  if (ofAccount.allowed) return false
  if (await isKnown()) return true
  throw rateLimited(ofAccount)
}

/** What becomes of the points of this account and address; the budgets of the network and of the account get one back. */
const settleBy =
  (act: 'forget' | 'giveBack') =>
  async ({ limiter }: GuessDeps, cause: Guesser, emailKey: string, knownNetwork: boolean): Promise<void> => {
    await Promise.all([
      ...pairOf(cause, emailKey).map((take) => limiter[act](...take)),
      giveBackOfAddress({ limiter }, 'guess:address', cause),
      knownNetwork ? undefined : limiter.giveBack('guess:account', emailKey),
    ])
  }

/**
 * The guess was right. What failed at this account from this address is forgotten; the budgets of the network and of the
 * account get one point back, or somebody with an account of their own could go on for ever.
 */
export const forgetGuesses = settleBy('forget')

/** Nobody looked at the guess, because the server was busy: it gives its points back, and earlier failures still count. */
export const giveBackGuess = settleBy('giveBack')

/** Who guesses at their own password or code: the session they have, and the name of the account for others' budgets. */
export interface SignedInGuesser {
  sessionId: string
  key: string
}

/** A guess whose points are taken. */
export interface GuessSignedIn extends SignedInGuesser {
  /** The address and the network had points for it. Where they had none they get none back, or the next guess would have it. */
  ofAddress: boolean
}

/**
 * Takes a point of the session, of five a minute and 99 a day; whoever stole one has no more. The points of the address and
 * the network are taken too, so that a session is no second set of guesses, and are not asked for: strangers may have spent
 * them. In one trip where a store takes trips. Throws `request.rate_limited`. ASVS 6.3.1
 */
export async function assertMayGuessSignedIn(
  deps: GuessDeps,
  cause: Guesser,
  { sessionId, key }: SignedInGuesser,
): Promise<GuessSignedIn> {
  const [own, shared] = await Promise.all([
    deps.limiter.takeInTurn(ofSession(sessionId)),
    takeOfAddress(deps, 'guess:address', cause, pairOf(cause, key)),
  ])
  assertAllowed(own)
  return { sessionId, key, ofAddress: shared.every(({ allowed }) => allowed) }
}

/** It was right: what failed in this minute is forgotten. */
export async function forgetGuessesSignedIn(
  deps: GuessDeps,
  cause: Guesser,
  { sessionId, key, ofAddress }: GuessSignedIn,
): Promise<void> {
  await Promise.all([
    deps.limiter.forget('guess:session', sessionId),
    deps.limiter.giveBack('guess:session-day', sessionId),
    ...pairOf(cause, key).map((take) => deps.limiter.forget(...take)),
    ofAddress ? giveBackOfAddress(deps, 'guess:address', cause) : undefined,
  ])
}

/** Nobody looked at it. */
export async function giveBackGuessSignedIn(
  deps: GuessDeps,
  cause: Guesser,
  { sessionId, key, ofAddress }: GuessSignedIn,
): Promise<void> {
  await Promise.all([
    ...ofSession(sessionId).map((take) => deps.limiter.giveBack(...take)),
    ofAddress ? giveBackGuess(deps, cause, key, true) : undefined,
  ])
}

const ofSession = (sessionId: string): Take[] => [
  ['guess:session', sessionId],
  ['guess:session-day', sessionId],
]

/**
 * Takes a point for the network, of what nobody can guess but anybody can try: each failure is written down, and that
 * must have an end. Throws `request.rate_limited`.
 */
export async function assertMayTry(deps: GuessDeps, cause: Guesser): Promise<void> {
  assertAllowed(await takeOfAddress(deps, 'guess:address', cause))
}

/** It did not fail. */
export const giveBackTry = (deps: GuessDeps, cause: Guesser): Promise<void> =>
  giveBackOfAddress(deps, 'guess:address', cause)

const UNKNOWN_TOKEN = [
  'token.invalid',
  'session.expired',
  'mfa.challenge_invalid',
  'passkey.invalid',
  'setup.token_invalid',
]

/**
 * Runs what takes a token of 128 bits or more: a refresh token, a link, a challenge. One that is none of ours takes a point
 * of the address, and past those the answer is 429. A good one is never refused: neighbours who send others cannot keep it
 * from its owner. So `work` must cost no more than a read until it knows the token. Counted in this process alone, which is
 * what it protects. Throws `request.rate_limited`, and what `work` throws.
 */
export async function tryToken<T>(deps: GuessDeps, cause: Guesser, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Problem && UNKNOWN_TOKEN.includes(error.code))
      assertAllowed([takeOfAddressHere(deps, 'token:address', cause)])
    throw error
  }
}

function assertAllowed(allowances: readonly Allowance[]): void {
  const refused = allowances.find(({ allowed }) => !allowed)
  if (refused) throw rateLimited(refused)
}
