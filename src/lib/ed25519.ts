/** Signatures of RFC 8032 under a key that is derived, not stored. Web Crypto only. */
import { base64url, fromBase64url, hex, utf8 } from './encoding.ts'

export interface Ed25519 {
  /** Of the public key: the first 128 bits of its SHA-256, hex. */
  keyId: string
  /** Base64url. */
  sign(text: string): Promise<string>
  /** False for anything that is no signature of ours over this very text. */
  verify(text: string, signature: string): Promise<boolean>
}

/** RFC 8410 §7: what stands before the 32 bytes of an Ed25519 private key in PKCS #8. */
const PKCS8_PREFIX = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20]
const KEY_ID_BYTES = 16

/** The key pair of a seed of 32 bytes. */
export async function ed25519FromSeed(seed: Uint8Array<ArrayBuffer>): Promise<Ed25519> {
  const pkcs8 = Uint8Array.from([...PKCS8_PREFIX, ...seed])
  // Extractable, because Web Crypto gives the public half of a private key in its JWK alone.
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'Ed25519' }, true, ['sign'])
  const { x = '' } = await crypto.subtle.exportKey('jwk', privateKey)
  const jwk = { kty: 'OKP', crv: 'Ed25519', x }
  const publicKey = await crypto.subtle.importKey('jwk', jwk, { name: 'Ed25519' }, true, ['verify'])
  const digest = await crypto.subtle.digest('SHA-256', utf8(x))
  return {
    keyId: hex(new Uint8Array(digest, 0, KEY_ID_BYTES)),
    async sign(text) {
      return base64url(new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, utf8(text))))
    },
    async verify(text, signature) {
      const bytes = fromBase64url(signature)
      return bytes !== undefined && (await crypto.subtle.verify('Ed25519', publicKey, bytes, utf8(text)))
    },
  }
}
