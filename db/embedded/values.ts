/** Values on their way in and out of the native engine, as `@libsql/client` 0.18 with `intMode: 'number'` has them. */

import type { InArgs, InValue, Value } from '@libsql/client/sqlite3'
import { LibsqlError } from '@libsql/client/sqlite3'
import type { SqlText } from './sql-text.ts'

/** What the native engine binds. */
export type BoundValue = null | string | number | bigint | Uint8Array
export type BoundArgs = BoundValue[] | Record<string, BoundValue>

const lowestInteger = -(2n ** 63n)
const highestInteger = 2n ** 63n - 1n

/**
 * Checks and converts the arguments of one statement.
 *
 * Throws `LibsqlError` with code `ARGS_INVALID` when their number or names do not match the statement, or when a text
 * carries U+0000; `RangeError` or `TypeError`, as the stock client does, for values SQLite cannot hold.
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
  // A hole or an explicit undefined is refused by bindValue: `?? null` here would hide a caller's bug.
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
  // With no parameter at all an array is what the engine expects.
  return text.parameterCount === 0 ? [] : bound
}

function bindValue(value: InValue | undefined): BoundValue {
  switch (typeof value) {
    case 'string':
      // libSQL stores the whole text and reads it back cut at the NUL: `admin@x\0evil` would come back as `admin@x`.
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

/** A value as the engine returns it (integers as bigint) → as the caller sees it. Throws RangeError above 2^53. */
export function fromEngine(value: unknown): Value {
  if (typeof value === 'bigint') {
    const number = Number(value)
    if (!Number.isSafeInteger(number)) {
      throw new RangeError('Received integer which cannot be safely represented as a JavaScript number')
    }
    return number
  }
  if (value instanceof Uint8Array) {
    // The engine hands out a Buffer of its own; its memory may be shared, so only the viewed bytes leave.
    const whole = value.byteOffset === 0 && value.byteLength === value.buffer.byteLength
    // The engine never allocates shared memory, so `buffer` is an ArrayBuffer.
    return (whole ? value.buffer : value.slice().buffer) as ArrayBuffer
  }
  // null, text, real: the engine has no other kinds left.
  return value as null | string | number
}

function invalidArgs(message: string): LibsqlError {
  return new LibsqlError(message, 'ARGS_INVALID')
}
