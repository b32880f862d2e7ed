/** Keys that are derived from APP_SECRET, and encryption with them. */
import { primitives } from '#primitives'
import { base64url, fromBase64url, fromUtf8, utf8 } from './encoding.ts'
import type { Bytes } from './primitives/primitives.ts'

export type KeyPurpose =
  | 'audit-seals'
  | 'authorization-codes'
  | 'challenges'
  | 'client-secrets'
  | 'device-codes'
  | 'dpop-nonces'
  | 'fingerprints'
  | 'hook-secrets'
  | 'jobs'
  | 'one-time-codes'
  | 'provider-flows'
  | 'provider-tokens'
  | 'rate-limits'
  | 'recovery-codes'
  | 'redis'
  | 'refresh-tokens'
  | 'signing-keys'
  | 'totp-seeds'
  | 'unsubscribe-links'
  | 'waiting-sign-ins'

/** HKDF-SHA-256 (RFC 5869): 32 bytes for one purpose. So no key has two purposes. */
export const deriveKey = async (appSecret: string, purpose: KeyPurpose): Promise<Bytes> =>
  primitives.hkdf(utf8(appSecret), new Uint8Array(32), utf8(`threeger ${purpose}`))

/**
 * HMAC-SHA-256, base64url. Equal texts have equal values. Without the key, the value does not help to guess the text.
 */
export const hmac = async (key: Bytes, text: string): Promise<string> =>
  base64url(await primitives.hmac('SHA-256', key, utf8(text)))

/**
 * AES-256-GCM with a new 96-bit nonce. `context` is authenticated, so a value that was moved to another row cannot be
 * decrypted.
 */
export async function encrypt(key: Bytes, nonce: Bytes, text: string, context: string): Promise<string> {
  const sealed = await primitives.aesGcmEncrypt({ key, nonce, context: utf8(context) }, utf8(text))
  return `${base64url(nonce)}.${base64url(sealed)}`
}

/** Undefined if the key, the context or the text is not the one of the encryption. */
export async function decrypt(key: Bytes, sealed: string, context: string): Promise<string | undefined> {
  const [nonce, data] = sealed.split('.').map(fromBase64url)
  if (nonce?.length !== AES_GCM_NONCE_BYTES || !data) return undefined
  const opened = await primitives.aesGcmDecrypt({ key, nonce, context: utf8(context) }, data)
  return opened && fromUtf8(opened)
}

export const AES_GCM_NONCE_BYTES = 12
