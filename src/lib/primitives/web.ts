/** Web Crypto, for runtimes without synchronous cryptography. */
import {
  AES_BLOCK_BYTES,
  type AesGcm,
  type Ed25519PrivateJwk,
  type Ed25519PublicJwk,
  type Primitives,
  pkcs8OfSeed,
  type Sign,
} from './primitives.ts'

const { subtle } = crypto

const aesGcm = ({ nonce, context }: AesGcm) => ({ name: 'AES-GCM', iv: nonce, additionalData: context })
const aesKey = ({ key }: AesGcm) => subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])

const signWith =
  (key: CryptoKey): Sign =>
  async (data) =>
    new Uint8Array(await subtle.sign('Ed25519', key, data))

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
}
