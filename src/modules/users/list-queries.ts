import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { userRoles, users } from '../../../db/tables/index.ts'
import type { Cursor } from '../../core/paging/cursors.ts'
import { emailFault, emailKey, readEmail } from '../../lib/email.ts'
import { userColumns } from './queries.ts'
import type { UserSort } from './schema.ts'
import { type AskedWords, readSearch } from './search-queries.ts'

export interface UserFilter {
  q?: string | undefined
  status?: 'active' | 'disabled' | undefined
  role?: string | undefined
}

/** What each sort orders by. `none` and `all` are below and above every value of the first column. */
const orders = {
  createdAt: { columns: [sql`users.created_at`, sql`users.id`], collation: sql``, none: sql`-9e18`, all: sql`9e18` },
  name: { columns: [sql`users.name`, sql`users.id`], collation: sql` COLLATE NOCASE`, none: sql`''`, all: sql`x''` },
  email: { columns: [sql`users.email_key`], collation: sql``, none: sql`''`, all: sql`x''` }, // unique
} as const satisfies Record<string, { columns: readonly [SQL, SQL?]; collation: SQL; none: SQL; all: SQL }>
export type SortColumn = keyof typeof orders

export const parseSort = (sort: UserSort): { column: SortColumn; down: boolean } => ({
  column: sort.replace('-', '') as SortColumn, // every UserSort is a column with or without a minus
  down: sort.startsWith('-'),
})

/** How far a filtered list looks before it does otherwise. Tests make them small, so that each way is taken. */
export interface ListBounds {
  /** A word or a role that no more users share is rare: all of them are read and sorted. */
  rare: number
  /** Otherwise so many users for each filter are read in the order of the sort, until the page is full. */
  walk: number
}

/** A row costs 0.7 µs in the order of time, in which the table stands, 0.9 µs by name, 2.7 µs by address. */
const walks: Record<SortColumn, number> = { createdAt: 6_000, name: 6_000, email: 3_000 }
const boundsOf = (sort: UserSort): ListBounds => ({
  rare: 2_000,
  walk: walks[parseSort(sort).column],
})

export interface UserListing extends UserFilter {
  sort: UserSort
  after: Cursor | undefined
  limit: number
}

/**
 * A page by keyset: rows after the cursor, never OFFSET. Indexes users_created, users_name, users_email_key; with a status
 * users_status_created; of the disabled users_inactive_name, users_inactive_email. With `q` or `role` see `filteredPage`.
 */
export function listUsers(db: Database, { q: text, ...others }: UserListing, within = boundsOf(others.sort)) {
  const listing = { ...others, q: text?.trim() || undefined } // blanks ask for nothing
  const { q, role, limit } = listing
  const order = orderOf(listing)
  const select = db.select({ ...userColumns, emailKey: users.emailKey }).from(users)
  if (q === undefined && role === undefined)
    return select
      .where(allOf([order.status, order.afterCursor]))
      .orderBy(...order.by)
      .limit(limit)
  return select
    .where(sql`users.row_key IN (${filteredPage(listing, order, within)})`)
    .orderBy(...order.bySorting)
    .limit(limit)
}

export type ListedUser = Awaited<ReturnType<typeof listUsers>>[number]

type Order = ReturnType<typeof orderOf>

function orderOf({ status, sort, after }: UserListing) {
  const { column, down } = parseSort(sort)
  const { columns, collation, none, all } = orders[column]
  const direction = down ? sql` DESC` : sql``
  const [first, ...rest] = columns
  const by = (prefix: SQL) => [
    sql`${prefix}${first}${collation}${direction}`,
    ...rest.map((column) => sql`${prefix}${column}${direction}`),
  ]
  // The collation stands on the right: a column that carries one is not found in the index by a row value.
  const beyond = (value: SQL, id: SQL, operator: string, column = sql`${first}`) =>
    rest.length === 0
      ? sql`${column} ${sql.raw(operator)} ${value}`
      : sql`(${column}, users.id) ${sql.raw(operator)} (${value}${collation}, ${id})`
  const afterCursor = (column?: SQL) =>
    after === undefined ? undefined : beyond(sql`${after.value}`, sql`${after.id}`, next, column)
  const [next, upTo] = down ? ['<', '>='] : ['>', '<=']
  return {
    key: first,
    status: status && hasStatus(status, column),
    /** For the edge, which may as well be one of more: it is found in an index alone. */
    statusOfEdge:
      status && (column === 'createdAt' ? hasStatus(status, column) : status === 'disabled' ? inactive : undefined),
    by: by(sql``),
    /** The same for few rows found otherwise: the plus keeps the planner from walking the index for them. */
    bySorting: by(sql`+`),
    /** Where a row key finds the sort columns and the status alone: half the pages of the table, or fewer. */
    usersByRowKey: column === 'createdAt' ? sql`users` : sql.raw(`users INDEXED BY users_row_${column}`),
    afterCursor: afterCursor(),
    /** Asked of a row that is found: a search in the index by this too, for each of them, takes longer. */
    isAfterCursor: afterCursor(sql`+${first}`),
    /** Up to where the walk goes: to the end when there is no edge. */
    upToEdge: beyond(
      sql`coalesce((SELECT edge_key FROM edge), ${down ? none : all})`,
      // Without an affinity, as a bound value has none; else a row value is looked up by its first column alone.
      sql`coalesce((SELECT edge_id FROM edge), '')`,
      upTo,
    ),
  }
}

/** As the partial indexes have it, which are found by these very words. */
const inactive = sql`users.status <> 'active'`

/** The plus keeps the planner from users_status_created, in which names and addresses have no order. */
function hasStatus(status: 'active' | 'disabled', column: SortColumn): SQL {
  if (column === 'createdAt') return sql`users.status = ${status}`
  return status === 'active' ? sql`+users.status = 'active'` : sql`${inactive} AND +users.status = 'disabled'`
}

/**
 * The row keys of a page of a search or a role, and some more. One statement, of which the database runs one or two
 * ways and skips the others (`LIMIT 0`), for one round trip whatever it finds:
 *
 * 1. What is rare – a word or role of `rare` users at most, found by a probe – is read whole from its own index and
 *    sorted. Indexes users_search, users_words, user_roles_role, then users_row_name, users_row_email for a search alone
 *    (with more filters, and by time, the table); a temporary b-tree of so many rows.
 * 2. What is common is met soon: `walk` users for each filter are read in the order of the sort, each looked at by
 *    itself. The index of the sort; primary key of user_roles.
 * 3. What is common and stands far from where the page begins – all who are called Zoe, by name – is read whole after
 *    all, by what the fewest share. As many rows as there are: run it where that stalls nobody (`Deps.longReads`).
 */
function filteredPage({ q, role, limit }: UserListing, order: Order, { rare, walk }: ListBounds): SQL {
  const address = q !== undefined && emailFault(q) === undefined ? emailKey(q) : undefined
  const search = q === undefined ? undefined : readSearch(address === undefined ? q : readEmail(q))
  if (q !== undefined && search === undefined) return sql`SELECT NULL WHERE 0` // nobody has it
  const filters: Filter[] = [
    search?.anywhere && (address === undefined ? foundBy(search.anywhere) : foundByAddress(search.anywhere, address)),
    search?.beginnings && foundBy(search.beginnings),
    role === undefined ? undefined : heldRole(role),
  ].filter((filter) => filter !== undefined)
  const by = sql.join(order.by, sql`, `)
  const bySorting = sql.join(order.bySorting, sql`, `)

  const countUpTo = ({ ids }: Filter, most: number) => sql`(SELECT count(*) FROM (SELECT 1 FROM ${ids} LIMIT ${most}))`
  const firstRare = sql.join(
    filters.map((filter, index) => sql`WHEN ${countUpTo(filter, rare + 1)} <= ${rare} THEN ${index + 1}`),
    sql` `,
  )
  const whole = (filter: Filter, when: SQL) => {
    const others = filters.filter((other) => other !== filter).map(({ onRow }) => onRow)
    const from = others.length === 0 && filter.key === 'row_key' ? order.usersByRowKey : users
    return sql`SELECT row_key FROM (SELECT users.row_key FROM ${filter.ids} CROSS JOIN ${from} ON users.${sql.raw(filter.key)} = found WHERE ${allOf([order.status, order.isAfterCursor, ...others])} ORDER BY ${bySorting} LIMIT iif(${when}, ${limit}, 0))`
  }
  const way = sql`(SELECT number FROM way)`
  const counts = filters.map(
    (filter, index) => sql`SELECT ${countUpTo(filter, rare * 10)} AS n, ${index + 1} AS number`,
  )
  const fewest =
    filters.length === 1 ? sql`1` : sql`(SELECT number FROM (${sql.join(counts, sql` UNION ALL `)}) ORDER BY n LIMIT 1)`
  return sql`WITH
    way (number) AS MATERIALIZED (SELECT CASE ${firstRare} ELSE 0 END),
    edge (edge_key, edge_id) AS MATERIALIZED (SELECT ${order.key}, users.id FROM users WHERE ${allOf([order.statusOfEdge, order.afterCursor])} ORDER BY ${by} LIMIT iif(${way} = 0, 1, 0) OFFSET ${walk * filters.length - 1}),
    walked (row_key) AS MATERIALIZED (SELECT users.row_key FROM users WHERE ${allOf([order.status, order.afterCursor, order.upToEdge, ...filters.map(({ onRow }) => onRow)])} ORDER BY ${by} LIMIT iif(${way} = 0, ${limit}, 0)),
    whole (number) AS MATERIALIZED (SELECT iif(${way} > 0, ${way}, iif(EXISTS (SELECT 1 FROM edge) AND (SELECT count(*) FROM walked) < ${limit}, ${fewest}, 0)))
    SELECT row_key FROM walked UNION ALL ${sql.join(
      filters.map((filter, index) => whole(filter, sql`(SELECT number FROM whole) = ${index + 1}`)),
      sql` UNION ALL `,
    )}`
}

interface Filter {
  /** All whom it lets through, each once, from an index of its own. */
  ids: SQL
  /** The column of the users that `ids` gives, as `found`. */
  key: 'row_key' | 'id'
  /** The same asked of one row. */
  onRow: SQL
}

const foundBy = ({ table, match, onRow }: AskedWords): Filter => ({
  ids: sql`(SELECT rowid AS found FROM ${sql.raw(table)} WHERE ${sql.raw(table)} MATCH ${match})`,
  key: 'row_key',
  onRow,
})

/** A whole address finds its account in every spelling as well: Punycode is no part of Unicode. */
const foundByAddress = ({ table, match, onRow }: AskedWords, key: string): Filter => ({
  ids: sql`(SELECT rowid AS found FROM ${sql.raw(table)} WHERE ${sql.raw(table)} MATCH ${match} UNION SELECT row_key FROM ${users} AS owner WHERE owner.email_key = ${key})`,
  key: 'row_key',
  onRow: sql`(${onRow} OR users.email_key = ${key})`,
})

const heldRole = (role: string): Filter => ({
  ids: sql`(SELECT user_id AS found FROM ${userRoles} WHERE role = ${role})`,
  key: 'id',
  onRow: sql`EXISTS (SELECT 1 FROM ${userRoles} WHERE user_id = users.id AND role = ${role})`,
})

const allOf = (conditions: readonly (SQL | undefined)[]): SQL =>
  sql.join([sql`1`, ...conditions.filter((condition) => condition !== undefined)], sql` AND `)
