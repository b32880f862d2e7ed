/** Scheduled work: of many processes on one database, one does it, each time its pattern comes round. */
import { Cron } from 'croner'
import type { Deps } from '../../deps.ts'
import { base64url } from '../../lib/encoding.ts'
import { oncePer } from '../../lib/once-per.ts'
import { commit } from '../events/commit.ts'
import { allSchedules, claimSchedule, releaseSchedule } from './queries.ts'

export interface Schedule {
  name: string
  /** A cron pattern, UTC. */
  pattern: string
}

/** Longer than any run: each stops by itself after half a minute. */
const LEASE_MS = 10 * 60_000

// No timer: `paused` makes it a calculator. Made when first asked.
const cronOf = oncePer(({ pattern }: Schedule) => new Cron(pattern, { timezone: 'UTC', paused: true }))

/** When it was last due, ms UTC. */
export function lastDue(schedule: Schedule, now: number): number {
  // Only times before the reference are given, and the very moment counts.
  const [run] = cronOf(schedule).previousRuns(1, new Date(now + 1))
  return run?.getTime() ?? 0
}

/** Those that are due and that no process has begun, as far as `seen` in the database tells. */
export function dueSchedules<S extends Schedule>(
  schedules: readonly S[],
  seen: readonly { name: string; startedAt: number }[],
  now: number,
): S[] {
  return schedules.filter((schedule) => {
    const last = seen.find(({ name }) => name === schedule.name)
    return last === undefined || last.startedAt < lastDue(schedule, now) || last.startedAt > now
  })
}

/** Runs `work` unless another process does, or has done so since it was last due. True when it ran. */
export async function runScheduled(deps: Deps, schedule: Schedule, work: () => Promise<unknown>): Promise<boolean> {
  const { db, clock, random } = deps
  const { name } = schedule
  const lease = base64url(random.bytes(16))
  const now = clock.now()
  const [claimed] = await commit(deps, [
    claimSchedule(db, { name, lease, due: lastDue(schedule, now), now, until: now + LEASE_MS }),
  ])
  if (claimed.length === 0) return false
  try {
    await work()
  } finally {
    await commit(deps, [releaseSchedule(db, name, lease)])
  }
  return true
}

/** What the database knows of schedules. */
export const schedulesSeen = ({ db }: Pick<Deps, 'db'>) => allSchedules(db).all()
