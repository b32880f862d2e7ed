/** What a long list holds, for every way of scrolling through it, while rows come and go. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { type HeldPages, heldPages } from '../../src/browser/held-pages.ts'

const LIMIT = 5
const MOST = 3

/** A page by keyset, as the API answers: `cursor` is the last row of the page before it. */
function pageAfter(all: readonly number[], cursor: string | null): { rows: number[]; next: string | null } {
  const after = cursor === null ? all : all.filter((row) => row > Number(cursor))
  const rows = after.slice(0, LIMIT)
  return { rows, next: after.length > LIMIT ? String(rows.at(-1)) : null }
}

/** Reads pages until nothing that the person sees is missing. Returns how many. */
function look(pages: HeldPages<number>, all: readonly number[], first: number, last: number): number {
  let read = 0
  for (let page = pages.isEmpty() ? 0 : pages.missing(first, last); page !== undefined; ) {
    const cursor = pages.cursorOf(page)
    if (cursor === undefined) throw new Error(`nobody knows where page ${page} begins`)
    const { rows, next } = pageAfter(all, cursor)
    pages.take(page, rows, next)
    read += 1
    page = pages.missing(first, last)
  }
  return read
}

const rowsOf = (count: number): number[] => Array.from({ length: count }, (_, index) => index * 10)
const step = fc.record({
  act: fc.constantFrom('look', 'look', 'look', 'insert', 'remove'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
})

describe('a long list', () => {
  test('shows each row in its place, wherever the person goes, and holds a few pages', () => {
    fc.assert(
      fc.property(fc.nat({ max: 120 }), fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (count, places) => {
        const all = rowsOf(count)
        const pages = heldPages<number>(MOST)
        for (const place of [0, ...places]) {
          const known = pages.rows()
          const total = known.before + known.items.length + known.after
          const first = Math.floor(place * Math.max(0, total))
          look(pages, all, first, first + LIMIT)
          const { items, before, after } = pages.rows()
          expect(items).toEqual(all.slice(before, before + items.length))
          expect(items.length).toBeLessThanOrEqual(MOST * LIMIT)
          // All that is seen is there, as far as there is a row.
          expect(before).toBeLessThanOrEqual(first)
          expect(before + items.length).toBeGreaterThanOrEqual(Math.min(first + LIMIT, all.length))
          if (!pages.hasMore()) expect(before + items.length + after).toBe(all.length)
        }
      }),
    )
  })

  test('never shows a row twice or out of order, while rows come and go', () => {
    fc.assert(
      fc.property(fc.nat({ max: 80 }), fc.array(step, { maxLength: 40 }), (count, steps) => {
        const all = rowsOf(count)
        const pages = heldPages<number>(MOST)
        look(pages, all, 0, LIMIT)
        for (const { act, at } of steps) {
          const place = Math.floor(at * all.length)
          if (act === 'insert') all.splice(place, 0, ((all[place - 1] ?? -10) + (all[place] ?? all.length * 20)) / 2)
          else if (act === 'remove') all.splice(place, 1)
          else {
            const { before, items, after } = pages.rows()
            const first = Math.floor(at * (before + items.length + after))
            look(pages, all, first, first + LIMIT)
          }
          const { items } = pages.rows()
          expect(items).toEqual([...new Set(items)].sort((one, other) => one - other))
        }
      }),
    )
  })

  test('goes to a far place that is known with one request', () => {
    const all = rowsOf(1_000)
    const pages = heldPages<number>(MOST)
    for (let first = 0; first < 1_000; first += LIMIT) look(pages, all, first, first)
    expect(look(pages, all, 0, 0)).toBe(1)
    expect(pages.rows()).toEqual({ items: all.slice(0, LIMIT), before: 0, after: 1_000 - LIMIT })
    expect(look(pages, all, 500, 500)).toBe(1)
    expect(pages.rows().items).toEqual(all.slice(500, 500 + LIMIT))
  })

  test('a change reaches the pages that are held, and knows the last one', () => {
    const pages = heldPages<number>(MOST)
    look(pages, rowsOf(12), 0, 12)
    const seen: [number, boolean][] = []
    pages.change((items, page, isLast) => {
      seen.push([page, isLast])
      return items.filter((row) => row !== 30)
    })
    expect(seen).toEqual([
      [0, false],
      [1, false],
      [2, true],
    ])
    expect(pages.rows()).toEqual({ items: rowsOf(12).filter((row) => row !== 30), before: 0, after: 0 })
  })
})
