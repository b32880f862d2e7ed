/** `node:crypto`, synchronous: no operation here uses a thread pool. */
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import {
  AES_BLOCK_BYTES,
  AES_GCM_TAG_BYTES,
  type Bytes,
  type Ed25519PrivateJwk,
  type Ed25519PublicJwk,
  type Primitives,
  pkcs8OfSeed,
  type Sign,
} from './primitives.ts'

const HASHES = { 'SHA-1': 'sha1', 'SHA-256': 'sha256' } as const
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

const signWith =
  (key: KeyObject): Sign =>
  (data) =>
    bytes(sign(null, data, key))

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
    return { publicJwk: { kty: 'OKP', crv: 'Ed25519', x }, sign: signWith(key) }
  },

  ed25519Signer: ({ kty, crv, x, d }) => signWith(createPrivateKey({ key: { kty, crv, x, d }, format: 'jwk' })),

  ed25519Verifier({ kty, crv, x }: Ed25519PublicJwk) {
    const key = createPublicKey({ key: { kty, crv, x }, format: 'jwk' })
    return (data, signature) => {
      try {
        return verify(null, data, key, signature)
      } catch {
        return false
      }
    }
  },
}
