/**
 * The one door for work that no request waits for: a worker in the process on Bun, Node and Deno, `scheduled` on
 * Workers, an event on Lambda and the command `jobs run` all come through here.
 *
 * Every job may run at any time, twice at once, and be cut off in the middle: what is left is done the next time.
 */
import type { Deps } from './deps.ts'
import { describeError } from './lib/error-description.ts'
import { pruneEvents } from './modules/audit-events/prune-events.ts'
import { sealEvents } from './modules/audit-events/seal-events.ts'
import { eraseUser } from './modules/erasure/erase-user.ts'
import { commit } from './core/events/commit.ts'
import { deleteExpiredKeys } from './core/idempotency/queries.ts'
import { deleteOldJobs } from './modules/jobs/queries.ts'
import { type ClockBasis, type ClockVerdict, isUnjudged, settleClock } from './modules/jobs/clock-trust.ts'
import { type JobHandlers, type QueueRun, runDueJobs } from './modules/jobs/run-queue.ts'
import { dueSchedules, runScheduled, type Schedule, schedulesSeen } from './modules/jobs/run-schedules.ts'
import { deleteRetiredKeys } from './modules/signing-keys/queries.ts'
import { deliverMail } from './modules/mail/deliver-mail.ts'
import { deleteExpiredChallenges, deleteExpiredRememberedDevices } from './modules/mfa/own-queries.ts'
import { resealSeeds } from './modules/mfa/reseal-seeds.ts'
import { forgetAnsweredChallenges } from './modules/passkeys/queries.ts'
import { deleteExpiredRateLimits } from './core/limits/queries.ts'
import { compactDatabase } from './core/retention/compact-database.ts'
import { deleteExpiredProofs } from './modules/proofs/queries.ts'
import { deleteUnseenDevices } from './modules/sessions/known-device-queries.ts'
import { KEEP_UNSEEN_DEVICES_MS } from './modules/sessions/note-known-device.ts'
import { deleteExpiredSessions, deleteTokensOfExpiredSessions } from './modules/sessions/queries.ts'
import { rekeyKnownEmails } from './modules/users/rekey-emails.ts'
import { sweepAnonymous } from './modules/users/sweep-anonymous.ts'

/** What is done about queued jobs, by their kind. */
const handlers = { mail: deliverMail, erasure: eraseUser } satisfies JobHandlers

/**
 * One batch of at most `limit` rows of each kind. Returns how many rows it dealt with, by what they were; all 0: done.
 * `basis`: why `now` is believed; absent for jobs that do not ask.
 */
type Batch = (deps: Deps, now: number, limit: number, basis?: ClockBasis) => Promise<Record<string, number>>

/**
 * What a job needs of the clock. `believed`: it deletes what its time is over for, so it waits while the clock is
 * doubted (`modules/jobs/clock-trust.ts`). `not behind`: it writes times by which something is deleted later. `any`: no
 * row depends on it.
 */
type NeedOfClock = 'believed' | 'not behind' | 'any'

/** Small enough to hold other writers up for some ms only; each batch is a turn of the writer's queue. */
const ROWS_PER_BATCH = 250
const BUDGET_MS = 30_000
const DAY_MS = 86_400_000
/** A clock that was ahead for some hours has then cost nobody a session. */
const KEEP_EXPIRED_SESSIONS_MS = DAY_MS
/** Its tokens are long dead; whoever looks into an incident may still want to know the key. */
const KEEP_RETIRED_KEYS_MS = 30 * DAY_MS
const KEEP_DONE_JOBS_MS = 7 * DAY_MS
/** Time to notice, to mend what they failed for, and to retry them. */
const KEEP_DEAD_JOBS_MS = 90 * DAY_MS
/** So that whoever asks why a link did not work can be told. */
const KEEP_EXPIRED_PROOFS_MS = DAY_MS

/** Each says what it needs of the clock: a sweep that forgets to does not compile. */
interface Task {
  clock: NeedOfClock
  run: Batch
}

// No events: nobody audits that dead rows are gone, and no principal changes by it (an expired one is none).
const scheduled = [
  {
    /**
     * A family stays whole until its session has expired, ended or not, so a spent token is recognised as long as it
     * could do harm. Tokens go first: a session in daily use has thousands, and a cascade of many such would hold the
     * writer.
     */
    name: 'sweep-sessions',
    pattern: '17 * * * *',
    clock: 'believed',
    async run(deps, now, limit) {
      const before = now - KEEP_EXPIRED_SESSIONS_MS
      const { tokens, sessions } = await commit(deps, {
        tokens: deleteTokensOfExpiredSessions(deps.db, before, limit),
        sessions: deleteExpiredSessions(deps.db, before, limit),
      })
      // `links` of token chains: the log redacts whatever is called a token.
      return { sessions: sessions.rowsAffected, links: tokens.rowsAffected }
    },
  },
  {
    name: 'sweep-keys',
    pattern: '27 * * * *',
    clock: 'believed',
    async run(deps, now, limit) {
      const { signing, idempotency, limits } = await commit(deps, {
        signing: deleteRetiredKeys(deps.db, now - KEEP_RETIRED_KEYS_MS, limit),
        idempotency: deleteExpiredKeys(deps.db, now, limit),
        limits: deleteExpiredRateLimits(deps.db, limit),
      })
      return {
        signingKeys: signing.rowsAffected,
        idempotencyKeys: idempotency.rowsAffected,
        rateLimits: limits.rowsAffected,
      }
    },
  },
  {
    name: 'sweep-jobs',
    pattern: '37 * * * *',
    clock: 'believed',
    async run(deps, now, limit) {
      const { done, discarded, dead } = await commit(deps, {
        done: deleteOldJobs(deps.db, 'done', now - KEEP_DONE_JOBS_MS, limit),
        discarded: deleteOldJobs(deps.db, 'discarded', now - KEEP_DONE_JOBS_MS, limit),
        dead: deleteOldJobs(deps.db, 'dead', now - KEEP_DEAD_JOBS_MS, limit),
      })
      return { done: done.rowsAffected, discarded: discarded.rowsAffected, dead: dead.rowsAffected }
    },
  },
  {
    name: 'sweep-proofs',
    pattern: '47 * * * *',
    clock: 'believed',
    async run(deps, now, limit) {
      const before = now - KEEP_EXPIRED_PROOFS_MS
      const { proofs, answered } = await commit(deps, {
        proofs: deleteExpiredProofs(deps.db, before, limit),
        answered: forgetAnsweredChallenges(deps.db, before, limit),
      })
      return { linksAndCodes: proofs.rowsAffected, passkeyChallenges: answered.rowsAffected }
    },
  },
  {
    name: 'sweep-devices',
    pattern: '57 3 * * *',
    clock: 'believed',
    async run(deps, now, limit) {
      const { devices } = await commit(deps, {
        devices: deleteUnseenDevices(deps.db, now - KEEP_UNSEEN_DEVICES_MS, limit),
      })
      return { devices: devices.rowsAffected }
    },
  },
  {
    name: 'sweep-factors',
    pattern: '53 * * * *',
    clock: 'believed',
    async run(deps, now, limit) {
      const { challenges, devices } = await commit(deps, {
        challenges: deleteExpiredChallenges(deps.db, now - KEEP_EXPIRED_PROOFS_MS, limit),
        devices: deleteExpiredRememberedDevices(deps.db, now, limit),
      })
      return { challenges: challenges.rowsAffected, rememberedDevices: devices.rowsAffected }
    },
  },
  { name: 'compact-database', pattern: '43 3 * * *', clock: 'any', run: compactDatabase },
  { name: 'sweep-anonymous', pattern: '33 * * * *', clock: 'believed', run: sweepAnonymous },
  { name: 'rekey-emails', pattern: '41 * * * *', clock: 'any', run: rekeyKnownEmails },
  { name: 'reseal-seeds', pattern: '23 4 * * *', clock: 'any', run: resealSeeds },
  // Whoever gets in wants to edit what tells of it: a few minutes are the time they have.
  { name: 'seal-events', pattern: '*/5 * * * *', clock: 'not behind', run: sealEvents },
  { name: 'prune-events', pattern: '7 * * * *', clock: 'believed', run: pruneEvents },
] as const satisfies readonly (Schedule & Task)[]

export type JobName = 'queue' | (typeof scheduled)[number]['name']
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

/** What queued jobs there are for this process to do. Without MAIL_URL mails wait. */
const handlersOf = ({ config }: Deps): JobHandlers => {
  const { mail, ...others } = handlers
  return config.mailUrl === undefined ? others : { ...others, mail }
}

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
  { name, run }: { name: JobName; run: Batch },
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
