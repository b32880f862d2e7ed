import type { Passwords } from '../deps.ts'
import { problem } from '../errors.ts'
import { readHash } from '../lib/foreign-hashes/read-hash.ts'
import type { PasswordFunctions } from './password-functions.ts'
import { verifyPassword } from './verify-password.ts'

export interface PasswordLimits {
  /** Hashes handed out at once. Far more than the cores would only add memory and steal time from reads. */
  concurrency: number
  /** Callers that may wait. Some 50 hashes a second on two cores make 64 about a second; past that, say so. */
  queue: number
}

/** Passwords behind a semaphore with a bounded queue, so that a flood of sign-ins cannot starve everything else. */
export function createPasswords(functions: PasswordFunctions, { concurrency, queue }: PasswordLimits): Passwords {
  let running = 0
  const waiting: (() => void)[] = []

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= concurrency) {
      if (waiting.length >= queue) throw problem('server.busy', { retryAfterSeconds: 1 })
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running++
    try {
      return await work()
    } finally {
      // The place passes straight to the next in line; `running` only falls when nobody waits.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }

  return {
    hash: (password) => inTurn(() => functions.hash(normalizePassword(password))),
    verify: (password, stored) =>
      inTurn(async () => {
        const hash = readHash(stored)
        if ('refused' in hash) return false
        const normalized = normalizePassword(password)
        if (await verifyPassword(functions, normalized, hash)) return true
        // Others hashed what was sent. Ours were all made from the normal form.
        return password !== normalized && (await verifyPassword(functions, password, hash))
      }),
  }
}

/** NFC: the same keys pressed on two systems give one password (NIST SP 800-63B §3.1.1.2). Nothing is trimmed or cut. */
const normalizePassword = (password: string): string => password.normalize('NFC')
