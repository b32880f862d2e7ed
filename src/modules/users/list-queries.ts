import { and, asc, desc, eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { userRoles, users } from '../../../db/tables/index.ts'
import type { Cursor } from '../../lib/cursors.ts'
import { emailFault, emailKey, readEmail } from '../../lib/email.ts'
import { userColumns } from './queries.ts'
import type { UserSort } from './schema.ts'

export interface UserFilter {
  q?: string | undefined
  status?: 'active' | 'disabled' | undefined
  role?: string | undefined
}

/** What each sort orders by; every one has an index that ends in the id. */
const sortColumns = {
  createdAt: sql`${users.createdAt}`,
  name: sql`${users.name} COLLATE NOCASE`,
  email: sql`${users.emailKey}`,
} as const satisfies Record<string, SQL>
export type SortColumn = keyof typeof sortColumns

export const parseSort = (sort: UserSort): { column: SortColumn; down: boolean } => ({
  column: sort.replace('-', '') as SortColumn, // every UserSort is a column with or without a minus
  down: sort.startsWith('-'),
})

/** A page by keyset: rows after the cursor, never OFFSET. Indexes users_created, users_name, users_email_key. */
export function listUsers(db: Database, filter: UserFilter, sort: UserSort, after: Cursor | undefined, limit: number) {
  const { column, down } = parseSort(sort)
  const key = sortColumns[column]
  return db
    .select({ ...userColumns, emailKey: users.emailKey })
    .from(users)
    .where(
      and(
        filter.status === undefined ? undefined : eq(users.status, filter.status),
        filter.role === undefined
          ? undefined
          : sql`${users.id} IN (SELECT user_id FROM ${userRoles} WHERE role = ${filter.role})`,
        filter.q === undefined ? undefined : matches(filter.q),
        after === undefined
          ? undefined
          : sql`(${key}, ${users.id}) ${sql.raw(down ? '<' : '>')} (${after.value}, ${after.id})`,
      ),
    )
    .orderBy(down ? desc(key) : asc(key), down ? desc(users.id) : asc(users.id))
    .limit(limit)
}

/** Shorter words than a trigram are not in the index. */
const TRIGRAM = 3

/**
 * Every word of the search must stand in the name or the e-mail. Words of three characters and more are looked up in
 * the trigram index, anywhere in the text; shorter ones match where a word of the name or the e-mail begins, by a scan.
 * Run it where a scan stalls nobody (`Deps.longReads`).
 */
function matches(q: string): SQL | undefined {
  // A whole address finds its account in whichever spelling that has it: Punycode is no part of Unicode.
  if (emailFault(q) === undefined)
    return sql`users.row_key IN (SELECT rowid FROM users_search WHERE users_search MATCH ${phraseOf([readEmail(q)])} UNION ALL SELECT row_key FROM ${users} AS owner WHERE owner.email_key = ${emailKey(q)})`
  const words = q.split(/\s+/).filter(Boolean)
  const long = words.filter((word) => [...word].length >= TRIGRAM)
  const phrase = phraseOf(long)
  return and(
    phrase === ''
      ? undefined
      : sql`users.row_key IN (SELECT rowid FROM users_search WHERE users_search MATCH ${phrase})`,
    ...words.filter((word) => !long.includes(word)).map(beginsWith),
  )
}

const phraseOf = (words: readonly string[]): string =>
  words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' AND ')

function beginsWith(word: string): SQL {
  const pattern = `${word.replaceAll(/[\\%_]/g, '\\$&')}%`
  return sql`(${users.name} LIKE ${pattern} ESCAPE '\\' OR ${users.name} LIKE ${`% ${pattern}`} ESCAPE '\\' OR ${users.emailKey} LIKE ${pattern} ESCAPE '\\')`
}
