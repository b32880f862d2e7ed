/** The principal of an access token of an OAuth client, and the proof of its key. */
import { nameOf, type ScopesAhead } from '../core/authz/load-scopes.ts'
import type { ClientPrincipal, Deps, Loaded, Principal } from '../deps.ts'
import { type Problem, problem } from '../errors.ts'
import { OAuthError } from '../lib/oauth-error.ts'
import { loadPrincipalByClientToken } from '../modules/grants/principals.ts'
import type { ClientTokenClaims } from '../modules/signing-keys/access-tokens.ts'
import { dpopVerifier } from '../modules/token/dpop.ts'
import { challenge } from './challenge.ts'
import { isClient } from './fresh-session.ts'

export type TokenScheme = 'Bearer' | 'DPoP'

/** The key of its principal in the cache. Each token has other scopes and another `jti`. */
const tokenKey = ({ id }: ClientTokenClaims): string => `token ${id}`

export function clientTokens(deps: Pick<Deps, 'config' | 'db' | 'clock' | 'principals' | 'keys'>) {
  const { config, clock, principals } = deps
  const proofs = dpopVerifier(deps)

  /** The problem of a token that was sent with the wrong scheme, or that does not work any more. */
  const invalid = (scheme: TokenScheme): Problem =>
    problem('accesstoken.invalid', {
      headers: { 'www-authenticate': challenge(config.appUrl, { scheme, error: 'invalid_token' }) },
    })

  /** Checks on each use what no event announces. */
  function check(principal: Principal | undefined, scheme: TokenScheme): ClientPrincipal {
    if (!principal || !isClient(principal) || principal.expiresAt <= clock.now()) throw invalid(scheme)
    return principal
  }

  /** Throws `accesstoken.proof_invalid` unless the request proves the key of the token. RFC 9449 §7 */
  async function prove(request: Request, token: string, jkt: string): Promise<void> {
    const refused = (error: string, headers: Record<string, string> = {}, cause?: unknown): Problem =>
      problem('accesstoken.proof_invalid', {
        headers: { ...headers, 'www-authenticate': challenge(config.appUrl, { scheme: 'DPoP', error }) },
        cause,
      })
    try {
      const proof = await proofs.proofOf(request, token)
      if (proof === undefined) throw refused('invalid_dpop_proof')
      if (proof.jkt !== jkt) throw refused('invalid_token')
    } catch (error) {
      throw error instanceof OAuthError ? refused(error.error, error.options.headers, error) : error
    }
  }

  return {
    /** The principal of a bearer token, if it is in memory. */
    cached(claims: ClientTokenClaims): ClientPrincipal | undefined {
      const principal = principals.get(tokenKey(claims))
      if (principal === undefined || claims.jkt !== null) return undefined
      return check(principal, 'Bearer')
    },

    /**
     * Throws `accesstoken.invalid`, also for a token that is bound to a key and comes as a bearer token, and
     * `accesstoken.proof_invalid`. One round trip at most.
     */
    async load(
      claims: ClientTokenClaims,
      { request, token, scheme }: { request: Request; token: string; scheme: TokenScheme },
      scopes?: ScopesAhead,
    ): Promise<Loaded & { principal: ClientPrincipal }> {
      if ((claims.jkt !== null) !== (scheme === 'DPoP')) throw invalid(scheme)
      if (claims.jkt !== null) await prove(request, token, claims.jkt)
      const known = principals.get(tokenKey(claims))
      if (known !== undefined) return { principal: check(known, scheme), scopes: [] }
      const loaded = await principals.load(
        tokenKey(claims),
        () => loadPrincipalByClientToken(deps, claims, scopes),
        nameOf(scopes),
      )
      return { principal: check(loaded.principal, scheme), scopes: loaded.scopes }
    },
  }
}
