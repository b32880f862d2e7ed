/** Web Crypto, for runtimes without synchronous cryptography. */
import {
  AES_BLOCK_BYTES,
  type AesGcm,
  type Ed25519PrivateJwk,
  type Ed25519PublicJwk,
  type P256PrivateJwk,
  type Primitives,
  pkcs8OfSeed,
  RSA_BITS,
  type RsaPrivateJwk,
  type Sign,
  type VerifyAlg,
} from './primitives.ts'
import { publicKeyOf } from './public-keys.ts'

const { subtle } = crypto

const aesGcm = ({ nonce, context }: AesGcm) => ({ name: 'AES-GCM', iv: nonce, additionalData: context })
const aesKey = ({ key }: AesGcm) => subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])

const signWith =
  (key: CryptoKey): Sign =>
  async (data) =>
    new Uint8Array(await subtle.sign('Ed25519', key, data))

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
/** The parameters to import a key with, and those to sign and verify with. */
const METHODS = {
  EdDSA: { key: { name: 'Ed25519' }, use: { name: 'Ed25519' } },
  ES256: { key: { name: 'ECDSA', namedCurve: 'P-256' }, use: { name: 'ECDSA', hash: 'SHA-256' } },
  RS256: { key: RSA, use: RSA },
  PS256: { key: { name: 'RSA-PSS', hash: 'SHA-256' }, use: { name: 'RSA-PSS', saltLength: 32 } },
} as const satisfies Record<VerifyAlg, unknown>

export const primitives: Primitives = {
  digest: async (hash, data) => new Uint8Array(await subtle.digest(hash, data)),

  async hmac(hash, key, data) {
    const imported = await subtle.importKey('raw', key, { name: 'HMAC', hash }, false, ['sign'])
    return new Uint8Array(await subtle.sign('HMAC', imported, data))
  },

  async hkdf(secret, salt, info) {
    const imported = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
    return new Uint8Array(await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info }, imported, 256))
  },

  aesGcmEncrypt: async (given, data) => new Uint8Array(await subtle.encrypt(aesGcm(given), await aesKey(given), data)),

  async aesGcmDecrypt(given, data) {
    try {
      return new Uint8Array(await subtle.decrypt(aesGcm(given), await aesKey(given), data))
    } catch {
      return undefined
    }
  },

  async aesCtr(key, data) {
    const imported = await subtle.importKey('raw', key, 'AES-CTR', false, ['encrypt'])
    const parameters = { name: 'AES-CTR', counter: new Uint8Array(AES_BLOCK_BYTES), length: 64 }
    return new Uint8Array(await subtle.encrypt(parameters, imported, data))
  },

  async generateEd25519() {
    const { privateKey } = await subtle.generateKey('Ed25519', true, ['sign', 'verify'])
    return (await subtle.exportKey('jwk', privateKey)) as Ed25519PrivateJwk // RFC 8037 §2
  },

  async ed25519FromSeed(seed) {
    // Extractable, because Web Crypto gives the public half of a private key only in its JWK.
    const key = await subtle.importKey('pkcs8', pkcs8OfSeed(seed), 'Ed25519', true, ['sign'])
    const { x = '' } = await subtle.exportKey('jwk', key)
    return { publicJwk: { kty: 'OKP', crv: 'Ed25519', x }, sign: signWith(key) }
  },

  ed25519Signer: async ({ kty, crv, x, d }) =>
    signWith(await subtle.importKey('jwk', { kty, crv, x, d }, 'Ed25519', false, ['sign'])),

  async ed25519Verifier({ kty, crv, x }: Ed25519PublicJwk) {
    const key = await subtle.importKey('jwk', { kty, crv, x }, 'Ed25519', false, ['verify'])
    return (data, signature) => subtle.verify('Ed25519', key, signature, data).catch(() => false)
  },

  async generateRsa() {
    const kind = { ...RSA, modulusLength: RSA_BITS, publicExponent: Uint8Array.of(1, 0, 1) }
    const { privateKey } = await subtle.generateKey(kind, true, ['sign', 'verify'])
    const { kty, n, e, d, p, q, dp, dq, qi } = await subtle.exportKey('jwk', privateKey)
    return { kty, n, e, d, p, q, dp, dq, qi } as RsaPrivateJwk // RFC 7518 §6.3
  },

  async generateP256() {
    const { privateKey } = await subtle.generateKey(METHODS.ES256.key, true, ['sign', 'verify'])
    const { kty, crv, x, y, d } = await subtle.exportKey('jwk', privateKey)
    return { kty, crv, x, y, d } as P256PrivateJwk // RFC 7518 §6.2
  },

  async jwkSigner(jwk, alg) {
    const key = await subtle.importKey('jwk', { ...jwk }, METHODS[alg].key, false, ['sign'])
    return async (data) => new Uint8Array(await subtle.sign(METHODS[alg].use, key, data))
  },

  async jwkVerifier(jwk, alg) {
    const key = await subtle.importKey('jwk', publicKeyOf(jwk, alg), METHODS[alg].key, false, ['verify'])
    return (data, signature) => subtle.verify(METHODS[alg].use, key, signature, data).catch(() => false)
  },
}
