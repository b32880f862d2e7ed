/** Opaque tokens: 256 random bits that are shown once. Only their SHA-256 is stored (ASVS 7.2.3). */
import { primitives } from '#primitives'
import { decrypt, encrypt } from './crypto.ts'
import { base64url, fromBase64url, hex, utf8 } from './encoding.ts'
import type { Bytes } from './primitives/primitives.ts'

export const TOKEN_BYTES = 32

/** The value in the database. Plain SHA-256 is enough for 256 random bits, because they cannot be guessed. */
export const hashToken = async (token: string): Promise<string> => hex(await primitives.digest('SHA-256', utf8(token)))

/** Whether the text has the canonical form of a token. If not, the server does not ask the database. */
export function isToken(text: string): boolean {
  const bytes = fromBase64url(text)
  return bytes?.length === TOKEN_BYTES && base64url(bytes) === text
}

/**
 * The token that follows a rotation: HMAC-SHA256 of a salt that is drawn at the rotation. The key is the root of the
 * chain, which is its first token. With the root and the salts, any token of the chain can be computed in one step.
 * Without the root, a token is 256 unknown bits.
 */
export const successorToken = async (root: string, salt: Bytes): Promise<string> =>
  base64url(await primitives.hmac('SHA-256', utf8(root), salt))

const ROOT_CONTEXT = 'threeger root of a chain'
const rootKey = async (token: string): Promise<Bytes> => primitives.hmac('SHA-256', utf8(token), utf8(ROOT_CONTEXT))

/** Encrypts the root under a token of its chain. The result is stored beside the hash of that token. */
export const sealRoot = async (token: string, nonce: Bytes, root: string): Promise<string> =>
  encrypt(await rootKey(token), nonce, root, ROOT_CONTEXT)

/** Undefined for another token, and for a changed text. */
export const openRoot = async (token: string, sealed: string): Promise<string | undefined> =>
  decrypt(await rootKey(token), sealed, ROOT_CONTEXT)
