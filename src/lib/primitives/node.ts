/** `node:crypto`, synchronous: no operation here uses a thread pool, except the generation of an RSA key. */
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { promisify } from 'node:util'
import { publicKeyOf } from './public-keys.ts'
import {
  AES_BLOCK_BYTES,
  AES_GCM_TAG_BYTES,
  type Bytes,
  type Ed25519PrivateJwk,
  type Ed25519PublicJwk,
  P256_SIGNATURE_BYTES,
  type P256PrivateJwk,
  type Primitives,
  pkcs8OfSeed,
  RSA_BITS,
  type RsaPrivateJwk,
  type Sign,
  type SigningAlg,
  type Verify,
  type VerifyAlg,
} from './primitives.ts'

const HASHES = { 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-512': 'sha512' } as const
/** Copies the bytes, so that no part of Node's pool of buffers leaves this file. */
const bytes = (...parts: Uint8Array[]): Bytes => {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** What `sign` and `verify` of node:crypto take beside the key. */
const METHODS = {
  EdDSA: { hash: null, options: {} },
  ES256: { hash: 'sha256', options: { dsaEncoding: 'ieee-p1363' } },
  RS256: { hash: 'sha256', options: { padding: constants.RSA_PKCS1_PADDING } },
  PS256: { hash: 'sha256', options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } },
} as const

const signerOf = (key: KeyObject, alg: SigningAlg): Sign => {
  const { hash, options } = METHODS[alg]
  return (data) => bytes(sign(hash, data, { key, ...options }))
}

const verifierOf = (key: KeyObject, alg: VerifyAlg): Verify => {
  const { hash, options } = METHODS[alg]
  return (data, signature) => {
    // Checked here, because not every version of node:crypto refuses another length.
    if (alg === 'ES256' && signature.length !== P256_SIGNATURE_BYTES) return false
    try {
      return verify(hash, data, { key, ...options }, signature)
    } catch {
      return false
    }
  }
}

const generateKeys = promisify(generateKeyPair)

export const primitives: Primitives = {
  digest: (hash, data) => bytes(createHash(HASHES[hash]).update(data).digest()),
  hmac: (hash, key, data) => bytes(createHmac(HASHES[hash], key).update(data).digest()),
  hkdf: (secret, salt, info) => new Uint8Array(hkdfSync('sha256', secret, salt, info, 32)),

  aesGcmEncrypt({ key, nonce, context }, data) {
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: AES_GCM_TAG_BYTES })
    cipher.setAAD(context)
    return bytes(cipher.update(data), cipher.final(), cipher.getAuthTag())
  },

  aesGcmDecrypt({ key, nonce, context }, data) {
    const end = data.length - AES_GCM_TAG_BYTES
    if (end < 0) return undefined
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: AES_GCM_TAG_BYTES })
      decipher.setAAD(context)
      decipher.setAuthTag(data.subarray(end))
      return bytes(decipher.update(data.subarray(0, end)), decipher.final())
    } catch {
      return undefined
    }
  },

  aesCtr(key, data) {
    const cipher = createCipheriv('aes-256-ctr', key, new Uint8Array(AES_BLOCK_BYTES))
    return bytes(cipher.update(data), cipher.final())
  },

  generateEd25519: () =>
    generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as unknown as Ed25519PrivateJwk, // RFC 8037 §2

  ed25519FromSeed(seed) {
    const key = createPrivateKey({ key: Buffer.from(pkcs8OfSeed(seed)), format: 'der', type: 'pkcs8' })
    const { x = '' } = createPublicKey(key).export({ format: 'jwk' })
    return { publicJwk: { kty: 'OKP', crv: 'Ed25519', x }, sign: signerOf(key, 'EdDSA') }
  },

  ed25519Signer: ({ kty, crv, x, d }) =>
    signerOf(createPrivateKey({ key: { kty, crv, x, d }, format: 'jwk' }), 'EdDSA'),

  ed25519Verifier: ({ kty, crv, x }: Ed25519PublicJwk) =>
    verifierOf(createPublicKey({ key: { kty, crv, x }, format: 'jwk' }), 'EdDSA'),

  async generateRsa() {
    const { privateKey } = await generateKeys('rsa', { modulusLength: RSA_BITS })
    return privateKey.export({ format: 'jwk' }) as unknown as RsaPrivateJwk // RFC 7518 §6.3
  },

  generateP256: () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      format: 'jwk',
    }) as unknown as P256PrivateJwk, // RFC 7518 §6.2

  jwkSigner: (jwk, alg) => signerOf(createPrivateKey({ key: { ...jwk }, format: 'jwk' }), alg),

  jwkVerifier: (jwk, alg) => verifierOf(createPublicKey({ key: publicKeyOf(jwk, alg), format: 'jwk' }), alg),
}
