/** `grant_type=authorization_code` (OAuth 2.1 §4.1.3, RFC 7636 §4.6). */
import { primitives } from '#primitives'
import { equalBytes } from '../../lib/constant-time.ts'
import { base64url, utf8 } from '../../lib/encoding.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { hashToken } from '../../lib/tokens.ts'
import { type AuthorizationCode, openCode } from '../grants/authorization-code.ts'
import { oneResource } from './audience.ts'
import { openFamily } from './issue.ts'
import { type Grant, required, type TokenRequest } from './token-request.ts'

/** RFC 7636 §4.1. */
const VERIFIER = /^[\w.~-]{43,128}$/

/**
 * Redeems a code. One round trip with the client in memory. The answer to a wrong code, client, redirect URI, verifier or
 * key is the same, so it helps nobody who found a code. Only who has all of them can end the tokens of a code by sending it
 * again. Throws `invalid_grant`, `invalid_request`, `invalid_target`.
 */
export const redeemCode: Grant = async (deps, request) => {
  const { cause, client, parameters, dpop, before } = request
  const text = required(parameters, 'code')
  const code = await openCode(deps, text)
  const refused = code === undefined ? 'unknown or expired' : await mismatch(code, request)
  if (code === undefined || refused !== undefined)
    throw refuse('invalid_grant', 'The code is not valid for this request.', { cause: `code: ${refused}` })
  const { grantId, userId, sessionId, scopes, details, claims, orgId, authenticatedAt, amr, nonce } = code
  const draft = {
    grantId,
    userId,
    clientId: client.id,
    originHash: await hashToken(text),
    sessionId,
    offline: Object.values(scopes).some((names) => names.includes('offline_access')),
    scopes,
    details,
    claims,
    orgId,
    authenticatedAt,
    amr,
  }
  return openFamily(deps, cause, client, draft, {
    audience: oneResource(parameters.all('resource')),
    nonce,
    before,
    dpop,
  })
}

/** What the code was not made for; undefined: it was made for all of this. */
async function mismatch(
  { clientId, redirectUri, codeChallenge, jkt }: AuthorizationCode,
  { client, parameters, dpop }: TokenRequest,
): Promise<string | undefined> {
  if (clientId !== client.id) return 'of another client'
  // OAuth 2.1 §10.2: optional, because every code is bound to a verifier.
  const given = parameters.get('redirect_uri')
  if (given !== undefined && given !== redirectUri) return 'another redirect_uri'
  const verifier = parameters.get('code_verifier')
  if (verifier === undefined || !VERIFIER.test(verifier)) return 'no code_verifier of RFC 7636 §4.1'
  const challenge = base64url(await primitives.digest('SHA-256', utf8(verifier)))
  if (!equalBytes(utf8(codeChallenge), utf8(challenge))) return 'another code_verifier'
  // RFC 9449 §10.
  if (jkt !== null && jkt !== dpop?.jkt) return 'another DPoP key'
  return undefined
}
