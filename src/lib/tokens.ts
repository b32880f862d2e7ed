/** Opaque tokens: 256 bits of chance shown once; only their SHA-256 is stored (ASVS 7.2.3). */
import { primitives } from '#primitives'
import { base64url, hex, utf8 } from './encoding.ts'
import type { Bytes } from './primitives/primitives.ts'

export const TOKEN_BYTES = 32

/** What the database keeps. Plain SHA-256 is enough for 256 random bits: there is nothing to guess. */
export const hashToken = async (token: string): Promise<string> => hex(await primitives.digest('SHA-256', utf8(token)))

/**
 * The successor of a token: HMAC-SHA256 over a salt drawn at its rotation, keyed by the token itself.
 *
 * Whoever holds the spent token and may see the salt computes the same successor, so two tabs that refresh at once
 * get one token, and no token is ever stored. Without the spent token the successor is 256 unknown bits.
 */
export const successorToken = async (token: string, salt: Bytes): Promise<string> =>
  base64url(await primitives.hmac('SHA-256', utf8(token), salt))
