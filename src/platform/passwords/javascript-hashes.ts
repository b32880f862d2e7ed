/** Hashes in JavaScript that no edge runtime provides. One file, so a bundle has nothing else of these packages. */
import { sha1 } from '@noble/hashes/legacy.js'
import { pbkdf2 as noblePbkdf2 } from '@noble/hashes/pbkdf2.js'
import { scrypt as nobleScrypt } from '@noble/hashes/scrypt.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { compareSync } from 'bcryptjs'
import type { PasswordFunctions } from './password-functions.ts'

type Computed<Name extends keyof PasswordFunctions> = (
  ...given: Parameters<PasswordFunctions[Name]>
) => Awaited<ReturnType<PasswordFunctions[Name]>>

const DIGESTS = { 'SHA-1': sha1, 'SHA-256': sha256, 'SHA-512': sha512 }

export const bcrypt: Computed<'bcrypt'> = (password, hash) => compareSync(password, hash)

export const scrypt: Computed<'scrypt'> = (password, salt, { n, r, p }, keyBytes) =>
  new Uint8Array(nobleScrypt(password, salt, { N: n, r, p, dkLen: keyBytes }))

export const pbkdf2: Computed<'pbkdf2'> = (digest, password, salt, iterations, keyBytes) =>
  new Uint8Array(noblePbkdf2(DIGESTS[digest], password, salt, { c: iterations, dkLen: keyBytes }))
