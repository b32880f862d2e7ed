import { utf8 } from '../../lib/encoding.ts'
import type { Argon2Parameters, Argon2Variant } from '../../lib/phc.ts'

/** The exports of the module, as its C code declares them. */
interface Argon2Exports {
  memory: WebAssembly.Memory
  _initialize(): void
  malloc(bytes: number): number
  free(pointer: number): void
  argon2_encodedlen(t: number, m: number, p: number, saltBytes: number, hashBytes: number, type: number): number
  argon2_hash(
    ...parameters: [
      t: number,
      m: number,
      p: number,
      password: number,
      passwordBytes: number,
      salt: number,
      saltBytes: number,
      hash: number,
      hashBytes: number,
      encoded: number,
      encodedBytes: number,
      type: number,
      version: number,
    ]
  ): number
  argon2_verify(encoded: number, password: number, passwordBytes: number, type: number): number
}

const TYPES: Record<Argon2Variant, number> = { argon2d: 0, argon2i: 1, argon2id: 2 }
const VERSION_13 = 0x13
const HASH_BYTES = 32
const OK = 0

/**
 * Calls the module of @phi-ag/argon2 directly, which is the reference implementation (RFC 9106). The package's own binding
 * passes UTF-8 with the length in UTF-16 units. It hashes only the beginning of a password that is not ASCII, so its hashes
 * differ from every other implementation.
 */
export function bindArgon2(instance: WebAssembly.Instance) {
  const wasm = instance.exports as unknown as Argon2Exports // the exports of this module; tests check them
  wasm._initialize()

  /** Runs `work` with the bytes on the heap, and clears them afterwards, because one of them is a password. */
  function withBytes<T>(values: readonly Uint8Array[], work: (...pointers: number[]) => T): T {
    const pointers = values.map((bytes) => wasm.malloc(Math.max(1, bytes.length)))
    if (pointers.includes(0)) throw new RangeError('argon2.wasm is out of memory')
    const fill = (bytes: Uint8Array, index: number) => new Uint8Array(wasm.memory.buffer).set(bytes, pointers[index])
    try {
      for (const [index, bytes] of values.entries()) fill(bytes, index)
      return work(...pointers)
    } finally {
      for (const [index, { length }] of values.entries()) fill(new Uint8Array(length), index)
      for (const pointer of pointers) wasm.free(pointer)
    }
  }

  return {
    /** The bytes of its heap, which never shrinks. */
    heapBytes: () => wasm.memory.buffer.byteLength,

    /** Returns the PHC string. Throws if there is not enough memory. */
    hash(text: string, salt: Uint8Array, { memory, time, parallelism }: Argon2Parameters): string {
      const secret = utf8(text)
      const length = wasm.argon2_encodedlen(time, memory, parallelism, salt.length, HASH_BYTES, TYPES.argon2id)
      const room = [secret, salt, new Uint8Array(HASH_BYTES), new Uint8Array(length)]
      return withBytes(room, (passwordAt = 0, saltAt = 0, hashAt = 0, encodedAt = 0) => {
        const password = [passwordAt, secret.length, saltAt, salt.length] as const
        const output = [hashAt, HASH_BYTES, encodedAt, length] as const
        const result = wasm.argon2_hash(time, memory, parallelism, ...password, ...output, TYPES.argon2id, VERSION_13)
        if (result !== OK) throw new Error(`argon2_hash failed with ${result}`)
        // `length` includes the NUL at the end.
        return String.fromCharCode(...new Uint8Array(wasm.memory.buffer, encodedAt, length - 1))
      })
    },

    /** False for another password, and for a text that is not a hash of this variant. */
    verify(password: string, phc: string, variant: Argon2Variant): boolean {
      const secret = utf8(password)
      return withBytes(
        [utf8(`${phc}\0`), secret],
        (phcAt = 0, passwordAt = 0) => wasm.argon2_verify(phcAt, passwordAt, secret.length, TYPES[variant]) === OK,
      )
    },
  }
}

export type Argon2Wasm = ReturnType<typeof bindArgon2>
