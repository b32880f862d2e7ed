import { sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { resources } from '../../../db/tables/index.ts'

/** The types of `authorization_details` of every resource, at most 200. Scans the table, which has a row for each API. */
export const detailTypes = (db: Database) =>
  db
    .selectDistinct({ type: sql<string>`listed.value ->> 'type'`.as('type') })
    .from(sql`${resources}, json_each(${resources.detailTypes}) AS listed`)
    .orderBy(sql`type`)
    .limit(200)
