import type { Passwords } from '../../deps.ts'
import { HASH_THREADS, threadedPasswordFunctions } from './hash-threads.bun.ts'
import { createPasswords } from './passwords.ts'
import type { TurnLimits } from './turns.ts'

/** What the first callers are judged by, before any hash was measured. */
const EXPECTED_HASH_MS = 30

export const bunPasswordFunctions = threadedPasswordFunctions

/** `maxWaitMs` is for tests of other things: a busy machine must not shed what they count. */
export const createBunPasswords = ({ maxWaitMs }: Pick<TurnLimits, 'maxWaitMs'> = {}): Passwords =>
  // One more than there are threads is on its way to the one that is free next, and takes that much longer.
  createPasswords(bunPasswordFunctions, {
    concurrency: HASH_THREADS + 1,
    expectedMs: (EXPECTED_HASH_MS * (HASH_THREADS + 1)) / HASH_THREADS,
    ...(maxWaitMs !== undefined && { maxWaitMs }),
  })
