/** Scheduled work: of many processes on one database, one does it, each time its pattern comes round. */
import { Cron } from 'croner'
import type { Deps } from '../../deps.ts'
import { base64url } from '../../lib/encoding.ts'
import { oncePer } from '../../lib/once-per.ts'
import { commit } from '../../core/events/commit.ts'
import { allSchedules, claimSchedule, mayClaimSchedule, releaseSchedule } from './queries.ts'

export interface Schedule {
  name: string
  /** A cron pattern, UTC. */
  pattern: string
}

/** Longer than any run: each stops by itself after half a minute. So much later is done what a crash cut off. */
export const LEASE_MS = 10 * 60_000
/** When a run that failed is tried again. */
const AFTER_FAILURE_MS = 5 * 60_000

// No timer: `paused` makes it a calculator. Made when first asked.
const cronOf = oncePer(({ pattern }: Schedule) => new Cron(pattern, { timezone: 'UTC', paused: true }))

/** When it was last due, ms UTC. */
export function lastDue(schedule: Schedule, now: number): number {
  // Only times before the reference are given, and the very moment counts.
  const [run] = cronOf(schedule).previousRuns(1, new Date(now + 1))
  return run?.getTime() ?? 0
}

/** Those that may be run now, as far as `seen` in the database tells. */
export function dueSchedules<S extends Schedule>(
  schedules: readonly S[],
  seen: readonly { name: string; startedAt: number; leaseUntil: number }[],
  now: number,
): S[] {
  return schedules.filter((schedule) => {
    const last = seen.find(({ name }) => name === schedule.name)
    return last === undefined || mayClaimSchedule(last, lastDue(schedule, now), now, now + LEASE_MS)
  })
}

/**
 * Runs `work` unless another process does, or has done so since it was last due. What it leaves (`complete: false`) is
 * due at once, what fails in five minutes. Throws what `work` throws.
 */
export async function runScheduled(
  deps: Deps,
  schedule: Schedule,
  work: () => Promise<{ complete: boolean }>,
): Promise<void> {
  const { db, clock, random } = deps
  const { name } = schedule
  const lease = base64url(random.bytes(16))
  const now = clock.now()
  const { claimed } = await commit(deps, {
    claimed: claimSchedule(db, { name, lease, due: lastDue(schedule, now), now, until: now + LEASE_MS }),
  })
  if (claimed.length === 0) return
  let againAt: number | undefined = clock.now() + AFTER_FAILURE_MS
  try {
    againAt = (await work()).complete ? undefined : clock.now()
  } finally {
    await commit(deps, [releaseSchedule(db, name, lease, againAt)])
  }
}

/** What the database knows of schedules. */
export const schedulesSeen = ({ db }: Pick<Deps, 'db'>) => allSchedules(db).all()
