import { eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { orgMemberRoles, orgMembers, users } from '../../../db/tables/index.ts'
import { readSearch } from '../users/search-queries.ts'
import { memberColumns } from './queries.ts'

export interface MemberFilter {
  q?: string | undefined
  role?: string | undefined
}

/** A word of at most this many accounts of the server is read from its own index. */
const RARE = 2_000

/**
 * A page of the members by user id: rows after the cursor, never OFFSET. Primary key of org_members; with a role:
 * org_member_roles_role. With `q` see `searched`.
 */
export function listMembers(
  db: Database,
  orgId: string,
  { q, role, after, limit }: MemberFilter & { after: string; limit: number },
  rare = RARE,
) {
  const words = q?.trim()
  const ids = words ? searched(orgId, words, { role, after, limit }, rare) : page(orgId, { role, after, limit })
  return db
    .select(memberColumns())
    .from(orgMembers)
    .innerJoin(users, eq(users.id, orgMembers.userId))
    .where(sql`${orgMembers.orgId} = ${orgId} AND ${orgMembers.userId} IN (${ids})`)
    .orderBy(orgMembers.userId)
    .limit(limit)
}

interface Part {
  role: string | undefined
  after: string
  limit: number
}

const page = (orgId: string, { role, after, limit }: Part): SQL =>
  role === undefined
    ? sql`SELECT page.user_id FROM ${orgMembers} AS page WHERE page.org_id = ${orgId} AND page.user_id > ${after} ORDER BY page.user_id LIMIT ${limit}`
    : sql`SELECT page.user_id FROM ${orgMemberRoles} AS page WHERE page.org_id = ${orgId} AND page.role = ${role} AND page.user_id > ${after} ORDER BY page.user_id LIMIT ${limit}`

/**
 * The members with these words in the name or the address, as in the list of users. If few accounts of the server have
 * them, these are read and looked up among the members (users_search or users_words, primary key). Otherwise the
 * members are read in their order until the page is full; with a role, its holders (org_member_roles_role). Run it with `longReads`: the number of rows has no limit.
 */
function searched(orgId: string, q: string, { role, after, limit }: Part, rare: number): SQL {
  const search = readSearch(q)
  const asked = search?.anywhere ?? search?.beginnings
  if (search === undefined || asked === undefined) return sql`SELECT NULL WHERE 0` // no account matches
  const found = sql`SELECT rowid AS found FROM ${sql.raw(asked.table)} WHERE ${sql.raw(asked.table)} MATCH ${asked.match}`
  const parts = [search.anywhere, search.beginnings].filter((part) => part !== undefined)
  const matches = sql.join(
    parts.map(({ onRow }) => onRow),
    sql` AND `,
  )
  // With a role, its holders are read and not all members.
  const from = role === undefined ? orgMembers : orgMemberRoles
  const hasRole = role === undefined ? sql`1` : sql`joined.role = ${role}`
  const where = sql`joined.org_id = ${orgId} AND ${hasRole} AND joined.user_id > ${after} AND ${matches} ORDER BY joined.user_id`
  return sql`WITH few (is_few) AS MATERIALIZED (SELECT (SELECT count(*) FROM (${found} LIMIT ${rare + 1})) <= ${rare})
    SELECT user_id FROM (SELECT joined.user_id FROM (${found}) CROSS JOIN ${users} ON users.row_key = found CROSS JOIN ${from} AS joined ON joined.user_id = users.id WHERE ${where} LIMIT iif((SELECT is_few FROM few), ${limit}, 0))
    UNION ALL
    SELECT user_id FROM (SELECT joined.user_id FROM ${from} AS joined CROSS JOIN ${users} ON users.id = joined.user_id WHERE ${where} LIMIT iif((SELECT is_few FROM few), 0, ${limit}))`
}
