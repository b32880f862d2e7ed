/**
 * Passwords of test apps: `cheapPasswords` by default, for tests of other things. Everything runs as in production (turns, normalization, reading of the stored hash)
 * except the two functions below, which compute Argon2id with 8 KiB and one pass instead of 19 MiB and two: 0.02 ms
 * instead of 30. A test of passwords, of their cost, their threads or their timing takes `realPasswords`.
 *
 * A cheap hash says that it has the cost of production, so that the app stores and keeps it as its own. It is known by the
 * process that made it alone: for every other process, and for production, it is the hash of another password.
 */
import type { Passwords } from '../../src/deps.ts'
import { ARGON2ID } from '../../src/lib/phc.ts'
import type { PasswordFunctions } from '../../src/platform/passwords/password-functions.ts'
import { bunPasswordFunctions, createBunPasswords } from '../../src/platform/passwords/passwords.bun.ts'
import { createPasswords } from '../../src/platform/passwords/passwords.ts'

/** The least that RFC 9106 §3.1 allows. */
const CHEAP = { memoryCost: 8, timeCost: 1 } as const
const cheapCost = `m=${CHEAP.memoryCost},t=${CHEAP.timeCost},p=1`
const productionCost = `m=${ARGON2ID.memory},t=${ARGON2ID.time},p=${ARGON2ID.parallelism}`

/** Every cheap hash as it is stored, with the same hash under its true cost. */
const trueHashes = new Map<string, string>()

export const cheapPasswordFunctions: PasswordFunctions = {
  ...bunPasswordFunctions,
  async hash(password) {
    const trueHash = Bun.password.hashSync(password, { algorithm: 'argon2id', ...CHEAP })
    const stored = trueHash.replace(cheapCost, productionCost)
    trueHashes.set(stored, trueHash)
    return stored
  },
  async argon2(password, phc, variant) {
    const trueHash = trueHashes.get(phc)
    if (trueHash === undefined) return bunPasswordFunctions.argon2(password, phc, variant)
    return Bun.password.verifySync(password, trueHash, variant)
  },
}

/** Never busy, however slow the machine is: `overload.test.ts` is about that. */
const maxWaitMs = 600_000

export const cheapPasswords: Passwords = createPasswords(cheapPasswordFunctions, {
  concurrency: 4,
  expectedMs: 1,
  maxWaitMs,
})

/** Those of production. One line for all apps of a process, because they share its threads. */
export const realPasswords: Passwords = createBunPasswords({ maxWaitMs })
