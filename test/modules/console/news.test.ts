/** Where the events that happen while the log is open appear in its pages. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { AuditEvent } from '../../../src/modules/audit-events/schema.ts'
import { withNews } from '../../../src/modules/console/browser/sections/audit-log/news.ts'

const eventOf = (at: number) => ({ id: `evt_${String(at).padStart(6, '0')}` }) as AuditEvent // only ids decide
const timeOf = ({ id }: AuditEvent) => Number(id.slice(4))

/** Newest first, five a page, the pages from `from` on, as a list has them. */
function pagesOf(times: readonly number[], from: number, to: number) {
  const all = [...times].sort((a, b) => b - a).map(eventOf)
  const count = Math.max(1, Math.ceil(all.length / 5))
  return Array.from({ length: count }, (_, page) => ({
    page,
    isLast: page === count - 1,
    items: all.slice(page * 5, page * 5 + 5) as readonly AuditEvent[],
  })).slice(from, to)
}

describe('news of the audit log', () => {
  test('appear once, in the order of time, in the pages that are held', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat({ max: 5_000 }), { maxLength: 60 }),
        fc.uniqueArray(fc.nat({ max: 5_000 }), { maxLength: 20 }),
        fc.nat({ max: 6 }),
        fc.integer({ min: 1, max: 8 }),
        (times, given, from, length) => {
          const news = given.filter((at) => !times.includes(at))
          const held = pagesOf(times, from, from + length)
          const edit = withNews(news.map(eventOf))
          const shown = held.flatMap(({ items, page, isLast }) => edit(items, page, isLast)).map(timeOf)
          const [newest, oldest] = [held[0]?.items[0], held.at(-1)?.items.at(-1)]
          const fits = (at: number) =>
            (from === 0 || (newest !== undefined && at < timeOf(newest))) &&
            (held.at(-1)?.isLast === true || (oldest !== undefined && at > timeOf(oldest)))
          const expected = [
            ...held.flatMap(({ items }) => items.map(timeOf)),
            ...news.filter((at) => held.length > 0 && fits(at)),
          ]
          expect(shown).toEqual(expected.sort((a, b) => b - a))
        },
      ),
    )
  })
})
