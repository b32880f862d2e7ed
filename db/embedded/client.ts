/** The `Client` over one writer, one reader, the owner lock and the reading thread. */
import type { Client, InArgs, InStatement, Replicated, ResultSet, TransactionMode } from '@libsql/client/sqlite3'
import { LibsqlError } from '@libsql/client/sqlite3'
import { checkContent, openFailed, prepareFile } from './boot-checks.ts'
import type { Statement } from './connection.ts'
import { clientClosed } from './errors.ts'
import { LongReads } from './long-reads.ts'
import { normalize } from './normalize.ts'
import type { OwnerLock } from './owner-lock.ts'
import { takeOwnerLock } from './owner-lock.ts'
import { Reader } from './reader.ts'
import { readSqlText } from './sql-text.ts'
import type { EmbeddedTransaction } from './transaction.ts'
import { Writer } from './writer.ts'

export interface ClientSettings {
  readonly file: string
  readonly busyDeadlineMs: number
  readonly transactionLimitMs: number
  readonly statementCacheSize: number
}

export interface EmbeddedStats {
  /** Writes and transactions waiting in line. */
  readonly queued: number
  /** Tries that met another program's lock. */
  readonly busyTries: number
  /** Connections opened after one was spoiled. */
  readonly reopened: number
  readonly cachedStatements: number
}

interface Parts {
  readonly lock: OwnerLock
  readonly reader: Reader
  readonly writer: Writer
  readonly longReads: LongReads
}

export class EmbeddedClient implements Client {
  readonly protocol = 'file'
  /** Real path of the database file. */
  readonly file: string
  readonly #settings: ClientSettings
  #parts: Parts | undefined

  /** @private use `openEmbedded` */
  constructor(settings: ClientSettings) {
    this.#settings = settings
    this.file = settings.file
    this.#parts = openParts(settings)
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

  execute(statement: InStatement | string, args?: InArgs): Promise<ResultSet> {
    const parts = this.#parts
    if (parts === undefined) return Promise.reject(clientClosed())
    const normal = normalize(statement, args)
    try {
      // A statement the reader has prepared is a read: nothing more to find out.
      const prepared = parts.reader.cached(normal.sql)
      if (prepared !== undefined) return parts.reader.run(prepared, normal)
      return isRead(normal) ? parts.reader.execute(normal) : parts.writer.execute(normal)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Runs one read in a thread of its own; see `embedded/long-reads.ts`. */
  async longRead(statement: InStatement | string, args?: InArgs): Promise<ResultSet> {
    return await this.#use().longReads.run(normalize(statement, args))
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

  /** `write` and `deferred` hold the writer; `read` has a snapshot and a connection of its own. */
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

  /** Rejects what waits with CLIENT_CLOSED, rolls back what is open, moves the WAL into the file, ends ownership. */
  close(): void {
    const parts = this.#parts
    if (parts === undefined) return
    this.#parts = undefined
    closeParts(parts)
  }

  /** Closes and opens again, with all the checks of `openEmbedded`. */
  async reconnect(): Promise<void> {
    this.close()
    this.#parts = openParts(this.#settings)
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
    prepareFile(settings.file)
    const opened = new Reader(settings)
    reader = opened
    // Before the writer: turning WAL on changes the file, and a damaged one must stay as it is.
    checkContent(settings.file, opened.open())
    const writer = new Writer(settings, () => opened.forgetStatements())
    return { lock, reader, writer, longReads: new LongReads(settings.file) }
  } catch (error) {
    reader?.close()
    lock.release()
    throw openFailed(settings.file, error)
  }
}

function closeParts({ lock, reader, writer, longReads }: Parts): void {
  longReads.close()
  reader.close()
  writer.close()
  lock.release()
}
