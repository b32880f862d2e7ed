import type { Deps } from '../../deps.ts'

/** 4 MB, and a tenth of the file. */
const KEEP_FREE_PAGES = 1_000
const KEEP_FREE_SHARE = 0.1
const NO_SPACE = { freePages: 0, pages: 0, incremental: false }

/**
 * Gives free space of the embedded file back to the disk, at most `limit` pages. It keeps some pages, because the next
 * rows fill them. It does nothing for a file of an early release and for a libSQL server.
 */
export async function compactDatabase({ storage }: Deps, _now: number, limit: number): Promise<{ pages: number }> {
  const { freePages, pages, incremental } = (await storage?.space()) ?? NO_SPACE
  const spare = freePages - Math.max(KEEP_FREE_PAGES, Math.ceil(pages * KEEP_FREE_SHARE))
  if (!incremental || storage === undefined || spare <= 0) return { pages: 0 }
  return { pages: Math.max(0, await storage.giveBack(Math.min(limit, spare))) }
}
