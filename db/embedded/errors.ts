/** Two kinds of errors: `DatabaseOpenError` at a start, `LibsqlError` while the server runs. */
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

/** The database cannot be used. `message` tells the operator the problem and the next step. */
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

/** The result code of the engine with its extended bits, or undefined for an error of another source. */
export function rawCodeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('rawCode' in error && typeof error.rawCode === 'number') return error.rawCode
  // Errors of the native client's constructor have only a message.
  const code = error instanceof Error ? /^ConnectionFailed\(.*: (\d+)"\)$/.exec(error.message)?.[1] : undefined
  return code === undefined ? undefined : Number(code)
}

/** Another connection holds the lock; also its extended forms BUSY_RECOVERY, BUSY_SNAPSHOT, BUSY_TIMEOUT. */
export function isBusy(error: unknown): boolean {
  return ((rawCodeOf(error) ?? 0) & 0xff) === 5
}

/** The disk failed to read, write or sync. A full disk is SQLITE_FULL and is not included. */
export function isIoError(error: unknown): boolean {
  return ((rawCodeOf(error) ?? 0) & 0xff) === 10
}

/** A page was invalid: a failing disk read it wrongly, or it is damaged. */
export function isBadPage(error: unknown): boolean {
  const base = (rawCodeOf(error) ?? 0) & 0xff
  return base === 11 || base === 26
}

/** The file, its folder or its mount is read-only. */
export function isReadOnly(error: unknown): boolean {
  return ((rawCodeOf(error) ?? 0) & 0xff) === 8
}

/** The cause is the disk and not the statement. A full disk is not included: reads still work, and the file is sound. */
export function isDiskFault(error: unknown): boolean {
  const base = (rawCodeOf(error) ?? 0) & 0xff
  return [8, 10, 11, 14, 26].includes(base)
}

/**
 * The cause is only the statement or its arguments: a violated constraint, invalid SQL, a value that cannot be bound or
 * read. SQLite undoes such a statement, and its transaction continues.
 */
export function isStatementError(error: unknown): boolean {
  const raw = rawCodeOf(error)
  return raw === undefined || [1, 18, 19, 20, 25].includes(raw & 0xff)
}

/** Turns an error of the native engine into the `LibsqlError` of the original client. Returns other errors unchanged. */
export function toLibsqlError(error: unknown): unknown {
  if (error instanceof LibsqlError || !(error instanceof Error)) return error
  const raw = rawCodeOf(error)
  if (raw === undefined) return error
  const extended = 'code' in error && typeof error.code === 'string' && error.code !== '' ? error.code : undefined
  const base = raw & 0xff
  return new LibsqlError(error.message, names[base] ?? `SQLITE_UNKNOWN_${base}`, extended, raw, error)
}

/** Adds the index of the failed statement, like `batch` of the original client. */
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
