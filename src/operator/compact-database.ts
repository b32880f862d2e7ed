/** Gives the room of deleted rows back to the disk, while everybody is served. */
import type { Deps } from '../deps.ts'
import { OperatorError } from './failure.ts'

export interface Compacted {
  bytes: { before: number; after: number }
  /** Pages given back. */
  pages: number
  tookMs: number
}

/**
 * Moves the last pages of the file into free ones, step by step, and cuts the file; at the end the log is cut too. Each
 * step is a transaction of its own: whoever dies in between has done what was done, and a second run goes on from there.
 *
 * Yields progress in pages, then one result. Throws `database.remote` and `database.not_incremental`.
 */
export async function* compactDatabase({
  storage,
  clock,
  accepting,
}: Pick<Deps, 'storage' | 'clock' | 'accepting'>): AsyncGenerator<
  { progress: { done: number; total: number } } | { item: Compacted },
  void,
  undefined
> {
  if (storage === undefined) throw new OperatorError(remote)
  const startedAt = clock.now()
  const before = await storage.space()
  if (!before.incremental) throw new OperatorError(notIncremental(before.freePages))
  let done = 0
  while (accepting()) {
    const freed = await storage.giveBack(before.pages)
    if (freed <= 0) break
    done += freed
    // Rows deleted meanwhile make more free pages than there were.
    yield { progress: { done, total: Math.max(done, before.freePages) } }
    await new Promise((next) => setTimeout(next, 0)) // a turn of the event loop: requests first
  }
  await storage.cutLog()
  const { bytes } = await storage.space()
  yield { item: { bytes: { before: before.bytes, after: bytes }, pages: done, tookMs: clock.now() - startedAt } }
}

const remote = {
  code: 'database.remote',
  title: 'DATABASE_URL names a libSQL server: its files are not here to be compacted.',
  remedy: 'Use the means of that server.',
}

const notIncremental = (freePages: number) => ({
  code: 'database.not_incremental',
  title: `This database was made by an early release, and gives its ${freePages} free pages back only when it is rebuilt, once.`,
  remedy: 'Stop the server, run "database compact --rebuild", and start it again. From then on no stop is needed.',
})
