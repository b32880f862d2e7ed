/**
 * Reads that may take seconds, in a thread of their own.
 *
 * The engine runs on the thread that calls it: a scan of 1.3 s on the main thread is 1.3 s in which nobody is served.
 * The worker starts with the first long read, keeps the process alive only while one is running, and answers in order.
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

  /** Sees everything acknowledged before the call. Writing fails with SQLITE_READONLY. */
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
   * Rejects reads under way with CLIENT_CLOSED and lets the worker end itself after the statement it is in.
   * Terminating it inside the engine would abort the whole process (neon asserts that no exception is pending).
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
    // Without this a worker that cannot start would leave its callers waiting for ever.
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
      // Only the parts of an Error that survive the thread border; the message already begins with the code.
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
