import { commit } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, noteEvent } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { csvCell } from '../../lib/formula-cells.ts'
import { type ExportedRow, firstExported, nextExported } from './export-queries.ts'
import type { ExportFormat } from './export-schema.ts'
import { toManagedUser } from './schema.ts'

const ROWS_PER_PAGE = 500

interface Export {
  format: ExportFormat
  /** Adds `passwordHash`. Only the operator of the machine may ask for it, never an HTTP client. */
  hashes?: boolean
}

/**
 * All users with an address, in pieces of text as they are read, each user once. The order is that of the row keys, which
 * never change. So users who are created or deleted meanwhile move no other user to another page. Users who are created
 * after the first page are not in it, so it ends.
 *
 * An audit event records who exported them. One round trip, and one more for each further 500 users while the text is
 * being sent. Anonymous accounts are left out, because their address is no address.
 */
export async function exportUsers(
  deps: Pick<Deps, 'db' | 'staleReads' | 'clock' | 'random' | 'principals'>,
  cause: Cause,
  { format, hashes = false }: Export,
): Promise<AsyncGenerator<string, void, undefined>> {
  const { db } = deps
  // With hashes it is a move to another system, which must not miss a change.
  const reader = hashes ? db : deps.staleReads
  const exported = newEvent(deps, cause, 'users.exported', { data: { format, hashes } })
  const { first } = await commit(deps, { noted: noteEvent(db, exported), first: firstExported(db, ROWS_PER_PAGE) })
  const last = first[0]?.last ?? 0
  const write = format === 'csv' ? csvRow : jsonLine

  async function* pages(): AsyncGenerator<string, void, undefined> {
    if (format === 'csv') yield csvLine(hashes ? [...COLUMNS, 'passwordHash'] : COLUMNS)
    for (let rows: readonly ExportedRow[] = first; ; ) {
      const page = rows.map((row) => (row.anonymous ? '' : write(row, hashes))).join('')
      if (page !== '') yield page
      const end = rows.length < ROWS_PER_PAGE ? undefined : rows.at(-1)
      if (end === undefined) return
      rows = await nextExported(reader, end.rowKey, last, ROWS_PER_PAGE)
    }
  }
  return pages()
}

const jsonLine = (row: ExportedRow, hashes: boolean): string =>
  `${JSON.stringify(hashes ? { ...toManagedUser(row), passwordHash: row.passwordHash } : toManagedUser(row))}\n`

const COLUMNS = [
  'id',
  'email',
  'emailVerified',
  'name',
  'username',
  'locale',
  'status',
  'roles',
  'publicMetadata',
  'privateMetadata',
  'createdAt',
  'updatedAt',
] as const

function csvRow(row: ExportedRow, hashes: boolean): string {
  const user = toManagedUser(row)
  const cells = COLUMNS.map((column) => {
    if (column === 'username' || column === 'locale') return user[column] ?? ''
    if (column === 'publicMetadata' || column === 'privateMetadata') return JSON.stringify(user[column])
    if (column !== 'roles') return String(user[column])
    // An empty cell would give the import no value, and its default is the role user.
    return user.roles.length === 0 ? ',' : user.roles.join(' ')
  })
  return csvLine(hashes ? [...cells, row.passwordHash ?? ''] : cells)
}

const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`
