import { and, desc, eq, inArray, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { jobs, schedules } from '../../../db/tables/index.ts'
import { oncePer } from '../../lib/once-per.ts'

export type JobRow = typeof jobs.$inferSelect
export type JobState = JobRow['state']

export interface NewJob {
  id: string
  kind: string
  userId: string | null | SQL
  eventId: string | null
  payload: string
  runAt: number
  createdAt: number
}

/** Queues the job if `when` holds at that moment: in a batch, mostly that an event of it was written. */
export const insertJob = (db: Database, job: NewJob, when: SQL) =>
  db
    .insert(jobs)
    .select(
      sql`SELECT ${job.id}, ${job.kind}, ${job.userId}, ${job.eventId}, ${job.payload}, 'pending', 0, ${job.runAt}, NULL, NULL, ${job.createdAt}, NULL WHERE ${when}`,
    )

/** Nothing is put off for longer: what seems due later than this was written under a clock that has been set back. */
export const HORIZON_MS = 2 * 3_600_000

const due = (kinds: readonly string[], now: number): SQL =>
  sql`state = 'pending' AND kind IN (SELECT value FROM json_each(${JSON.stringify(kinds)})) AND (run_at <= ${now} OR run_at > ${now + HORIZON_MS})`

/** Takes the jobs that have waited longest, and leases them. Index jobs_due. */
export const claimJobs = (
  db: Database,
  {
    kinds,
    lease,
    now,
    until,
    limit,
  }: { kinds: readonly string[]; lease: string; now: number; until: number; limit: number },
) =>
  db
    .update(jobs)
    .set({ lease, runAt: until, attempts: sql`${jobs.attempts} + 1` })
    .where(sql`id IN (SELECT id FROM ${jobs} WHERE ${due(kinds, now)} ORDER BY run_at LIMIT ${limit})`)
    .returning({
      id: jobs.id,
      kind: jobs.kind,
      userId: jobs.userId,
      payload: jobs.payload,
      attempts: jobs.attempts,
      createdAt: jobs.createdAt,
    })

export type ClaimedJob = Awaited<ReturnType<typeof claimJobs>>[number]

/** Index jobs_due. */
export const anyDueJob = (db: Database, kinds: readonly string[], now: number) =>
  db.select({ id: jobs.id }).from(jobs).where(due(kinds, now)).limit(1)

/** Still ours: another worker took it over once the lease had run out. */
const leased = (id: string, lease: string) => and(eq(jobs.id, id), eq(jobs.lease, lease), eq(jobs.state, 'pending'))

/** Primary key. */
export const finishJob = (db: Database, id: string, lease: string, now: number) =>
  db
    .update(jobs)
    .set({ state: 'done', payload: null, lease: null, lastError: null, finishedAt: now })
    .where(leased(id, lease))

/** Puts it off until `runAt`, or gives it up when that is absent. Primary key. */
export const failJob = (
  db: Database,
  {
    id,
    lease,
    error,
    now,
    runAt,
  }: { id: string; lease: string; error: string; now: number; runAt?: number | undefined },
) =>
  db
    .update(jobs)
    .set(
      runAt === undefined
        ? { state: 'dead', lease: null, lastError: error, finishedAt: now }
        : { runAt, lease: null, lastError: error },
    )
    .where(leased(id, lease))

const shown = {
  id: jobs.id,
  kind: jobs.kind,
  userId: jobs.userId,
  state: jobs.state,
  attempts: jobs.attempts,
  runAt: jobs.runAt,
  lastError: jobs.lastError,
  createdAt: jobs.createdAt,
  finishedAt: jobs.finishedAt,
}

export interface JobFilter {
  state?: JobState | undefined
  kind?: string | undefined
  userId?: string | undefined
  before?: string | undefined
}

/** Newest first; ids sort by time. Index jobs_state or jobs_user, or the primary key. */
export const listJobs = (db: Database, { state, kind, userId, before }: JobFilter, limit: number) =>
  db
    .select(shown)
    .from(jobs)
    .where(
      and(
        state === undefined ? undefined : eq(jobs.state, state),
        kind === undefined ? undefined : eq(jobs.kind, kind),
        userId === undefined ? undefined : eq(jobs.userId, userId),
        before === undefined ? undefined : lt(jobs.id, before),
      ),
    )
    .orderBy(desc(jobs.id))
    .limit(limit)

export type ShownJob = Awaited<ReturnType<typeof listJobs>>[number]

/** Primary key. */
export const jobById = (db: Database, id: string) => db.select(shown).from(jobs).where(eq(jobs.id, id)).limit(1)

/** Makes a job that waits or was given up due now, with all its attempts before it. Primary key. */
export const retryJob = (db: Database, id: string, now: number) =>
  db
    .update(jobs)
    .set({ state: 'pending', attempts: 0, runAt: now, lease: null, finishedAt: null })
    .where(and(eq(jobs.id, id), inArray(jobs.state, ['pending', 'dead'])))
    .returning({ id: jobs.id })

/** Primary key. */
export const discardJob = (db: Database, id: string, now: number) =>
  db
    .update(jobs)
    .set({ state: 'discarded', payload: null, lease: null, finishedAt: now })
    .where(and(eq(jobs.id, id), inArray(jobs.state, ['pending', 'dead'])))
    .returning({ id: jobs.id })

/** Of whom a job is, for the event of the same batch. Primary key. */
export const userOfJob = (id: string): SQL => sql`(SELECT user_id FROM ${jobs} WHERE id = ${id})`

/** Every schedule that ever ran: scan, one row each. */
export const allSchedules = oncePer((db: Database) => db.select().from(schedules).prepare())

/**
 * Takes the run that was due since `due`, unless another process has it. A lease that lies further ahead than any can
 * is of a clock that was set back. Primary key.
 */
export const claimSchedule = (
  db: Database,
  { name, lease, due, now, until }: { name: string; lease: string; due: number; now: number; until: number },
) =>
  db
    .insert(schedules)
    .values({ name, startedAt: now, lease, leaseUntil: until })
    .onConflictDoUpdate({
      target: schedules.name,
      set: { startedAt: now, lease, leaseUntil: until },
      setWhere: sql`(started_at < ${due} OR started_at > ${now}) AND (lease_until <= ${now} OR lease_until > ${until})`,
    })
    .returning({ name: schedules.name })

/** Gives the lease back once the run has ended. Primary key. */
export const releaseSchedule = (db: Database, name: string, lease: string) =>
  db
    .update(schedules)
    .set({ leaseUntil: 0 })
    .where(and(eq(schedules.name, name), eq(schedules.lease, lease)))
