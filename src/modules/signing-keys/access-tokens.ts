/** Access tokens: JWTs of RFC 9068, EdDSA, living `ACCESS_TTL_SECONDS`. The only place that signs or verifies them. */
import { LRUCache } from 'lru-cache'
import type { Deps } from '../../deps.ts'
import { readJwt, signJwt, verifyJwt } from '../../lib/jwt.ts'
import { CLOCK_SKEW_MS } from '../../lib/durations.ts'

export interface AccessTokenClaims {
  sessionId: string
  userId: string
  expiresAt: number
}

export interface AccessTokenSubject {
  sessionId: string
  userId: string
  /** ms UTC */
  authenticatedAt: number
}

/** First-party clients have no registration of their own yet; RFC 9068 §2.2 wants the claim all the same. */
const CLIENT_ID = 'threeger'
const MAX_VERIFIED = 50_000
/** Ours are below 700 characters; anything longer is not worth a signature check. */
const MAX_TOKEN_LENGTH = 2048

type TokenDeps = Pick<Deps, 'config' | 'clock' | 'random' | 'keys'>

export async function signAccessToken(
  { config, clock, random, keys }: TokenDeps,
  subject: AccessTokenSubject,
): Promise<string> {
  const { id, sign } = await keys.signing()
  const now = Math.floor(clock.now() / 1000)
  const claims = {
    client_id: CLIENT_ID,
    sid: subject.sessionId,
    auth_time: Math.floor(subject.authenticatedAt / 1000),
    iss: config.appUrl,
    aud: config.appUrl,
    sub: subject.userId,
    iat: now,
    exp: now + config.accessTtlSeconds,
    jti: random.id('tok'),
  }
  return signJwt({ alg: 'EdDSA', typ: 'at+jwt', kid: id }, claims, sign)
}

/**
 * Verification with a bounded memory of tokens already verified. Algorithm, type, issuer, audience and claims are
 * pinned; the key comes from `kid` in our own ring and never from the token (ASVS 9.1.2, 9.1.3, 9.2.2).
 */
export function createAccessTokens({ config, clock, keys }: TokenDeps) {
  const known = new LRUCache<string, AccessTokenClaims>({ max: MAX_VERIFIED })

  return {
    /** The claims of a token verified before and not expired since; without waiting. */
    verified(token: string): AccessTokenClaims | undefined {
      const claims = known.get(token)
      return claims && claims.expiresAt > clock.now() ? claims : undefined
    },

    /** The claims, or undefined for anything we did not sign or that has expired. */
    async verify(token: string): Promise<AccessTokenClaims | undefined> {
      const claims = this.verified(token) ?? (await verifySignature(token))
      if (claims) known.set(token, claims)
      return claims
    },
  }

  async function verifySignature(token: string): Promise<AccessTokenClaims | undefined> {
    if (token.length > MAX_TOKEN_LENGTH) return undefined
    const now = clock.now()
    const read = readJwt(token)
    const kid = read?.header.kid
    const verify = typeof kid === 'string' ? await keys.verification(kid) : undefined
    if (!read || !verify) return undefined
    const claims = await verifyJwt(read, verify, {
      alg: 'EdDSA',
      typ: 'at+jwt',
      issuer: config.appUrl,
      audience: config.appUrl,
      required: ['exp', 'iat', 'sub', 'sid', 'jti'],
      now,
    })
    if (claims === undefined) return undefined
    const { sub, sid, exp, iat } = claims
    if (typeof sub !== 'string' || typeof sid !== 'string') return undefined
    if (typeof exp !== 'number' || typeof iat !== 'number') return undefined
    // Issued in the future: our clock was set back, and tokens long expired would live again.
    if (iat * 1000 > now + CLOCK_SKEW_MS) return undefined
    return { sessionId: sid, userId: sub, expiresAt: exp * 1000 }
  }
}
