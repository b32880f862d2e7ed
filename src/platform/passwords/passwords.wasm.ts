import type { Passwords } from '../../deps.ts'
import { ARGON2ID } from '../../lib/phc.ts'
import { type Argon2Wasm, bindArgon2 } from './argon2-wasm.ts'
import { createPasswords } from './passwords.ts'
import { portablePasswordFunctions } from './portable-passwords.ts'
import type { Timing } from './turns.ts'

/** RFC 9106 §3.1: 128 bits suffice. */
const SALT_BYTES = 16
/** What callers are judged by until hashes were measured, and for ever where the clock stands still meanwhile. */
const EXPECTED_HASH_MS = 25
/** Enough for ours over and over. */
const KEPT_HEAP_BYTES = 67_108_864

export interface WasmPasswordOptions {
  /** Awaited before each hash. A process that serves others meanwhile lets them have a turn here. */
  beforeEach?: () => Promise<void>
  /** By which the wait for a turn is judged; by default that of the runtime. */
  timing?: Timing
}

/**
 * Argon2 in WebAssembly, for runtimes without one of their own; the PHC strings are those of Bun, both ways. What comes
 * from other systems is computed in JavaScript or by Web Crypto.
 *
 * A hash holds the only thread for some 30 ms, so one at a time. `wasm` is the compiled module where the runtime refuses
 * to compile (Workers), else the bytes. Nothing is compiled or instantiated before the first hash.
 */
export function createWasmPasswords(
  wasm: WebAssembly.Module | Uint8Array<ArrayBuffer>,
  { beforeEach, timing }: WasmPasswordOptions = {},
): Passwords {
  let compiled: WebAssembly.Module | undefined
  let instance: Argon2Wasm | undefined

  async function compute<T>(work: (argon2: Argon2Wasm) => T): Promise<T> {
    await beforeEach?.()
    compiled ??= wasm instanceof WebAssembly.Module ? wasm : new WebAssembly.Module(wasm)
    instance ??= bindArgon2(new WebAssembly.Instance(compiled))
    try {
      const result = work(instance)
      // Its heap never shrinks: what one dear hash of another system took is given back.
      if (instance.heapBytes() > KEPT_HEAP_BYTES) instance = undefined
      return result
    } catch (error) {
      // After a trap, out of memory for instance, its heap cannot be relied on.
      instance = undefined
      throw error
    }
  }

  const { bcrypt, scrypt, pbkdf2 } = portablePasswordFunctions
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    await beforeEach?.()
    return work()
  }

  return createPasswords(
    {
      hash: (password) =>
        compute((argon2) => argon2.hash(password, crypto.getRandomValues(new Uint8Array(SALT_BYTES)), ARGON2ID)),
      argon2: (password, phc, variant) => compute((argon2) => argon2.verify(password, phc, variant)),
      bcrypt: (...given) => inTurn(() => bcrypt(...given)),
      scrypt: (...given) => inTurn(() => scrypt(...given)),
      pbkdf2: (...given) => inTurn(() => pbkdf2(...given)),
    },
    { concurrency: 1, expectedMs: EXPECTED_HASH_MS },
    timing,
  )
}
