/** Scheduled work: one process runs it each time it is due. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { jobNames, runJobs } from '../../src/jobs.ts'
import { SCHEDULE_SKEW_MS } from '../../src/modules/jobs/queries.ts'
import {
  dueSchedules,
  LEASE_MS,
  lastDue,
  runScheduled,
  type Schedule,
  schedulesSeen,
} from '../../src/modules/jobs/run-schedules.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const hourly: Schedule = { name: 'hourly', pattern: '17 * * * *' }

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

/** Runs it if it may be run, as the worker does. True when it ran. */
async function runIfDue(
  { deps }: TestApp,
  work: () => Promise<{ complete: boolean }> = async () => ({ complete: true }),
  schedule = hourly,
): Promise<boolean> {
  let ran = false
  for (const due of dueSchedules([schedule], await schedulesSeen(deps), deps.clock.now()))
    await runScheduled(deps, due, () => {
      ran = true
      return work()
    })
  return ran
}

describe('lastDue', () => {
  test.each([
    ['* * * * *', '2026-07-09T12:00:00.000Z', '2026-07-09T12:00:00.000Z'], // the very moment counts
    ['* * * * *', '2026-07-09T11:59:59.999Z', '2026-07-09T11:59:00.000Z'],
    ['17 * * * *', '2026-07-09T12:16:59.999Z', '2026-07-09T11:17:00.000Z'],
    ['17 * * * *', '2026-07-09T12:17:00.000Z', '2026-07-09T12:17:00.000Z'],
    ['17 * * * *', '2026-01-01T00:00:00.000Z', '2025-12-31T23:17:00.000Z'],
    ['5 3 * * *', '2026-03-29T03:04:00.000Z', '2026-03-28T03:05:00.000Z'], // in Berlin a day of 23 hours
    ['5 3 * * *', '2028-03-01T00:00:00.000Z', '2028-02-29T03:05:00.000Z'],
    ['0 0 29 2 *', '2026-07-09T12:00:00.000Z', '2024-02-29T00:00:00.000Z'],
    ['*/10 * * * *', '2026-07-09T12:09:59.999Z', '2026-07-09T12:00:00.000Z'],
  ])('%s at %s was last due at %s', (pattern, now, due) => {
    expect(new Date(lastDue({ name: 'test', pattern }, Date.parse(now))).toISOString()).toBe(due)
  })
})

describe('a schedule', () => {
  test('runs once each time it is due, and the first time at once', async () => {
    expect(await runIfDue(t)).toBeTrue() // 12:00, due since 11:17
    expect(await runIfDue(t)).toBeFalse()
    t.clock.advance(17 * MINUTE - 1)
    expect(await runIfDue(t)).toBeFalse()
    t.clock.advance(1)
    expect(await runIfDue(t)).toBeTrue()
    expect(await runIfDue(t)).toBeFalse()
  })

  test('that was missed for days runs once, not once for each hour of them', async () => {
    await runIfDue(t)
    t.clock.advance(3 * DAY)
    expect([await runIfDue(t), await runIfDue(t)]).toEqual([true, false])
  })

  test('interrupted by a crash runs again when its lease ends, not an hour later', async () => {
    const crash = runScheduled(t.deps, hourly, () => new Promise(() => {})) // never ends
    expect(Bun.peek.status(crash)).toBe('pending')
    while ((await schedulesSeen(t.deps)).length === 0) await new Promise((next) => setImmediate(next))
    t.clock.advance(LEASE_MS - 1)
    expect(await runIfDue(t)).toBeFalse()
    t.clock.advance(1)
    expect(await runIfDue(t)).toBeTrue()
    expect(await runIfDue(t)).toBeFalse()
  })

  test('that fails is tried again in five minutes, and its failure is thrown', async () => {
    const failing = () => runIfDue(t, () => Promise.reject(new Error('no room')))
    await expect(failing()).rejects.toThrow('no room')
    t.clock.advance(5 * MINUTE - 1)
    expect(await runIfDue(t)).toBeFalse()
    t.clock.advance(1)
    await expect(failing()).rejects.toThrow('no room')
    t.clock.advance(5 * MINUTE)
    expect(await runIfDue(t)).toBeTrue()
  })

  test('that had to stop early goes on at the next check', async () => {
    expect(await runIfDue(t, async () => ({ complete: false }))).toBeTrue()
    expect(await runIfDue(t)).toBeTrue()
    expect(await runIfDue(t)).toBeFalse()
  })

  test('is not run by a process that lost its lease and comes back, which does not end the lease of another', async () => {
    let other: Promise<boolean> | undefined
    const { promise, resolve } = Promise.withResolvers<{ complete: boolean }>()
    await runIfDue(t, async () => {
      t.clock.advance(LEASE_MS)
      const begun = Promise.withResolvers<void>()
      other = runIfDue(t, () => {
        begun.resolve()
        return promise
      })
      await begun.promise
      return { complete: true } // ten minutes late
    })
    t.clock.advance(HOUR)
    expect((await schedulesSeen(t.deps))[0]?.leaseUntil).toBeGreaterThan(0)
    resolve({ complete: true })
    expect(await other).toBeTrue()
  })

  test('set back two hours, or sent 400 days ahead and back, is not stuck', async () => {
    await runIfDue(t)
    t.clock.advance(-2 * HOUR)
    expect([await runIfDue(t), await runIfDue(t)]).toEqual([true, false])
    t.clock.advance(400 * DAY)
    expect(await runIfDue(t)).toBeTrue()
    t.clock.advance(-400 * DAY)
    expect([await runIfDue(t), await runIfDue(t)]).toEqual([true, false])
    // A lease with a time of another clock delays no process either.
    t.clock.advance(DAY)
    void runScheduled(t.deps, hourly, () => new Promise(() => {}))
    while ((await schedulesSeen(t.deps))[0]?.leaseUntil === 0) await new Promise((next) => setImmediate(next))
    t.clock.advance(-DAY)
    expect(await runIfDue(t)).toBeTrue()
  })

  test('is not done twice because two clocks differ by some minutes', async () => {
    const behind = { ...t, deps: { ...t.deps, clock: { now: () => t.clock.now() - SCHEDULE_SKEW_MS } } }
    t.clock.advance(17 * MINUTE)
    let running: Promise<boolean> | undefined
    expect(
      await runIfDue(t, async () => {
        running = runIfDue(behind)
        return { complete: !(await running) }
      }),
    ).toBeTrue()
    expect(await running).toBeFalse()
    expect(await runIfDue(behind)).toBeFalse()
    t.clock.advance(SCHEDULE_SKEW_MS)
    expect(await runIfDue(behind)).toBeFalse()
  })
})

describe('of many processes', () => {
  test('one does it, each time: twenty at once on one file', async () => {
    for (let hour = 0; hour < 3; hour++) {
      const ran = await Promise.all(Array.from({ length: 20 }, () => runIfDue(t)))
      expect(ran.filter(Boolean).length).toBe(1)
      t.clock.advance(HOUR)
    }
  })

  test('runJobs does what is due and says so; with nothing due it does nothing', async () => {
    const report = await runJobs(t.deps)
    expect(report.jobs.map(({ name }) => name).sort()).toEqual([...jobNames].sort())
    expect((await runJobs(t.deps)).jobs.map(({ name }) => name)).toEqual(['queue'])
    expect((await runJobs(t.deps, 'scheduled')).jobs).toEqual([])
  })
})
