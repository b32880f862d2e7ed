/**
 * Runs the work that no request waits for. All of these use it: the worker in the process on Bun, Node and Deno,
 * `scheduled` on Workers, an event on Lambda, and the command `jobs run`.
 *
 * A job may run at any time, twice at once, and be interrupted. The next run does the rest.
 */
import { commit } from './core/events/commit.ts'
import type { BatchOfWork, Feature, QueuedJob, ScheduledWork } from './core/feature.ts'
import { declared, inOrder, type ScheduleName } from './declared.ts'
import type { Deps } from './deps.ts'
import { describeError } from './lib/error-description.ts'
import { type ClockVerdict, isUnjudged, settleClock } from './modules/jobs/clock-trust.ts'
import { type JobHandlers, type QueueRun, runDueJobs } from './modules/jobs/run-queue.ts'
import { dueSchedules, runScheduled, type Schedule, schedulesSeen } from './modules/jobs/run-schedules.ts'

/** A batch of this size delays other writers by some ms only. Each batch takes one turn in the queue of the writer. */
const ROWS_PER_BATCH = 250
const BUDGET_MS = 30_000

/** A scheduled job, which one or more features declare under one name. */
interface Task extends Schedule, Pick<ScheduledWork, 'clock'> {
  name: ScheduleName
  run: BatchOfWork
}

const scheduled: readonly Task[] = tasksOf(inOrder(declared))

/** Throws if features that share a job have different patterns or clocks, or if one of them is not a sweep. */
function tasksOf(features: readonly Feature[]): Task[] {
  const works = new Map<ScheduleName, ScheduledWork[]>()
  for (const feature of features)
    for (const [name, work] of Object.entries(feature.scheduled ?? {}) as [ScheduleName, ScheduledWork][]) // its own keys
      works.set(name, [...(works.get(name) ?? []), work])
  return [...works].map(([name, parts]) => {
    const [first, ...others] = parts
    if (first === undefined || others.some(({ pattern, clock }) => pattern !== first.pattern || clock !== first.clock))
      throw new Error(`the features that share the job ${name} differ about its pattern or its clock`)
    return { name, pattern: first.pattern, clock: first.clock, run: batchOf(name, parts) }
  })
}

// Writes no events: the deletion of expired rows needs no audit, and no valid principal changes by it.
function batchOf(name: ScheduleName, parts: readonly ScheduledWork[]): BatchOfWork {
  const [only] = parts
  if (only !== undefined && 'run' in only && parts.length === 1)
    return async (deps, now, limit, basis) => (await only.run())(deps, now, limit, basis)
  const sweeps = parts.map((part) => {
    if (!('sweep' in part)) throw new Error(`only sweeps can share the job ${name}`)
    return part.sweep
  })
  return async (deps, now, limit) => {
    const loaded = await Promise.all(sweeps.map((load) => load()))
    const deletions = loaded.flatMap((sweep) => Object.entries(sweep(deps.db, now, limit)))
    const { deleted } = await commit(deps, { deleted: deletions.map(([, deletion]) => deletion) })
    return Object.fromEntries(deletions.map(([rows], index) => [rows, deleted[index]?.rowsAffected ?? 0]))
  }
}

export type JobName = 'queue' | ScheduleName
/** `queue` does the jobs that changes have queued, such as mails. The others have a schedule. */
export const jobNames: readonly JobName[] = ['queue', ...scheduled.map(({ name }) => name)]

/** The result of a run, with one entry for each job. */
export interface JobReport {
  jobs: Entry[]
}

interface Entry {
  name: JobName
  /** The number of rows or jobs, by kind. */
  counts: Record<string, number>
  /** False if the time limit was reached first. The next run continues. */
  complete: boolean
  tookMs: number
  /** The job did not start, because the server does not believe the clock. */
  waitsForClock?: true
}

/** The handlers of queued jobs in this process, by kind. A handler is loaded with the first job of its kind. */
export const handlersOf = ({ config }: Pick<Deps, 'config'>): JobHandlers =>
  Object.fromEntries(
    declared
      .flatMap(({ queued = {} }) => Object.entries(queued))
      .filter(([, { done }]) => done?.(config) ?? true)
      .map(([kind, { run }]) => [kind, async (deps: Deps, job: QueuedJob) => (await run())(deps, job)]),
  )

/** `due`: the queue, and the schedules that are due. `scheduled`: only these schedules. `all`: all jobs, due or not. */
export type WhichJobs = 'due' | 'scheduled' | 'all' | JobName

/**
 * Runs the due jobs, all jobs, or one job. Each job has at most 30 s, and stops when the process is asked to stop. If
 * no job is due, this takes one round trip.
 *
 * A job that fails is logged, and the other jobs still run. The first failure is thrown at the end.
 */
export async function runJobs(
  deps: Deps,
  which: WhichJobs = 'due',
  { nextWake }: Pick<QueueRun, 'nextWake'> = {},
): Promise<JobReport> {
  const report: JobReport = { jobs: [] }
  const failures: unknown[] = []
  const attempt = async (name: JobName | 'schedules', work: () => Promise<unknown>) => {
    try {
      await work()
    } catch (cause) {
      deps.log.error('job failed', { job: name, cause })
      failures.push(cause)
    }
  }
  const noted = async (job: Promise<Entry>): Promise<Entry> => {
    report.jobs.push(await job)
    return job
  }
  const queue = () => attempt('queue', () => noted(runQueue(deps, nextWake)))
  const due = () =>
    attempt('schedules', async () => {
      const seen = await schedulesSeen(deps)
      const found = dueSchedules(scheduled, seen, deps.clock.now())
      // Most checks find no due job, and then the clock does not matter. The first check is the reference for later
      // ones.
      const verdict =
        isUnjudged(deps) || found.some(({ clock }) => clock !== 'any') ? await settleClock(deps) : undefined
      for (const schedule of found)
        if (mayRun(schedule, verdict))
          await attempt(schedule.name, () =>
            runScheduled(deps, schedule, () => noted(runBatches(deps, schedule, verdict))),
          )
    })
  const named = async () => {
    const verdict = await settleClock(deps)
    for (const schedule of scheduled) {
      if (which !== 'all' && which !== schedule.name) continue
      if (mayRun(schedule, verdict)) await attempt(schedule.name, () => noted(runBatches(deps, schedule, verdict)))
      else report.jobs.push({ name: schedule.name, counts: {}, complete: false, tookMs: 0, waitsForClock: true })
    }
  }
  if (which === 'due') await Promise.all([queue(), due()])
  else if (which === 'scheduled') await due()
  else {
    if (which === 'all' || which === 'queue') await queue()
    if (which !== 'queue') await attempt('schedules', named)
  }
  if (failures.length > 0) throw new Error(describeError(failures[0]).message, { cause: failures[0] })
  return report
}

/** The rule for every job that could do harm with a wrong clock. */
function mayRun({ clock }: Pick<Task, 'clock'>, verdict: ClockVerdict | undefined): boolean {
  if (clock === 'any') return true
  if (verdict === undefined) return false
  return 'basis' in verdict || (clock === 'not behind' && verdict.doubt !== 'behind')
}

/** `Math.abs`, because otherwise a run would not end after the clock was set back. */
const mayGoOnSince =
  ({ clock, accepting }: Deps, startedAt: number) =>
  () =>
    accepting() && Math.abs(clock.now() - startedAt) < BUDGET_MS

/** Does queued jobs until none is due. */
async function runQueue(deps: Deps, nextWake: QueueRun['nextWake']): Promise<Entry> {
  const startedAt = deps.clock.now()
  const run = { handlers: handlersOf(deps), mayGoOn: mayGoOnSince(deps, startedAt), nextWake }
  const { complete, ...counts } = await runDueJobs(deps, run)
  return ended(deps, { name: 'queue', counts, complete, startedAt })
}

async function runBatches(
  deps: Deps,
  { name, run }: Pick<Task, 'name' | 'run'>,
  verdict: ClockVerdict | undefined,
): Promise<Entry> {
  const startedAt = deps.clock.now()
  // The time that was judged. The clock may have been set since then.
  const now = verdict?.now ?? startedAt
  const basis = verdict && 'basis' in verdict ? verdict.basis : undefined
  const mayGoOn = mayGoOnSince(deps, startedAt)
  const counts: Record<string, number> = {}
  let complete = false
  while (!complete && mayGoOn()) {
    const batch = await run(deps, now, ROWS_PER_BATCH, basis)
    complete = Object.values(batch).every((rows) => rows === 0)
    for (const [kind, rows] of Object.entries(batch)) counts[kind] = (counts[kind] ?? 0) + rows
  }
  return ended(deps, { name, counts, complete, startedAt })
}

function ended({ clock, log }: Deps, { startedAt, ...entry }: Omit<Entry, 'tookMs'> & { startedAt: number }): Entry {
  const { name, counts, complete } = entry
  const tookMs = clock.now() - startedAt
  const fields = { job: name, ...counts, complete, tookMs }
  // The queue is checked often and mostly empty, and most sweeps find no rows.
  if (Object.values(counts).some((rows) => rows > 0)) log.info('job done', fields)
  else if (name !== 'queue') log.debug('job done', fields)
  return { ...entry, tookMs }
}
