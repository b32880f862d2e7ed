import { and, eq, lte, type SQL, sql } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Database } from '../../../db/database.ts'
import {
  apiKeys,
  invitations,
  organisations,
  orgMemberRoles,
  orgMembers,
  serviceAccounts,
} from '../../../db/tables/index.ts'

/** Organisations whose grace period has ended, longest deleted first. Index organisations_deleted. */
export const dueOrgs = (db: Database, before: number, limit: number) =>
  db
    .select({ id: organisations.id })
    .from(organisations)
    .where(lte(organisations.deletedAt, before))
    .orderBy(organisations.deletedAt)
    .limit(limit)

/** The tables with many rows for one organisation. The other ones have at most some hundred, and cascade. */
const large = { invitations, apiKeys, serviceAccounts, orgMemberRoles, orgMembers }

const isDue = (id: string, before: number): SQL =>
  sql`EXISTS (SELECT 1 FROM ${organisations} AS due WHERE due.id = ${id} AND due.deleted_at <= ${before})`

/** Deletes at most `limit` rows of each large table. Indexes by organisation, and primary keys. */
export const deleteRowsOfOrg = (db: Database, id: string, before: number, limit: number) => {
  const some = (table: SQLiteTable) =>
    db
      .delete(table)
      .where(
        sql`rowid IN (SELECT old.rowid FROM ${table} AS old WHERE old.org_id = ${id} LIMIT ${limit}) AND ${isDue(id, before)}`,
      )
  return Object.values(large).map(some)
}

/** Deletes the organisation with everything in it, when its large tables are empty. Primary key. */
export const eraseOrg = (db: Database, id: string, before: number) =>
  db
    .delete(organisations)
    .where(
      and(
        eq(organisations.id, id),
        lte(organisations.deletedAt, before),
        ...Object.values(large).map(
          (table) => sql`NOT EXISTS (SELECT 1 FROM ${table} AS left_over WHERE left_over.org_id = ${id})`,
        ),
      ),
    )
    .returning({ id: organisations.id })
