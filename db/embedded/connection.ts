/**
 * One native connection with its prepared statements.
 *
 * This file handles two problems of `libsql` 0.5.29. First, a prepared statement that got SQLITE_BUSY stays active. From then
 * on its connection acknowledges writes that it never commits (libsql-client-ts#352). Such a connection is `spoiled` and
 * must be closed. Second, a statement cannot be finalized: the native connection closes only after all its statements are
 * garbage collected. So transactions are opened with `exec`, which leaves no statement.
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

/** Maximum time that one native call may block the event loop for a lock. The rest of the wait is asynchronous. */
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
   * Reads the column list. Call it only after a run. A connection that does not know a schema change yet prepares with the
   * old schema, and the engine prepares again on the first run, without notice.
   */
  describe(): readonly string[] {
    const columns = this.native.columns()
    this.columnTypes = columns.map((column) => column.type ?? '')
    this.columns = columns.map((column) => column.name)
    this.toRow = rowMaker(this.columns)
    return this.columns
  }
}

// The package's own types describe better-sqlite3. These types describe the real behaviour of the calls used here.
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
  /** Gets every error of the engine, and may return a better one. */
  readonly onError?: ((error: unknown) => LibsqlError | undefined) | undefined
}

export class Connection {
  /** The connection got SQLITE_BUSY, an I/O error or a bad page. It must be closed and never used again. */
  spoiled = false
  /** Called after a statement that may have changed the schema or a setting. Every connection must then drop its statements. */
  schemaTouched = false
  readonly #native: InstanceType<typeof NativeDatabase>
  readonly #statements = new Map<string, PreparedStatement>()
  readonly #capacity: number
  readonly #readOnly: boolean
  readonly #onError: (error: unknown) => LibsqlError | undefined

  /** Opens `file` and applies the settings of every connection. Throws the engine's error. */
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
      // If a write is taken for a read by mistake, it fails with SQLITE_READONLY. It never becomes a second writer.
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
    // A call on a closed native handle aborts the process.
    return this.#native.open && this.#native.inTransaction
  }

  get cachedStatements(): number {
    return this.#statements.size
  }

  /** The cached statement of this text, if there is one. Never prepares. */
  cached(sql: string): PreparedStatement | undefined {
    return this.#statements.get(sql)
  }

  /** Prepares a statement, or takes it from the cache. Only reads and writes are cached; others run once. */
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

  /** Prepares one statement and runs it to its end, so no lock or snapshot is left after the call. */
  execute(statement: Statement): EmbeddedResultSet {
    try {
      return this.#step(this.prepare(statement.sql), statement)
    } catch (error) {
      throw this.#failed(error, statement.sql)
    }
  }

  /** Runs a statement that this connection prepared. This is the hot path of reads. */
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

  /** Runs a script of the caller, which may contain any statement. */
  script(sql: string): void {
    this.schemaTouched = true
    this.exec(sql)
  }

  /** Rolls back an open transaction. If that fails, the connection is spoiled. */
  rollback(): void {
    try {
      if (this.inTransaction) this.#native.exec('ROLLBACK')
    } catch {
      this.spoiled = true
    }
  }

  /** Drops every prepared statement, after a schema change. */
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
    // All rows are read before any is converted. The conversion throws for an integer above 2^53. A half-read statement would
    // keep its snapshot, and later reads would miss acknowledged writes.
    const raw = prepared.native.all(args)
    let columns = prepared.columns ?? prepared.describe()
    // `SELECT *` gets more columns when another program alters the table.
    if (raw[0] !== undefined && raw[0].length !== columns.length) columns = prepared.describe()
    // Each result has its own arrays, because the caller may change them.
    return new EmbeddedResultSet([...columns], [...prepared.columnTypes], raw.map(prepared.toRow), 0, undefined)
  }

  #failed(error: unknown, sql?: string): unknown {
    // After an I/O error the page cache may differ from the file, or contain a wrongly read page. A new connection reads
    // the pages again.
    if (isBusy(error) || isIoError(error) || isBadPage(error)) this.spoiled = true
    const instead = this.#onError(error)
    if (sql !== undefined && !(error instanceof LibsqlError)) this.#statements.delete(sql)
    return instead ?? toLibsqlError(error)
  }

  #isWorthKeeping(text: SqlText): boolean {
    // A statement in the reader's cache counts as a read without another check, so only reads may be cached there.
    if (this.#readOnly) return text.kind === 'read'
    return text.kind !== 'bare' && !text.changesSchema
  }

  #touch(sql: string, prepared: PreparedStatement): void {
    // A Map keeps the order of insertion. The order matters only when the cache is full.
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
