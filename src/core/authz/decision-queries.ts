import { and, eq, gt, inArray, lte, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { decisions } from '../../../db/tables/index.ts'

export type DecisionRow = typeof decisions.$inferInsert

/** One statement for all rows. */
export const insertDecisions = (db: Database, rows: DecisionRow[]) => db.insert(decisions).values(rows)

/** Primary key. */
export const decisionById = (db: Database, id: string, now: number) =>
  db
    .select()
    .from(decisions)
    .where(and(eq(decisions.id, id), gt(decisions.expiresAt, now)))
    .limit(1)

/** The organisation of a decision, as a subquery of ids. Primary key. */
export const orgOfDecision = (id: string): SQL =>
  sql`SELECT org_id FROM ${decisions} WHERE id = ${id} AND org_id IS NOT NULL`

/** Index decisions_expires. */
export const deleteExpiredDecisions = (db: Database, now: number, limit: number) =>
  db
    .delete(decisions)
    .where(
      inArray(
        decisions.id,
        db.select({ id: decisions.id }).from(decisions).where(lte(decisions.expiresAt, now)).limit(limit),
      ),
    )
