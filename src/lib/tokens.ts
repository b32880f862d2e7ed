/** Opaque tokens: 256 bits of chance shown once; only their SHA-256 is stored (ASVS 7.2.3). */
import { base64url, hex, utf8 } from './encoding.ts'

export const TOKEN_BYTES = 32

/** What the database keeps. Plain SHA-256 is enough for 256 random bits: there is nothing to guess. */
export const hashToken = async (token: string): Promise<string> =>
  hex(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(token))))

/**
 * The successor of a token: HMAC-SHA256 over a salt drawn at its rotation, keyed by the token itself.
 *
 * Whoever holds the spent token and may see the salt computes the same successor, so two tabs that refresh at once
 * get one token, and no token is ever stored. Without the spent token the successor is 256 unknown bits.
 */
export async function successorToken(token: string, salt: Uint8Array<ArrayBuffer>): Promise<string> {
  const key = await crypto.subtle.importKey('raw', utf8(token), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return base64url(new Uint8Array(await crypto.subtle.sign('HMAC', key, salt)))
}
