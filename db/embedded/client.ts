/** The `Client` over one writer, one reader, the owner lock and the reading thread. */
import { statSync } from 'node:fs'
import type { Client, InArgs, InStatement, Replicated, ResultSet, TransactionMode } from '@libsql/client/sqlite3'
import { LibsqlError } from '@libsql/client/sqlite3'
import type { DatabaseFile, DatabaseSpace } from '../database.ts'
import { checkContent, openFailed, prepareFile } from './boot-checks.ts'
import type { Statement } from './connection.ts'
import { clientClosed } from './errors.ts'
import { FileGuard, type StorageFault } from './file-guard.ts'
import { LongReads } from './long-reads.ts'
import { normalize } from './normalize.ts'
import type { OwnerLock } from './owner-lock.ts'
import { takeOwnerLock } from './owner-lock.ts'
import { Reader } from './reader.ts'
import { readSqlText } from './sql-text.ts'
import { type FaultListener, StorageHealth } from './storage-health.ts'
import type { EmbeddedTransaction } from './transaction.ts'
import { Writer } from './writer.ts'

export interface ClientSettings {
  readonly file: string
  readonly busyDeadlineMs: number
  readonly transactionLimitMs: number
  readonly statementCacheSize: number
}

export interface EmbeddedStats {
  /** Writes and transactions that wait in the queue. */
  readonly queued: number
  /** Attempts that met the lock of another program. */
  readonly busyTries: number
  /** Connections that were opened to replace a spoiled one. */
  readonly reopened: number
  readonly cachedStatements: number
}

interface Parts {
  readonly lock: OwnerLock
  readonly reader: Reader
  readonly writer: Writer
  readonly longReads: LongReads
  readonly health: StorageHealth
  readonly guard: FileGuard
  readonly notices: readonly string[]
}

const SPACE =
  'SELECT page_count, freelist_count, auto_vacuum FROM pragma_page_count, pragma_freelist_count, pragma_auto_vacuum'
const INCREMENTAL = 2
const CLOSED: StorageFault = {
  code: 'DATABASE_CLOSED',
  finding: 'The client is closed',
  message: 'The client is closed.',
}

export class EmbeddedClient implements Client, DatabaseFile {
  readonly protocol = 'file'
  /** Real path of the database file. */
  readonly file: string
  readonly #settings: ClientSettings
  #parts: Parts | undefined
  #listener: FaultListener = () => {}

  /** @private use `openEmbedded` */
  constructor(settings: ClientSettings) {
    this.#settings = settings
    this.file = settings.file
    this.#parts = this.#open()
  }

  get closed(): boolean {
    return this.#parts === undefined
  }

  get stats(): EmbeddedStats {
    const { reader, writer } = this.#use()
    return {
      queued: writer.queued,
      busyTries: writer.busyTries,
      reopened: writer.reopened + reader.reopened,
      cachedStatements: reader.cachedStatements + writer.cachedStatements,
    }
  }

  /** The corrections of the start, as sentences for the operator. */
  get notices(): readonly string[] {
    return this.#use().notices
  }

  /** The fault of the file, or undefined if it is sound. Checks the file now. */
  fault(): StorageFault | undefined {
    if (this.#parts === undefined) return CLOSED
    return this.#parts.health.fault()
  }

  /** Calls the listener when a fault begins, changes, or ends (undefined). One listener. */
  onFault(listener: FaultListener): void {
    this.#listener = listener
  }

  async space(): Promise<DatabaseSpace> {
    const { rows } = await this.#use().reader.execute({ sql: SPACE })
    const [pages = 0, freePages = 0, mode = 0] = Array.from(rows[0] ?? [], Number)
    const bytes = [this.file, `${this.file}-wal`].map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0)
    return { bytes: bytes.reduce((sum, size) => sum + size), pages, freePages, incremental: mode === INCREMENTAL }
  }

  async giveBack(most: number): Promise<number> {
    return await this.#use().writer.giveBack(most)
  }

  async cutLog(): Promise<void> {
    await this.#use().writer.cutLog()
  }

  execute(statement: InStatement | string, args?: InArgs): Promise<ResultSet> {
    const parts = this.#parts
    if (parts === undefined) return Promise.reject(clientClosed())
    const normal = normalize(statement, args)
    try {
      // A statement that the reader has prepared is a read, so its text needs no check.
      const prepared = parts.reader.cached(normal.sql)
      if (prepared !== undefined) return parts.reader.run(prepared, normal)
      return isRead(normal) ? parts.reader.execute(normal) : parts.writer.execute(normal)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Runs one read in a separate thread; see `embedded/long-reads.ts`. */
  async longRead(statement: InStatement | string, args?: InArgs): Promise<ResultSet> {
    const { health, longReads } = this.#use()
    health.assertInPlace() // the thread opens the file by its name
    try {
      const result = await longReads.run(normalize(statement, args))
      health.assertInPlace()
      return result
    } catch (error) {
      throw health.noteRead(error) ?? error
    }
  }

  async batch(
    statements: (InStatement | [string, InArgs?])[],
    mode: TransactionMode = 'deferred',
  ): Promise<ResultSet[]> {
    const { reader, writer } = this.#use()
    const normal = statements.map((statement) => normalize(statement))
    if (mode === 'read' || (mode === 'deferred' && normal.every(isRead))) return await reader.batch(normal)
    return await writer.batch(normal)
  }

  async migrate(statements: InStatement[]): Promise<ResultSet[]> {
    return await this.#use().writer.migrate(statements.map((statement) => normalize(statement)))
  }

  /** `write` and `deferred` keep the writer until they end. `read` has its own connection and snapshot. */
  async transaction(mode: TransactionMode = 'write'): Promise<EmbeddedTransaction> {
    const { reader, writer } = this.#use()
    return mode === 'read' ? await reader.transaction() : await writer.transaction()
  }

  async executeMultiple(sql: string): Promise<void> {
    await this.#use().writer.executeMultiple(sql)
  }

  async sync(): Promise<Replicated> {
    throw new LibsqlError('sync is for embedded replicas; this is a local file', 'SYNC_NOT_SUPPORTED')
  }

  /** Rejects waiting work with CLIENT_CLOSED, rolls back open transactions, moves the WAL into the file, and ends ownership. */
  close(): void {
    const parts = this.#parts
    if (parts === undefined) return
    this.#parts = undefined
    closeParts(parts)
  }

  /** Closes and opens again, with all the checks of `openEmbedded`. */
  async reconnect(): Promise<void> {
    this.close()
    this.#parts = this.#open()
  }

  #open(): Parts {
    const parts = openParts(this.#settings)
    parts.health.listener = (fault) => this.#listener(fault)
    return parts
  }

  #use(): Parts {
    if (this.#parts === undefined) throw clientClosed()
    return this.#parts
  }
}

function isRead(statement: Statement): boolean {
  return readSqlText(statement.sql).kind === 'read'
}

function openParts(settings: ClientSettings): Parts {
  const lock = takeOwnerLock(settings.file)
  let reader: Reader | undefined
  try {
    const notices = [...lock.notices, ...prepareFile(settings.file)]
    const opened = new Reader(settings)
    reader = opened
    // Checked before the writer opens, because turning WAL on changes the file, and a damaged file must not be changed.
    checkContent(settings.file, opened.open())
    const writer = new Writer(settings, () => opened.forgetStatements())
    opened.holdLog()
    const guard = new FileGuard(settings.file)
    const health = new StorageHealth(settings.file, guard, {
      readWhole: () => readWhole(settings.file),
      write: () => writer.probe(),
      rescueLog: () => writer.rescueLog(),
    })
    opened.health = health
    writer.health = health
    return { lock, reader, writer, longReads: new LongReads(settings.file), health, guard, notices }
  } catch (error) {
    reader?.close()
    lock.release()
    throw openFailed(settings.file, error)
  }
}

/** Uses a separate thread and a new connection, so no earlier error affects it. */
async function readWhole(file: string): Promise<string> {
  const reads = new LongReads(file)
  try {
    const { rows } = await reads.run({ sql: 'SELECT quick_check FROM pragma_quick_check(1)' })
    return String(rows[0]?.[0] ?? 'no answer to quick_check')
  } finally {
    reads.close()
  }
}

function closeParts({ lock, reader, writer, longReads, health, guard }: Parts): void {
  health.fault() // the last check
  health.close()
  longReads.close()
  reader.close()
  writer.close(health.ending)
  guard.close()
  lock.release()
}
