import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { userRoles, users } from '../../../db/tables/index.ts'
import type { Cursor } from '../../core/paging/cursors.ts'
import { emailFault, emailKey, readEmail } from '../../lib/email.ts'
import { hasMetadata, usersByMetadata } from './metadata-queries.ts'
import { managedColumns } from './queries.ts'
import type { UserSort } from './schema.ts'
import { type AskedWords, readSearch } from './search-queries.ts'

export interface UserFilter {
  q?: string | undefined
  status?: 'active' | 'disabled' | undefined
  role?: string | undefined
  /** In its spelling. */
  username?: string | undefined
  /** The declared key, and the value that the public metadata has under it. */
  metadata?: { key: string; value: string } | undefined
}

/** The columns of each sort. `none` is below every value of the first column, and `all` is above every value. */
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

/** Whether a list has more filters than the status. Then the number of rows that it reads is not limited by the page. */
export const isFiltered = ({ q, role, username, metadata }: Omit<UserFilter, 'status'>): boolean =>
  q !== undefined || role !== undefined || username !== undefined || metadata !== undefined

/** The limits of a filtered list before it takes another way. Tests use small limits to reach each way. */
export interface ListBounds {
  /** If a word or role has at most this many users, all of them are read and sorted. */
  rare: number
  /** Otherwise this many users for each filter are read in the order of the sort, until the page is full. */
  walk: number
}

/** A row costs 0.7 µs by time (the order of the table), 0.9 µs by name and 2.7 µs by address. */
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
 * A page by keyset: rows after the cursor, never OFFSET. Indexes users_created, users_name, users_email_key. With a
 * status: users_status_created. For disabled users: users_inactive_name, users_inactive_email. With other filters see
 * `filteredPage`.
 */
export function listUsers(db: Database, { q: text, ...others }: UserListing, within = boundsOf(others.sort)) {
  const listing = { ...others, q: text?.trim() || undefined } // white space alone is no filter
  const { limit } = listing
  const order = orderOf(listing)
  const select = db.select({ ...managedColumns, emailKey: users.emailKey }).from(users)
  if (!isFiltered(listing))
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
  // The collation is on the right side: SQLite does not use the index for a row value whose column has a collation.
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
    /**
     * The status condition for finding the edge. It may match more rows than needed, because it must be answered by
     * an index alone.
     */
    statusOfEdge:
      status && (column === 'createdAt' ? hasStatus(status, column) : status === 'disabled' ? inactive : undefined),
    by: by(sql``),
    /**
     * The same for a few rows that were found in another way. The plus prevents the planner from walking the index
     * for them.
     */
    bySorting: by(sql`+`),
    /**
     * The index that gives the sort columns and the status for a row key. It has at most half the pages of the table.
     */
    usersByRowKey: column === 'createdAt' ? sql`users` : sql.raw(`users INDEXED BY users_row_${column}`),
    afterCursor: afterCursor(),
    /** The condition on a row that is already found. Using it in the index search for each row would take longer. */
    isAfterCursor: afterCursor(sql`+${first}`),
    /** The end of the walk: all rows if there is no edge. */
    upToEdge: beyond(
      sql`coalesce((SELECT edge_key FROM edge), ${down ? none : all})`,
      // Has no affinity, like a bound value. Otherwise SQLite searches a row value by its first column only.
      sql`coalesce((SELECT edge_id FROM edge), '')`,
      upTo,
    ),
  }
}

/** Must be the exact text of the partial indexes. Otherwise SQLite does not use them. */
const inactive = sql`users.status <> 'active'`

/** The plus prevents the planner from using users_status_created, which has no order of names and addresses. */
function hasStatus(status: 'active' | 'disabled', column: SortColumn): SQL {
  if (column === 'createdAt') return sql`users.status = ${status}`
  return status === 'active' ? sql`+users.status = 'active'` : sql`${inactive} AND +users.status = 'disabled'`
}

/**
 * The row keys of a page of a search, a role or another filter, and some more. It is one statement. The database runs
 * one or two of its parts and skips the others (`LIMIT 0`), so the list costs one round trip for every result:
 *
 * 1. Rare: a word or role of at most `rare` users, which a probe finds out. All its users are read from its own index
 *   and sorted. Indexes users_search, users_words, user_roles_role, users_username, users_metadata, then
 *   users_row_name, users_row_email for one filter by row key alone (with more filters, and by time, the table); a
 *   temporary b-tree of these rows.
 * 2. Common: `walk` users for each filter are read in the order of the sort, and each row is checked. The index of
 *   the sort; primary key of user_roles.
 * 3. Common, and far from the beginning of the page (for example all users called Zoe, by name): all users of the
 *   rarest filter are read. The number of rows has no limit, so run it where it blocks no other work
 *   (`Deps.longReads`).
 */
function filteredPage(
  { q, role, username, metadata, limit }: UserListing,
  order: Order,
  { rare, walk }: ListBounds,
): SQL {
  const filters = filtersOf({ q, role, username, metadata })
  if (filters === undefined) return sql`SELECT NULL WHERE 0`
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
  /** All users that match the filter, each once, from an index of the filter. */
  ids: SQL
  /** The column of `users` that `ids` returns as `found`. */
  key: 'row_key' | 'id'
  /** The same condition for one row. */
  onRow: SQL
}

/** All filters but the status. Undefined: no user matches. */
function filtersOf({ q, role, username, metadata }: Omit<UserFilter, 'status'>): Filter[] | undefined {
  const address = q !== undefined && emailFault(q) === undefined ? emailKey(q) : undefined
  const search = q === undefined ? undefined : readSearch(address === undefined ? q : readEmail(q))
  if (q !== undefined && search === undefined) return undefined
  return [
    search?.anywhere && (address === undefined ? foundBy(search.anywhere) : foundByAddress(search.anywhere, address)),
    search?.beginnings && foundBy(search.beginnings),
    role === undefined ? undefined : heldRole(role),
    username === undefined ? undefined : named(username),
    metadata === undefined ? undefined : withMetadata(metadata),
  ].filter((filter) => filter !== undefined)
}

/** The conditions of a filter on one row of `users`. They use no index of the filter, so a walk in another order stays one. */
export function matchesFilter({ status, q, ...others }: UserFilter): SQL[] {
  const filters = filtersOf({ ...others, q: q?.trim() || undefined }) // white space alone is no filter
  if (filters === undefined) return [sql`0`]
  return [...(status === undefined ? [] : [sql`+users.status = ${status}`]), ...filters.map(({ onRow }) => onRow)]
}

const foundBy = ({ table, match, onRow }: AskedWords): Filter => ({
  ids: sql`(SELECT rowid AS found FROM ${sql.raw(table)} WHERE ${sql.raw(table)} MATCH ${match})`,
  key: 'row_key',
  onRow,
})

/** A complete address also finds its account in every other spelling of the address, such as Punycode. */
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

const named = (username: string): Filter => ({
  ids: sql`(SELECT row_key AS found FROM ${users} AS named WHERE named.username = ${username})`,
  key: 'row_key',
  onRow: sql`+users.username = ${username}`,
})

const withMetadata = ({ key, value }: { key: string; value: string }): Filter => ({
  ids: usersByMetadata(key, value),
  key: 'row_key',
  onRow: hasMetadata(key, value),
})

const allOf = (conditions: readonly (SQL | undefined)[]): SQL =>
  sql.join([sql`1`, ...conditions.filter((condition) => condition !== undefined)], sql` AND `)
