/**
 * The pages of a long list that are held, and where the others are. Pages follow each other by cursor. Those that are far from the
 * last one read are let go: of them the cursor and the number of rows stay, so they can be read again. Pure.
 */

export interface HeldPages<T> {
  /** The rows of the held pages, and how many rows were read before and after them. */
  rows(): { items: readonly T[]; before: number; after: number }
  /** Whether no page was read yet. */
  isEmpty(): boolean
  /** Whether there is a page that was never read. */
  hasMore(): boolean
  /** null: the first page. Undefined: nobody knows where that page begins. */
  cursorOf(page: number): string | null | undefined
  /** The page after the held ones. */
  end(): number
  /** The page to read for who sees these rows. Undefined: all of them are held. */
  missing(first: number, last: number): number | undefined
  /** Takes a page that was read, and the cursor of the page after it. */
  take(page: number, rows: readonly T[], next: string | null): void
  change(edit: PageEdit<T>): void
}

/** `isLast`: nothing comes after this page. */
export type PageEdit<T> = (items: readonly T[], page: number, isLast: boolean) => readonly T[]

/** `most`: the number of pages that are held. */
export function heldPages<T>(most: number): HeldPages<T> {
  /** The cursor of each page, and the number of rows of each page that was read: one less while there are more. */
  let cursors: (string | null)[] = [null]
  let sizes: number[] = []
  let pages: (readonly T[])[] = []
  /** The number of the first held page. */
  let start = 0

  const end = () => start + pages.length
  const count = (from: number, to?: number) => sizes.slice(from, to).reduce((sum, size) => sum + size, 0)

  /** The page with this row, or the next one that was not read. */
  function pageOf(row: number): number {
    let page = 0
    for (let behind = sizes[0] ?? 0; page < sizes.length && behind <= row; behind += sizes[page] ?? 0) page += 1
    return page
  }

  return {
    rows: () => ({ items: pages.flat(), before: count(0, start), after: count(end()) }),
    isEmpty: () => sizes.length === 0,
    hasMore: () => cursors.length > sizes.length,
    cursorOf: (page) => cursors[page],
    end,
    missing(first, last) {
      const [from, to] = [pageOf(Math.max(0, first)), pageOf(last)]
      const isApart = from > end() || to < start - 1
      const page = isApart ? from : from < start ? start - 1 : to >= end() ? end() : undefined
      return page === undefined || page >= cursors.length ? undefined : page
    },
    take(page, rows, next) {
      // Rows came or went meanwhile: the pages behind this one no longer follow it.
      if ((cursors[page + 1] ?? null) !== next) {
        cursors = [...cursors.slice(0, page + 1), ...(next === null ? [] : [next])]
        sizes = sizes.slice(0, page)
        pages = pages.slice(0, Math.max(0, page - start))
      }
      sizes[page] = rows.length
      if (page === end()) {
        pages = [...pages, rows].slice(-most)
        start = page + 1 - pages.length
      } else {
        pages = page === start - 1 ? [rows, ...pages].slice(0, most) : [rows]
        start = page
      }
    },
    change(edit) {
      pages = pages.map((rows, index) => {
        const page = start + index
        const changed = edit(rows, page, page === cursors.length - 1)
        sizes[page] = changed.length
        return changed
      })
    },
  }
}
