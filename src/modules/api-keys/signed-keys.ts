/**
 * Signed API keys: `tid_` and a JWS that the key ring signs. A resource server verifies them with the JWKS alone
 * (`clients/js/verify`). Their type is pinned, so an access token is no key and a key is no access token (RFC 8725 §3.11).
 */
import type { Deps } from '../../deps.ts'
import { CLOCK_SKEW_MS } from '../../lib/durations.ts'
import { readJwt, signJwt, verifyJwt } from '../../lib/jwt.ts'
import { KEY_PREFIX } from './key-text.ts'

/** The `typ` of the JWS. */
export const SIGNED_KEY_TYPE = 'api-key+jwt'

export interface SignedKeyClaims {
  id: string
  /** The id of the user, the service account or the organisation for which the key acts. */
  subject: string
  orgId: string | null
  scopes: readonly string[]
  /** ms UTC, whole seconds. */
  issuedAt: number
  expiresAt: number
}

type KeyDeps = Pick<Deps, 'config' | 'clock' | 'keys'>

/** The text of a signed key, and the signing key that must stay published until it expires. */
export async function signKey(
  { config, keys }: Pick<Deps, 'config' | 'keys'>,
  { id, subject, orgId, scopes, issuedAt, expiresAt }: SignedKeyClaims,
): Promise<{ text: string; signingKeyId: string }> {
  const { id: kid, sign } = await keys.signing()
  const claims = {
    iss: config.appUrl,
    aud: config.appUrl,
    jti: id,
    sub: subject,
    ...(orgId === null ? {} : { org_id: orgId }),
    scope: scopes.join(' '),
    iat: issuedAt / 1000,
    exp: expiresAt / 1000,
  }
  const jws = await signJwt({ alg: 'EdDSA', typ: SIGNED_KEY_TYPE, kid }, claims, sign)
  return { text: `${KEY_PREFIX}${jws}`, signingKeyId: kid }
}

/**
 * The id of a signed key, and the key that signed it. Undefined for a key that this server did not sign or that has expired. Whether it was revoked
 * is in its row.
 */
export async function verifyKey(
  { config, clock, keys }: KeyDeps,
  text: string,
): Promise<{ id: string; signingKeyId: string } | undefined> {
  const read = readJwt(text.slice(KEY_PREFIX.length))
  const kid = read?.header.kid
  // The type first: another JWT of this server costs no signature check.
  if (!read || typeof kid !== 'string' || read.header.typ !== SIGNED_KEY_TYPE) return undefined
  const verify = await keys.verification(kid, 'api-key')
  if (!verify) return undefined
  const now = clock.now()
  const claims = await verifyJwt(read, verify, {
    alg: 'EdDSA',
    typ: SIGNED_KEY_TYPE,
    issuer: config.appUrl,
    audience: config.appUrl,
    required: ['exp', 'iat', 'sub', 'jti', 'scope'],
    now,
  })
  if (claims === undefined || typeof claims.jti !== 'string' || typeof claims.iat !== 'number') return undefined
  return claims.iat * 1000 > now + CLOCK_SKEW_MS ? undefined : { id: claims.jti, signingKeyId: kid }
}
