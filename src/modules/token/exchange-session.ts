/** A first-party client exchanges the access token of a session (RFC 8693). */
import { commit } from '../../core/events/commit.ts'
import { always } from '../../core/events/queries.ts'
import { base64url } from '../../lib/encoding.ts'
import { refuse } from '../../lib/oauth-error.ts'
import { hashToken, TOKEN_BYTES } from '../../lib/tokens.ts'
import { scopesAsked } from '../grants/asked-scopes.ts'
import { grantQuery } from '../grants/queries.ts'
import { rememberGrant } from '../grants/remember-grant.ts'
import type { ScopesByAudience } from '../../../db/tables/index.ts'
import { loadPrincipalBySession } from '../sessions/principals.ts'
import type { SessionTokenClaims } from '../signing-keys/access-tokens.ts'
import type { TokenAnswer } from './answer.ts'
import { oneResource } from './audience.ts'
import { ACCESS_TOKEN_TYPE } from './exchange-subject.ts'
import { type IssueDeps, openFamily } from './issue.ts'
import type { TokenRequest } from './token-request.ts'

/**
 * An access token of the client for the person of the session. It lives no longer than the exchanged one and dies with the
 * session. Three round trips, and one more the first time. First-party clients need no consent, so nobody is asked. Throws
 * `invalid_request`, also for the session of an administrator who acts as the person, `invalid_scope` and `invalid_target`.
 */
export async function exchangeSession(
  deps: IssueDeps,
  { cause, client, parameters, dpop, before }: TokenRequest,
  subject: SessionTokenClaims,
): Promise<TokenAnswer> {
  const { clock, random } = deps
  const unusable = (cause: string) =>
    refuse('invalid_request', 'The subject_token is not valid for this exchange.', { cause: `subject_token: ${cause}` })
  if (!client.firstParty) throw unusable('only a first-party client exchanges the token of a session')
  if (parameters.get('actor_token') !== undefined) throw unusable('nobody acts for the person of a session')
  const resource = oneResource([...parameters.all('resource'), ...parameters.all('audience')])
  const asked = { scope: parameters.get('scope'), resources: resource === undefined ? [] : [resource] }
  const scopes = await scopesAsked(deps, client, asked)
  if (Object.values(scopes).some((names) => names.includes('offline_access')))
    throw refuse('invalid_scope', 'Tokens in exchange end with the session.')
  const { principal } = await loadPrincipalBySession(deps, subject.sessionId)
  if (principal?.kind !== 'session' || principal.expiresAt <= clock.now()) throw unusable('its session has ended')
  if (principal.impersonatorId !== null || subject.act !== null)
    throw unusable('of an administrator who acts as the person')
  const { sessionId, authenticatedAt, amr, orgId } = principal
  const userId = principal.user.id
  const draft = {
    grantId: await grantOf(deps, { ...cause, by: principal }, { userId, clientId: client.id, sessionId, scopes }),
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
    amr: [...amr],
  }
  const answer = await openFamily(deps, cause, client, draft, {
    before,
    dpop,
    accessOnly: { ttlSeconds: Math.floor((subject.expiresAt - clock.now()) / 1000) },
  })
  return { ...answer, issued_token_type: ACCESS_TOKEN_TYPE }
}

interface Wanted {
  userId: string
  clientId: string
  sessionId: string
  scopes: ScopesByAudience
}

/** The living grant of the person for the client, which has these scopes then. */
async function grantOf(
  deps: IssueDeps,
  cause: TokenRequest['cause'],
  { userId, clientId, sessionId, scopes }: Wanted,
): Promise<string> {
  const [known] = await grantQuery(deps.db, { userId, clientId })
  const has = (audience: string, names: readonly string[]) =>
    names.every((name) => known?.scopes[audience]?.includes(name)) && known?.scopes[audience] !== undefined
  if (known !== undefined && Object.entries(scopes).every(([audience, names]) => has(audience, names))) return known.id
  const { steps } = rememberGrant(deps, cause, { userId, clientId, scopes, details: [], sessionId }, always)
  const [granted] = (await commit(deps, steps)).granted
  if (granted === undefined) throw refuse('invalid_request', 'The session, the person or the client has ended.')
  return granted.id
}
