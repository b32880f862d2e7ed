import type { Passwords } from '../../deps.ts'
import { ARGON2ID } from '../../lib/phc.ts'
import { type Argon2Wasm, bindArgon2 } from './argon2-wasm.ts'
import { createPasswords } from './passwords.ts'
import { portablePasswordFunctions } from './portable-passwords.ts'
import type { Timing } from './turns.ts'

/** RFC 9106 §3.1: 128 bits are sufficient. */
const SALT_BYTES = 16
/** The expected time of a hash in ms until one was measured. Some runtimes stop the clock during a hash, so they always use it. */
const EXPECTED_HASH_MS = 25
/** Enough for repeated hashes of our cost. */
const KEPT_HEAP_BYTES = 67_108_864

export interface WasmPasswordOptions {
  /** Awaited before each hash. A process that serves other requests lets them run here. */
  beforeEach?: () => Promise<void>
  /** Measures the wait for a turn. Default: the timers of the runtime. */
  timing?: Timing
}

/**
 * Argon2 in WebAssembly, for runtimes without their own. Its PHC strings and those of Bun verify on both sides. Hashes of
 * other systems are computed in JavaScript or by Web Crypto.
 *
 * A hash blocks the only thread for some 30 ms, so one runs at a time. `wasm` is the compiled module if the runtime refuses
 * to compile (Workers), otherwise the bytes. Nothing is compiled or instantiated before the first hash.
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
      // The heap never shrinks, so the instance is dropped after an expensive hash of another system.
      if (instance.heapBytes() > KEPT_HEAP_BYTES) instance = undefined
      return result
    } catch (error) {
      // After a trap, such as out of memory, the heap may be inconsistent.
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
