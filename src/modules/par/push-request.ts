/** Pushed authorization requests (RFC 9126): the client sends the parameters itself, and the browser only a reference. */
import { limitAddressHere } from '../../core/limits/request-budgets.ts'
import { commit } from '../../core/events/commit.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { uniqueViolation } from '../../lib/database-errors.ts'
import { base64url } from '../../lib/encoding.ts'
import { type Parameters, readParameters } from '../../lib/form-parameters.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { hashToken, TOKEN_BYTES } from '../../lib/tokens.ts'
import { knownIn, onceIn } from '../authorize/parameters.ts'
import { readRequest } from '../authorize/read-request.ts'
import { addressee, Unanswerable } from '../authorize/recipient.ts'
import { authenticateClient } from '../oauth-clients/authenticate-client.ts'
import type { Client } from '../oauth-clients/client-model.ts'
import { keepClient } from '../oauth-clients/keep-client.ts'
import { consumeChallengeOrFail } from '../passkeys/queries.ts'
import { type DpopProof, dpopVerifier } from '../token/dpop.ts'
import { insertPushed } from './queries.ts'
import { PUSHED_SECONDS, requestUriOf } from './request-uri.ts'

export interface Pushed {
  answer: { request_uri: string; expires_in: number }
  /** The next one for DPoP proofs, if the client needs one. */
  nonce: string | undefined
}

/**
 * Authenticates the client, validates the request as the authorization endpoint does, and keeps it for a minute. One round
 * trip with the client and the resources in memory. Throws `invalid_client`, the errors of `readRequest`, `invalid_dpop_proof`,
 * `use_dpop_nonce`, and `request.rate_limited`.
 */
export async function pushRequest(
  deps: Deps,
  cause: Cause,
  request: Request,
  source: URLSearchParams,
): Promise<Pushed> {
  limitAddressHere(deps, 'par:address', cause)
  const { db, clock, random } = deps
  const form = readParameters(source)
  // §2.1: a pushed request refers to no other one.
  if (form.get('request_uri') !== undefined) throw refuse('invalid_request', 'request_uri must not be pushed.')
  const { client, oneUse } = await authenticateClient(deps, cause, request, form, '/oauth/par')
  const named = form.get('client_id')
  if (named !== undefined && named !== client.id)
    throw refuse('invalid_request', 'client_id is not the client that authenticated.')

  const proof = await dpopVerifier(deps).proofOf(request)
  // Only what the authorization endpoint knows is stored: no secret and no assertion.
  const known = knownIn(source)
  known.set('client_id', client.id)
  bindToKey(known, proof)
  const parameters = await validated(deps, client, known)

  const token = base64url(random.bytes(TOKEN_BYTES))
  const once = [oneUse, proof?.oneUse].filter((use) => use !== undefined)
  await commit(deps, {
    client: keepClient(deps, client, { consented: false }),
    used: once.map((use) => consumeChallengeOrFail(db, use)),
    pushed: insertPushed(db, {
      hash: await hashToken(token),
      clientId: client.id,
      parameters: parameters.entries(),
      expiresAt: clock.now() + PUSHED_SECONDS * 1000,
    }),
  }).catch((error: unknown) => {
    if (uniqueViolation(error) !== 'used_challenges.hash') throw error
    if (oneUse === undefined) throw refuse('invalid_dpop_proof', 'The DPoP proof was used before.')
    throw refuse('invalid_client', 'The client could not be authenticated.', {
      cause: 'the assertion or the DPoP proof was used before',
    })
  })
  return { answer: { request_uri: requestUriOf(token), expires_in: PUSHED_SECONDS }, nonce: proof?.nextNonce }
}

/** RFC 9449 §10.1: a proof at this endpoint binds the code to its key, as `dpop_jkt` does. */
function bindToKey(known: URLSearchParams, proof: DpopProof | undefined): void {
  if (proof === undefined) return
  const asked = onceIn(known)('dpop_jkt')
  if (asked !== undefined && asked !== proof.jkt)
    throw refuse('invalid_dpop_proof', 'dpop_jkt is not the key of the DPoP proof.')
  known.set('dpop_jkt', proof.jkt)
}

async function validated(deps: Deps, client: Client, known: URLSearchParams): Promise<Parameters> {
  const parameters = readParameters(known)
  try {
    await readRequest(deps, addressee(client, onceIn(known)), parameters, true)
  } catch (error) {
    if (error instanceof Unanswerable) throw refuse('invalid_request', error.message)
    throw error
  }
  return parameters
}
