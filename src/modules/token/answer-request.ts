/** The token endpoint: who asks, with which key, and for what. */
import type { Cause } from '../../core/events/queries.ts'
import { uniqueViolation } from '../../lib/database-errors.ts'
import type { Parameters } from '../../lib/form-parameters.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { type AuthenticateDeps, authenticateClient } from '../oauth-clients/authenticate-client.ts'
import { consumeChallengeOrFail } from '../passkeys/queries.ts'
import type { TokenAnswer } from './answer.ts'
import type { IssueDeps } from './issue.ts'
import { redeemCode } from './redeem-code.ts'
import { DEVICE_GRANT, redeemDeviceCode } from './grant-device-code.ts'
import { issueToClient } from './client-credentials.ts'
import { dpopVerifier } from './dpop.ts'
import { EXCHANGE_GRANT, exchangeToken } from './exchange-token.ts'
import { JWT_BEARER_GRANT, redeemAssertion } from './jwt-bearer.ts'
import { refreshFamily } from './refresh-family.ts'
import { type Grant, required } from './token-request.ts'

/** `grant_types_supported`, by what each does. */
const GRANTS: Readonly<Record<string, Grant>> = {
  authorization_code: redeemCode,
  refresh_token: refreshFamily,
  client_credentials: issueToClient,
  [DEVICE_GRANT]: redeemDeviceCode,
  [EXCHANGE_GRANT]: exchangeToken,
  [JWT_BEARER_GRANT]: redeemAssertion,
}

/**
 * Answers one token request. The client authenticates first, so a stranger learns nothing about a code or a token. `nonce`
 * is the next one for DPoP proofs, if the client needs one. Throws `unsupported_grant_type`, `unauthorized_client`,
 * `invalid_client`, `invalid_dpop_proof`, `use_dpop_nonce`, and the errors of the grant.
 */
export async function answerTokenRequest(
  deps: IssueDeps & AuthenticateDeps,
  cause: Cause,
  request: Request,
  parameters: Parameters,
): Promise<{ answer: TokenAnswer; nonce: string | undefined }> {
  const { db } = deps
  const type = required(parameters, 'grant_type')
  const grant = Object.hasOwn(GRANTS, type) ? GRANTS[type] : undefined
  if (grant === undefined) throw refuse('unsupported_grant_type', 'This grant_type is not supported.')
  const { client, oneUse } = await authenticateClient(deps, cause, request, parameters, '/oauth/token')
  if (!client.grantTypes.includes(type))
    throw refuse('unauthorized_client', 'The client is not registered for this grant_type.')
  const proof = await dpopVerifier(deps).proofOf(request)
  if (proof === undefined && client.requiresDpop)
    throw refuse('invalid_dpop_proof', 'The client must send a DPoP proof.')
  const once = [oneUse, proof?.oneUse].filter((use) => use !== undefined)
  const before = once.map((use) => consumeChallengeOrFail(db, use))
  try {
    return { answer: await grant(deps, { cause, client, parameters, dpop: proof, before }), nonce: proof?.nextNonce }
  } catch (error) {
    if (uniqueViolation(error) !== 'used_challenges.hash') throw error
    if (once.length === 0) throw refuse('invalid_grant', 'The assertion was used before.')
    if (oneUse === undefined) throw refuse('invalid_dpop_proof', 'The DPoP proof was used before.')
    throw refuse('invalid_client', 'The client could not be authenticated.', {
      cause: proof === undefined ? 'the assertion was used before' : 'the assertion or the DPoP proof was used before',
    })
  }
}
