/** Revocations in the order of their commits. Triggers of the migrations write them. */
import { and, desc, eq, gt, gte, lte, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { resources, revocations } from '../../../db/tables/index.ts'
import type { RevocationCursor } from './model.ts'

/** Access tokens live for at least this long, for the case that their lifetime was made shorter a moment ago. */
const LEAST_LIFE_MS = 3_600_000

/** ms after which no access token is left that was issued before. Scans the table of resources, which has a row for each API. */
const longestLife = (accessTtlMs: number): SQL =>
  sql`max(${Math.max(accessTtlMs, LEAST_LIFE_MS)}, coalesce((SELECT max(${resources.accessTtlSeconds}) * 1000 FROM ${resources}), 0))`

const until = (accessTtlMs: number) =>
  sql<number>`max(${revocations.notedAt} + ${longestLife(accessTtlMs)}, coalesce(${revocations.livesUntil}, 0))`

const columns = (accessTtlMs: number) => ({
  seq: revocations.seq,
  nonce: revocations.nonce,
  subject: revocations.subject,
  restored: revocations.restored,
  effectiveAt: revocations.effectiveAt,
  until: until(accessTtlMs).as('until'),
})

export type RevocationRow = Awaited<ReturnType<typeof revocationsFrom>>[number]

/** This row, if it is still there, and at most `limit` rows in all. Rowid. */
export const revocationsFrom = (
  db: Database,
  seq: number,
  { limit, accessTtlMs }: { limit: number; accessTtlMs: number },
) =>
  db
    .select(columns(accessTtlMs))
    .from(revocations)
    .where(gte(revocations.seq, seq))
    .orderBy(revocations.seq)
    .limit(limit)

/** The row at `after`, if it is there, and what comes after it; all if it is not. At most `limit` rows. Rowid. */
export const revocationsSince = (
  db: Database,
  after: RevocationCursor | undefined,
  { limit, accessTtlMs }: { limit: number; accessTtlMs: number },
) => {
  const from = after && db.select({ seq: revocations.seq }).from(revocations).where(isAt(after))
  return db
    .select(columns(accessTtlMs))
    .from(revocations)
    .where(from && sql`${revocations.seq} >= coalesce((${from}), 0)`)
    .orderBy(revocations.seq)
    .limit(limit)
}

const isAt = ({ seq, nonce }: RevocationCursor) => and(eq(revocations.seq, seq), eq(revocations.nonce, nonce))

/** The rows between two positions. `now`: only those that still matter then. Rowid. */
export const revocationsBetween = (
  db: Database,
  { after, upTo }: { after: number; upTo: number },
  { limit, accessTtlMs, now }: { limit: number; accessTtlMs: number; now: number | undefined },
) =>
  db
    .select(columns(accessTtlMs))
    .from(revocations)
    .where(
      and(
        gt(revocations.seq, after),
        lte(revocations.seq, upTo),
        now === undefined ? undefined : gt(until(accessTtlMs), now),
      ),
    )
    .orderBy(revocations.seq)
    .limit(limit)

/** The row at this position; none after it was deleted, or in another copy of the database. Rowid. */
export const revocationAt = (db: Database, cursor: RevocationCursor) =>
  db.select({ seq: revocations.seq }).from(revocations).where(isAt(cursor)).limit(1)

/** Rowid. */
export const newestRevocation = (db: Database) =>
  db
    .select({ seq: revocations.seq, nonce: revocations.nonce })
    .from(revocations)
    .orderBy(desc(revocations.seq))
    .limit(1)

/**
 * Deletes at most `limit` of the oldest rows that matter no more. The newest row stays, because its number would be given again.
 * Scan: the rows of the last hours, and few others.
 */
export const deleteOldRevocations = (db: Database, before: number, limit: number, accessTtlMs: number) =>
  db.delete(revocations).where(
    sql`${revocations.seq} IN (SELECT ${revocations.seq} FROM ${revocations} WHERE ${until(accessTtlMs)} < ${before}
        AND ${revocations.seq} < (SELECT max(newest.seq) FROM ${revocations} AS newest) ORDER BY ${revocations.seq} LIMIT ${limit})`,
  )
