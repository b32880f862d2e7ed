import Argon2 from '@phi-ag/argon2'
import type { Passwords } from '../deps.ts'
import { ARGON2ID } from '../lib/phc.ts'
import { createPasswords } from './passwords.ts'

export interface WasmPasswordOptions {
  /** Awaited before each hash. A process that serves others meanwhile lets them have a turn here. */
  beforeEach?: () => Promise<void>
}

/**
 * Argon2id in WebAssembly, for runtimes without one of their own; the PHC strings are those of Bun, both ways.
 *
 * A hash holds the only thread for some 30 ms, so one at a time. `wasm` is the compiled module where the runtime refuses
 * to compile (Workers), else the bytes. Nothing is compiled or instantiated before the first hash.
 */
export function createWasmPasswords(
  wasm: WebAssembly.Module | Uint8Array<ArrayBuffer>,
  { beforeEach }: WasmPasswordOptions = {},
): Passwords {
  let compiled: WebAssembly.Module | undefined
  let instance: Argon2 | undefined

  async function compute<T>(work: (argon2: Argon2) => T): Promise<T> {
    await beforeEach?.()
    compiled ??= wasm instanceof WebAssembly.Module ? wasm : new WebAssembly.Module(wasm)
    instance ??= new Argon2(new WebAssembly.Instance(compiled))
    try {
      return work(instance)
    } catch (error) {
      // After a trap, out of memory for instance, its heap cannot be relied on.
      instance = undefined
      throw error
    }
  }

  return createPasswords(
    {
      hash: (password) => compute((argon2) => argon2.hash(password, PARAMETERS).encoded),
      // What it cannot compute is one corrupt row, and for its owner a wrong password.
      verify: (password, phc) => compute((argon2) => argon2.tryVerify(phc, password).success).catch(() => false),
    },
    { concurrency: 1, queue: 64 },
  )
}

const PARAMETERS = {
  memoryCost: ARGON2ID.memory,
  timeCost: ARGON2ID.time,
  parallelism: ARGON2ID.parallelism,
  hashLength: 32,
}
