/**
 * The one door for work that no request waits for: a worker in the process on Bun, Node and Deno, `scheduled` on
 * Workers, an event on Lambda and the command `jobs run` all come through here.
 *
 * Every job may run at any time, twice at once, and be cut off in the middle: what is left is done the next time.
 */
import { commit } from './core/events/commit.ts'
import type { BatchOfWork, Feature, QueuedJob, ScheduledWork } from './core/feature.ts'
import { declared, inOrder, type ScheduleName } from './declared.ts'
import type { Deps } from './deps.ts'
import { describeError } from './lib/error-description.ts'
import { type ClockVerdict, isUnjudged, settleClock } from './modules/jobs/clock-trust.ts'
import { type JobHandlers, type QueueRun, runDueJobs } from './modules/jobs/run-queue.ts'
import { dueSchedules, runScheduled, type Schedule, schedulesSeen } from './modules/jobs/run-schedules.ts'

/** Small enough to hold other writers up for some ms only; each batch is a turn of the writer's queue. */
const ROWS_PER_BATCH = 250
const BUDGET_MS = 30_000

/** A scheduled job: what one feature or several declare under one name. */
interface Task extends Schedule, Pick<ScheduledWork, 'clock'> {
  name: ScheduleName
  run: BatchOfWork
}

const scheduled: readonly Task[] = tasksOf(inOrder(declared))

/** Throws when features that share a job differ about its time or its clock, or share what is no sweep. */
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

// No events: nobody audits that dead rows are gone, and no principal changes by it (an expired one is none).
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
/** `queue` does what was queued with a change, such as a mail; the others have a time of their own. */
export const jobNames: readonly JobName[] = ['queue', ...scheduled.map(({ name }) => name)]

/** What was done, one entry a job. */
export interface JobReport {
  jobs: Entry[]
}

interface Entry {
  name: JobName
  /** How many, by what they were. */
  counts: Record<string, number>
  /** False when the time was up first: the next run goes on from there. */
  complete: boolean
  tookMs: number
  /** It was not begun: the clock is not believed. */
  waitsForClock?: true
}

/** What this process does about queued jobs, by their kind. A handler is loaded with the first job of its kind. */
const handlersOf = ({ config }: Pick<Deps, 'config'>): JobHandlers =>
  Object.fromEntries(
    declared
      .flatMap(({ queued = {} }) => Object.entries(queued))
      .filter(([, { done }]) => done?.(config) ?? true)
      .map(([kind, { run }]) => [kind, async (deps: Deps, job: QueuedJob) => (await run())(deps, job)]),
  )

/** `due`: the queue, and what has come round; `scheduled`: only the latter; `all`: everything, whether due or not. */
export type WhichJobs = 'due' | 'scheduled' | 'all' | JobName

/**
 * Does what is due, all there is, or one job; each for at most 30 s and not beyond the moment the process is asked to
 * stop. Finding that nothing is due takes one round trip.
 *
 * A job that fails is logged and does not keep the others from running; the first failure is thrown at the end.
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
      // Most looks find nothing, and then the clock matters to nobody; the first one sets what later ones are held against.
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

/** The one rule for every job that a wrong clock could have do harm. */
function mayRun({ clock }: Pick<Task, 'clock'>, verdict: ClockVerdict | undefined): boolean {
  if (clock === 'any') return true
  if (verdict === undefined) return false
  return 'basis' in verdict || (clock === 'not behind' && verdict.doubt !== 'behind')
}

/** `Math.abs`: a clock set back must not make a run without end. */
const mayGoOnSince =
  ({ clock, accepting }: Deps, startedAt: number) =>
  () =>
    accepting() && Math.abs(clock.now() - startedAt) < BUDGET_MS

/** Queued jobs until none is due. */
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
  // The very moment that was judged: the clock may have been set since.
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
  // The queue is looked at all the time and mostly empty, and most sweeps find nothing.
  if (Object.values(counts).some((rows) => rows > 0)) log.info('job done', fields)
  else if (name !== 'queue') log.debug('job done', fields)
  return { ...entry, tookMs }
}
