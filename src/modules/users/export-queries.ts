import { and, gt, lte, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { users } from '../../../db/tables/index.ts'
import { managedColumns } from './queries.ts'

const columns = { rowKey: users.rowKey, anonymous: users.anonymous, ...managedColumns }

/** The first users, and the last row key there is. Primary key. */
export const firstExported = (db: Database, limit: number) =>
  db
    .select({
      ...columns,
      passwordHash: users.passwordHash,
      last: sql<number>`(SELECT max(row_key) FROM users)`.as('last'),
    })
    .from(users)
    .orderBy(users.rowKey)
    .limit(limit)

/** The users after one row key and up to another. Primary key. */
export const nextExported = (db: Database, after: number, last: number, limit: number) =>
  db
    .select({ ...columns, passwordHash: users.passwordHash })
    .from(users)
    .where(and(gt(users.rowKey, after), lte(users.rowKey, last)))
    .orderBy(users.rowKey)
    .limit(limit)

export type ExportedRow = Awaited<ReturnType<typeof nextExported>>[number]
