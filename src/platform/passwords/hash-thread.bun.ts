/** A thread of `hash-threads.bun.ts`. It computes one hash at a time, synchronously, so it does not use Bun's thread pool. */
import { pbkdf2Sync, scryptSync } from 'node:crypto'
import { setPriority } from 'node:os'
import { parentPort } from 'node:worker_threads'
import { utf8 } from '../../lib/encoding.ts'
import { ARGON2ID } from '../../lib/phc.ts'
import type { PasswordFunctions } from './password-functions.ts'

type Name = keyof PasswordFunctions

export type HashCall = { [N in Name]: { id: number; name: N; given: Parameters<PasswordFunctions[N]> } }[Name]
export type HashAnswer = { id: number; result: string | boolean | Uint8Array } | { id: number; failure: string }

const BCRYPT_BYTES = 72
const PBKDF2_DIGESTS = { 'SHA-1': 'sha1', 'SHA-256': 'sha256', 'SHA-512': 'sha512' } as const
/** The range ends at 19. The event loop goes first if both need the same core. Measured by `bun run bench refresh`. */
const NICENESS = 10

// Only Linux has a priority for each thread; elsewhere the call would change the whole process.
if (process.platform === 'linux') setPriority(NICENESS)

function compute(call: HashCall): string | boolean | Uint8Array {
  switch (call.name) {
    case 'hash':
      return Bun.password.hashSync(call.given[0], {
        algorithm: 'argon2id',
        memoryCost: ARGON2ID.memory,
        timeCost: ARGON2ID.time,
      })
    case 'argon2':
      return Bun.password.verifySync(...call.given)
    case 'bcrypt':
      // Cut here, because Bun hashes a longer password with SHA-512 first, unlike every other bcrypt.
      return Bun.password.verifySync(utf8(call.given[0]).subarray(0, BCRYPT_BYTES), call.given[1], 'bcrypt')
    case 'scrypt': {
      const [password, salt, { n, r, p }, keyBytes] = call.given
      // Twice the size of the big table (RFC 7914 §2), because the limit includes the other memory too.
      return new Uint8Array(scryptSync(password, salt, keyBytes, { N: n, r, p, maxmem: 2 * 128 * r * (n + p) }))
    }
    case 'pbkdf2': {
      const [digest, password, salt, iterations, keyBytes] = call.given
      return new Uint8Array(pbkdf2Sync(password, salt, iterations, keyBytes, PBKDF2_DIGESTS[digest]))
    }
  }
}

parentPort?.on('message', (call: HashCall) => {
  let answer: HashAnswer
  try {
    answer = { id: call.id, result: compute(call) }
  } catch (error) {
    answer = { id: call.id, failure: error instanceof Error ? error.message : String(error) }
  }
  parentPort?.postMessage(answer)
})
