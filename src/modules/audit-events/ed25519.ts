/** Ed25519 signatures (RFC 8032) with a key that is derived, not stored. */
import { primitives } from '#primitives'
import { base64url, fromBase64url, hex, utf8 } from '../../lib/encoding.ts'
import type { Bytes } from '../../lib/primitives/primitives.ts'

export interface Ed25519 {
  /** Id of the public key: the first 128 bits of its SHA-256, hex. */
  keyId: string
  /** Base64url. */
  sign(text: string): Promise<string>
  /** False unless `signature` is a valid signature of this key over exactly this text. */
  verify(text: string, signature: string): Promise<boolean>
}

const KEY_ID_BYTES = 16

/** The key pair of a 32-byte seed. */
export async function ed25519FromSeed(seed: Bytes): Promise<Ed25519> {
  const { publicJwk, sign } = await primitives.ed25519FromSeed(seed)
  const verify = await primitives.ed25519Verifier(publicJwk)
  const digest = await primitives.digest('SHA-256', utf8(publicJwk.x))
  return {
    keyId: hex(digest.subarray(0, KEY_ID_BYTES)),
    async sign(text) {
      return base64url(await sign(utf8(text)))
    },
    async verify(text, signature) {
      const bytes = fromBase64url(signature)
      return bytes !== undefined && (await verify(utf8(text), bytes))
    },
  }
}
