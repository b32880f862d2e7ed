/** Parses every password hash that this server can verify. docs/import.md lists the forms and the limits. */
import { argon2Variants, readArgon2 } from '../phc.ts'
import { readBcrypt } from './bcrypt.ts'
import { readAspNetIdentity, readDjangoPbkdf2, readPhcPbkdf2 } from './pbkdf2.ts'
import { readBetterAuth, readDjangoScrypt, readFirebaseScrypt, readPhcScrypt } from './scrypt.ts'
import type { HashReader, Refusal, StoredHash } from './stored-hash.ts'

/** Longer than any real hash. A longer text is refused without parsing. */
export const MAX_HASH_CHARACTERS = 1024

/** PHC strings, also with the prefix `argon2` of Django. */
const readArgon2Hash: HashReader = (text) => {
  const phc = text.startsWith('argon2$') ? text.slice('argon2'.length) : text
  if (!argon2Variants.some((variant) => phc.startsWith(`$${variant}$`))) return undefined
  const reading = readArgon2(phc)
  if (reading === undefined)
    return { refused: 'is not a complete argon2 hash: $argon2id$v=19$m=19456,t=2,p=1$salt$hash' }
  return reading.refused === undefined
    ? { kind: 'argon2', variant: reading.variant, phc }
    : { refused: reading.refused }
}

/** Each reader recognises its form by the beginning of the text, so at most one of them answers. */
const READERS: readonly HashReader[] = [
  readArgon2Hash,
  readBcrypt,
  readPhcScrypt,
  readDjangoScrypt,
  readFirebaseScrypt,
  readDjangoPbkdf2,
  readPhcPbkdf2,
  readBetterAuth,
  readAspNetIdentity,
]

/**
 * Returns the parsed hash, or why it is refused: the form is unknown, the hash is incomplete, or it is too expensive.
 * The time is linear in the length of any text. Never throws.
 */
export function readHash(text: string): StoredHash | Refusal {
  if (text.length > MAX_HASH_CHARACTERS) return { refused: `is longer than ${MAX_HASH_CHARACTERS} characters` }
  for (const read of READERS) {
    const reading = read(text)
    if (reading !== undefined) return reading
  }
  return { refused: 'has an unknown form' }
}

/** The name of the hash function, for the audit log: `bcrypt`, `argon2id`, `pbkdf2-sha256` … */
export function hashFunction(hash: StoredHash): string {
  if (hash.kind === 'argon2') return hash.variant
  if (hash.kind === 'pbkdf2') return `pbkdf2-${hash.digest.toLowerCase().replace('-', '')}`
  return hash.kind
}
