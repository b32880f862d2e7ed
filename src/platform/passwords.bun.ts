import { scrypt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import type { Passwords } from '../deps.ts'
import { utf8 } from '../lib/encoding.ts'
import { ARGON2ID } from '../lib/phc.ts'
import { type PasswordFunctions, webPbkdf2 } from './password-functions.ts'
import { createPasswords } from './passwords.ts'

const BCRYPT_BYTES = 72

/** All of it on Bun's thread pool: the event loop stays free while they run. */
export const bunPasswordFunctions: PasswordFunctions = {
  hash: (password) =>
    Bun.password.hash(password, { algorithm: 'argon2id', memoryCost: ARGON2ID.memory, timeCost: ARGON2ID.time }),
  argon2: (password, phc, variant) => Bun.password.verify(password, phc, variant),
  // Cut here: Bun makes a SHA-512 of what is longer, which no other bcrypt does.
  bcrypt: (password, hash) => Bun.password.verify(utf8(password).subarray(0, BCRYPT_BYTES), hash, 'bcrypt'),
  scrypt: (password, salt, { n, r, p }, keyBytes) =>
    new Promise((resolve, reject) => {
      // Twice what it takes (RFC 7914 §2): the limit counts what is beside the big table too.
      const options = { N: n, r, p, maxmem: 2 * 128 * r * (n + p) }
      scrypt(password, salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(new Uint8Array(key))))
    }),
  pbkdf2: webPbkdf2,
}

export const createBunPasswords = (): Passwords =>
  // Bun's pool has a thread for each core; two more wait in it, so that none is idle while the event loop commits.
  createPasswords(bunPasswordFunctions, { concurrency: availableParallelism() + 2, queue: 64 })
