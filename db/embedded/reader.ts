/** The connection for quick reads. Each statement is run to its end, so each begins with the newest commit. */
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

// In WAL mode a read meets a lock only while another program recovers the WAL or holds the file exclusively.
const retryPauseMs = 15

export class Reader {
  reopened = 0
  readonly #settings: ReaderSettings
  readonly #transactions = new Set<EmbeddedTransaction>()
  #connection: Connection | undefined
  #closed = false
  /** Set once the file is known to be sound, when the client begins to serve. */
  health: StorageHealth | undefined

  constructor(settings: ReaderSettings) {
    this.#settings = settings
    this.#connection = this.#newConnection()
  }

  get cachedStatements(): number {
    return this.#connection?.cachedStatements ?? 0
  }

  /** The statement when it is prepared already, which also says that it is a read. */
  cached(sql: string): PreparedStatement | undefined {
    // A statement of a spoiled connection would go on reading through it.
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

  /** From now on the log lasts as long as this reader: to be called once the database keeps one. */
  holdLog(): void {
    holdLog(this.open())
  }

  /** All statements see one snapshot. */
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

  /** A snapshot that lasts needs a connection that nobody else reads through. */
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

  /** The connection; a new one when the last was spoiled. */
  open(): Connection {
    if (this.#closed) throw clientClosed()
    this.health?.assertServable()
    if (this.#connection !== undefined && !this.#connection.spoiled) return this.#connection
    const spoiled = this.#connection
    const connection = this.#newConnection()
    holdLog(connection) // before the old one goes
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
    this.health?.assertInPlace() // or the new connection would be one to another file
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

/** Whoever closes a database last deletes its log; a connection that has read it is not gone. */
const holdLog = (connection: Connection): void => connection.exec('SELECT 1 FROM sqlite_schema LIMIT 1')
