/** What a public key of somebody else must be before it verifies anything: a client's key, or the key of a DPoP proof. */
import type { ForeignJwk, VerifyAlg } from './primitives.ts'

/** A public key with its required members only. */
export type PublicKeyJwk =
  | { kty: 'OKP'; crv: 'Ed25519'; x: string }
  | { kty: 'EC'; crv: 'P-256'; x: string; y: string }
  | { kty: 'RSA'; n: string; e: string }

/**
 * The algorithm that the header of a token or a key names, if it is accepted. RFC 9864 §2.2: new libraries name EdDSA with
 * Ed25519 in full.
 */
export const namedAlg = <Alg extends VerifyAlg>(name: unknown, accepted: readonly Alg[]): Alg | undefined =>
  accepted.find((alg) => alg === (name === 'Ed25519' ? 'EdDSA' : name))

/** The names of these algorithms, for metadata: both names of EdDSA. */
export const algNames = (algs: readonly VerifyAlg[]): string[] =>
  algs.flatMap((alg) => (alg === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [alg]))

/** RFC 7518 §6.2.2, §6.3.2, §6.4: the members of private and symmetric keys. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']
/** RFC 7518 §3.3. */
const MIN_RSA_BITS = 2048
/** A longer modulus takes milliseconds for each signature. */
const MAX_RSA_BITS = 4096
/** 65537 has three bytes. A longer exponent takes longer to verify with. */
const MAX_EXPONENT_BYTES = 4
const COORDINATE_BYTES = 32

/**
 * The public key of a JWK (RFC 7517) for this algorithm. Throws TypeError for a key of another type or use, for an RSA key
 * below 2048 or above 4096 bits, and for a key with a private member, which its owner has published by mistake.
 */
export function publicKeyOf(jwk: ForeignJwk, alg: VerifyAlg): PublicKeyJwk {
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member))) throw new TypeError('the key is not public')
  if (jwk.use !== undefined && jwk.use !== 'sig') throw new TypeError('the key is not for signatures')
  if (jwk.alg !== undefined && namedAlg(jwk.alg, [alg]) === undefined)
    throw new TypeError('the key is for another algorithm')
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify')))
    throw new TypeError('the key does not verify')
  const { kty, crv } = jwk
  if (alg === 'EdDSA') {
    if (kty !== 'OKP' || crv !== 'Ed25519') throw new TypeError('the key is not for EdDSA')
    return { kty, crv, x: coordinate(jwk.x) }
  }
  if (alg === 'ES256') {
    if (kty !== 'EC' || crv !== 'P-256') throw new TypeError('the key is not for ES256')
    return { kty, crv, x: coordinate(jwk.x), y: coordinate(jwk.y) }
  }
  if (kty !== 'RSA') throw new TypeError(`the key is not for ${alg}`)
  const [n, e] = [bytesOf(jwk.n), bytesOf(jwk.e)]
  const bits = bitsOf(n.bytes)
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) throw new TypeError(`the key has ${bits} bits`)
  if (isEven(n.bytes)) throw new TypeError('the modulus is even')
  if (e.bytes.length > MAX_EXPONENT_BYTES || bitsOf(e.bytes) < 2 || isEven(e.bytes))
    throw new TypeError('the exponent is not one of RSA')
  return { kty, n: n.text, e: e.text }
}

function coordinate(value: unknown): string {
  const { text, bytes } = bytesOf(value)
  if (bytes.length !== COORDINATE_BYTES) throw new TypeError('a coordinate does not have 32 bytes')
  return text
}

function bytesOf(value: unknown): { text: string; bytes: Uint8Array } {
  if (typeof value !== 'string' || value === '' || !/^[\w-]+$/.test(value) || value.length > 1024)
    throw new TypeError('a member is not base64url')
  try {
    const binary = atob(value.replaceAll('-', '+').replaceAll('_', '/'))
    return { text: value, bytes: Uint8Array.from(binary, (letter) => letter.charCodeAt(0)) }
  } catch {
    throw new TypeError('a member is not base64url')
  }
}

/** The bits of a number, big endian, without leading zeros. */
function bitsOf(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== 0)
  return first < 0 ? 0 : (bytes.length - first) * 8 - (Math.clz32(bytes[first] ?? 0) - 24)
}

const isEven = (bytes: Uint8Array): boolean => ((bytes.at(-1) ?? 0) & 1) === 0
