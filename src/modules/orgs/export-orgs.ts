import { commit } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import { noteEvent } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { csvCell } from '../../lib/formula-cells.ts'
import { iso } from '../../lib/iso-time.ts'
import { exportedMembers, exportedOrgs, exportedRoles, lastOrgId } from './export-queries.ts'
import type { MembershipRow, OrgRow, RoleRow } from './import-schema.ts'

const ROWS_PER_PAGE = 500

type Row = OrgRow | RoleRow | MembershipRow

/** The columns of the CSV, for rows of every kind. */
export const ORG_COLUMNS = [
  'kind',
  'org',
  'slug',
  'name',
  'email',
  'roles',
  'permissions',
  'inherits',
  'mfaRequired',
  'settings',
  'createdAt',
  'joinedAt',
] as const

/**
 * The organisations, then the roles, then the memberships, in pieces of text as they are read. The import needs them in this
 * order. Deleted organisations are left out, and those created after the first page. An audit event says that it was
 * exported. One round trip for each 500 rows.
 */
export async function* exportOrgs(
  deps: Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>,
  format: 'ndjson' | 'csv',
): AsyncGenerator<string, void, undefined> {
  const { db } = deps
  const exported = newEvent(deps, systemCause, 'orgs.exported', { data: { format } })
  const { found } = await commit(deps, { noted: noteEvent(db, exported), found: lastOrgId(db) })
  const last = found[0]?.id ?? ''
  const write = format === 'csv' ? csvRow : (row: Row) => `${JSON.stringify(row)}\n`
  const text = (rows: readonly Row[]) => rows.map(write).join('')

  if (format === 'csv') yield `${ORG_COLUMNS.join(',')}\r\n`
  for await (const rows of pages(
    '',
    (after) => exportedOrgs(db, after, last, ROWS_PER_PAGE),
    ({ id }) => id,
  ))
    yield text(rows.map(orgRow))
  for (const inheriting of [false, true])
    for await (const rows of pages(
      '',
      (after) => exportedRoles(db, inheriting, after, last, ROWS_PER_PAGE),
      ({ role }) => role.id,
    ))
      yield text(rows.map(roleRow))
  for await (const rows of pages(
    { orgId: '', userId: '' },
    (after) => exportedMembers(db, after, last, ROWS_PER_PAGE),
    ({ orgId, userId }) => ({ orgId, userId }),
  ))
    yield text(rows.map(memberRow))
}

async function* pages<Found, Key>(
  first: Key,
  read: (after: Key) => PromiseLike<Found[]>,
  keyOf: (row: Found) => Key,
): AsyncGenerator<Found[], void, undefined> {
  for (let after = first; ; ) {
    const rows = await read(after)
    if (rows.length > 0) yield rows
    const end = rows.length < ROWS_PER_PAGE ? undefined : rows.at(-1)
    if (end === undefined) return
    after = keyOf(end)
  }
}

type Found<Query extends (...args: never[]) => PromiseLike<unknown[]>> = Awaited<ReturnType<Query>>[number]

const orgRow = ({ slug, name, settings, createdAt }: Found<typeof exportedOrgs>): OrgRow => ({
  kind: 'org',
  slug,
  name,
  ...(Object.keys(settings).length === 0 ? {} : { settings }),
  createdAt: iso(createdAt),
})

const roleRow = ({ role, slug, mfaRequired }: Found<typeof exportedRoles>): RoleRow => ({
  kind: 'role',
  ...(slug === null ? {} : { org: slug }),
  name: role.name,
  permissions: role.permissions,
  ...(role.inherits === null ? {} : { inherits: role.inherits }),
  mfaRequired,
  createdAt: iso(role.createdAt),
})

const memberRow = ({ slug, email, roles, joinedAt }: Found<typeof exportedMembers>): MembershipRow => ({
  kind: 'membership',
  org: slug,
  email,
  roles,
  joinedAt: iso(joinedAt),
})

function csvRow(row: Row): string {
  const values: Readonly<Record<string, unknown>> = row
  return `${ORG_COLUMNS.map((column) => csvCell(cellOf(values[column]))).join(',')}\r\n`
}

function cellOf(value: unknown): string {
  if (value === undefined) return ''
  // An empty cell would give the import no value, and its default is the role member.
  if (Array.isArray(value)) return value.length === 0 ? ',' : value.join(' ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
