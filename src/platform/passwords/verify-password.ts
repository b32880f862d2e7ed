import { primitives } from '#primitives'
import { equalBytes } from '../../lib/constant-time.ts'
import { hex, utf8 } from '../../lib/encoding.ts'
import type { BcryptHash, FirebaseScryptHash, StoredHash } from '../../lib/foreign-hashes/stored-hash.ts'
import type { PasswordFunctions } from './password-functions.ts'

/**
 * Tells whether the password matches the hash. Never throws: a hash that cannot be computed is one bad row, and counts as a
 * wrong password.
 */
export async function verifyPassword(
  functions: PasswordFunctions,
  password: string,
  hash: StoredHash,
): Promise<boolean> {
  try {
    return await matches(functions, password, hash)
  } catch {
    return false
  }
}

async function matches(functions: PasswordFunctions, password: string, hash: StoredHash): Promise<boolean> {
  switch (hash.kind) {
    case 'argon2':
      return functions.argon2(password, hash.phc, hash.variant)
    case 'bcrypt':
      return matchesBcrypt(functions, password, hash)
    case 'scrypt': {
      const secret = utf8(hash.form ? password.normalize(hash.form) : password)
      return equalBytes(await functions.scrypt(secret, hash.salt, hash.cost, hash.key.length), hash.key)
    }
    case 'firebase-scrypt':
      return equalBytes(await firebaseScrypt(functions, password, hash), hash.key)
    case 'pbkdf2': {
      const { digest, salt, iterations, key } = hash
      return equalBytes(await functions.pbkdf2(digest, utf8(password), salt, iterations, key.length), key)
    }
  }
}

async function matchesBcrypt({ bcrypt }: PasswordFunctions, password: string, { text, digested }: BcryptHash) {
  // Some implementations end a password at NUL and others do not, so a password with NUL gives different hashes.
  if (password.includes('\0')) return false
  if (!digested) return bcrypt(password, text)
  return bcrypt(hex(await primitives.digest('SHA-256', utf8(password))), text)
}

const AES_KEY_BYTES = 32

/** https://github.com/firebase/scrypt: the derived key encrypts the signer key with AES-256 in counter mode, from 0. */
async function firebaseScrypt(
  { scrypt }: PasswordFunctions,
  password: string,
  { cost, salt, signerKey }: FirebaseScryptHash,
): Promise<Uint8Array> {
  const derived = await scrypt(utf8(password), salt, cost, AES_KEY_BYTES)
  return primitives.aesCtr(derived, signerKey)
}
