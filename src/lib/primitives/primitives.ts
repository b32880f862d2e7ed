/**
 * The short cryptographic operations of the app, which take microseconds. `#primitives` (package.json) is `node.ts` on
 * Bun and Node, and `web.ts` on all other runtimes. Both return the same bytes (test/lib/primitives.test.ts).
 *
 * On Bun, `crypto.subtle` uses the thread pool that also reads files and resolves names. An HMAC behind two password
 * hashes waits for both. `node:crypto` is synchronous, so signing and verifying do not wait. At the edge only Web
 * Crypto exists.
 */

export type Bytes = Uint8Array<ArrayBuffer>

/** The algorithms of our keys (RFC 8037 §3.1, RFC 7518 §3.3, §3.4). */
export type SigningAlg = 'EdDSA' | 'RS256' | 'ES256'

/** The algorithms of keys of others: of client assertions and of DPoP proofs (RFC 7518 §3.3–3.5, RFC 8037 §3.1). */
export type VerifyAlg = SigningAlg | 'PS256'

/** A JWK as it came in, not checked. */
export type ForeignJwk = Readonly<Record<string, unknown>>

/** Synchronous if the platform can do so, else a promise. Callers always await. */
export type Soon<T> = T | Promise<T>

export interface AesGcm {
  /** 256 bits. */
  key: Bytes
  /** 96 bits. */
  nonce: Bytes
  /** Authenticated together with the data, but not encrypted. */
  context: Bytes
}

/** The public key, base64url of 32 bytes (RFC 8037 §2). */
export interface Ed25519PublicJwk {
  kty: 'OKP'
  crv: 'Ed25519'
  x: string
}

export interface Ed25519PrivateJwk extends Ed25519PublicJwk {
  d: string
}

/** RFC 7518 §6.3. */
export interface RsaPrivateJwk {
  kty: 'RSA'
  n: string
  e: string
  d: string
  p: string
  q: string
  dp: string
  dq: string
  qi: string
}

/** RFC 7518 §6.2. */
export interface P256PrivateJwk {
  kty: 'EC'
  crv: 'P-256'
  x: string
  y: string
  d: string
}

export type PrivateJwk = Ed25519PrivateJwk | RsaPrivateJwk | P256PrivateJwk

export type Sign = (data: Bytes) => Soon<Bytes>
/** False for a signature that does not match this data. Never throws. */
export type Verify = (data: Bytes, signature: Bytes) => Soon<boolean>

export interface Primitives {
  digest(hash: 'SHA-1' | 'SHA-256' | 'SHA-512', data: Bytes): Soon<Bytes>
  /** RFC 2104. */
  hmac(hash: 'SHA-1' | 'SHA-256', key: Bytes, data: Bytes): Soon<Bytes>
  /** HKDF-SHA-256 (RFC 5869), 32 bytes. */
  hkdf(secret: Bytes, salt: Bytes, info: Bytes): Soon<Bytes>
  /** The ciphertext, then the tag of 128 bits. */
  aesGcmEncrypt(parameters: AesGcm, data: Bytes): Soon<Bytes>
  /** Undefined for data that was not encrypted with these parameters. */
  aesGcmDecrypt(parameters: AesGcm, data: Bytes): Soon<Bytes | undefined>
  /** AES-256 in counter mode, from 0. */
  aesCtr(key: Bytes, data: Bytes): Soon<Bytes>
  generateEd25519(): Soon<Ed25519PrivateJwk>
  /** The key pair of a seed of 32 bytes (RFC 8032 §5.1.5). */
  ed25519FromSeed(seed: Bytes): Soon<{ publicJwk: Ed25519PublicJwk; sign: Sign }>
  /** Throws for an invalid key. */
  ed25519Signer(jwk: Ed25519PrivateJwk): Soon<Sign>
  /** Throws for an invalid key. */
  ed25519Verifier(jwk: Ed25519PublicJwk): Soon<Verify>
  /** 2048 bits, exponent 65537. It takes 0.1 to 1 s, off the event loop. */
  generateRsa(): Promise<RsaPrivateJwk>
  generateP256(): Soon<P256PrivateJwk>
  /** Signs as RFC 7518 §3.3 (RS256), §3.4 (ES256: r and s, 32 bytes each) or RFC 8037 §3.1 says. Throws for an invalid key. */
  jwkSigner(jwk: PrivateJwk, alg: SigningAlg): Soon<Sign>
  /**
   * Verifies with a key of somebody else. Throws for a key that `publicKeyOf` refuses and for a point that is not on its
   * curve.
   */
  jwkVerifier(jwk: ForeignJwk, alg: VerifyAlg): Soon<Verify>
}

export const RSA_BITS = 2048
export const P256_SIGNATURE_BYTES = 64

/** RFC 8410 §7: the bytes before the 32 bytes of an Ed25519 private key in PKCS #8. */
const PKCS8_PREFIX = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]

export const pkcs8OfSeed = (seed: Bytes): Bytes => Uint8Array.from([...PKCS8_PREFIX, ...seed])

export const AES_GCM_TAG_BYTES = 16
export const AES_BLOCK_BYTES = 16
