/** Returns the space of deleted rows to the disk while requests are served. */
import type { Deps } from '../deps.ts'
import { OperatorError } from './failure.ts'

export interface Compacted {
  bytes: { before: number; after: number }
  /** Pages returned to the disk. */
  pages: number
  tookMs: number
}

/**
 * Moves the last pages of the file into free pages, step by step, and cuts the file. At the end it cuts the log too. Each
 * step is a transaction: if the process dies, the finished steps stay done, and a second run continues after them.
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
    // Rows that are deleted during the run free more pages.
    yield { progress: { done, total: Math.max(done, before.freePages) } }
    await new Promise((next) => setTimeout(next, 0)) // a turn of the event loop: requests first
  }
  await storage.cutLog()
  const { bytes } = await storage.space()
  yield { item: { bytes: { before: before.bytes, after: bytes }, pages: done, tookMs: clock.now() - startedAt } }
}

const remote = {
  code: 'database.remote',
  title: 'DATABASE_URL names a libSQL server: this command cannot compact its files.',
  remedy: 'Use the tools of that server.',
}

const notIncremental = (freePages: number) => ({
  code: 'database.not_incremental',
  title: `An early release made this database. It returns its ${freePages} free pages only after it was rebuilt once.`,
  remedy: 'Stop the server, run "database compact --rebuild", and start it again. Later runs need no stop.',
})
