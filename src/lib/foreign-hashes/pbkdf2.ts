/** PBKDF2 (RFC 8018 §5.2) in the forms of Django, PHC strings, passlib and ASP.NET Identity. */
import { utf8 } from '../encoding.ts'
import { fromBase64 } from './base64.ts'
import { type HashReader, type Pbkdf2Digest, saltAndKey } from './stored-hash.ts'

/** Iterations times blocks of the digest. This limits the time of a hash to 1 to 3 s on one core. */
const MAX_ITERATIONS = 10_000_000

const DIGESTS: Record<string, Pbkdf2Digest> = { sha1: 'SHA-1', sha256: 'SHA-256', sha512: 'SHA-512' }
const DIGEST_BYTES: Record<Pbkdf2Digest, number> = { 'SHA-1': 20, 'SHA-256': 32, 'SHA-512': 64 }

/** `pbkdf2_sha256$600000$salt$hash`: the salt is text. Also with sha1 and sha512. */
export const readDjangoPbkdf2: HashReader = (text) => {
  if (!text.startsWith('pbkdf2_')) return undefined
  const [, digest = '', iterations, salt = '', key = ''] =
    /^pbkdf2_(sha1|sha256|sha512)\$(\d{1,10})\$([^$]+)\$([^$]+)$/.exec(text) ?? []
  if (iterations === undefined)
    return { refused: 'is not a complete PBKDF2 hash of Django: pbkdf2_sha256$iterations$salt$hash' }
  return pbkdf2Hash(DIGESTS[digest], Number(iterations), utf8(salt), fromBase64(key))
}

/** `$pbkdf2-sha256$i=600000$salt$hash`, with or without `l=32`. Also without `i=`, which is the form of passlib. */
export const readPhcPbkdf2: HashReader = (text) => {
  if (!/^\$pbkdf2[$-]/.test(text)) return undefined
  const [, digest = 'sha1', iterations, salt = '', key = ''] =
    /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?(\d{1,10})(?:,l=\d{1,3})?\$([\w+/.=-]+)\$([\w+/.=-]+)$/.exec(text) ??
    []
  if (iterations === undefined) return { refused: 'is not a complete PBKDF2 hash: $pbkdf2-sha256$i=600000$salt$hash' }
  // The alphabet of passlib has a dot instead of the plus.
  const [saltBytes, keyBytes] = [salt, key].map((part) => fromBase64(part.replaceAll('.', '+')))
  return pbkdf2Hash(DIGESTS[digest], Number(iterations), saltBytes, keyBytes)
}

/**
 * The base64 of ASP.NET Identity. Version 2: 0, 16 bytes of salt, 32 of key; SHA-1, 1000 iterations. Version 3: 1, then
 * digest, iterations and length of the salt with 32 bits each, big-endian, then salt and key.
 */
export const readAspNetIdentity: HashReader = (text) => {
  if (!/^A[A-Za-z0-9+/]{40,}={0,2}$/.test(text)) return undefined
  const bytes = fromBase64(text)
  if (bytes?.[0] === 0 && bytes.length === 49) return pbkdf2Hash('SHA-1', 1000, bytes.slice(1, 17), bytes.slice(17))
  if (bytes?.[0] !== 1 || bytes.length < 13) return { refused: 'is not a complete hash of ASP.NET Identity 2 or 3' }
  const view = new DataView(bytes.buffer)
  const [prf, iterations, saltBytes] = [view.getUint32(1), view.getUint32(5), view.getUint32(9)]
  // KeyDerivationPrf: HMACSHA1, HMACSHA256, HMACSHA512.
  const digest = (['SHA-1', 'SHA-256', 'SHA-512'] as const)[prf]
  return pbkdf2Hash(digest, iterations, bytes.slice(13, 13 + saltBytes), bytes.slice(13 + saltBytes))
}

function pbkdf2Hash(
  digest: Pbkdf2Digest | undefined,
  iterations: number,
  salt: Uint8Array<ArrayBuffer> | undefined,
  key: Uint8Array<ArrayBuffer> | undefined,
): ReturnType<HashReader> {
  if (digest === undefined) return { refused: 'has a PBKDF2 digest other than SHA-1, SHA-256 and SHA-512' }
  if (iterations < 1) return { refused: 'has no PBKDF2 iterations' }
  const parts = saltAndKey(salt, key)
  if ('refused' in parts) return parts
  // Each block of the digest is computed separately, so a long key costs as much as more iterations.
  if (iterations * Math.ceil(parts.key.length / DIGEST_BYTES[digest]) > MAX_ITERATIONS)
    return { refused: `has more than ${MAX_ITERATIONS} PBKDF2 iterations` }
  return { kind: 'pbkdf2', digest, iterations, ...parts }
}
