/** Who a client is, at every endpoint that clients call. RFC 6749 §2.3, RFC 7523, OAuth 2.1 §2.4 */
import { rateLimited } from '../../core/limits/rate-limit-headers.ts'
import { limitAddressHere } from '../../core/limits/request-budgets.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { hostOf } from '../../lib/addresses.ts'
import { uniqueViolation } from '../../lib/database-errors.ts'
import type { Parameters } from '../../lib/form-parameters.ts'
import { type OAuthError, refuse } from '../../lib/oauth-error.ts'
import type { OneUse } from '../passkeys/queries.ts'
import type { Client } from './client.ts'
import { ASSERTION_TYPE, checkAssertion, issuerOf } from './client-assertion.ts'
import { findSecret } from './client-secrets.ts'
import { usesSecret } from './client-terms.ts'
import { type FindDeps, findClient } from './find-client.ts'
import { storeUnderCurrentKey } from './reseal-secret.ts'
import { basicCredentials } from './basic-credentials.ts'

export type AuthenticateDeps = FindDeps & Pick<Deps, 'limiter'>
const GUESSES = 'client-secret:client+address'
type Caller = Pick<Cause, 'address' | 'shared'>

export interface Authenticated {
  client: Client
  /**
   * An assertion that the batch of the caller must use up with `consumeChallengeOrFail`; its failure is passed to
   * `whereAssertionUsed`.
   */
  oneUse?: OneUse
}

/** What a request offers as proof: exactly one of the methods of RFC 6749 §2.3 and RFC 7523. */
type Offer =
  | { method: 'client_secret_basic' | 'client_secret_post'; clientId: string; secret: string }
  | { method: 'private_key_jwt'; clientId: string; check: (deps: AuthenticateDeps, client: Client) => Promise<OneUse> }
  | { method: 'none'; clientId: string }

/**
 * Authenticates the client of a form request with the method that it is registered with; a secret may come in the header or in the
 * body. 0 round trips for a client in memory,
 * else one. Throws `invalid_request` for more than one method, and `invalid_client` for everything else: the answer does not tell
 * what is wrong, the log does. Throws `request.rate_limited` after too many wrong secrets or assertions.
 *
 * Ten wrong ones a minute of one client from one address stop further ones from there. A stranger elsewhere spends no
 * points of the client. `endpoint` names the endpoint in the log.
 */
export async function authenticateClient(
  deps: AuthenticateDeps,
  cause: Caller,
  request: Request,
  parameters: Parameters,
  endpoint: string,
): Promise<Authenticated> {
  const authorization = request.headers.get('authorization')
  // RFC 6749 §5.2: a client that used the header learns the scheme that it may use.
  const headers: Record<string, string> = authorization === null ? {} : { 'www-authenticate': 'Basic realm="OAuth"' }
  const denied = (cause: unknown): OAuthError =>
    refuse('invalid_client', 'The client could not be authenticated.', { headers, cause: `${endpoint}: ${cause}` })

  const offer = offerOf(authorization, parameters, denied)
  const client = await findClient(deps, offer.clientId, cause)
  if (client === undefined) {
    takeFailure(deps, cause)
    throw denied('the client is unknown, disabled or expired')
  }
  const why = (text: string) => denied(`${client.id}: ${text}`)
  if (!isMethodOf(client, offer.method))
    throw why(`the client is registered with ${client.authMethod}, and the request uses ${offer.method}`)
  if (offer.method === 'none') return { client }
  if (offer.method === 'private_key_jwt') {
    // Before the signature is checked: the keys are those of a stranger, and RSA takes time.
    assertMayStillGuess(deps, cause, client.id)
    try {
      return { client, oneUse: await offer.check(deps, client) }
    } catch (error) {
      takeFailure(deps, cause)
      takeGuess(deps, cause, client.id)
      throw why(error instanceof Error ? error.message : 'the assertion is not valid')
    }
  }
  const found = await findSecret(deps, client, offer.secret)
  if (found !== undefined) {
    assertMayStillGuess(deps, cause, client.id)
    if (found.outdated) deps.defer(() => storeUnderCurrentKey(deps, client.id, found.secret, offer.secret))
    return { client }
  }
  takeFailure(deps, cause)
  takeGuess(deps, cause, client.id)
  throw why('the secret is wrong or has expired')
}

/**
 * The header and the body stand for each other: the secret is the same, and libraries such as openid-client send it in the body
 * whatever the client is registered with.
 */
const isMethodOf = (client: Client, method: Offer['method']): boolean =>
  method === client.authMethod || (usesSecret(client) && method.startsWith('client_secret_'))

/** For `.catch()` of the batch that uses an assertion up. A second use is `invalid_client`. */
export function whereAssertionUsed(error: unknown): never {
  if (uniqueViolation(error) === 'used_challenges.hash')
    throw refuse('invalid_client', 'The client could not be authenticated.', { cause: 'the assertion was used before' })
  throw error
}

/** Throws `invalid_request` for two methods, and `denied` for none. */
function offerOf(authorization: string | null, parameters: Parameters, denied: (cause: string) => OAuthError): Offer {
  const clientId = parameters.get('client_id')
  const secret = parameters.get('client_secret')
  const assertion = parameters.get('client_assertion')
  const type = parameters.get('client_assertion_type')
  const used = [authorization, secret, assertion ?? type].filter((one) => one !== null && one !== undefined)
  if (used.length > 1) throw refuse('invalid_request', 'The request authenticates the client in more than one way.')
  const sameAs = (id: string): string => {
    if (clientId !== undefined && clientId !== id)
      throw refuse('invalid_request', 'client_id names another client than the credentials.')
    return id
  }
  if (authorization !== null) {
    const given = basicCredentials(authorization)
    if (given === undefined) throw denied('the Authorization header is not Basic with an id and a secret')
    return { method: 'client_secret_basic', clientId: sameAs(given.id), secret: given.secret }
  }
  if (assertion !== undefined || type !== undefined) {
    if (type !== ASSERTION_TYPE) throw denied('the type of the assertion is not known')
    const found = issuerOf(assertion ?? '')
    if (found === undefined) throw denied('the assertion is no JWT with an issuer')
    return {
      method: 'private_key_jwt',
      clientId: sameAs(found.clientId),
      check: (deps, client) => checkAssertion(deps, client, found.jwt),
    }
  }
  if (clientId === undefined) throw denied('the request names no client')
  return secret === undefined ? { method: 'none', clientId } : { method: 'client_secret_post', clientId, secret }
}

/** None where many share the address: there, one of them could stop the client. */
const guessKey = ({ address, shared }: Caller, clientId: string): string | undefined =>
  shared === true || hostOf(address) === 'unknown' ? undefined : `${clientId} ${hostOf(address)}`

/**
 * Takes a point of the client and the address after a wrong secret or assertion. In the memory of this process: a trip to a store would cost
 * more than the request. Throws `request.rate_limited`.
 */
function takeGuess({ limiter }: AuthenticateDeps, caller: Caller, clientId: string): void {
  const key = guessKey(caller, clientId)
  const allowance = key === undefined ? undefined : limiter.takeHere(GUESSES, key)
  if (allowance?.allowed === false) throw rateLimited(allowance)
}

/**
 * A right secret is refused too when no points are left, so it is not told from the wrong ones. It is asked after the comparison:
 * of guesses at the same time, no more than the budget learn anything.
 */
function assertMayStillGuess({ limiter }: AuthenticateDeps, caller: Caller, clientId: string): void {
  const key = guessKey(caller, clientId)
  if (key === undefined) return
  const allowance = limiter.takeHere(GUESSES, key)
  if (!allowance.allowed) throw rateLimited(allowance)
  limiter.giveBackHere(GUESSES, key)
}

/** A failure takes a point of the network, which bounds what failures cost. A right secret never asks for one. */
const takeFailure = (deps: AuthenticateDeps, caller: Caller): void =>
  limitAddressHere(deps, 'client-failure:address', caller)
