import { sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { jobs } from '../../../db/tables/index.ts'

/** No more rows are counted: a question of monitoring must stay cheap when the queue is long. */
export const MOST_JOBS = 10_000

/**
 * The pending and dead jobs, each at most `MOST_JOBS`, and when the pending job that has waited longest was due. Indexes jobs_state
 * and jobs_due.
 */
export const jobCounts = (db: Database) =>
  db.all<{ pending: number; dead: number; dueAt: number | null }>(
    sql`SELECT (SELECT count(*) FROM (SELECT 1 FROM ${jobs} WHERE state = 'pending' LIMIT ${MOST_JOBS})) AS pending,
      (SELECT count(*) FROM (SELECT 1 FROM ${jobs} WHERE state = 'dead' LIMIT ${MOST_JOBS})) AS dead,
      (SELECT min(run_at) FROM ${jobs} WHERE state = 'pending') AS "dueAt"`,
  )
