/** The thread of `long-reads.ts`: one read-only connection, one statement at a time. */
import { parentPort } from 'node:worker_threads'
import { LibsqlError } from '@libsql/client/sqlite3'
import { Connection } from './connection.ts'
import { isBusy, toLibsqlError } from './errors.ts'
import type { BoundArgs } from './values.ts'

/** `end`: no more reads follow. */
export type LongReadRequest = LongRead | 'end'

export interface LongRead {
  readonly id: number
  readonly file: string
  readonly sql: string
  readonly args: BoundArgs
}

export type LongReadAnswer =
  | { readonly id: number; readonly columns: string[]; readonly columnTypes: string[]; readonly rows: unknown[][] }
  | { readonly id: number; readonly failure: LongReadFailure }

export interface LongReadFailure {
  readonly message: string
  readonly code: string
  readonly extendedCode: string | undefined
  readonly rawCode: number | undefined
}

// A list by words or role has some ten texts for each sort. Preparing one takes longer than most of them take to run.
const statementCacheSize = 64

// This thread may block, so it waits a little longer for a lock.
const busyTries = 50

let connection: Connection | undefined

parentPort?.on('message', (request: LongReadRequest) => {
  if (request === 'end') {
    connection?.close()
    parentPort?.close()
  } else {
    parentPort?.postMessage(answer(request))
  }
})

function answer(request: LongRead): LongReadAnswer {
  try {
    const { columns, columnTypes, rows } = read(request)
    return { id: request.id, columns, columnTypes, rows: rows.map((row) => Array.from(row)) }
  } catch (error) {
    return { id: request.id, failure: failureOf(error) }
  }
}

function read(request: LongRead) {
  for (let tries = 1; ; tries++) {
    try {
      connection ??= new Connection(request.file, { readOnly: true, statementCacheSize })
      return connection.execute({ sql: request.sql, args: request.args })
    } catch (error) {
      if (connection?.spoiled) {
        connection.close()
        connection = undefined
      }
      if (!isBusy(error) || tries === busyTries) throw error
    }
  }
}

function failureOf(error: unknown): LongReadFailure {
  const mapped = toLibsqlError(error)
  if (mapped instanceof LibsqlError) {
    const { message, code, extendedCode, rawCode } = mapped
    return { message, code, extendedCode, rawCode }
  }
  const message = mapped instanceof Error ? mapped.message : String(mapped)
  return { message, code: 'SQLITE_UNKNOWN', extendedCode: undefined, rawCode: undefined }
}
