/** Jobs that wait in Redis. The table stays the source: Redis has ids, and who begins a job takes its row first. */
import { and, eq, gt, lte, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { jobs } from '../../../db/tables/index.ts'
import { listed } from '../../core/authz/authority-queries.ts'
import { type Claim, claimed, dueIds } from './queries.ts'

/** How the lease of a job in Redis begins. A worker that runs a job has a lease without it. */
export const IN_REDIS = 'redis.'

/** These jobs, if each still has one of these leases. */
const held = (ids: readonly string[], leases: readonly string[]) =>
  and(sql`id IN ${listed(ids)}`, eq(jobs.state, 'pending'), sql`lease IN ${listed(leases)}`)

/** Takes due jobs for Redis. It is no attempt. Writes nothing if no job is due. Index jobs_due. */
export const dispatchJobs = (db: Database, { kinds, lease, now, until, limit }: Claim) =>
  db
    .update(jobs)
    .set({ lease, runAt: until })
    .where(sql`id IN (${dueIds(kinds, now, limit)})`)
    .returning({ id: jobs.id })

/**
 * Begins these jobs: each gets the lease of the worker. A job that was done, discarded, retried or given back meanwhile has
 * another lease, and is not begun. Primary key, once for each job.
 */
export const startJobs = (
  db: Database,
  given: readonly { id: string; lease: string }[],
  { kinds, lease, until }: { kinds: readonly string[]; lease: string; until: number },
) =>
  db
    .update(jobs)
    .set({ lease, runAt: until, attempts: sql`${jobs.attempts} + 1` })
    .where(
      and(
        held(
          given.map((job) => job.id),
          given.map((job) => job.lease),
        ),
        sql`kind IN ${listed(kinds)}`,
      ),
    )
    .returning(claimed)

/** Jobs that were given to Redis, and whose time there ends between `now` and `before`. Index jobs_due. */
export const jobsInRedis = (db: Database, now: number, before: number, limit: number) =>
  db
    .select({ id: jobs.id, lease: sql<string>`${jobs.lease}` })
    .from(jobs)
    .where(
      and(eq(jobs.state, 'pending'), gt(jobs.runAt, now), lte(jobs.runAt, before), sql`lease GLOB ${`${IN_REDIS}*`}`),
    )
    .orderBy(jobs.runAt)
    .limit(limit)

/** Makes jobs due that are not in Redis any more. Nobody can begin them with the lease that they had. Primary key, once for each. */
export const takeBackJobs = (db: Database, given: readonly { id: string; lease: string }[], now: number) =>
  db
    .update(jobs)
    .set({ lease: null, runAt: now })
    .where(
      held(
        given.map(({ id }) => id),
        given.map(({ lease }) => lease),
      ),
    )
