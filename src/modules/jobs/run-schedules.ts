/** Scheduled work: one process of all that share a database does it, each time its cron pattern is due. */
import { Cron } from 'croner'
import { commit } from '../../core/events/commit.ts'
import type { Deps } from '../../deps.ts'
import { base64url } from '../../lib/encoding.ts'
import { oncePer } from '../../lib/once-per.ts'
import { allSchedules, claimSchedule, mayClaimSchedule, releaseSchedule } from './queries.ts'

export interface Schedule {
  name: string
  /** A cron pattern, UTC. */
  pattern: string
}

/**
 * Longer than any run, because each run stops after 30 s. Work that a crash interrupted is done again after this time.
 */
export const LEASE_MS = 10 * 60_000
/** The delay after a failed run. */
const AFTER_FAILURE_MS = 5 * 60_000

// `paused`: croner starts no timer and only calculates times. Created at the first use.
const cronOf = oncePer(({ pattern }: Schedule) => new Cron(pattern, { timezone: 'UTC', paused: true }))

/** The last time it was due, ms UTC. */
export function lastDue(schedule: Schedule, now: number): number {
  // croner returns only times before the reference, so 1 ms is added: `now` itself counts.
  const [run] = cronOf(schedule).previousRuns(1, new Date(now + 1))
  return run?.getTime() ?? 0
}

/** The schedules that may run now, by the rows in `seen`. */
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
 * Runs `work`, unless another process runs it or has run it since it was last due. After `complete: false` it is due
 * again at once; after a failure, in five minutes. Throws the errors of `work`.
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

/** The rows of all schedules in the database. */
export const schedulesSeen = ({ db }: Pick<Deps, 'db'>) => allSchedules(db).all()
