/** Keys derived from APP_SECRET, and values encrypted under them. Web Crypto only. */
import { base64url, fromBase64url, fromUtf8, utf8 } from './encoding.ts'

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
export async function deriveKey(appSecret: string, purpose: KeyPurpose): Promise<Uint8Array<ArrayBuffer>> {
  const secret = await crypto.subtle.importKey('raw', utf8(appSecret), 'HKDF', false, ['deriveBits'])
  const parameters = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info: utf8(`threeger ${purpose}`) }
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, secret, 256))
}

/** HMAC-SHA-256, base64url: equal for equal texts, and no help in guessing them without the key. */
export async function hmac(key: Uint8Array<ArrayBuffer>, text: string): Promise<string> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return base64url(new Uint8Array(await crypto.subtle.sign('HMAC', imported, utf8(text))))
}

/** AES-256-GCM under a fresh 96-bit nonce. `context` is authenticated: a value moved to another row does not open. */
export async function encrypt(
  key: Uint8Array<ArrayBuffer>,
  nonce: Uint8Array<ArrayBuffer>,
  text: string,
  context: string,
): Promise<string> {
  const parameters = { name: 'AES-GCM', iv: nonce, additionalData: utf8(context) }
  const sealed = await crypto.subtle.encrypt(parameters, await aesKey(key), utf8(text))
  return `${base64url(nonce)}.${base64url(new Uint8Array(sealed))}`
}

/** Undefined when the key, the context or the text is not the one it was encrypted with. */
export async function decrypt(
  key: Uint8Array<ArrayBuffer>,
  sealed: string,
  context: string,
): Promise<string | undefined> {
  const [nonce, data] = sealed.split('.').map(fromBase64url)
  if (!nonce || !data) return undefined
  try {
    const parameters = { name: 'AES-GCM', iv: nonce, additionalData: utf8(context) }
    return fromUtf8(new Uint8Array(await crypto.subtle.decrypt(parameters, await aesKey(key), data)))
  } catch {
    return undefined
  }
}

export const AES_GCM_NONCE_BYTES = 12

const aesKey = (key: Uint8Array<ArrayBuffer>) =>
  crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])
