/**
 * Decides whether the wall clock is believed. Expired data is deleted by this clock, so a clock that is ahead for one
 * minute could delete everything.
 *
 * A clock is believed if it advances in step with the monotonic time of this process, which cannot be set. Where no
 * process keeps running, the clock is compared with the last time recorded in the database. It is believed if the
 * difference is a plausible pause of a server. Any other clock must first advance steadily for a day, or an operator
 * must confirm it. docs/operations.md, "When the clock is wrong".
 */

import { commit, recorded } from '../../core/events/commit.ts'
import { systemEvent } from '../../core/events/new-event.ts'
import type { ClockBasis } from '../../core/feature.ts'
import type { Clock, Deps } from '../../deps.ts'
import { iso } from '../../lib/iso-time.ts'
import { oncePer } from '../../lib/once-per.ts'
import { type WarningCode, warnings } from '../../lib/warnings.ts'
import { clockRecord, noteClock, SCHEDULE_SKEW_MS } from './queries.ts'

/** A server may have been off, or its scheduler silent, for this long. */
export const PLAUSIBLE_GAP_MS = 25 * 3_600_000
/** A doubted clock must advance steadily for this long. */
export const STEADY_MS = 24 * 3_600_000
/** The record in the database is written at most this often. */
const NOTE_EVERY_MS = 5 * 60_000

export type { ClockBasis }
/** How the clock differs from the expected time. `database`: it differs from the time of the libSQL server. */
export type ClockDoubt = 'ahead' | 'behind' | 'database'

export type ClockVerdict = { now: number } & ({ basis: ClockBasis } | { doubt: ClockDoubt; since: number })

interface Moment {
  now: number
  /** Monotonic time in ms, from a clock that cannot be set. */
  elapsed: number | undefined
}

interface Memory {
  /** The last moment at which the clock was believed. */
  believed?: Moment
  /** The last moment at which the clock was doubted. */
  doubted?: Moment
  /** The doubt was logged already. */
  said: boolean
}

/** What this process remembers of each clock. */
const memoryOf = oncePer((_clock: Clock): Memory => ({ said: false }))

interface ClockRecord {
  believedAt: number
  /** The clock was never judged on this database; `believedAt` is the last time the database was used. */
  isGuessed?: true
  /** Since when the clock is doubted, and the last time the doubt was recorded, both by the doubted clock. */
  doubt: { since: number; seenAt: number } | undefined
}

type JudgeDeps = Pick<Deps, 'clock' | 'config' | 'db'>

/** True if this process has not judged its clock yet. */
export const isUnjudged = ({ clock }: Pick<Deps, 'clock'>): boolean => {
  const { believed, doubted } = memoryOf(clock)
  return believed === undefined && doubted === undefined
}

/** Judges the clock in one round trip. Writes nothing. */
export const judgeClock = async (deps: JudgeDeps): Promise<ClockVerdict> => (await look(deps)).verdict

async function look(deps: JudgeDeps): Promise<{ verdict: ClockVerdict; record: ClockRecord | undefined; at: Moment }> {
  const [row] = await clockRecord(deps.db)
  const { clock } = deps
  const at = { now: clock.now(), elapsed: clock.elapsed?.() }
  const record = row && recordOf(row)
  const databaseNow = clock.ofMachine && !deps.config.databaseUrl.startsWith('file:') ? row?.now : undefined
  return { verdict: { now: at.now, ...judge(memoryOf(clock), record, at, databaseNow) }, record, at }
}

function recordOf(row: Awaited<ReturnType<typeof clockRecord>>[number]): ClockRecord | undefined {
  if (row.believedAt !== null) return { believedAt: row.believedAt, doubt: doubtOf(row) }
  return row.usedAt === null ? undefined : { believedAt: row.usedAt, doubt: undefined, isGuessed: true }
}

function doubtOf({ lease, leaseUntil }: { lease: string | null; leaseUntil: number | null }) {
  const seenAt = Number(lease)
  return leaseUntil && Number.isSafeInteger(seenAt) ? { since: leaseUntil, seenAt } : undefined
}

/** The decision. A pure function. */
export function judge(
  memory: Pick<Memory, 'believed' | 'doubted'>,
  record: ClockRecord | undefined,
  at: Moment,
  databaseNow?: number,
): { basis: ClockBasis } | { doubt: ClockDoubt; since: number } {
  const { now } = at
  const { believed, doubted } = memory
  const isSteady =
    record?.doubt !== undefined &&
    (doubted !== undefined && doubted.elapsed !== undefined
      ? isInStep(doubted, at)
      : isWithin(now - record.doubt.seenAt, -SCHEDULE_SKEW_MS, PLAUSIBLE_GAP_MS))
  const since = isSteady && record?.doubt ? record.doubt.since : now
  if (databaseNow !== undefined && !isWithin(now - databaseNow, -SCHEDULE_SKEW_MS, SCHEDULE_SKEW_MS))
    return { doubt: 'database', since: now }
  if (believed !== undefined && isInStep(believed, at)) return { basis: 'process' }
  if (record === undefined && believed === undefined) return { basis: 'record' } // a new database contains no old data
  const gap = record === undefined ? Number.POSITIVE_INFINITY : now - record.believedAt
  // The database may have been unused for as long as the process has run.
  if (
    record?.isGuessed &&
    believed === undefined &&
    isWithin(gap, -SCHEDULE_SKEW_MS, (at.elapsed ?? 0) + SCHEDULE_SKEW_MS)
  )
    return { basis: 'record' }
  // With monotonic time, only a very recent record counts. This process doubts the clock, so another process or an
  // operator wrote that record.
  if (isWithin(gap, -SCHEDULE_SKEW_MS, believed?.elapsed === undefined ? PLAUSIBLE_GAP_MS : 2 * SCHEDULE_SKEW_MS))
    return { basis: 'record' }
  if (isSteady && now - since >= STEADY_MS) return { basis: 'wait' }
  return { doubt: now < expectedAt(believed, record, at) ? 'behind' : 'ahead', since }
}

const isWithin = (value: number, from: number, to: number): boolean => value >= from && value <= to

/** Both clocks advanced by the same time. False without a monotonic clock. */
const isInStep = (before: Moment, at: Moment): boolean =>
  before.elapsed !== undefined &&
  at.elapsed !== undefined &&
  Math.abs(at.now - before.now - (at.elapsed - before.elapsed)) <= SCHEDULE_SKEW_MS

const expectedAt = (believed: Moment | undefined, record: ClockRecord | undefined, at: Moment): number =>
  believed?.elapsed !== undefined && at.elapsed !== undefined
    ? believed.now + at.elapsed - believed.elapsed
    : (record?.believedAt ?? at.now)

/**
 * Judges the clock and records the result in the database and in memory. Logs once that the clock is not believed, and
 * once that it is believed again.
 */
export async function settleClock(
  deps: Pick<Deps, 'clock' | 'config' | 'db' | 'log' | 'principals'>,
): Promise<ClockVerdict> {
  const { clock, db, log } = deps
  const { verdict, record, at } = await look(deps)
  const memory = memoryOf(clock)
  const { now } = at
  if ('basis' in verdict) {
    memory.believed = at
    delete memory.doubted
    if (memory.said) log.info('the clock is believed again: sweeps go on', { basis: verdict.basis })
    memory.said = false
    const isNoted =
      record !== undefined && !record.isGuessed && !record.doubt && Math.abs(now - record.believedAt) < NOTE_EVERY_MS
    if (!isNoted) await commit(deps, [noteClock(db, { believedAt: now, doubt: undefined })])
    return verdict
  }
  const { doubt, since } = verdict
  memory.doubted = at
  if (!memory.said) {
    const expected = iso(expectedAt(memory.believed, record, at))
    log.error(warnings['clock.not_believed'], {
      code: 'clock.not_believed',
      doubt,
      now: iso(now),
      expected,
    })
  }
  memory.said = true
  const believedAt = record?.believedAt ?? memory.believed?.now ?? now
  if (record?.doubt?.since !== since || now - record.doubt.seenAt >= NOTE_EVERY_MS)
    await commit(deps, [noteClock(db, { believedAt, doubt: { since, seenAt: now } })])
  return verdict
}

/**
 * An operator confirms the clock: every process on this database believes it from now on. Returns the time in ms UTC.
 */
export async function trustClock(deps: Pick<Deps, 'clock' | 'db' | 'random' | 'principals' | 'log'>): Promise<number> {
  const { clock, db } = deps
  const now = clock.now()
  const event = systemEvent(deps, 'clock.trusted', {})
  await commit(deps, [recorded(noteClock(db, { believedAt: now, doubt: undefined }), event)])
  const memory = memoryOf(clock)
  memory.believed = { now, elapsed: clock.elapsed?.() }
  delete memory.doubted
  memory.said = false
  return now
}

/** The warnings for `GET /readyz`. */
export const clockWarnings = (verdict: ClockVerdict): WarningCode[] =>
  'doubt' in verdict ? ['clock.not_believed'] : []
