/**
 * JSON Web Tokens in the compact form (RFC 7519, RFC 7515 §3.1), signed and verified by the functions of `#primitives`:
 * libraries ask `crypto.subtle`, which waits for password hashes on Bun. Only what our own tokens need: one algorithm, one
 * issuer, one audience. `jose` verifies the same tokens in the tests.
 */
import { base64url, fromBase64url, fromUtf8, utf8 } from './encoding.ts'
import type { Sign, Verify } from './primitives/primitives.ts'

export interface JwtHeader {
  alg: 'EdDSA' | 'HS256'
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
  /** What was signed. */
  input: string
  signature: Uint8Array<ArrayBuffer>
}

/** Its parts, of which nothing is verified. Undefined for what is no JWT, and for a second spelling of one. */
export function readJwt(token: string): ReadJwt | undefined {
  const [head = '', body = '', tail = '', ...more] = token.split('.')
  const [header, claims, signature] = [parse(head), parse(body), canonical(tail)]
  if (more.length > 0 || header === undefined || claims === undefined || signature === undefined) return undefined
  return { header, claims, input: `${head}.${body}`, signature }
}

/** What base64url makes of its bytes: two spellings of one token would be two keys of a cache, or two uses of one. */
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
  /** Claims that must be there, whatever they say. */
  required: readonly string[]
  /** ms UTC */
  now: number
}

/**
 * The claims, if the token is as expected and was signed by the key of `verify`; else undefined. The key never comes from
 * the token, no extension is understood (`crit`, RFC 7515 §4.1.11), and `exp`, `nbf`, `iat` are numbers where they are.
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
