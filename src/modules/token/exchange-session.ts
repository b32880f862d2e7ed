/** A first-party client exchanges the access token of a session (RFC 8693). */
import { base64url } from '../../lib/encoding.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { hashToken, TOKEN_BYTES } from '../../lib/tokens.ts'
import { scopesAsked } from '../grants/asked-scopes.ts'
import { rememberGrant } from '../grants/remember-grant.ts'
import type { SessionTokenClaims } from '../signing-keys/access-tokens.ts'
import type { TokenAnswer } from './answer.ts'
import { covers, oneResource } from './audience.ts'
import { byClient } from './by-client.ts'
import { sessionForClient } from './exchange-queries.ts'
import { ACCESS_TOKEN_TYPE } from './exchange-subject.ts'
import { type IssueDeps, openFamily } from './issue.ts'
import type { TokenRequest } from './token-request.ts'

/**
 * An access token of the client for the person of the session. It lives no longer than the exchanged one and dies with the
 * session. Two round trips. First-party clients need no consent, so nobody is asked. Throws `invalid_request`, also for a
 * session that may not sign in to apps, `invalid_scope` and `invalid_target`.
 */
export async function exchangeSession(
  deps: IssueDeps,
  { cause, client, parameters, dpop, before }: TokenRequest,
  subject: SessionTokenClaims,
): Promise<TokenAnswer> {
  const { db, clock, random } = deps
  if (!client.firstParty) throw unusable('only a first-party client exchanges the token of a session')
  if (parameters.get('actor_token') !== undefined) throw unusable('nobody acts for the person of a session')
  const resource = oneResource([...parameters.all('resource'), ...parameters.all('audience')])
  const asked = { scope: parameters.get('scope'), resources: resource === undefined ? [] : [resource] }
  const scopes = await scopesAsked(deps, client, asked)
  if (Object.values(scopes).some((names) => names.includes('offline_access')))
    throw refuse('invalid_scope', 'Tokens in exchange end with the session.')
  const { sessionId } = subject
  const now = clock.now()
  const [session] = await sessionForClient(db, { sessionId, clientId: client.id, now })
  if (session === undefined) throw unusable('its session has ended')
  if (session.impersonatorId !== null || subject.act !== null) throw unusable('an administrator acts as the person')
  // As at /oauth/authorize.
  if (session.anonymous) throw unusable('the account is anonymous')
  if (session.mfaRequired && !(session.hasFactor && session.amr?.includes('mfa')))
    throw unusable('a role requires a second factor, and the session has shown none')
  const { userId, authenticatedAt, amr, orgId, granted } = session
  const wanted = { userId, clientId: client.id, sessionId, scopes, details: [] }
  const { steps, newId } = rememberGrant(deps, byClient(cause, client, userId), wanted)
  const draft = {
    grantId: session.grantId ?? newId,
    userId,
    clientId: client.id,
    // The token of a session is exchanged as often as the client needs it.
    originHash: await hashToken(base64url(random.bytes(TOKEN_BYTES))),
    sessionId,
    offline: false,
    scopes,
    details: [],
    claims: null,
    orgId,
    authenticatedAt,
    amr: amr ?? [],
  }
  const answer = await openFamily(deps, cause, client, draft, {
    before: [...before, ...(covers(granted, scopes) ? [] : Object.values(steps))],
    dpop,
    accessOnly: { ttlSeconds: Math.floor((subject.expiresAt - now) / 1000) },
  })
  return { ...answer, issued_token_type: ACCESS_TOKEN_TYPE }
}

const unusable = (cause: string) =>
  refuse('invalid_request', 'The subject_token is not valid for this exchange.', { cause: `subject_token: ${cause}` })
