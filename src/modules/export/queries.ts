/** The data of a user, in sections that are read page by page, so that an account of any size can be exported. */
import { eq, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { users } from '../../../db/tables/index.ts'
import type { SectionRows } from '../../core/feature.ts'
import { managedColumns } from '../users/queries.ts'

/** A row of a section, and its key: the next page begins after it. */
export type Entry = [key: string, item: Record<string, unknown>]

const decode = (json: string): Entry[] => JSON.parse(json) as Entry[] // json_group_array of the json_arrays below

/** `rows` selects `key` and `item` of some rows, in order. */
const page = (rows: SQL): SQL<Entry[]> =>
  sql`(SELECT json_group_array(json(entry)) FROM (SELECT json_array("key", json(item)) AS entry FROM (${rows})))`.mapWith(
    decode,
  )

/** The rows of each section, by its name (`declared.ts`). */
export type Sections = Readonly<Record<string, SectionRows>>

/**
 * The account and the first page of each section, in one statement. Index users_id, and the indexes of the sections.
 */
export const accountWithFirstPages = (db: Database, userId: string, sections: Sections, limit: number) =>
  db
    .select({
      ...managedColumns,
      hasPassword: sql`${users.passwordHash} IS NOT NULL`.mapWith(Boolean).as('has_password'),
      first: firstPages(userId, sections, limit),
    })
    .from(users)
    .where(eq(users.id, userId))
    .limit(1)

const firstPages = (userId: string, sections: Sections, limit: number): Record<string, SQL.Aliased<Entry[]>> =>
  Object.fromEntries(
    Object.entries(sections).map(([name, rows]) => [name, page(rows(userId, '', limit)).as(`first_${name}`)]),
  )

/** The page of a section that begins after a key. */
export const nextPage = (db: Database, rows: SectionRows, userId: string, after: string, limit: number) =>
  db.select({ entries: page(rows(userId, after, limit)).as('entries') }).from(sql`(SELECT 1)`)
