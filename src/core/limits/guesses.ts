/**
 * How often a caller may guess at a password or a code.
 *
 *   await assertMayGuess(deps, cause, emailKey)            // before the server computes or looks up anything
 *   if (!known) await assertMayGuessFromAfar(…)            // when the server knows from where the account was signed in
 *   await assertMayGuessNamed(…)                           // instead of both, if only a look-up tells the emailKey
 *   …                                                      // wrong guess: do nothing, the points stay taken
 *   deps.defer(() => forgetGuesses(deps, cause, emailKey, known))   // right guess
 *   deps.defer(() => giveBackGuess(deps, cause, emailKey, known))   // the server did not check the guess
 *
 * Points are taken before the server checks the guess. So parallel guesses count like guesses one after the other. The
 * key of the e-mail names the account, whether the account exists or not. So both get the same answers.
 *
 * An attacker cannot lock an owner out of a network that the owner signs in from. A failure takes points of the address
 * that it came from. It takes points of the account only from networks that the account was never signed in from. So an
 * attacker has 5 guesses a minute from each address, 100 from each network, and 99 a day at one account from all
 * unknown networks together. A caller with a session takes points of the session, which other callers cannot spend:
 * `assertMayGuessSignedIn`.
 *
 * The answer shows the remaining points only when there are none (429). A right guess gives its points back, and an
 * attacker should not be able to plan. If the shared store fails, each process counts by itself (`Deps.limiter`), and
 * no sign-in fails.
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
 * The budget has the single address, not its network. So a neighbour cannot spend the points that the owner has at the
 * owner's account. There is no such budget if a trusted proxy does not tell the address of the client, for the same
 * reason: there, the 99 guesses a day of the account are the limit.
 */
const pairOf = ({ address, shared }: Guesser, emailKey: string): Take[] =>
  shared === true ? [] : [['guess:account+address', `${emailKey} ${hostOf(address)}`]]

/**
 * Whether the account was signed in from this network, as a row of `known_devices` says. A shared address is never
 * known.
 */
export const isKnownNetwork = (cause: Guesser, row: { knownNetwork: boolean } | undefined): boolean =>
  row?.knownNetwork === true && !isShared(cause)

/**
 * Takes a point of the network, then one of this account and address. In this order, a refused address does not fill a
 * store with the names of accounts. Throws `request.rate_limited`. ASVS 6.3.1
 */
export async function assertMayGuess(deps: GuessDeps, cause: Guesser, emailKey: string): Promise<void> {
  assertAllowed(await takeOfAddress(deps, 'guess:address', cause, pairOf(cause, emailKey)))
}

/**
 * Takes a point of the account alone. For accounts that do not exist, and for networks that the account was never
 * signed in from (a row of `known_devices`). Throws `request.rate_limited`. NIST SP 800-63B §3.2.2, by the day.
 */
export async function assertMayGuessFromAfar({ limiter }: GuessDeps, emailKey: string): Promise<void> {
  assertAllowed([await limiter.take('guess:account', emailKey)])
}

/**
 * For a caller who names the account by something else than its e-mail, after `assertMayTry`, and after the look-up that
 * found `accountKey`: takes the points that `assertMayGuess` and `assertMayGuessFromAfar` take of the account, in one
 * trip to a store. So an account has one budget, under whichever name it is tried. A name without an account has a budget
 * of its own. Throws `request.rate_limited`.
 */
export async function assertMayGuessNamed(
  { limiter }: GuessDeps,
  cause: Guesser,
  accountKey: string,
  knownNetwork: boolean,
): Promise<void> {
  const afar: Take[] = knownNetwork ? [] : [['guess:account', accountKey]]
  assertAllowed(await limiter.takeInTurn([...pairOf(cause, accountKey), ...afar]))
}

/**
 * Takes both kinds of points, for callers that did not look up the network before. `isKnown` costs a trip, so it is
 * called only if the account has no points left. Resolves to true if the network is known. Throws
 * `request.rate_limited`.
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

/**
 * Settles the points of this account and address by `act`. The budgets of the network and of the account get one point
 * back.
 */
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
 * The guess was right. Forgets the failures at this account from this address. The budgets of the network and of the
 * account get only one point back. Otherwise an attacker could sign in to their own account between two guesses, and
 * guess without end.
 */
export const forgetGuesses = settleBy('forget')

/**
 * The server did not check the guess because it was busy. Gives the points of the guess back. Earlier failures still
 * count.
 */
export const giveBackGuess = settleBy('giveBack')

/**
 * A caller who guesses at their own password or code: their session, and the key of the account for the budgets of the
 * address.
 */
export interface SignedInGuesser {
  sessionId: string
  key: string
}

/** A guess whose points are taken. */
export interface GuessSignedIn extends SignedInGuesser {
  /** Whether the address and the network had points for this guess. If not, they get none back after it. */
  ofAddress: boolean
}

/**
 * Takes a point of the session, which has five a minute and 99 a day. So the thief of a session has no more guesses
 * than this. Also takes the points of the address and the network, so that a session does not add a second set of
 * guesses. It does not check these, because strangers may have spent them. Makes one trip to a store. Throws
 * `request.rate_limited`. ASVS 6.3.1
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

/** The guess was right: forgets the failures of this minute. */
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

/** The server did not check the guess: gives its points back. */
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
 * Takes a point of the network, for attempts with values that cannot be guessed. Each failed attempt writes an event,
 * so their number has a limit. Throws `request.rate_limited`.
 */
export async function assertMayTry(deps: GuessDeps, cause: Guesser): Promise<void> {
  assertAllowed(await takeOfAddress(deps, 'guess:address', cause))
}

/** The attempt did not fail: gives its point back. */
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
 * Runs `work`, which takes a token of 128 bits or more: a refresh token, a link or a challenge. An unknown token takes
 * a point of the address. When the address has no points left, an unknown token gets 429. A valid token is never
 * refused, so neighbours with unknown tokens cannot block its owner. So `work` must cost no more than a read until it
 * has found the token. Each process counts in its own memory, because the limit protects the process. Throws
 * `request.rate_limited`, and the errors of `work`.
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

/**
 * The same point, for a caller that has looked up a token by itself and found none. Throws `request.rate_limited` when the address
 * has none left.
 */
export const takeOfUnknownToken = (deps: GuessDeps, cause: Guesser): void =>
  assertAllowed([takeOfAddressHere(deps, 'token:address', cause)])

function assertAllowed(allowances: readonly Allowance[]): void {
  const refused = allowances.find(({ allowed }) => !allowed)
  if (refused) throw rateLimited(refused)
}
