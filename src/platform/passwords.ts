import type { Passwords } from '../deps.ts'
import { problem } from '../errors.ts'
import { parseArgon2id } from '../lib/phc.ts'

/** The two functions a runtime brings. `verify` is called with argon2id hashes of bounded cost only. */
export interface Argon2id {
  hash(password: string): Promise<string>
  verify(password: string, phc: string): Promise<boolean>
}

export interface PasswordLimits {
  /** Hashes handed out at once. Far more than the cores would only add memory and steal time from reads. */
  concurrency: number
  /** Callers that may wait. Some 50 hashes a second on two cores make 64 about a second; past that, say so. */
  queue: number
}

/** Passwords behind a semaphore with a bounded queue, so that a flood of sign-ins cannot starve everything else. */
export function createPasswords(argon2id: Argon2id, { concurrency, queue }: PasswordLimits): Passwords {
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
    hash: (password) => inTurn(() => argon2id.hash(normalizePassword(password))),
    verify: (password, phc) =>
      inTurn(async () => parseArgon2id(phc) !== undefined && (await argon2id.verify(normalizePassword(password), phc))),
  }
}

/** NFC: the same keys pressed on two systems give one password (NIST SP 800-63B §3.1.1.2). Nothing is trimmed or cut. */
const normalizePassword = (password: string): string => password.normalize('NFC')
