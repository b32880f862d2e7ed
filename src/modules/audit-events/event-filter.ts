import { type EventFilter, firstEventIdAt } from '../../core/events/queries.ts'
import type { ExportAuditEvents } from './schema.ts'

/** The filter of the statement. Times are compared with the times in the ids, by which the list is sorted. */
export const filterOf = ({ since, until, ...filter }: Omit<ExportAuditEvents, 'format'>): EventFilter => ({
  ...filter,
  ...(since !== undefined && { from: firstEventIdAt(Date.parse(since)) }),
  ...(until !== undefined && { before: firstEventIdAt(Date.parse(until)) }),
})

/** The same for the page after `before`. Ids sort by time, so the lower bound is the one that counts. */
export const olderThan = (filter: EventFilter, before: string | undefined): EventFilter =>
  before === undefined || (filter.before !== undefined && filter.before < before) ? filter : { ...filter, before }
