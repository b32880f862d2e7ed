import type { PageEdit } from '../../../../../browser/held-pages.ts'
import type { AuditEvent } from '../../../../audit-events/schema.ts'

/**
 * Puts each new event into the page in which it belongs. Ids sort by time, and an event that was committed late has an older place.
 * What belongs to pages that are not held comes when they are read.
 */
export function withNews(news: readonly AuditEvent[]): PageEdit<AuditEvent> {
  let rest = news
  return (items, page, isLast) => {
    const [newest, oldest] = [items[0]?.id ?? '', items.at(-1)?.id ?? '']
    // `rest` is what the pages before this one left. Without the first page, what is newer than all that is held has no place.
    if (rest === news && page > 0) rest = rest.filter(({ id }) => id < newest)
    const own = rest.filter(({ id }) => isLast || id > oldest)
    rest = rest.filter((event) => !own.includes(event))
    return own.length === 0 ? items : newestFirst([...own, ...items])
  }
}

const newestFirst = (events: AuditEvent[]): AuditEvent[] =>
  events.sort((one, other) => (one.id < other.id ? 1 : one.id > other.id ? -1 : 0))
