/**
 * The connection that writes.
 *
 * Every write is `BEGIN IMMEDIATE … COMMIT` around its statements, so the statements already have the lock. SQLITE_BUSY can
 * only come from the BEGIN, before any write. So it is always safe to try the whole job again. Writes that wait at the same
 * time share one such transaction (`group-commit.ts`).
 */
import type { ResultSet } from '@libsql/client/sqlite3'
import { turnWalOn } from './boot-checks.ts'
import type { Statement } from './connection.ts'
import { Connection } from './connection.ts'
import { diagnose } from './disk-diagnosis.ts'
import { clientClosed, isBusy, isDiskFault, toLibsqlError } from './errors.ts'
import { checksKeysLate, commitGroup, type GroupMember, inTransaction, mayShare } from './group-commit.ts'
import type { ReaderSettings } from './reader.ts'
import { readSqlText } from './sql-text.ts'
import type { Ending, StorageHealth } from './storage-health.ts'
import { EmbeddedTransaction } from './transaction.ts'
import type { Outcome, SharedOutcome } from './write-queue.ts'
import { WriteQueue } from './write-queue.ts'

/** 256 KiB: a write of some ms, and other writes wait only that long. */
const PAGES_PER_STEP = 64

interface SubmitOptions<T> {
  outcome?: Outcome
  mayRetry?: () => boolean
  /** The same work in a transaction that is already open. Absent if it must not share one. */
  shared?: ((connection: Connection) => T) | undefined
}

/** Keeps these connections from garbage collection, which would close them. */
const abandoned = new Set<Connection>()

export class Writer {
  reopened = 0
  readonly #settings: ReaderSettings
  readonly #onSchemaChange: () => void
  readonly #queue: WriteQueue<GroupMember>
  #connection: Connection | undefined
  #transaction: EmbeddedTransaction | undefined
  /** Undefined: not checked since the last schema change. */
  #checksKeysLate: boolean | undefined
  /** Set when the client begins to serve. */
  health: StorageHealth | undefined

  /** Opens the connection and turns WAL on. @param onSchemaChange called after a statement that may change the schema */
  constructor(settings: ReaderSettings, onSchemaChange: () => void) {
    this.#settings = settings
    this.#onSchemaChange = onSchemaChange
    this.#queue = new WriteQueue({
      deadlineMs: settings.busyDeadlineMs,
      attemptShared: (members, mayGoOn) => this.#attemptShared(members, mayGoOn),
    })
    this.#connection = this.#newConnection()
    turnWalOn(this.#connection)
  }

  get queued(): number {
    return this.#queue.length
  }

  get busyTries(): number {
    return this.#queue.busyTries
  }

  get cachedStatements(): number {
    return this.#connection?.cachedStatements ?? 0
  }

  execute(statement: Statement): Promise<ResultSet> {
    if (readSqlText(statement.sql).kind === 'bare') {
      return this.#submit((connection) => connection.execute(statement))
    }
    return this.#write([statement], (connection) => connection.execute(statement))
  }

  batch(statements: readonly Statement[]): Promise<ResultSet[]> {
    return this.#write(statements, (connection) => connection.executeAll(statements))
  }

  /** Like `batch`, with foreign keys off. Migrations that rebuild a table need this. */
  migrate(statements: readonly Statement[]): Promise<ResultSet[]> {
    return this.#submit((connection) => {
      // SQLite ignores this pragma inside a transaction, so it runs outside.
      connection.exec('PRAGMA foreign_keys=OFF')
      try {
        return inTransaction(connection, () => connection.executeAll(statements))
      } finally {
        connection.rollback()
        connection.exec('PRAGMA foreign_keys=ON')
      }
    })
  }

  /** A script is not atomic: the statements before a failed one stay, as in the original client. */
  executeMultiple(sql: string): Promise<void> {
    let started = false
    return this.#submit(
      (connection) => {
        // The wait for the lock is here, where another attempt is safe. After that the script runs without a pause.
        connection.exec('BEGIN IMMEDIATE')
        connection.exec('ROLLBACK')
        started = true
        connection.script(sql)
      },
      { mayRetry: () => !started },
    )
  }

  /** Resolves when the transaction has begun. The queue stays closed until it settles or its time is over. */
  transaction(): Promise<EmbeddedTransaction> {
    return this.#submit(
      (connection) => {
        connection.exec('BEGIN IMMEDIATE')
        const transaction = new EmbeddedTransaction(
          connection,
          this.#settings.transactionLimitMs,
          () => {
            this.#transaction = undefined
            this.#tidy(connection)
            this.#queue.release()
          },
          () => this.health?.assertInPlace(),
        )
        this.#transaction = transaction
        return transaction
      },
      { outcome: 'hold' },
    )
  }

  /** Writes a page without changing it, and waits for the disk. */
  async probe(): Promise<void> {
    await this.#submit((connection) =>
      inTransaction(connection, () => {
        const version = Number(connection.execute({ sql: 'PRAGMA user_version' }).rows[0]?.[0] ?? 0)
        connection.exec(`PRAGMA user_version=${version}`)
      }),
    )
  }

  /** Moves at most this many pages from the end of the file into free pages, and cuts the file. */
  giveBack(most: number): Promise<number> {
    const pages = Math.trunc(Math.min(most, PAGES_PER_STEP))
    const free = (connection: Connection) =>
      Number(connection.execute({ sql: 'SELECT freelist_count FROM pragma_freelist_count' }).rows[0]?.[0] ?? 0)
    return this.#submit((connection) =>
      inTransaction(connection, () => {
        const before = free(connection)
        connection.exec(`PRAGMA incremental_vacuum(${pages})`)
        return before - free(connection)
      }),
    )
  }

  async cutLog(): Promise<void> {
    await this.#submit((connection) => connection.exec('PRAGMA wal_checkpoint(TRUNCATE)'))
  }

  /** Moves the open log into the open file. False while a transaction is open, and after a failure. */
  rescueLog(): boolean {
    if (this.#connection === undefined || this.#transaction !== undefined || this.#connection.inTransaction)
      return false
    try {
      const { rows } = this.#connection.execute({ sql: 'PRAGMA wal_checkpoint(TRUNCATE)' })
      return Number(rows[0]?.[0]) === 0
    } catch {
      return false
    }
  }

  close({ checkpoint, leaveOpen }: Ending = { checkpoint: true, leaveOpen: false }): void {
    // The queue closes first, so no job starts when the open transaction ends.
    this.#queue.close(clientClosed())
    this.#transaction?.abandon('The client is closed')
    try {
      if (checkpoint) this.#connection?.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // The WAL stays beside the file. The next start reads it.
    }
    if (leaveOpen && this.#connection !== undefined) abandoned.add(this.#connection)
    else this.#connection?.close()
    this.#connection = undefined
  }

  /** `work` runs the statements in a transaction. It shares the transaction with the next jobs if all of them only touch rows. */
  #write<T>(statements: readonly Statement[], work: (connection: Connection) => T): Promise<T> {
    return this.#submit((connection) => inTransaction(connection, () => work(connection)), {
      shared: mayShare(statements) ? work : undefined,
    })
  }

  #submit<T>(
    work: (connection: Connection) => T,
    { outcome = 'done', mayRetry = () => true, shared }: SubmitOptions<T> = {},
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({
        reject,
        // The queue returns the value of `shared`, which is a T.
        ...(shared && { member: { run: shared, resolve: resolve as (value: unknown) => void, reject } }),
        attempt: () => {
          let connection: Connection | undefined
          try {
            this.health?.assertInPlace()
            connection = this.#open()
            const value = work(connection)
            this.health?.assertInPlace()
            if (outcome === 'done') this.#tidy(connection)
            resolve(value)
            return outcome
          } catch (error) {
            if (connection !== undefined) this.#tidy(connection)
            if (isBusy(error) && mayRetry()) return 'busy'
            reject(this.#explain(error))
            return 'done'
          }
        },
      })
    })
  }

  #attemptShared(members: readonly GroupMember[], mayGoOn: () => boolean): SharedOutcome {
    let connection: Connection
    try {
      this.health?.assertInPlace()
      connection = this.#open()
      // Only the COMMIT checks a deferred foreign key, and one member could repair a violation of another one.
      this.#checksKeysLate ??= checksKeysLate(connection)
      if (this.#checksKeysLate) return 'apart'
    } catch {
      return 'apart' // each job runs alone and gets its own error
    }
    const result = commitGroup(connection, members, { mayGoOn, assertInPlace: () => this.health?.assertInPlace() })
    this.#tidy(connection)
    switch (result.outcome) {
      case 'committed':
        for (const settle of result.settlements) settle()
        return result.settlements.length
      case 'failed':
        for (const member of members.slice(0, result.count)) member.reject(this.#explain(result.error))
        return result.count
      default:
        return result.outcome
    }
  }

  /** The error for the caller of a job. */
  #explain(error: unknown): unknown {
    const mapped = toLibsqlError(error)
    return isDiskFault(error) ? diagnose(this.#settings.file, mapped) : mapped
  }

  /** Prepares the connection for the next job: it ends the transaction, or drops the connection. */
  #tidy(connection: Connection): void {
    connection.rollback()
    if (connection.schemaTouched) {
      connection.schemaTouched = false
      this.#checksKeysLate = undefined
      connection.forgetStatements()
      this.#onSchemaChange()
    }
    if (!connection.spoiled) return
    connection.close()
    if (this.#connection === connection) this.#connection = undefined
  }

  #open(): Connection {
    // A look at the schema before a shared commit may have met a lock or a failing disk.
    if (this.#connection?.spoiled === true) this.#tidy(this.#connection)
    if (this.#connection === undefined) {
      this.#connection = this.#newConnection()
      this.reopened++
    }
    return this.#connection
  }

  #newConnection(): Connection {
    const { file, statementCacheSize } = this.#settings
    return new Connection(file, {
      readOnly: false,
      statementCacheSize,
      onError: (error) => this.health?.note(error),
    })
  }
}
