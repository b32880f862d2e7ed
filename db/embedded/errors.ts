/** The two families of errors: `DatabaseOpenError` before the server may start, `LibsqlError` while it serves. */
import { LibsqlBatchError, LibsqlError } from '@libsql/client/sqlite3'

export type DatabaseOpenCode =
  | 'database.bad_url'
  | 'database.locked'
  | 'database.empty_file'
  | 'database.not_a_database'
  | 'database.foreign_schema'
  | 'database.corrupt'
  | 'database.orphan_wal'
  | 'database.read_only'
  | 'database.cannot_open'
  | 'database.unsafe_file'
  | 'database.linked'
  | 'database.newer'

/** The database cannot be served. `message` tells the operator what is wrong and what to do next. */
export class DatabaseOpenError extends Error {
  override readonly name = 'DatabaseOpenError'
  readonly code: DatabaseOpenCode

  constructor(code: DatabaseOpenCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

// Result codes of SQLite, https://www.sqlite.org/rescode.html; the number is the low byte of an extended code.
const names: Record<number, string> = {
  1: 'SQLITE_ERROR',
  2: 'SQLITE_INTERNAL',
  3: 'SQLITE_PERM',
  4: 'SQLITE_ABORT',
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  7: 'SQLITE_NOMEM',
  8: 'SQLITE_READONLY',
  9: 'SQLITE_INTERRUPT',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  12: 'SQLITE_NOTFOUND',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  15: 'SQLITE_PROTOCOL',
  16: 'SQLITE_EMPTY',
  17: 'SQLITE_SCHEMA',
  18: 'SQLITE_TOOBIG',
  19: 'SQLITE_CONSTRAINT',
  20: 'SQLITE_MISMATCH',
  21: 'SQLITE_MISUSE',
  22: 'SQLITE_NOLFS',
  23: 'SQLITE_AUTH',
  24: 'SQLITE_FORMAT',
  25: 'SQLITE_RANGE',
  26: 'SQLITE_NOTADB',
  27: 'SQLITE_NOTICE',
  28: 'SQLITE_WARNING',
}

/** The engine's result code, extended bits included, or undefined for an error that is not the engine's. */
export function rawCodeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('rawCode' in error && typeof error.rawCode === 'number') return error.rawCode
  // The constructor of the native client gives a message alone.
  const code = error instanceof Error ? /^ConnectionFailed\(.*: (\d+)"\)$/.exec(error.message)?.[1] : undefined
  return code === undefined ? undefined : Number(code)
}

/** Another connection holds the lock; also its extended forms BUSY_RECOVERY, BUSY_SNAPSHOT, BUSY_TIMEOUT. */
export function isBusy(error: unknown): boolean {
  return ((rawCodeOf(error) ?? 0) & 0xff) === 5
}

/** The disk failed to read, write or sync. A full disk is SQLITE_FULL, which is not this. */
export function isIoError(error: unknown): boolean {
  return ((rawCodeOf(error) ?? 0) & 0xff) === 10
}

/** A page was not what it must be: read wrongly by a failing disk, or damaged. */
export function isBadPage(error: unknown): boolean {
  const base = (rawCodeOf(error) ?? 0) & 0xff
  return base === 11 || base === 26
}

/** The file, its folder or its mount takes no writes. */
export function isReadOnly(error: unknown): boolean {
  return ((rawCodeOf(error) ?? 0) & 0xff) === 8
}

/** The disk, not the statement, is at fault. A full disk is not: reads go on, and nothing is wrong with the file. */
export function isDiskFault(error: unknown): boolean {
  const base = (rawCodeOf(error) ?? 0) & 0xff
  return [8, 10, 11, 14, 26].includes(base)
}

/**
 * The statement or its arguments are at fault, and nothing else: a violated constraint, nonsense, a value that cannot be
 * bound or read. SQLite undoes such a statement and goes on with its transaction.
 */
export function isStatementError(error: unknown): boolean {
  const raw = rawCodeOf(error)
  return raw === undefined || [1, 18, 19, 20, 25].includes(raw & 0xff)
}

/** An error of the native engine → the `LibsqlError` the stock client throws for it; anything else unchanged. */
export function toLibsqlError(error: unknown): unknown {
  if (error instanceof LibsqlError || !(error instanceof Error)) return error
  const raw = rawCodeOf(error)
  if (raw === undefined) return error
  const extended = 'code' in error && typeof error.code === 'string' && error.code !== '' ? error.code : undefined
  const base = raw & 0xff
  return new LibsqlError(error.message, names[base] ?? `SQLITE_UNKNOWN_${base}`, extended, raw, error)
}

/** Adds the index of the failing statement, as the stock client's `batch` does. */
export function toBatchError(error: unknown, index: number): unknown {
  const mapped = toLibsqlError(error)
  if (!(mapped instanceof LibsqlError) || mapped instanceof LibsqlBatchError) return mapped
  const cause = mapped.cause instanceof Error ? mapped.cause : undefined
  return new LibsqlBatchError(mapped.message, index, mapped.code, mapped.extendedCode, mapped.rawCode, cause)
}

export function clientClosed(): LibsqlError {
  return new LibsqlError('The client is closed', 'CLIENT_CLOSED')
}

export function transactionClosed(reason = 'The transaction is closed'): LibsqlError {
  return new LibsqlError(reason, 'TRANSACTION_CLOSED')
}
