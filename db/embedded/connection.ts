/**
 * One native connection with its prepared statements.
 *
 * Two facts of `libsql` 0.5.29 shape this file. A prepared statement that saw SQLITE_BUSY stays active, and from then on
 * its connection acknowledges writes that it never commits (libsql-client-ts#352): such a connection is `spoiled` and
 * must be closed. And nothing can finalize a statement: the native connection really closes when the last of its
 * statements is garbage collected, so transactions are opened with `exec`, which leaves no statement behind.
 */

import type { InArgs } from '@libsql/client/sqlite3'
import { LibsqlBatchError, LibsqlError } from '@libsql/client/sqlite3'
import NativeDatabase from 'libsql'
import { isBadPage, isBusy, isIoError, toBatchError, toLibsqlError } from './errors.ts'
import { nativePath } from './native-path.ts'
import type { RowMaker } from './result-set.ts'
import { EmbeddedResultSet, rowMaker } from './result-set.ts'
import type { SqlText } from './sql-text.ts'
import { readSqlText } from './sql-text.ts'
import { bindArgs } from './values.ts'

/** Longest time one native call may block the event loop waiting for a lock; the rest of the wait is asynchronous. */
export const busyTimeoutMs = 20

export interface Statement {
  readonly sql: string
  readonly args?: InArgs | undefined
}

export class PreparedStatement {
  columns: readonly string[] | undefined
  columnTypes: readonly string[] = []
  toRow: RowMaker = rowMaker([])

  constructor(
    readonly text: SqlText,
    readonly native: NativeStatement,
    readonly returnsRows: boolean,
  ) {}

  /**
   * Reads the column list. Only after a run: a connection that has not yet noticed a schema change prepares against the
   * old one, and the engine silently prepares again when the statement first runs.
   */
  describe(): readonly string[] {
    const columns = this.native.columns()
    this.columnTypes = columns.map((column) => column.type ?? '')
    this.columns = columns.map((column) => column.name)
    this.toRow = rowMaker(this.columns)
    return this.columns
  }
}

// The arrays of the package's own types describe better-sqlite3; these are the calls used here, as they behave.
interface NativeStatement {
  readonly reader: boolean
  raw(on: boolean): unknown
  safeIntegers(on: boolean): unknown
  columns(): { name: string; type: string | null }[]
  all(args: unknown): unknown[][]
  run(args: unknown): { changes: number; lastInsertRowid: number }
}

export interface ConnectionOptions {
  readonly readOnly: boolean
  readonly statementCacheSize: number
  /** Told of every error of the engine; may know a better one. */
  readonly onError?: ((error: unknown) => LibsqlError | undefined) | undefined
}

export class Connection {
  /** Saw SQLITE_BUSY, an I/O error or a bad page: must be closed, never used again. */
  spoiled = false
  /** Ran something that may have changed the schema or a setting: every connection's statements are to be forgotten. */
  schemaTouched = false
  readonly #native: InstanceType<typeof NativeDatabase>
  readonly #statements = new Map<string, PreparedStatement>()
  readonly #capacity: number
  readonly #readOnly: boolean
  readonly #onError: (error: unknown) => LibsqlError | undefined

  /** Opens `file` and applies the settings every connection needs. Throws the engine's error. */
  constructor(file: string, options: ConnectionOptions) {
    this.#capacity = options.statementCacheSize
    this.#readOnly = options.readOnly
    this.#onError = options.onError ?? (() => undefined)
    try {
      this.#native = new NativeDatabase(nativePath(file), { timeout: busyTimeoutMs })
    } catch (error) {
      this.#onError(error)
      throw error
    }
    try {
      this.#native.exec('PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON')
      // A mistake in telling reads from writes ends in SQLITE_READONLY, not in a second writer.
      if (options.readOnly) this.#native.exec('PRAGMA query_only=ON')
    } catch (error) {
      this.close()
      this.#onError(error)
      throw error
    }
  }

  get open(): boolean {
    return this.#native.open
  }

  get inTransaction(): boolean {
    // Asking a closed native handle aborts the process.
    return this.#native.open && this.#native.inTransaction
  }

  get cachedStatements(): number {
    return this.#statements.size
  }

  /** The cached statement of this text, without preparing one. */
  cached(sql: string): PreparedStatement | undefined {
    return this.#statements.get(sql)
  }

  /** Prepares, or takes from the cache. Only reads and writes are cached; the rest runs once and goes. */
  prepare(sql: string): PreparedStatement {
    const hit = this.#statements.get(sql)
    if (hit !== undefined) {
      this.#touch(sql, hit)
      return hit
    }
    const text = readSqlText(sql)
    // The cast narrows the package's better-sqlite3 types to the calls declared above.
    const native = this.#native.prepare(sql) as unknown as NativeStatement
    native.safeIntegers(true)
    const returnsRows = native.reader
    if (returnsRows) native.raw(true)
    const prepared = new PreparedStatement(text, native, returnsRows)
    if (this.#isWorthKeeping(text)) this.#remember(sql, prepared)
    return prepared
  }

  /** Prepares and runs one statement to its end, so that no lock or snapshot outlives the call. */
  execute(statement: Statement): EmbeddedResultSet {
    try {
      return this.#step(this.prepare(statement.sql), statement)
    } catch (error) {
      throw this.#failed(error, statement.sql)
    }
  }

  /** Runs a statement this connection prepared; the hot path of reads. */
  run(prepared: PreparedStatement, statement: Statement): EmbeddedResultSet {
    try {
      return this.#step(prepared, statement)
    } catch (error) {
      throw this.#failed(error, statement.sql)
    }
  }

  /** Runs statements in order inside the open transaction; throws LibsqlBatchError with the index that failed. */
  executeAll(statements: readonly Statement[]): EmbeddedResultSet[] {
    return statements.map((statement, index) => {
      try {
        if (!this.inTransaction) {
          throw new LibsqlBatchError('The transaction has been rolled back', index, 'TRANSACTION_CLOSED')
        }
        return this.execute(statement)
      } catch (error) {
        throw toBatchError(error, index)
      }
    })
  }

  /** Runs a script. Transaction control goes through here: a failing `exec` leaves no active statement. */
  exec(sql: string): void {
    try {
      this.#native.exec(sql)
    } catch (error) {
      throw this.#failed(error)
    }
  }

  /** Runs somebody else's script, which may do anything. */
  script(sql: string): void {
    this.schemaTouched = true
    this.exec(sql)
  }

  /** Leaves any open transaction. A connection that cannot is spoiled. */
  rollback(): void {
    try {
      if (this.inTransaction) this.#native.exec('ROLLBACK')
    } catch {
      this.spoiled = true
    }
  }

  /** Forgets every prepared statement, after a schema change. */
  forgetStatements(): void {
    this.#statements.clear()
  }

  close(): void {
    this.#statements.clear()
    if (this.#native.open) this.#native.close()
  }

  #step(prepared: PreparedStatement, statement: Statement): EmbeddedResultSet {
    const args = bindArgs(prepared.text, statement.args)
    if (prepared.text.changesSchema) this.schemaTouched = true
    if (!prepared.returnsRows) {
      const info = prepared.native.run(args)
      return new EmbeddedResultSet([], [], [], info.changes, BigInt(info.lastInsertRowid))
    }
    // All rows are drained before any is converted: an integer above 2^53 throws in the conversion, and a half-read
    // statement would hold its snapshot, so that later reads would miss acknowledged writes.
    const raw = prepared.native.all(args)
    let columns = prepared.columns ?? prepared.describe()
    // `SELECT *` grows when another program alters the table.
    if (raw[0] !== undefined && raw[0].length !== columns.length) columns = prepared.describe()
    // Each result owns its arrays: the caller may change them.
    return new EmbeddedResultSet([...columns], [...prepared.columnTypes], raw.map(prepared.toRow), 0, undefined)
  }

  #failed(error: unknown, sql?: string): unknown {
    // After an I/O error the page cache may differ from the file, and a page read wrongly may be in it; a new connection
    // reads it again.
    if (isBusy(error) || isIoError(error) || isBadPage(error)) this.spoiled = true
    const instead = this.#onError(error)
    if (sql !== undefined && !(error instanceof LibsqlError)) this.#statements.delete(sql)
    return instead ?? toLibsqlError(error)
  }

  #isWorthKeeping(text: SqlText): boolean {
    // What the reader keeps is taken for a read without another look.
    if (this.#readOnly) return text.kind === 'read'
    return text.kind !== 'bare' && !text.changesSchema
  }

  #touch(sql: string, prepared: PreparedStatement): void {
    // The order of a Map is the order of insertion; it matters only when something is about to be dropped.
    if (this.#statements.size < this.#capacity) return
    this.#statements.delete(sql)
    this.#statements.set(sql, prepared)
  }

  #remember(sql: string, prepared: PreparedStatement): void {
    if (this.#statements.size >= this.#capacity) {
      const oldest = this.#statements.keys().next()
      if (!oldest.done) this.#statements.delete(oldest.value)
    }
    this.#statements.set(sql, prepared)
  }
}
