/** The types of stored password hashes: of this server, or imported from another system. */
import type { Argon2Variant } from '../phc.ts'

type Bytes = Uint8Array<ArrayBuffer>

export interface Argon2Hash {
  kind: 'argon2'
  variant: Argon2Variant
  /** The PHC string, without a prefix of another system. */
  phc: string
}

export interface BcryptHash {
  kind: 'bcrypt'
  /** `$2a$`, `$2b$` or `$2y$`: three names of one function for inputs of at most 72 bytes. */
  text: string
  /** Django's `bcrypt_sha256`: the input is the SHA-256 of the password in hex, so that bcrypt truncates nothing. */
  digested: boolean
}

export interface ScryptHash {
  kind: 'scrypt'
  cost: ScryptCost
  salt: Bytes
  key: Bytes
  /** better-auth normalizes a password to this form first. */
  form?: 'NFKC'
}

export interface FirebaseScryptHash {
  kind: 'firebase-scrypt'
  cost: ScryptCost
  /** The salt of the user, followed by the separator of the project. */
  salt: Bytes
  /** The signer key of the project, which the derived key encrypts. */
  signerKey: Bytes
  /** The encrypted signer key, which is compared. */
  key: Bytes
}

/** RFC 7914 §2: `n` is N itself, not its logarithm. */
export interface ScryptCost {
  n: number
  r: number
  p: number
}

export interface Pbkdf2Hash {
  kind: 'pbkdf2'
  digest: Pbkdf2Digest
  iterations: number
  salt: Bytes
  key: Bytes
}

/** The names of Web Crypto. */
export type Pbkdf2Digest = 'SHA-1' | 'SHA-256' | 'SHA-512'

export type StoredHash = Argon2Hash | BcryptHash | ScryptHash | FirebaseScryptHash | Pbkdf2Hash

/** Why a hash is not computed, for `This password hash ${refused}.` It names the limit, and never the hash. */
export interface Refusal {
  refused: string
}

/** Undefined if the text has another form. */
export type HashReader = (text: string) => StoredHash | Refusal | undefined

/** Shorter values are not unique, and longer ones do not occur in real hashes. */
const SALT_BYTES = { min: 4, max: 256 }
const KEY_BYTES = { min: 16, max: 128 }

/** The decoded salt and key of a hash, or why they are refused. */
export function saltAndKey(salt: Bytes | undefined, key: Bytes | undefined): { salt: Bytes; key: Bytes } | Refusal {
  if (!salt || !key) return { refused: 'is incomplete: its salt or its hash cannot be decoded' }
  if (salt.length < SALT_BYTES.min || salt.length > SALT_BYTES.max)
    return { refused: `has a salt that is not ${SALT_BYTES.min} to ${SALT_BYTES.max} bytes long` }
  if (key.length < KEY_BYTES.min || key.length > KEY_BYTES.max)
    return { refused: `has a hash that is not ${KEY_BYTES.min} to ${KEY_BYTES.max} bytes long` }
  return { salt, key }
}
