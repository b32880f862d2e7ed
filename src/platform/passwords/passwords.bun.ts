import type { Passwords } from '../../deps.ts'
import { HASH_THREADS, threadedPasswordFunctions } from './hash-threads.bun.ts'
import { createPasswords } from './passwords.ts'
import type { TurnLimits } from './turns.ts'

/** The expected time of a hash in ms, until one was measured. */
const EXPECTED_HASH_MS = 30

export const bunPasswordFunctions = threadedPasswordFunctions

/** Tests set `maxWaitMs`, so a busy machine does not refuse the sign-ins that they count. */
export const createBunPasswords = ({ maxWaitMs }: Pick<TurnLimits, 'maxWaitMs'> = {}): Passwords =>
  // One hash more than there are threads: it waits at the next free thread, so its measured time is longer.
  createPasswords(bunPasswordFunctions, {
    concurrency: HASH_THREADS + 1,
    expectedMs: (EXPECTED_HASH_MS * (HASH_THREADS + 1)) / HASH_THREADS,
    ...(maxWaitMs !== undefined && { maxWaitMs }),
  })
