import type { Deps } from '../../deps.ts'

/** 4 MB, and a tenth of the file. */
const KEEP_FREE_PAGES = 1_000
const KEEP_FREE_SHARE = 0.1
const NO_SPACE = { freePages: 0, pages: 0, incremental: false }

/**
 * Gives free room of the embedded file back to the disk, at most `limit` pages. Some is left: the next rows fill it, and
 * moving pages for each of them would be work for nothing. A file of an early release and a libSQL server are left alone.
 */
export async function compactDatabase({ storage }: Deps, _now: number, limit: number): Promise<{ pages: number }> {
  const { freePages, pages, incremental } = (await storage?.space()) ?? NO_SPACE
  const spare = freePages - Math.max(KEEP_FREE_PAGES, Math.ceil(pages * KEEP_FREE_SHARE))
  if (!incremental || storage === undefined || spare <= 0) return { pages: 0 }
  return { pages: Math.max(0, await storage.giveBack(Math.min(limit, spare))) }
}
