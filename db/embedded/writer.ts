/**
 * The connection that writes.
 *
 * Every write is `BEGIN IMMEDIATE … COMMIT` around statements that therefore already hold the lock: SQLITE_BUSY can only
 * come from the BEGIN, before anything is written, so trying the whole job again is always safe. Writes that wait at the
 * same time share one such transaction (`group-commit.ts`).
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

/** 256 KiB: a write of some ms, which is how long others wait. */
const PAGES_PER_STEP = 64

interface SubmitOptions<T> {
  outcome?: Outcome
  mayRetry?: () => boolean
  /** The same work in a transaction that is open already, where it may share one. */
  shared?: ((connection: Connection) => T) | undefined
}

/** Kept from being collected, which would close them. */
const abandoned = new Set<Connection>()

export class Writer {
  reopened = 0
  readonly #settings: ReaderSettings
  readonly #onSchemaChange: () => void
  readonly #queue: WriteQueue<GroupMember>
  #connection: Connection | undefined
  #transaction: EmbeddedTransaction | undefined
  /** Undefined: not looked at since the schema changed. */
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

  /** As `batch`, with foreign keys off, which tables need that are rebuilt. */
  migrate(statements: readonly Statement[]): Promise<ResultSet[]> {
    return this.#submit((connection) => {
      // Ignored inside a transaction, so it stands outside.
      connection.exec('PRAGMA foreign_keys=OFF')
      try {
        return inTransaction(connection, () => connection.executeAll(statements))
      } finally {
        connection.rollback()
        connection.exec('PRAGMA foreign_keys=ON')
      }
    })
  }

  /** A script is not atomic: the statements before a failing one stay, as in the stock client. */
  executeMultiple(sql: string): Promise<void> {
    let started = false
    return this.#submit(
      (connection) => {
        // Waits for the lock here, where nothing is lost by trying again; after that the script runs without a pause.
        connection.exec('BEGIN IMMEDIATE')
        connection.exec('ROLLBACK')
        started = true
        connection.script(sql)
      },
      { mayRetry: () => !started },
    )
  }

  /** Resolves when the transaction has begun; it holds the line until it settles or its time is over. */
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

  /** Writes a page as it is, and waits for the disk. */
  async probe(): Promise<void> {
    await this.#submit((connection) =>
      inTransaction(connection, () => {
        const version = Number(connection.execute({ sql: 'PRAGMA user_version' }).rows[0]?.[0] ?? 0)
        connection.exec(`PRAGMA user_version=${version}`)
      }),
    )
  }

  /** Moves the last pages of the file into free ones before them, at most so many, and cuts it. */
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

  /** Moves the log into the file, as both are open here. False while a transaction is open, and when it fails. */
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
    // First the line, so that the end of the open transaction lets nobody in.
    this.#queue.close(clientClosed())
    this.#transaction?.abandon('The client is closed')
    try {
      if (checkpoint) this.#connection?.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // The WAL stays beside the file, and the next start reads it.
    }
    if (leaveOpen && this.#connection !== undefined) abandoned.add(this.#connection)
    else this.#connection?.close()
    this.#connection = undefined
  }

  /** `work` runs the statements in a transaction, which it shares with the jobs beside it where all only touch rows. */
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
        // The queue hands back the value of `shared`, which is a T.
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
      // Such a key is checked by the COMMIT alone, and one member could mend what another one broke.
      this.#checksKeysLate ??= checksKeysLate(connection)
      if (this.#checksKeysLate) return 'apart'
    } catch {
      return 'apart' // each is told alone
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

  /** What the caller of a job is told. */
  #explain(error: unknown): unknown {
    const mapped = toLibsqlError(error)
    return isDiskFault(error) ? diagnose(this.#settings.file, mapped) : mapped
  }

  /** Leaves the connection as the next job must find it: outside a transaction, or gone. */
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
