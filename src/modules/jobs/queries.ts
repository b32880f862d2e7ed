import { and, desc, eq, inArray, lt, type SQL, sql } from 'drizzle-orm'
import type { Database } from '../../../db/database.ts'
import { preparedByShape } from '../../../db/statements.ts'
import { events, GIVEN_UP, idempotencyKeys, jobs, schedules } from '../../../db/tables/index.ts'
import { selectRow } from '../../../db/tables/select-row.ts'
import { listed } from '../../core/authz/authority-queries.ts'
import { isKey, type KeyName } from '../../core/idempotency/queries.ts'
import { oncePer } from '../../lib/once-per.ts'

export type JobState = (typeof jobs.$inferSelect)['state']

export interface NewJob {
  id: string
  kind: string
  userId: string | null | SQL
  eventId: string | null
  payload: string
  runAt: number
  createdAt: number
}

/**
 * Queues the job if `when` holds at that point of the batch; usually `when` is that an event of the batch was written.
 */
export const insertJob = preparedByShape(
  (job: NewJob, when: SQL) =>
    sql`${selectRow(jobs, { ...job, state: 'pending', attempts: 0, lease: null, lastError: null, finishedAt: null })} WHERE ${when}`,
  (db, select) => db.insert(jobs).select(select),
)

/** No job is delayed for longer. A job that seems due later was written under a clock that has been set back since. */
export const HORIZON_MS = 80 * 60_000

/**
 * The jobs that have waited longest. Two uses of index jobs_due: an OR would read all jobs that wait for another
 * attempt.
 */
export const dueIds = (kinds: readonly string[], now: number, limit: number): SQL => {
  const waiting = (when: SQL) =>
    sql`SELECT id FROM (SELECT id FROM ${jobs} WHERE state = 'pending' AND ${when} AND kind IN ${listed(kinds)} ORDER BY run_at LIMIT ${limit})`
  return sql`${waiting(sql`run_at <= ${now}`)} UNION ALL ${waiting(sql`run_at > ${now + HORIZON_MS}`)} LIMIT ${limit}`
}

/** What a worker needs of a job. */
export const claimed = {
  id: jobs.id,
  kind: jobs.kind,
  userId: jobs.userId,
  payload: jobs.payload,
  attempts: jobs.attempts,
  createdAt: jobs.createdAt,
}

/** At most `limit` due jobs of these kinds, to be leased until then, ms UTC. */
export interface Claim {
  kinds: readonly string[]
  lease: string
  now: number
  until: number
  limit: number
}

/** Takes due jobs and leases them. Writes nothing if no job is due. Index jobs_due. */
export const claimJobs = (db: Database, { kinds, lease, now, until, limit }: Claim) =>
  db
    .update(jobs)
    .set({ lease, runAt: until, attempts: sql`${jobs.attempts} + 1` })
    .where(sql`id IN (${dueIds(kinds, now, limit)})`)
    .returning(claimed)

export type ClaimedJob = Awaited<ReturnType<typeof claimJobs>>[number]

/** The lease is still held: after it ends, another worker can take the job. */
const leased = (lease: string) => and(eq(jobs.lease, lease), eq(jobs.state, 'pending'))

/** Primary key, once for each job. */
export const finishJobs = (db: Database, ids: readonly string[], lease: string, now: number) =>
  db
    .update(jobs)
    .set({ state: 'done', payload: null, lease: null, lastError: null, finishedAt: now })
    .where(and(sql`id IN ${listed(ids)}`, leased(lease)))

/** Delays the job until `runAt`. Without `runAt` the job becomes dead. Primary key. */
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
    .where(and(eq(jobs.id, id), leased(lease)))

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

/**
 * The newest first; ids sort by time. Primary key, or jobs_state or jobs_kind; for a user jobs_user until the page is
 * full, or jobs_user_given_up. A kind without a state reads jobs_kind once for each state, with a temporary b-tree of
 * four pages.
 */
export const listJobs = (db: Database, { state, kind, userId, before }: JobFilter, limit: number) => {
  const older = before === undefined ? undefined : lt(jobs.id, before)
  const newest = db.select(shown).from(jobs).orderBy(desc(jobs.id)).limit(limit)
  if (userId !== undefined)
    return newest.where(
      and(
        eq(jobs.userId, userId),
        // The plus stops the planner from reading all jobs in that state.
        state === undefined ? undefined : sql`+${jobs.state} = ${state}`,
        state === 'dead' || state === 'discarded' ? GIVEN_UP : undefined,
        kind === undefined ? undefined : sql`+${jobs.kind} = ${kind}`,
        older,
      ),
    )
  if (kind === undefined) return newest.where(and(state === undefined ? undefined : eq(jobs.state, state), older))
  const inState = (one: JobState) =>
    sql`SELECT id FROM (SELECT ${jobs.id} AS id FROM ${jobs} WHERE ${and(eq(jobs.kind, kind), eq(jobs.state, one), older)} ORDER BY ${jobs.id} DESC LIMIT ${limit})`
  if (state !== undefined) return newest.where(and(eq(jobs.kind, kind), eq(jobs.state, state), older))
  return newest.where(sql`${jobs.id} IN (${sql.join(jobs.state.enumValues.map(inState), sql` UNION ALL `)})`)
}

export type ShownJob = Awaited<ReturnType<typeof listJobs>>[number]

/** Primary key. */
export const jobById = (db: Database, id: string) => db.select(shown).from(jobs).where(eq(jobs.id, id)).limit(1)

/** True while no job of this kind waits or runs. Index jobs_kind. */
export const nonePending = (kind: string): SQL =>
  sql`NOT EXISTS (SELECT 1 FROM ${jobs} WHERE kind = ${kind} AND state = 'pending')`

/** Makes a pending or dead job due now, and counts its attempts from 0 again. Primary key. */
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

/** The user of the job, for the event of the same batch. Primary key. */
export const userOfJob = (id: string): SQL => sql`(SELECT user_id FROM ${jobs} WHERE id = ${id})`

/** The job of an earlier request under this idempotency key. `job` is null after the job was deleted. Primary keys. */
export const jobOfKey = (db: Database, key: KeyName) =>
  db
    .select({ fingerprint: idempotencyKeys.fingerprint, job: shown })
    .from(idempotencyKeys)
    .leftJoin(jobs, eq(jobs.id, idempotencyKeys.subjectId))
    .where(isKey(key))
    .limit(1)

/** Deletes jobs in this state that were queued before `before`. Index jobs_state: ids sort by time. */
export const deleteOldJobs = (db: Database, state: 'done' | 'dead' | 'discarded', before: number, limit: number) =>
  db
    .delete(jobs)
    .where(
      sql`id IN (SELECT id FROM ${jobs} WHERE state = ${state} AND id < ${firstIdAt(before)} ORDER BY id LIMIT ${limit})`,
    )

/** The lowest id of that moment: the first 48 bits of a UUIDv7 are its time (RFC 9562 §5.7). */
const firstIdAt = (at: number): string => `job_${Math.max(0, at).toString(16).padStart(12, '0')}`

/** Every schedule that has ever run: scan, one row for each schedule. */
export const allSchedules = oncePer((db: Database) => db.select().from(schedules).prepare())

/**
 * Clocks of servers differ by less than this. A time further in the future was written by a clock that has been set
 * back since.
 */
export const SCHEDULE_SKEW_MS = 5 * 60_000

/** `lease_until` of a run that did all its work. */
const COMPLETE = 0

type SeenSchedule = Pick<typeof schedules.$inferSelect, 'startedAt' | 'leaseUntil'>

/**
 * Whether a schedule that was last due at `due` may be claimed. The same condition as in `claimSchedule`, without a
 * write.
 */
export const mayClaimSchedule = ({ startedAt, leaseUntil }: SeenSchedule, due: number, now: number, until: number) =>
  (startedAt < due || startedAt > now + SCHEDULE_SKEW_MS || leaseUntil !== COMPLETE) &&
  (leaseUntil <= now || leaseUntil > until + SCHEDULE_SKEW_MS)

/**
 * Claims the run that is due since `due`, unless another process holds it or has done it. A run that was interrupted is
 * claimed again when its lease has ended. Primary key.
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
      setWhere: sql`(started_at < ${due} OR started_at > ${now + SCHEDULE_SKEW_MS} OR lease_until <> ${COMPLETE}) AND (lease_until <= ${now} OR lease_until > ${until + SCHEDULE_SKEW_MS})`,
    })
    .returning({ name: schedules.name })

/** Ends the lease. An incomplete run is due again at `againAt`. Primary key. */
export const releaseSchedule = (db: Database, name: string, lease: string, againAt: number | undefined) =>
  db
    .update(schedules)
    .set({ leaseUntil: againAt ?? COMPLETE })
    .where(and(eq(schedules.name, name), eq(schedules.lease, lease)))

/**
 * A row of the table `schedules` that is not a schedule: when the clock was last believed, and since when it is
 * doubted.
 */
const CLOCK = 'clock'

/**
 * The record of the clock, and the time of the database itself. `usedAt`: if there is no record yet, when the database
 * was last written to, by its newest event and its schedules. Primary keys; scan of the schedules.
 */
export const clockRecord = (db: Database) =>
  db.all<{
    now: number
    believedAt: number | null
    lease: string | null
    leaseUntil: number | null
    usedAt: number | null
  }>(
    sql`SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) AS now, clock.started_at AS believedAt, clock.lease AS lease, clock.lease_until AS leaseUntil,
        CASE WHEN clock.name IS NULL THEN nullif(max(coalesce((SELECT max(started_at) FROM ${schedules}), 0), coalesce((SELECT at FROM ${events} ORDER BY id DESC LIMIT 1), 0)), 0) END AS usedAt
      FROM (SELECT 1) LEFT JOIN ${schedules} AS clock ON clock.name = ${CLOCK}`,
  )

/** Stores `seenAt` in the column `lease`, because no process leases a clock. Primary key. */
export const noteClock = (
  db: Database,
  { believedAt, doubt }: { believedAt: number; doubt: { since: number; seenAt: number } | undefined },
) => {
  const values = {
    startedAt: believedAt,
    lease: doubt === undefined ? '' : String(doubt.seenAt),
    leaseUntil: doubt?.since ?? 0,
  }
  return db
    .insert(schedules)
    .values({ name: CLOCK, ...values })
    .onConflictDoUpdate({ target: schedules.name, set: values })
}
