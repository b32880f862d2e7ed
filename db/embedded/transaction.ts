/** An interactive transaction. It owns a connection until it settles or its time limit ends. */
import type { InArgs, InStatement, ResultSet, Transaction } from '@libsql/client/sqlite3'
import type { Connection } from './connection.ts'
import { transactionClosed } from './errors.ts'
import { normalize } from './normalize.ts'

export class EmbeddedTransaction implements Transaction {
  #connection: Connection | null
  readonly #release: (connection: Connection) => void
  readonly #assertInPlace: () => void
  readonly #timer: ReturnType<typeof setTimeout>
  #closedReason: string | undefined

  /**
   * @param connection already inside a transaction
   * @param limitMs after this time the transaction is rolled back, and every later call fails with TRANSACTION_CLOSED
   * @param release returns the connection; called exactly once
   * @param assertInPlace throws if a commit would be, or was, written into a file that is no longer the database
   */
  constructor(
    connection: Connection,
    limitMs: number,
    release: (connection: Connection) => void,
    assertInPlace: () => void = () => {},
  ) {
    this.#connection = connection
    this.#release = release
    this.#assertInPlace = assertInPlace
    this.#timer = setTimeout(() => {
      this.#closedReason = `The transaction was rolled back: it was open for more than ${limitMs} ms`
      this.close()
    }, limitMs)
  }

  get closed(): boolean {
    return this.#connection === null || !this.#connection.inTransaction
  }

  async execute(statement: InStatement | string, args?: InArgs): Promise<ResultSet> {
    return this.#run((connection) => connection.execute(normalize(statement, args)))
  }

  async batch(statements: InStatement[]): Promise<ResultSet[]> {
    return this.#run((connection) => connection.executeAll(statements.map((statement) => normalize(statement))))
  }

  async executeMultiple(sql: string): Promise<void> {
    this.#run((connection) => connection.script(sql))
  }

  async commit(): Promise<void> {
    try {
      const connection = this.#use()
      this.#assertInPlace()
      connection.exec('COMMIT')
      this.#assertInPlace()
    } finally {
      this.#settle()
    }
  }

  async rollback(): Promise<void> {
    // The original client ignores a rollback of a settled transaction. drizzle calls it after a failed commit.
    this.#settle()
  }

  close(): void {
    this.#settle()
  }

  /** Rolls back. Later calls fail with this reason. */
  abandon(reason: string): void {
    this.#closedReason = reason
    this.#settle()
  }

  #run<T>(work: (connection: Connection) => T): T {
    const connection = this.#use()
    try {
      return work(connection)
    } finally {
      // A spoiled connection may report a commit that it does not make.
      if (connection.spoiled) this.abandon('The transaction was rolled back after a lock or an I/O error')
    }
  }

  #use(): Connection {
    if (this.#connection === null || !this.#connection.inTransaction) throw transactionClosed(this.#closedReason)
    return this.#connection
  }

  #settle(): void {
    const connection = this.#connection
    if (connection === null) return
    this.#connection = null
    clearTimeout(this.#timer)
    connection.rollback()
    this.#release(connection)
  }
}
