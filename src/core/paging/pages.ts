/**
 * Keyset pages. A page begins after the last row of the page before, so every page costs the same.
 *
 * A page is read with one more row than it shows. That row says whether there is another page.
 */
import { problem } from '../../errors.ts'
import { type Cursor, decodeCursor, encodeCursor } from './cursors.ts'

export interface Page<Row> {
  items: Row[]
  /** null on the last page. */
  nextCursor: string | null
}

export interface PageQuery {
  limit: number
  cursor?: string | undefined
}

/** How the rows of a list are sorted. */
export interface PageOrder<Row> {
  /** A cursor is valid only for the order in which it was made. */
  order: string
  /** The value of the sort column in this row. Rows with equal values are sorted by id. */
  sortedBy: (row: Row) => string | number
}

/**
 * Reads one page of a sorted list. Throws `request.invalid` for a cursor of another order, or one that this API did not
 * make.
 */
export async function readPage<Row extends { id: string }>(
  { limit, cursor }: PageQuery,
  { order, sortedBy }: PageOrder<Row>,
  read: (after: Cursor | undefined, rows: number) => PromiseLike<Row[]>,
): Promise<Page<Row>> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor, order)
  if (cursor !== undefined && after === undefined) {
    const source = order === NEWEST ? 'an earlier page' : 'a page with the same sort'
    throw problem('request.invalid', { errors: [{ path: '/cursor', message: `Expected nextCursor of ${source}` }] })
  }
  const rows = await read(after, limit + 1)
  const items = rows.slice(0, limit)
  const last = rows.length > limit ? items.at(-1) : undefined
  return { items, nextCursor: last ? encodeCursor({ order, value: sortedBy(last), id: last.id }) : null }
}

const NEWEST = '-id'

/**
 * Reads one page, newest first; ids sort by time. `before` is the id of the last row of the page before. Throws the
 * same errors as `readPage`.
 */
export const readNewest = <Row extends { id: string }>(
  query: PageQuery,
  read: (before: string | undefined, rows: number) => PromiseLike<Row[]>,
): Promise<Page<Row>> => readPage(query, { order: NEWEST, sortedBy: () => 0 }, (after, rows) => read(after?.id, rows))
