/**
 * The two forms of an API key. Both begin with `tid_`, so scanners for secrets find them (docs/api-keys.md).
 *
 * - opaque: 256 random bits in base 62, then the CRC-32 of these characters in base 62.
 * - signed: a JWS in the compact form (RFC 7515 §3.1).
 */
export const KEY_PREFIX = 'tid_'
/** Before a key in `Authorization`. */
export const BEARER_KEY = `Bearer ${KEY_PREFIX}`
/** Longer texts are no keys of this server. */
export const MAX_KEY_LENGTH = 8192

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const RANDOM_CHARACTERS = 43
const CHECKSUM_CHARACTERS = 6
const OPAQUE = /^tid_[0-9A-Za-z]{49}$/
const SIGNED = /^tid_[\w-]+\.[\w-]+\.[\w-]{86}$/

/** The opaque key of 32 random bytes. */
export function opaqueKey(bytes: Uint8Array): string {
  const value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  const random = base62(value, RANDOM_CHARACTERS)
  return `${KEY_PREFIX}${random}${checksumOf(random)}`
}

/** The form of a text. Undefined for a text that is no key, and for an opaque one with a wrong checksum. */
export function formOf(text: string): 'opaque' | 'signed' | undefined {
  if (OPAQUE.test(text)) {
    const end = KEY_PREFIX.length + RANDOM_CHARACTERS
    return checksumOf(text.slice(KEY_PREFIX.length, end)) === text.slice(end) ? 'opaque' : undefined
  }
  return text.length <= MAX_KEY_LENGTH && SIGNED.test(text) ? 'signed' : undefined
}

/** The last characters of a key, by which a person recognises it. Both forms keep more than 200 bits secret. */
export const hintOf = (key: string): string => key.slice(-4)

const checksumOf = (text: string): string => base62(BigInt(crc32(text)), CHECKSUM_CHARACTERS)

function base62(value: bigint, length: number): string {
  let rest = value
  let text = ''
  while (text.length < length) {
    text = DIGITS.charAt(Number(rest % 62n)) + text
    rest /= 62n
  }
  return text
}

/** ISO 3309, as in zlib. A mistyped or truncated key is found by it; it is no protection. */
function crc32(text: string): number {
  let crc = 0xffffffff
  for (let at = 0; at < text.length; at++) {
    crc ^= text.charCodeAt(at)
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
