/** Converts values for the native engine and back, like `@libsql/client` 0.18 with `intMode: 'number'`. */

import type { InArgs, InValue, Value } from '@libsql/client/sqlite3'
import { LibsqlError } from '@libsql/client/sqlite3'
import type { SqlText } from './sql-text.ts'

/** The values that the native engine can bind. */
export type BoundValue = null | string | number | bigint | Uint8Array
export type BoundArgs = BoundValue[] | Record<string, BoundValue>

const lowestInteger = -(2n ** 63n)
const highestInteger = 2n ** 63n - 1n

/**
 * Checks and converts the arguments of one statement.
 *
 * Throws `LibsqlError` with code `ARGS_INVALID` if their number or names do not match the statement, or if a text contains
 * U+0000. Throws `RangeError` or `TypeError`, like the original client, for values that SQLite cannot store.
 */
export function bindArgs(text: SqlText, args: InArgs | undefined): BoundArgs {
  if (args === undefined || Array.isArray(args)) return bindPositional(text, args ?? [])
  return bindNamed(text, args)
}

function bindPositional(text: SqlText, args: readonly InValue[]): BoundValue[] {
  if (args.length !== text.parameterCount) {
    throw invalidArgs(`the statement takes ${text.parameterCount} arguments, ${args.length} were given`)
  }
  const bound: BoundValue[] = new Array(args.length)
  // bindValue refuses a hole or an explicit undefined. `?? null` here would hide a bug of the caller.
  for (let i = 0; i < args.length; i++) bound[i] = bindValue(args[i])
  return bound
}

function bindNamed(text: SqlText, args: Record<string, InValue>): Record<string, BoundValue> | BoundValue[] {
  const bound: Record<string, BoundValue> = {}
  for (const [key, value] of Object.entries(args)) {
    const name = /^[@$:]/.test(key) ? key.slice(1) : key
    if (!text.parameterNames.includes(name)) throw invalidArgs(`the statement has no parameter named ${name}`)
    bound[name] = bindValue(value)
  }
  for (const name of text.parameterNames) {
    if (!Object.hasOwn(bound, name)) throw invalidArgs(`the argument ${name} is missing`)
  }
  if (text.parameterCount > text.parameterNames.length) {
    throw invalidArgs('the statement has positional parameters, named arguments were given')
  }
  // For a statement without parameters the engine expects an array.
  return text.parameterCount === 0 ? [] : bound
}

function bindValue(value: InValue | undefined): BoundValue {
  switch (typeof value) {
    case 'string':
      // libSQL stores the whole text but reads it only up to the NUL: `admin@x\0evil` would become `admin@x`.
      if (value.includes('\0')) throw invalidArgs('text with U+0000 cannot be stored')
      return value
    case 'number':
      if (!Number.isFinite(value)) {
        throw new RangeError('Only finite numbers (not Infinity or NaN) can be passed as arguments')
      }
      return value
    case 'bigint':
      if (value < lowestInteger || value > highestInteger) {
        throw new RangeError('bigint is too large to be represented as a 64-bit integer and passed as argument')
      }
      return value
    case 'boolean':
      return value ? 1 : 0
    case 'undefined':
      throw new TypeError('undefined cannot be passed as argument to the database')
  }
  if (value === null || value instanceof Uint8Array) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (value instanceof Date) return value.valueOf()
  throw new TypeError(`${typeof value} cannot be passed as argument to the database`)
}

/** Converts a value of the engine (integers as bigint) for the caller. Throws RangeError above 2^53. */
export function fromEngine(value: unknown): Value {
  if (typeof value === 'bigint') {
    const number = Number(value)
    if (!Number.isSafeInteger(number)) {
      throw new RangeError('Received integer which cannot be safely represented as a JavaScript number')
    }
    return number
  }
  if (value instanceof Uint8Array) {
    // The engine returns a Buffer whose memory may be shared, so only the bytes of the view are copied.
    const whole = value.byteOffset === 0 && value.byteLength === value.buffer.byteLength
    // The engine never allocates shared memory, so `buffer` is an ArrayBuffer.
    return (whole ? value.buffer : value.slice().buffer) as ArrayBuffer
  }
  // null, text or real: the engine has no other types.
  return value as null | string | number
}

function invalidArgs(message: string): LibsqlError {
  return new LibsqlError(message, 'ARGS_INVALID')
}
