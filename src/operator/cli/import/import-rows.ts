/** Sends the rows of a file in batches. */
import { MAX_ROWS_ALONE } from '../../data-operations.ts'
import { type FileShape, readRows } from './read-rows.ts'
import type { Report, Totals } from './report.ts'

/** The limits of a batch in rows and in bytes of JSON. A server accepts it, and other requests hardly wait for it. */
const BATCH_ROWS = 500
const BATCH_BYTES = 900_000
/** So many times these limits if there are no other requests: each commit writes frequent words of the search again. */
const ALONE = MAX_ROWS_ALONE / BATCH_ROWS

/** A row as it is sent, why it is not, or undefined if the import leaves it out. */
export type TakeRow = (value: unknown) => { value: unknown } | { refused: string } | undefined

export interface SentRow {
  /** From 1. */
  row: number
  line: number
  value: unknown
}

export interface RowResult {
  /** The index in the batch. */
  index: number
  status: keyof Totals
  errors?: readonly { path: string; message: string }[] | undefined
}

export interface ImportedFile {
  bytes: AsyncIterable<Uint8Array>
  shape: FileShape
  /** So many rows at the beginning are not sent. */
  skip: number
  take: TakeRow
  /** Whether no request of a client waits for the import. Known after the first batch. */
  alone?: (() => boolean) | undefined
  /** Imports one batch: all of it, or nothing if it throws. */
  send(values: readonly unknown[]): Promise<readonly RowResult[]>
}

/** Where the import is. The rows until here need not be sent again. */
export interface Place {
  row: number
  line: number
}

/**
 * Sends the rows in their order, one batch at a time, and reads the next batch meanwhile. After `stop` it finishes the batch
 * that was sent and returns. `done`: whether the file was sent to its end.
 */
export async function importRows(
  { bytes, shape, skip, take, alone = () => false, send }: ImportedFile,
  report: Report,
  stop: AbortSignal,
): Promise<{ totals: Totals; kept: Place; done: boolean }> {
  const totals: Totals = { created: 0, exists: 0, refused: 0 }
  const kept: Place = { row: 0, line: 0 }
  let batch: SentRow[] = []
  let batchBytes = 0
  let place: Place = { row: 0, line: 0 }
  let sending: Promise<void> = Promise.resolve()
  let ended = false

  const refuse = ({ row, line }: Place, errors: readonly { path: string; message: string }[]) => {
    totals.refused++
    report.refused({ row, line, errors })
  }
  const isFull = (more: number) => {
    const times = alone() ? ALONE : 1
    return batch.length >= BATCH_ROWS * times || batchBytes + more > BATCH_BYTES * times
  }
  async function importBatch(sent: readonly SentRow[], end: Place): Promise<void> {
    const results = sent.length === 0 ? [] : await send(sent.map(({ value }) => value))
    for (const { index, status, errors = [] } of results) {
      const at = sent[index]
      if (status === 'refused' && at) refuse(at, errors)
      else totals[status]++
    }
    Object.assign(kept, end)
    report.progress(kept.row)
  }
  async function flush(): Promise<void> {
    await sending
    if (stop.aborted) return
    sending = importBatch(batch, place)
    sending.catch(() => {}) // it is awaited before the next batch, and at the end
    batch = []
    batchBytes = 0
  }

  try {
    for await (const read of readRows(bytes, shape)) {
      if (stop.aborted) break
      const next = { row: place.row + 1, line: read.line }
      const taken = next.row <= skip ? undefined : 'refused' in read ? read : take(read.value)
      if (taken && 'value' in taken) {
        const size = sizeOf(taken.value)
        if (isFull(size)) await sending // the first batch shows whether the next one may be larger
        if (isFull(size)) {
          await flush()
          if (stop.aborted) break
        }
        batch.push({ ...next, value: taken.value })
        batchBytes += size
      } else if (taken) refuse(next, [{ path: '/', message: taken.refused }])
      place = next
    }
    ended = !stop.aborted
    await flush()
  } finally {
    await sending.catch(() => {})
  }
  await sending
  return { totals, kept, done: ended && kept.row === place.row }
}

/** In UTF-8, or as an escape such as `\\u001b`. */
const MAX_BYTES_PER_CHARACTER = 6
const SHARE_BYTES = BATCH_BYTES / BATCH_ROWS

/** The bytes of a row in the JSON of a batch. A short row counts as its share of a batch, which is cheap to find out. */
function sizeOf(value: unknown): number {
  let characters = 0
  for (const [name, content] of Object.entries(value ?? {})) {
    if (typeof content !== 'string' && typeof content !== 'boolean') return exactSize(value)
    characters += name.length + (typeof content === 'string' ? content.length : 5) + 6
  }
  return characters * MAX_BYTES_PER_CHARACTER <= SHARE_BYTES ? SHARE_BYTES : exactSize(value)
}

const exactSize = (value: unknown): number => Buffer.byteLength(JSON.stringify(value)) + 1
