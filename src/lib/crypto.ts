/** Keys derived from APP_SECRET, and values encrypted under them. */
import { primitives } from '#primitives'
import { base64url, fromBase64url, fromUtf8, utf8 } from './encoding.ts'
import type { Bytes } from './primitives/primitives.ts'

export type KeyPurpose =
  | 'audit-seals'
  | 'challenges'
  | 'fingerprints'
  | 'jobs'
  | 'one-time-codes'
  | 'provider-flows'
  | 'provider-tokens'
  | 'rate-limits'
  | 'recovery-codes'
  | 'signing-keys'
  | 'totp-seeds'

/** HKDF-SHA-256 (RFC 5869): 32 bytes for one purpose, so that no key serves two. */
export const deriveKey = async (appSecret: string, purpose: KeyPurpose): Promise<Bytes> =>
  primitives.hkdf(utf8(appSecret), new Uint8Array(32), utf8(`threeger ${purpose}`))

/** HMAC-SHA-256, base64url: equal for equal texts, and no help in guessing them without the key. */
export const hmac = async (key: Bytes, text: string): Promise<string> =>
  base64url(await primitives.hmac('SHA-256', key, utf8(text)))

/** AES-256-GCM under a fresh 96-bit nonce. `context` is authenticated: a value moved to another row does not open. */
export async function encrypt(key: Bytes, nonce: Bytes, text: string, context: string): Promise<string> {
  const sealed = await primitives.aesGcmEncrypt({ key, nonce, context: utf8(context) }, utf8(text))
  return `${base64url(nonce)}.${base64url(sealed)}`
}

/** Undefined when the key, the context or the text is not the one it was encrypted with. */
export async function decrypt(key: Bytes, sealed: string, context: string): Promise<string | undefined> {
  const [nonce, data] = sealed.split('.').map(fromBase64url)
  if (nonce?.length !== AES_GCM_NONCE_BYTES || !data) return undefined
  const opened = await primitives.aesGcmDecrypt({ key, nonce, context: utf8(context) }, data)
  return opened && fromUtf8(opened)
}

export const AES_GCM_NONCE_BYTES = 12
