import type { Passwords } from '../../deps.ts'
import { readHash } from '../../lib/foreign-hashes/read-hash.ts'
import type { PasswordFunctions } from './password-functions.ts'
import { createTurns, type Timing, type TurnLimits } from './turns.ts'
import { verifyPassword } from './verify-password.ts'

/** Passwords behind turns, so that a flood of sign-ins cannot starve everything else. */
export function createPasswords(functions: PasswordFunctions, limits: TurnLimits, timing?: Timing): Passwords {
  const inTurn = createTurns(limits, timing)

  return {
    hash: (password, line) => inTurn(() => functions.hash(normalizePassword(password)), line),
    verify: (password, stored, line) =>
      inTurn(async () => {
        const hash = readHash(stored)
        if ('refused' in hash) return false
        const normalized = normalizePassword(password)
        if (await verifyPassword(functions, normalized, hash)) return true
        // Others hashed what was sent. Ours were all made from the normal form.
        return password !== normalized && (await verifyPassword(functions, password, hash))
      }, line),
  }
}

/** NFC: the same keys pressed on two systems give one password (NIST SP 800-63B §3.1.1.2). Nothing is trimmed or cut. */
const normalizePassword = (password: string): string => password.normalize('NFC')
