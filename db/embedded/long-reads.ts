/**
 * Reads that may take seconds, in a separate thread.
 *
 * The engine runs on the thread that calls it. A scan of 1.3 s on the main thread would block all requests for 1.3 s.
 * The worker starts with the first long read, keeps the process alive only while a read runs, and answers in order.
 */
import { Worker } from 'node:worker_threads'
import type { ResultSet } from '@libsql/client/sqlite3'
import { LibsqlError } from '@libsql/client/sqlite3'
import type { Statement } from './connection.ts'
import { clientClosed } from './errors.ts'
import type { LongReadAnswer, LongReadRequest } from './reader-worker.ts'
import { EmbeddedResultSet, rowMaker } from './result-set.ts'
import { readSqlText } from './sql-text.ts'
import { bindArgs } from './values.ts'

interface Waiting {
  resolve(result: ResultSet): void
  reject(error: unknown): void
}

export class LongReads {
  readonly #file: string
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #lastId = 0

  constructor(file: string) {
    this.#file = file
  }

  /** Sees every write that was acknowledged before the call. A write fails with SQLITE_READONLY. */
  async run(statement: Statement): Promise<ResultSet> {
    const args = bindArgs(readSqlText(statement.sql), statement.args)
    const worker = this.#start()
    const id = ++this.#lastId
    return await new Promise<ResultSet>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      worker.ref()
      const request: LongReadRequest = { id, file: this.#file, sql: statement.sql, args }
      worker.postMessage(request)
    })
  }

  /**
   * Rejects running reads with CLIENT_CLOSED. The worker ends itself after its current statement. If it were terminated inside
   * the engine, the whole process would abort (neon asserts that no exception is pending).
   */
  close(): void {
    const worker = this.#worker
    this.#worker = undefined
    const end: LongReadRequest = 'end'
    worker?.postMessage(end)
    worker?.unref()
    this.#rejectAll(clientClosed())
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker
    const worker = new Worker(new URL('./reader-worker.ts', import.meta.url))
    worker.on('message', (answer: LongReadAnswer) => this.#answer(answer))
    // Without this, the callers of a worker that cannot start would wait for ever.
    worker.on('error', (error) => this.#failed(error))
    this.#worker = worker
    return worker
  }

  #answer(answer: LongReadAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (this.#waiting.size === 0) this.#worker?.unref()
    if (waiting === undefined) return
    if ('failure' in answer) {
      const { message, code, extendedCode, rawCode } = answer.failure
      // Only these parts of an Error pass between threads. The message already begins with the code.
      const error = new LibsqlError(message, code, extendedCode, rawCode)
      error.message = message
      waiting.reject(error)
      return
    }
    try {
      const rows = answer.rows.map(rowMaker(answer.columns))
      waiting.resolve(new EmbeddedResultSet(answer.columns, answer.columnTypes, rows, 0, undefined))
    } catch (error) {
      waiting.reject(error)
    }
  }

  #failed(error: unknown): void {
    this.#worker = undefined
    this.#rejectAll(error)
  }

  #rejectAll(error: unknown): void {
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { reject } of waiting) reject(error)
  }
}
