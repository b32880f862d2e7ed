/** Finds the accounts of a bulk action: in the order of their ids, a bounded number of rows at a time. */
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { users } from '../../../db/tables/index.ts'
import { listed } from '../../core/authz/authority-queries.ts'
import { matchesFilter, type UserFilter } from '../users/list-queries.ts'

export interface Matching {
  filter: UserFilter
  /** Only these. Undefined: any. */
  userIds: readonly string[] | undefined
  /** ms UTC. */
  createdBefore: number | undefined
  /** The account of the initiator, which is never matched. */
  except: string | null
}

/** The accounts in `(after, upTo]`. */
export interface Range {
  after: string
  upTo: string
}

/**
 * The account that is `rows` after another one: the end of a walk of so many. No row: fewer are left. Index users_id.
 */
export const edgeAfter = (db: Database, { after, upTo }: Range, rows: number) =>
  db
    .select({ id: users.id })
    .from(users)
    .where(sql`users.id > ${after} AND users.id <= ${upTo}`)
    .orderBy(users.id)
    .limit(1)
    .offset(rows - 1)

/** The first matching accounts of a range. Index users_id: reads the accounts of the range, or those of `userIds`. */
export const matchingUsers = (db: Database, matching: Matching, range: Range, limit: number) =>
  db
    .select({ id: users.id, email: users.email })
    .from(users)
    .where(within(matching, range))
    .orderBy(users.id)
    .limit(limit)

/**
 * How many of the first `rows` accounts up to `upTo` match, whether these are all, and ten of them. With `userIds` only those
 * are read. Index users_id. The number of rows may be large, so run it with `longReads`.
 */
export const surveyMatching = (db: Database, matching: Matching, upTo: string, rows: number) => {
  const limit = matching.userIds === undefined ? sql`LIMIT 1 OFFSET ${rows}` : sql`LIMIT 0`
  const beyond = sql`(SELECT users.id FROM ${users} WHERE users.id <= ${upTo} ORDER BY users.id ${limit})`
  const conditions = sql`${within(matching, { after: '', upTo })} AND users.id < coalesce((SELECT id FROM beyond), ${PAST_ALL})`
  return db
    .select({
      matched: sql<number>`matched`.mapWith(Number).as('matched'),
      exact: sql<boolean>`exact`.mapWith(Boolean).as('exact'),
      sample: sql<string>`sample`.as('sample'),
    })
    .from(
      sql`(WITH beyond (id) AS MATERIALIZED ${beyond}
      SELECT (SELECT count(*) FROM ${users} WHERE ${conditions}) AS matched,
        NOT EXISTS (SELECT 1 FROM beyond) AS exact,
        (SELECT json_group_array(json_object('id', id, 'email', email)) FROM (SELECT users.id, users.email FROM ${users} WHERE ${conditions} ORDER BY users.id LIMIT 10)) AS sample) AS survey`,
    )
}

/** Above every id of an account. */
export const PAST_ALL = 'usr_~'

function within({ filter, userIds, createdBefore, except }: Matching, { after, upTo }: Range): SQL {
  const conditions = [
    sql`users.id > ${after} AND users.id <= ${upTo}`,
    ...(userIds === undefined ? [] : [sql`users.id IN ${listed(userIds)}`]),
    ...(createdBefore === undefined ? [] : [sql`+users.created_at < ${createdBefore}`]),
    ...(except === null ? [] : [sql`users.id <> ${except}`]),
    ...matchesFilter(filter),
  ]
  return sql.join(conditions, sql` AND `)
}

/** Whether an account still matches when it is changed. Undefined: what was matched cannot change. Index users_id. */
export function stillMatches(filter: UserFilter, id: string): SQL | undefined {
  const conditions = matchesFilter(filter)
  if (conditions.length === 0) return undefined
  return sql`EXISTS (SELECT 1 FROM ${users} WHERE users.id = ${id} AND ${sql.join(conditions, sql` AND `)})`
}
