/**
 * JSON Web Tokens in the compact form (RFC 7519, RFC 7515 §3.1), signed and verified with `#primitives`. Libraries use
 * `crypto.subtle`, which waits for password hashes on Bun. This file has only what our own tokens need: one algorithm,
 * one issuer, one audience. In the tests, `jose` verifies the same tokens.
 */
import { base64url, fromBase64url, fromUtf8, utf8 } from './encoding.ts'
import type { Sign, Verify, VerifyAlg } from './primitives/primitives.ts'

export interface JwtHeader {
  alg: VerifyAlg | 'HS256'
  typ: string
  kid?: string
}

export type JwtClaims = Readonly<Record<string, unknown>>

export async function signJwt(header: JwtHeader, claims: JwtClaims, sign: Sign): Promise<string> {
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${base64url(await sign(utf8(input)))}`
}

const encode = (value: object): string => base64url(utf8(JSON.stringify(value)))

export interface ReadJwt {
  header: Readonly<Record<string, unknown>>
  claims: JwtClaims
  /** The signed text. */
  input: string
  signature: Uint8Array<ArrayBuffer>
}

/**
 * The parts of a token, not verified. Undefined for a text that is not a JWT, and for a token that is not canonical
 * base64url.
 */
export function readJwt(token: string): ReadJwt | undefined {
  const [head = '', body = '', tail = '', ...more] = token.split('.')
  const [header, claims, signature] = [parse(head), parse(body), canonical(tail)]
  if (more.length > 0 || header === undefined || claims === undefined || signature === undefined) return undefined
  return { header, claims, input: `${head}.${body}`, signature }
}

/**
 * Decodes canonical base64url only. Otherwise one token could have two spellings, and so two entries in a cache, or two
 * uses.
 */
function canonical(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = fromBase64url(text)
  return bytes !== undefined && base64url(bytes) === text ? bytes : undefined
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(fromUtf8(canonical(text) ?? new Uint8Array()))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}

export interface JwtExpectations {
  alg: JwtHeader['alg']
  typ: string
  issuer: string
  audience: string
  /** Claims that must be present, with any value. */
  required: readonly string[]
  /** ms UTC */
  now: number
}

/**
 * Returns the claims if the token meets the expectations and the key of `verify` signed it; else undefined. The key
 * never comes from the token. A token with an extension (`crit`, RFC 7515 §4.1.11) is refused. `exp`, `nbf` and `iat`
 * must be numbers if they are present.
 */
export async function verifyJwt(
  { header, claims, input, signature }: ReadJwt,
  verify: Verify,
  { alg, typ, issuer, audience, required, now }: JwtExpectations,
): Promise<JwtClaims | undefined> {
  if (header.alg !== alg || !isOfType(header.typ, typ)) return undefined
  if ('crit' in header || 'b64' in header) return undefined
  if (!(await verify(utf8(input), signature))) return undefined
  const { iss, aud, exp, nbf, iat } = claims
  const seconds = Math.floor(now / 1000)
  if (required.some((name) => claims[name] === undefined)) return undefined
  if (iss !== issuer || !(aud === audience || (Array.isArray(aud) && aud.includes(audience)))) return undefined
  if (![exp, nbf, iat].every((time) => time === undefined || typeof time === 'number')) return undefined
  if (typeof exp === 'number' && exp <= seconds) return undefined
  if (typeof nbf === 'number' && nbf > seconds) return undefined
  return claims
}

/** RFC 7515 §4.1.9: in any case, with or without `application/`. */
const isOfType = (given: unknown, wanted: string): boolean =>
  typeof given === 'string' && given.toLowerCase().replace(/^application\//, '') === wanted.toLowerCase()
