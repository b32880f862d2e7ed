/**
 * Access tokens: JWTs (RFC 9068, EdDSA) with a lifetime of `ACCESS_TTL_SECONDS`. Only this file signs or verifies
 * them.
 */
import type { Deps } from '../../deps.ts'
import { CLOCK_SKEW_MS } from '../../lib/durations.ts'
import { readJwt, signJwt, verifyJwt } from '../../lib/jwt.ts'
import { createLru } from '../../lib/lru.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Asked } from '../actions/ask-actions.ts'
import { productClaims } from './product-claims.ts'
import { type AccessTokenClaims, clientClaims, sessionClaims } from './token-claims.ts'

export type { AccessTokenClaims, ClientTokenClaims, SessionTokenClaims } from './token-claims.ts'

/** The session of an access token. */
export interface AccessTokenSubject {
  sessionId: string
  user: { id: string; emailVerified: boolean; roles: readonly string[] }
  /** ms UTC */
  authenticatedAt: number
  amr: readonly string[]
  org: { id: string; roles: readonly string[] } | null
  impersonatorId: string | null
}

/** The `client_id` claim. First-party clients have no registration yet, but RFC 9068 §2.2 requires the claim. */
const CLIENT_ID = 'threeger'
const MAX_VERIFIED = 50_000
/** Tokens that servers ask about, mostly the same ones again and again. */
const MAX_INSPECTED = 10_000
/**
 * Our tokens are shorter than this: 2 KB of authorization details, or 1 KB of product claims, 1 KB of actions, with a chain of five actors,
 * some 400 bytes of other claims and twice APP_URL, in base64. A longer text is refused without a signature check.
 */
export const MAX_TOKEN_LENGTH = 8192

type TokenDeps = Pick<Deps, 'config' | 'clock' | 'random' | 'keys'>

/**
 * The claims of RFC 9068, those of ACCESS_TOKEN_CLAIMS, and those of actions, which replace none of ours. One more round trip at
 * most, for very long lists of roles.
 */
export async function signAccessToken(
  deps: TokenDeps & Pick<Deps, 'db' | 'principals'>,
  subject: AccessTokenSubject,
  { claims: added }: Asked,
): Promise<string> {
  const { config, clock, random, keys } = deps
  const { id, sign } = await keys.signing()
  const now = Math.floor(clock.now() / 1000)
  const claims = {
    ...added,
    client_id: CLIENT_ID,
    sid: subject.sessionId,
    auth_time: Math.floor(subject.authenticatedAt / 1000),
    iss: config.appUrl,
    aud: config.appUrl,
    sub: subject.user.id,
    iat: now,
    exp: now + config.accessTtlSeconds,
    jti: random.id('tok'),
    // RFC 8693 §4.1: the administrator acts for the user.
    ...(subject.impersonatorId === null ? {} : { act: { sub: subject.impersonatorId } }),
    ...(await productClaims(deps, subject)),
  }
  return signJwt({ alg: 'EdDSA', typ: 'at+jwt', kid: id }, claims, sign)
}

/** An access token of an OAuth client. */
export interface ClientToken {
  /** The one API that accepts it: a token without an audience would open every API that does not check it. */
  audience: string
  /** The person as this client knows them, or the client itself. */
  subject: string
  clientId: string
  scopes: readonly string[]
  ttlSeconds: number
  /** Who allowed it; null: the client acts for itself. */
  person: {
    /** ms UTC */
    authenticatedAt: number
    amr: readonly string[]
    grantId: string
    familyId: string
    orgId: string | null
  } | null
  /** The thumbprint of the key that must prove each use (RFC 9449 §6.1). */
  jkt: string | null
  /** RFC 8693 §4.1: who acts for the person now, and in it who acted before. */
  act: Readonly<Record<string, unknown>> | null
  /** RFC 8693 §4.4: who may act for the person with another token in exchange for this one. */
  mayAct?: Readonly<Record<string, unknown>> | null
  /** RFC 9396 §9.1. */
  details: readonly Record<string, unknown>[]
  /** What the actions of the operator allowed. */
  asked: Asked
}

/**
 * Signs an access token of a client (RFC 9068). It has `gid` and `fam` in the place of the `sid` of a session, so neither
 * is ever taken for the other.
 */
export async function signClientToken(
  { config, clock, random, keys }: TokenDeps,
  { audience, subject, clientId, scopes, ttlSeconds, person, jkt, act, mayAct = null, details, asked }: ClientToken,
): Promise<string> {
  const { id, sign } = await keys.signing()
  const now = Math.floor(clock.now() / 1000)
  const claims = {
    ...asked.claims,
    iss: config.appUrl,
    aud: audience,
    sub: subject,
    client_id: clientId,
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
    iat: now,
    exp: now + ttlSeconds,
    jti: random.id('tok'),
    ...(person === null ? {} : claimsOfPerson(person)),
    ...(jkt === null ? {} : { cnf: { jkt } }),
    ...(act === null ? {} : { act }),
    ...(mayAct === null ? {} : { may_act: mayAct }),
    ...(details.length === 0 ? {} : { authorization_details: details }),
  }
  return signJwt({ alg: 'EdDSA', typ: 'at+jwt', kid: id }, claims, sign)
}

const claimsOfPerson = ({
  authenticatedAt,
  amr,
  grantId,
  familyId,
  orgId,
}: NonNullable<ClientToken['person']>): Record<string, unknown> => ({
  auth_time: Math.floor(authenticatedAt / 1000),
  acr: acrOf(amr),
  ...(amr.length === 0 ? {} : { amr }),
  gid: grantId,
  fam: familyId,
  ...(orgId === null ? {} : { org_id: orgId }),
})

/** `aal2` after a second factor, else `aal1` (NIST SP 800-63B). */
export const acrOf = (amr: readonly string[]): 'aal1' | 'aal2' => (amr.includes('mfa') ? 'aal2' : 'aal1')

/** The verification of one app, with one cache. */
export const accessTokensOf = oncePer((deps: TokenDeps) => createAccessTokens(deps))

/**
 * Verification with bounded caches of verified tokens. Algorithm, type, issuer, audience and claims are pinned. The
 * key comes from our own key ring by `kid`, never from the token (ASVS 9.1.2, 9.1.3, 9.2.2).
 */
export function createAccessTokens({ config, clock, keys }: TokenDeps) {
  const known = createLru<AccessTokenClaims>(MAX_VERIFIED)
  /** Of any audience, so none of these is ever taken for a token of our own API. */
  const inspected = createLru<AccessTokenClaims>(MAX_INSPECTED)

  return {
    /** The claims of a token for our own API that was verified before, has not expired, and whose key was not revoked. Synchronous. */
    verified(token: string): AccessTokenClaims | undefined {
      const claims = known.get(token)
      return claims && claims.expiresAt > clock.now() && keys.knows(claims.keyId) ? claims : undefined
    },

    /** The claims, or undefined for a token that this server did not sign for its own API, or that has expired. */
    async verify(token: string): Promise<AccessTokenClaims | undefined> {
      const claims = this.verified(token) ?? (await verifySignature(token, config.appUrl))
      if (claims) known.set(token, claims)
      return claims
    },

    /** The same for a token of any audience, for the endpoints that say what a token is or end it. */
    async inspect(token: string): Promise<AccessTokenClaims | undefined> {
      const before = this.verified(token) ?? (await inspectedBefore(token))
      if (before) return before
      const claims = await verifySignature(token, undefined)
      if (claims) inspected.set(token, claims)
      return claims
    },
  }

  /** Only the signature is not checked again: time and key are, as for a token that comes for the first time. */
  async function inspectedBefore(token: string): Promise<AccessTokenClaims | undefined> {
    const claims = inspected.get(token)
    const now = clock.now()
    if (claims === undefined || claims.expiresAt <= now || isOfTheFuture(claims, now)) return undefined
    return (await keys.verification(claims.keyId)) === undefined ? undefined : claims
  }

  async function verifySignature(token: string, audience: string | undefined): Promise<AccessTokenClaims | undefined> {
    if (token.length > MAX_TOKEN_LENGTH) return undefined
    const now = clock.now()
    const read = readJwt(token)
    const kid = read?.header.kid
    const named = audience ?? read?.claims.aud
    const verify = typeof kid === 'string' ? await keys.verification(kid) : undefined
    if (!read || typeof kid !== 'string' || !verify || typeof named !== 'string') return undefined
    const claims = await verifyJwt(read, verify, {
      alg: 'EdDSA',
      typ: 'at+jwt',
      issuer: config.appUrl,
      audience: named,
      required: ['exp', 'iat', 'sub', 'jti', 'client_id'],
      now,
    })
    if (claims === undefined) return undefined
    const found = 'sid' in claims ? sessionClaims(claims, kid) : clientClaims(claims, kid)
    return found === undefined || isOfTheFuture(found, now) ? undefined : found
  }
}

/** Issued in the future: our clock was set back, so tokens that expired long ago would be accepted again. */
const isOfTheFuture = ({ issuedAt }: AccessTokenClaims, now: number): boolean => issuedAt > now + CLOCK_SKEW_MS
