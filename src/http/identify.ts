/** Finds the principal of a request by its credential. */

import { reads } from '../core/authz/denied.ts'
import { nameOf, type ScopesAhead } from '../core/authz/load-scopes.ts'
import type { ApiKeyPrincipal, Deps, Loaded, Principal, SessionPrincipal } from '../deps.ts'
import { Problem, problem } from '../errors.ts'
import { isInRanges } from '../lib/addresses.ts'
import { readSessionCookie } from '../lib/cookies.ts'
import { EXPECTED_USER, personIn } from '../lib/expected-user.ts'
import { createLru } from '../lib/lru.ts'
import { oncePer } from '../lib/once-per.ts'
import { isInGrace, sessionLimits } from '../lib/session-limits.ts'
import { hashToken, isToken } from '../lib/tokens.ts'
import { BEARER_KEY, KEY_PREFIX } from '../modules/api-keys/key-text.ts'
import { keyUses } from '../modules/api-keys/last-use.ts'
import { loadPrincipalByKey } from '../modules/api-keys/principals.ts'
import { loadPrincipalByCookie, loadPrincipalBySession, touchSession } from '../modules/sessions/principals.ts'
import { accessTokensOf } from '../modules/signing-keys/access-tokens.ts'
import type { ShownSession } from '../modules/users/trust-queries.ts'
import { clientTokens, type TokenScheme } from './client-tokens.ts'
import { clientFinder } from './find-client.ts'
import { isApiKey, isSession } from './fresh-session.ts'
import { requireAllowedOrigin } from './origins.ts'

/** The number of sessions for which the process remembers that it has just stored their use. */
const MAX_NOTED = 10_000

// The kinds of keys are always different. A session id is not a secret, so it must not work as a cookie.
const sessionKey = (sessionId: string): string => `session ${sessionId}`
const cookieKey = (cookie: string): string => `cookie ${cookie}`
/** The usual header itself, so that a request with a known key makes no new text. */
const apiKeyKey = (key: string): string => `Bearer ${key}`

/** A valid principal, and the scopes that were read with it. */
export interface Identified extends Loaded {
  principal: Principal
}

/**
 * `cached` reads memory only, and returns undefined if it does not find the principal. `load` also asks the key ring
 * and the database. It throws `auth.required` without a credential, and `session.expired` if the credential is not
 * valid any more. An API key that does not work is `apikey.invalid`, whatever the reason. One that is used from another
 * network is `apikey.network_refused`. An access token of a client is `accesstoken.invalid` or `accesstoken.proof_invalid`.
 *
 * A bearer token takes precedence over a cookie. A cookie with an unsafe method requires an allowed origin. A cookie of
 * another person than the header `x-expected-user` names is `session.other_user`.
 */
export const identifier = oncePer((deps: Deps) => {
  const { config, clock, principals } = deps
  const accessTokens = accessTokensOf(deps)
  const ofClients = clientTokens(deps)
  const limits = sessionLimits(config)
  const clientOf = clientFinder(deps)
  const noteUse = keyUses(deps)
  /** When the use of a session was last stored. So parallel requests that find no cached principal store it once. */
  const noted = createLru<number>(MAX_NOTED)

  function stillValid(principal: SessionPrincipal): boolean {
    const now = clock.now()
    if (principal.expiresAt <= now) return false
    if (principal.graceEndsAt !== null && !isInGrace(principal.graceEndsAt, now)) return false
    return principal.lastSeenAt + limits[principal.sessionKind].idleMs > now
  }

  /** Stores the use at most once a minute, after the response. */
  function seen(principal: SessionPrincipal): SessionPrincipal {
    const now = clock.now()
    const { sessionId, sessionKind } = principal
    const everyMs = limits[sessionKind].noteUseEveryMs
    if (now - principal.lastSeenAt >= everyMs) {
      principal.lastSeenAt = now
      const before = noted.get(sessionId)
      if (before === undefined || Math.abs(now - before) >= everyMs) {
        noted.set(sessionId, now)
        deps.defer(() => touchSession(deps, sessionId, { now, everyMs }))
      }
    }
    return principal
  }

  const credentialOf = (request: Request): { token: string; scheme: TokenScheme } | { cookie: string } => {
    const authorization = request.headers.get('authorization')
    if (authorization !== null) {
      const [, scheme = '', token] = /^(Bearer|DPoP) +([\w.~+/-]+=*)$/i.exec(authorization) ?? []
      if (token === undefined) throw problem('auth.required', { detail: 'Authorization must be: Bearer <token>.' })
      return { token, scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer' }
    }
    const cookie = readSessionCookie(request.headers.get('cookie'), config.appUrl)
    if (!cookie) throw problem('auth.required')
    requireAllowedOrigin(request, config)
    return { cookie }
  }

  const check = (principal: Principal | undefined): SessionPrincipal => {
    if (!principal || !isSession(principal) || !stillValid(principal)) throw problem('session.expired')
    return seen(principal)
  }
  const identified = ({ principal, scopes }: Loaded): Identified => ({ principal: check(principal), scopes })

  /** The browser sends the cookie of whoever signed in last: the page that asks may show another person. */
  const checkCookie = (principal: Principal | undefined, request: Request): SessionPrincipal => {
    const session = check(principal)
    const expected = request.headers.get(EXPECTED_USER)
    if (expected !== null && expected !== personIn({ userId: session.user.id, impersonatorId: session.impersonatorId }))
      throw problem('session.other_user')
    return session
  }

  /** Checks on each use what no event announces: the time and the address. */
  function checkKey(principal: Principal | undefined, request: Request): ApiKeyPrincipal {
    if (!principal || !isApiKey(principal)) throw problem('apikey.invalid')
    const { expiresAt } = principal
    if (expiresAt !== null && expiresAt <= clock.now()) throw problem('apikey.invalid')
    requireNetwork(principal, request)
    noteUse(principal)
    return principal
  }

  /** Throws `apikey.network_refused`. */
  function requireNetwork(principal: ApiKeyPrincipal, request: Request): void {
    const { networks } = principal
    if (networks === null) return
    const client = clientOf(request)
    // An unreadable address is that of the proxy.
    if (client === undefined || client.unreadable || !isInRanges(client.address, networks))
      throw problem('apikey.network_refused', {
        denied: { actor: principal, ...reads('context.ip', client?.address) },
      })
  }

  return {
    requireNetwork,

    cached(request: Request): Principal | undefined {
      const authorization = request.headers.get('authorization')
      if (authorization === null) {
        const cookie = readSessionCookie(request.headers.get('cookie'), config.appUrl)
        const principal = cookie && principals.get(cookieKey(cookie))
        if (!principal) return undefined
        requireAllowedOrigin(request, config)
        return checkCookie(principal, request)
      }
      if (authorization.startsWith(BEARER_KEY)) {
        const principal = principals.get(authorization)
        return principal && checkKey(principal, request)
      }
      // The cache has only verified tokens, so here the check of the header is limited to its scheme.
      const claims = authorization.startsWith('Bearer ') ? accessTokens.verified(authorization.slice(7)) : undefined
      if (claims?.kind === 'client') return ofClients.cached(claims)
      const principal = claims && principals.get(sessionKey(claims.sessionId))
      return principal && check(principal)
    },

    /** `scopes` are read with the principal if they are not in memory. */
    async load(request: Request, scopes?: ScopesAhead): Promise<Identified> {
      const credential = credentialOf(request)
      if ('cookie' in credential) {
        if (!isToken(credential.cookie)) throw problem('session.expired')
        const hash = await hashToken(credential.cookie)
        const key = cookieKey(credential.cookie)
        const { principal, scopes: read } = await principals.load(
          key,
          () => loadPrincipalByCookie(deps, hash, scopes),
          nameOf(scopes),
        )
        return { principal: checkCookie(principal, request), scopes: read }
      }
      const { token, scheme } = credential
      if (scheme === 'Bearer' && token.startsWith(KEY_PREFIX)) {
        const loaded = await principals.load(
          apiKeyKey(token),
          () => loadPrincipalByKey(deps, token, scopes),
          nameOf(scopes),
        )
        return { principal: checkKey(loaded.principal, request), scopes: loaded.scopes }
      }
      const claims = await accessTokens.verify(token)
      if (claims?.kind === 'client') return ofClients.load(claims, { request, token, scheme }, scopes)
      // The token of a session is bound to no key.
      if (!claims || scheme === 'DPoP') throw problem('session.expired')
      const loaded = await principals.load(
        sessionKey(claims.sessionId),
        () => loadPrincipalBySession(deps, claims.sessionId, scopes),
        nameOf(scopes),
      )
      // The load may have heard that another process revoked the key.
      if (!deps.keys.knows(claims.keyId)) throw problem('session.expired')
      return identified(loaded)
    },

    /**
     * The session that a request to a public route shows, without a check whether it is still valid. Undefined for no
     * session, for an unknown token, and for a cookie that a page of another origin made the browser send.
     */
    async shownSession(request: Request): Promise<ShownSession | undefined> {
      try {
        const credential = credentialOf(request)
        if ('cookie' in credential) return { cookieHash: await hashToken(credential.cookie) }
        const claims = await accessTokens.verify(credential.token)
        return claims?.kind === 'session' ? { sessionId: claims.sessionId } : undefined
      } catch (error) {
        if (error instanceof Problem) return undefined
        throw error
      }
    },

    /** The session in a signed and unexpired access token, without a check whether it is still valid. */
    async sessionOfToken(request: Request): Promise<string | undefined> {
      const credential = credentialOf(request)
      const claims = 'token' in credential ? await accessTokens.verify(credential.token) : undefined
      return claims?.kind === 'session' ? claims.sessionId : undefined
    },
  }
})
