/** Opaque tokens: 256 bits of chance shown once; only their SHA-256 is stored (ASVS 7.2.3). */
import { primitives } from '#primitives'
import { decrypt, encrypt } from './crypto.ts'
import { base64url, fromBase64url, hex, utf8 } from './encoding.ts'
import type { Bytes } from './primitives/primitives.ts'

export const TOKEN_BYTES = 32

/** What the database keeps. Plain SHA-256 is enough for 256 random bits: there is nothing to guess. */
export const hashToken = async (token: string): Promise<string> => hex(await primitives.digest('SHA-256', utf8(token)))

/** Whether it can be a token at all: what has another form, or a second spelling, is not worth asking the database. */
export function isToken(text: string): boolean {
  const bytes = fromBase64url(text)
  return bytes?.length === TOKEN_BYTES && base64url(bytes) === text
}

/**
 * The token that follows a rotation: HMAC-SHA256 over a salt drawn at that rotation, keyed by the root of the chain, which
 * is its first token. Whoever holds the root and may see the salts computes any token of the chain at once; without it a
 * token is 256 unknown bits.
 */
export const successorToken = async (root: string, salt: Bytes): Promise<string> =>
  base64url(await primitives.hmac('SHA-256', utf8(root), salt))

const ROOT_CONTEXT = 'threeger root of a chain'
const rootKey = async (token: string): Promise<Bytes> => primitives.hmac('SHA-256', utf8(token), utf8(ROOT_CONTEXT))

/** The root, readable with this token of its chain alone: what is stored beside the token's hash. */
export const sealRoot = async (token: string, nonce: Bytes, root: string): Promise<string> =>
  encrypt(await rootKey(token), nonce, root, ROOT_CONTEXT)

/** Undefined for another token, and for what was changed. */
export const openRoot = async (token: string, sealed: string): Promise<string | undefined> =>
  decrypt(await rootKey(token), sealed, ROOT_CONTEXT)
