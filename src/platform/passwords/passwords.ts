import type { Passwords } from '../../deps.ts'
import { readHash } from '../../lib/foreign-hashes/read-hash.ts'
import type { PasswordFunctions } from './password-functions.ts'
import { createTurns, type Timing, type TurnLimits } from './turns.ts'
import { verifyPassword } from './verify-password.ts'

/** Password hashes in turns, so a flood of sign-ins does not stop all other work. */
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
        // Other systems hashed the password as it was sent. Our hashes are all of the normal form.
        return password !== normalized && (await verifyPassword(functions, password, hash))
      }, line),
  }
}

/** NFC, so the same keys on two systems give the same password (NIST SP 800-63B §3.1.1.2). It trims and cuts nothing. */
const normalizePassword = (password: string): string => password.normalize('NFC')
