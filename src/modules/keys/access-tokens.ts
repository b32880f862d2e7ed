/** Access tokens: JWTs of RFC 9068, EdDSA, living `ACCESS_TTL_SECONDS`. The only place that signs or verifies them. */
import { decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import type { Deps } from '../../deps.ts'

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
/** Between two machines that both sign and verify. */
const MAX_CLOCK_SKEW_MS = 60_000

type TokenDeps = Pick<Deps, 'config' | 'clock' | 'random' | 'keys'>

export async function signAccessToken(
  { config, clock, random, keys }: TokenDeps,
  subject: AccessTokenSubject,
): Promise<string> {
  const { id, privateKey } = await keys.signing()
  const now = Math.floor(clock.now() / 1000)
  return new SignJWT({
    client_id: CLIENT_ID,
    sid: subject.sessionId,
    auth_time: Math.floor(subject.authenticatedAt / 1000),
  })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: id })
    .setIssuer(config.appUrl)
    .setAudience(config.appUrl)
    .setSubject(subject.userId)
    .setIssuedAt(now)
    .setExpirationTime(now + config.accessTtlSeconds)
    .setJti(random.id('tok'))
    .sign(privateKey)
}

function keyIdOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid
  } catch {
    return undefined
  }
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
    const kid = keyIdOf(token)
    // Not tried below: keys that cannot be read are no fault of the token, and nobody must be signed out by them.
    const publicKey = kid === undefined ? undefined : await keys.verification(kid)
    if (!publicKey) return undefined
    try {
      const { payload } = await jwtVerify(token, publicKey, {
        algorithms: ['EdDSA'],
        typ: 'at+jwt',
        issuer: config.appUrl,
        audience: config.appUrl,
        requiredClaims: ['exp', 'iat', 'sub', 'sid', 'jti'],
        currentDate: new Date(now),
      })
      const { sub, sid, exp, iat } = payload
      if (typeof sub !== 'string' || typeof sid !== 'string' || exp === undefined || iat === undefined) return undefined
      // Issued in the future: our clock was set back, and tokens long expired would live again.
      if (iat * 1000 > now + MAX_CLOCK_SKEW_MS) return undefined
      return { sessionId: sid, userId: sub, expiresAt: exp * 1000 }
    } catch {
      return undefined
    }
  }
}
