import { availableParallelism } from 'node:os'
import type { Passwords } from '../deps.ts'
import { ARGON2ID } from '../lib/phc.ts'
import { createPasswords } from './passwords.ts'

/** Argon2id on Bun's thread pool: the event loop stays free while it runs. */
export const createBunPasswords = (): Passwords =>
  createPasswords(
    {
      hash: (password) =>
        Bun.password.hash(password, { algorithm: 'argon2id', memoryCost: ARGON2ID.memory, timeCost: ARGON2ID.time }),
      // Bun throws on a hash it cannot read; that is one corrupt row, and for its owner a wrong password.
      verify: (password, phc) => Bun.password.verify(password, phc, 'argon2id').catch(() => false),
    },
    // Bun's pool has a thread for each core; two more wait in it, so that none is idle while the event loop commits.
    { concurrency: availableParallelism() + 2, queue: 64 },
  )
