/** The credential of a request, as something that is asked again while its stream is open. */
import { requires } from '../core/authz/denied.ts'
import type { Circumstances } from '../core/authz/model.ts'
import type { Checked, Credential } from '../core/rooms/model.ts'
import type { ApiKeyPrincipal, ClientPrincipal, Deps, Principal, SessionPrincipal } from '../deps.ts'
import { problem } from '../errors.ts'
import { iso } from '../lib/iso-time.ts'
import { oncePer } from '../lib/once-per.ts'
import { sessionLimits } from '../lib/session-limits.ts'
import { loadPrincipalByKey } from '../modules/api-keys/principals.ts'
import { loadPrincipalByClientToken } from '../modules/grants/principals.ts'
import { loadPrincipalBySession } from '../modules/sessions/principals.ts'
import { type AccessTokenClaims, accessTokensOf } from '../modules/signing-keys/access-tokens.ts'
import type { CauseOf } from './cause.ts'
import { circumstancesOf } from './circumstances.ts'
import { isApiKey, isClient, isSession } from './fresh-session.ts'
import { identifier } from './identify.ts'

/**
 * `authenticate` finds the principal of a request by its `Authorization` header or its cookie, and throws as the guard of a route does.
 * `of` takes one that a guard has found.
 *
 * What is read again comes from the database, never from the cache of principals, which may be 900 ms old beside a remote
 * database. A session is read by its id, because its cookie changes. Nothing is noted as used: a page that is left open keeps no
 * session alive (ASVS 7.3.1).
 */
export const streamCredentials = oncePer((deps: Deps) => {
  const { clock, config } = deps
  const identify = identifier(deps)
  const accessTokens = accessTokensOf(deps)
  const limits = sessionLimits(config)

  /** Rules see the time of the moment in which they are asked, and the request as it was: nothing else of it is kept. */
  function circumstancesLater(request: Request, cause: CauseOf): () => Circumstances {
    const { context, resourceId } = circumstancesOf(request, clock, cause)
    return () => ({ context: { ...context, time: iso(clock.now()) }, resourceId })
  }

  const untilOf = (principal: Principal): number => {
    if (isSession(principal))
      return Math.min(principal.expiresAt, principal.lastSeenAt + limits[principal.sessionKind].idleMs)
    return (isApiKey(principal) || isClient(principal) ? principal.expiresAt : null) ?? Number.MAX_SAFE_INTEGER
  }

  function checked(
    principal: Principal | undefined,
    expired: 'session.expired' | 'apikey.invalid' | 'accesstoken.invalid',
  ): Checked {
    if (principal === undefined || untilOf(principal) <= clock.now()) throw problem(expired)
    requireEnrolled(principal)
    return { principal, checkAt: untilOf(principal) }
  }

  // Each of these makes what is kept as long as the stream. So it sees its parameters alone, and no token or former principal.

  const ofSession =
    (sessionId: string, keyId: string | undefined): Read =>
    async () => {
      const { principal } = await loadPrincipalBySession(deps, sessionId)
      if (keyId !== undefined && !deps.keys.knows(keyId)) throw problem('session.expired')
      return checked(principal, 'session.expired')
    }

  /** Its networks are those of now, its address is that of the request. */
  const ofKey =
    (key: string, request: Request): Read =>
    async () => {
      const { principal } = await loadPrincipalByKey(deps, key)
      if (principal !== undefined && isApiKey(principal)) identify.requireNetwork(principal, request)
      return checked(principal, 'apikey.invalid')
    }

  const ofClient =
    (claims: Extract<AccessTokenClaims, { kind: 'client' }>): Read =>
    async () => {
      const { principal } = await loadPrincipalByClientToken(deps, claims)
      return checked(principal, 'accesstoken.invalid')
    }

  const reloading =
    (read: Read, circumstances: () => Circumstances): Credential['reload'] =>
    async () => {
      const { principal, checkAt } = await read()
      return { principal: { ...principal, circumstances }, checkAt }
    }

  async function of(principal: Principal, request: Request, cause: CauseOf): Promise<Credential> {
    requireEnrolled(principal)
    const authorization = request.headers.get('authorization')
    const token = authorization?.slice(authorization.indexOf(' ')).trim() ?? ''
    const claims = authorization === null || isApiKey(principal) ? undefined : await accessTokens.verify(token)
    const circumstances = circumstancesLater(request, cause)
    let read: Read
    if (isSession(principal)) read = ofSession(principal.sessionId, claims?.keyId)
    else if (isApiKey(principal)) read = ofKey(token, request)
    else if (claims?.kind === 'client') read = ofClient(claims)
    else throw problem('accesstoken.invalid')
    return {
      principal: { ...principal, circumstances },
      checkAt: untilOf(principal),
      tokenEndsAt: claims?.expiresAt ?? null,
      reload: reloading(read, circumstances),
    }
  }

  return {
    of,
    async authenticate(request: Request, cause: CauseOf): Promise<Credential> {
      const principal = identify.cached(request) ?? (await identify.load(request)).principal
      return of(principal, request, cause)
    },
  }
})

type Read = () => Promise<Checked>

function requireEnrolled(actor: SessionPrincipal | ApiKeyPrincipal | ClientPrincipal): void {
  if (actor.mfaMissing)
    throw problem('mfa.enrolment_required', { denied: { actor, ...requires('actor.mfa', true, false) } })
}
