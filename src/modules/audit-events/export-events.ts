import { commit } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, type EventRow, listEvents, noteEvent } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { MINUTE_MS } from '../../lib/durations.ts'
import { csvCell } from '../../lib/formula-cells.ts'
import { filterOf, olderThan } from './event-filter.ts'
import { type ExportAuditEvents, type ExportFormat, toAuditEvent } from './schema.ts'

const ROWS_PER_PAGE = 500
/**
 * A copy of the database has every event of this age, so an export misses none: the copy is some seconds old, and the clock of the
 * process that wrote the event may be a minute behind.
 */
const SURELY_COPIED_MS = 2 * MINUTE_MS

/**
 * The events of this filter, newest first, in pieces of text as they are read. An audit event records who exported them; it is
 * the first one, and later ones are not in it, so it ends. One round trip, and one for each 500 events while the text is being
 * sent: a filter that few events pass may read the whole log, and must not hold up those who write.
 */
export async function exportEvents(
  deps: Pick<Deps, 'db' | 'longReads' | 'staleReads' | 'clock' | 'random' | 'principals'>,
  cause: Cause,
  { format, ...asked }: ExportAuditEvents,
): Promise<AsyncGenerator<string, void, undefined>> {
  const { db, longReads, staleReads } = deps
  const filter = filterOf(asked)
  const exported = newEvent(deps, cause, 'audit.exported', { data: { format, filter: { ...asked } } })
  await commit(deps, [noteEvent(db, exported)])

  async function* pages(): AsyncGenerator<string, void, undefined> {
    if (format === 'csv') yield csvLine(COLUMNS)
    // The first page begins directly after the event of the export.
    for (let before = `${exported.id}0`, reader = longReads; ; ) {
      const rows = await listEvents(reader, olderThan(filter, before), ROWS_PER_PAGE)
      const page = rows.map((row) => write(row, format)).join('')
      if (page !== '') yield page
      const end = rows.length < ROWS_PER_PAGE ? undefined : rows.at(-1)
      if (end === undefined) return
      before = end.id
      if (end.at < exported.at - SURELY_COPIED_MS) reader = staleReads
    }
  }
  return pages()
}

const COLUMNS = [
  'id',
  'type',
  'result',
  'at',
  'actorId',
  'userId',
  'sessionId',
  'address',
  'userAgent',
  'requestId',
  'orgId',
  'actingFor',
  'data',
] as const

function write(row: EventRow, format: ExportFormat): string {
  const event = toAuditEvent(row)
  if (format === 'ndjson') return `${JSON.stringify(event)}\n`
  return csvLine(
    COLUMNS.map((column) => {
      const value = event[column]
      return value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
    }),
  )
}

const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`
