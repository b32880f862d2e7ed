/** The connection for short reads. Each statement runs to its end, so the next one sees the newest commit. */
import type { ResultSet } from '@libsql/client/sqlite3'
import type { PreparedStatement, Statement } from './connection.ts'
import { Connection } from './connection.ts'
import { clientClosed, isBusy, toLibsqlError } from './errors.ts'
import type { StorageHealth } from './storage-health.ts'
import { EmbeddedTransaction } from './transaction.ts'

export interface ReaderSettings {
  readonly file: string
  readonly busyDeadlineMs: number
  readonly transactionLimitMs: number
  readonly statementCacheSize: number
}

// In WAL mode a read meets a lock only while another program recovers the WAL or has an exclusive lock.
const retryPauseMs = 15

export class Reader {
  reopened = 0
  readonly #settings: ReaderSettings
  readonly #transactions = new Set<EmbeddedTransaction>()
  #connection: Connection | undefined
  #closed = false
  /** Set after the file was found sound, when the client begins to serve. */
  health: StorageHealth | undefined

  constructor(settings: ReaderSettings) {
    this.#settings = settings
    this.#connection = this.#newConnection()
  }

  get cachedStatements(): number {
    return this.#connection?.cachedStatements ?? 0
  }

  /** The statement, if it is prepared already. Then it is a read. */
  cached(sql: string): PreparedStatement | undefined {
    // A statement of a spoiled connection would still read through that connection.
    return this.#connection?.spoiled ? undefined : this.#connection?.cached(sql)
  }

  /** Runs a statement from `cached`. */
  run(prepared: PreparedStatement, statement: Statement): Promise<ResultSet> {
    try {
      return Promise.resolve(this.open().run(prepared, statement))
    } catch (error) {
      if (!isBusy(error)) return Promise.reject(error)
      return this.#retry((connection) => connection.execute(statement))
    }
  }

  execute(statement: Statement): Promise<ResultSet> {
    return this.#attempt((connection) => connection.execute(statement))
  }

  /** After this call the log exists as long as this reader. Call it after WAL is on. */
  holdLog(): void {
    holdLog(this.open())
  }

  /** All statements see the same snapshot. */
  batch(statements: readonly Statement[]): Promise<ResultSet[]> {
    return this.#attempt((connection) => {
      connection.exec('BEGIN')
      try {
        return connection.executeAll(statements)
      } finally {
        connection.rollback()
      }
    })
  }

  /** A transaction that keeps its snapshot needs its own connection. */
  async transaction(): Promise<EmbeddedTransaction> {
    this.health?.assertServable()
    const connection = this.#newConnection()
    connection.exec('BEGIN')
    const transaction = new EmbeddedTransaction(connection, this.#settings.transactionLimitMs, () => {
      this.#transactions.delete(transaction)
      connection.close()
    })
    this.#transactions.add(transaction)
    return transaction
  }

  forgetStatements(): void {
    this.#connection?.forgetStatements()
  }

  /** The connection, or a new one if the last was spoiled. */
  open(): Connection {
    if (this.#closed) throw clientClosed()
    this.health?.assertServable()
    if (this.#connection !== undefined && !this.#connection.spoiled) return this.#connection
    const spoiled = this.#connection
    const connection = this.#newConnection()
    holdLog(connection) // before the old connection closes
    this.#connection = connection
    this.reopened++
    spoiled?.close()
    return connection
  }

  close(): void {
    this.#closed = true
    for (const transaction of this.#transactions) transaction.abandon('The client is closed')
    this.#connection?.close()
    this.#connection = undefined
  }

  #newConnection(): Connection {
    const { file, statementCacheSize } = this.#settings
    this.health?.assertInPlace() // otherwise the new connection could open another file
    try {
      return new Connection(file, {
        readOnly: true,
        statementCacheSize,
        onError: (error) => this.health?.noteRead(error),
      })
    } catch (error) {
      throw toLibsqlError(error)
    }
  }

  #attempt<T>(work: (connection: Connection) => T): Promise<T> {
    try {
      return Promise.resolve(work(this.open()))
    } catch (error) {
      return isBusy(error) ? this.#retry(work) : Promise.reject(error)
    }
  }

  async #retry<T>(work: (connection: Connection) => T): Promise<T> {
    const deadline = performance.now() + this.#settings.busyDeadlineMs
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, retryPauseMs))
      try {
        return work(this.open())
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error
      }
    }
  }
}

/** The last connection that closes a database deletes its log. A connection that has read the log keeps it. */
const holdLog = (connection: Connection): void => connection.exec('SELECT 1 FROM sqlite_schema LIMIT 1')
