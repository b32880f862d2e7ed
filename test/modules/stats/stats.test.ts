/** `GET /v1/stats` says what happened on each day, whether a job has counted the day or nobody has. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import { runJobs } from '../../../src/jobs.ts'
import { DAY_MS, dayOf } from '../../../src/lib/durations.ts'
import { countDays } from '../../../src/modules/stats/count-days.ts'
import { readDays } from '../../../src/modules/stats/queries.ts'
import { call, setUpAdmin, signInWithCookie, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

setDefaultTimeout(300_000)

interface Day {
  date: string
  signIns: number
  signInFailures: number
  signUps: number
  activeSessions: number | null
}
interface Stats {
  at: string
  totals: { users: number; organisations: number; sessions: number }
  days: Day[]
}

const IDLE = { token: DAY_MS, cookie: DAY_MS }

let t: TestApp
let token: string
beforeEach(async () => {
  t = await createTestApp()
  token = (await setUpAdmin(t)).accessToken
})
afterEach(() => t.close())

const read = async (days: number): Promise<Stats> => {
  const { status, body } = await call<Stats>(t, `GET /v1/stats?days=${days}`, { token })
  expect(status).toBe(200)
  return body
}
/** The access token lives five minutes, and time passes. */
const signInAgain = async () => {
  const { body } = await call<{ accessToken: string }>(t, 'POST /v1/auth/sign-in', {
    body: { email: 'admin@example.com', password: 'correct horse battery staple' },
  })
  token = body.accessToken
}
const stored = async () => (await t.deps.db.$client.execute('SELECT * FROM daily_stats ORDER BY day')).rows

describe('GET /v1/stats', () => {
  test('counts today as it is now, and the days before the server had events as empty', async () => {
    await signUp(t, 'ada@example.com')
    await call(t, 'POST /v1/auth/sign-in', { body: { email: 'ada@example.com', password: 'wrong one' } })
    const { totals, days, at } = await read(3)
    expect(at).toBe(new Date(t.clock.now()).toISOString())
    expect(totals).toEqual({ users: 2, organisations: 0, sessions: 2 })
    expect(days).toEqual([
      { date: '2026-07-07', signIns: 0, signInFailures: 0, signUps: 0, activeSessions: null },
      { date: '2026-07-08', signIns: 0, signInFailures: 0, signUps: 0, activeSessions: null },
      // The administrator was made by the set-up token, and is no sign-up.
      { date: '2026-07-09', signIns: 2, signInFailures: 1, signUps: 1, activeSessions: 2 },
    ])
  })

  test('says the same after the job has counted the days, also when their events are deleted', async () => {
    await signUp(t, 'ada@example.com')
    t.clock.advance(DAY_MS)
    await signInAgain()
    t.clock.advance(DAY_MS)
    await signInAgain()
    const before = await read(4)
    expect(await stored()).toEqual([])
    await runJobs(t.deps, 'count-days')
    expect((await stored()).map(({ sign_ins }) => sign_ins)).toEqual([2, 1])
    const after = await read(4)
    expect(after.days.map(({ activeSessions: _, ...day }) => day)).toEqual(
      before.days.map(({ activeSessions: _, ...day }) => day),
    )
    await t.deps.db.$client.execute({ sql: 'DELETE FROM events WHERE at < ?', args: [dayOf(t.clock.now())] })
    expect((await read(4)).days).toEqual(after.days)
  })

  test('a day has the sessions of its end, and none if they were counted too late', async () => {
    await signUp(t, 'ada@example.com')
    const { body } = await call<{ items: { id: string }[] }>(t, 'GET /v1/me/sessions', { token })
    expect(body.items).toHaveLength(1)
    t.clock.advance(dayOf(t.clock.now()) + DAY_MS - t.clock.now() + 3_600_000) // 01:00 of the next day
    await signInAgain() // a third one, of the next day
    await runJobs(t.deps, 'count-days')
    expect((await read(2)).days.map(({ activeSessions }) => activeSessions)).toEqual([2, 3])
    t.clock.advance(3 * DAY_MS)
    await runJobs(t.deps, 'count-days')
    await signInAgain()
    const { days } = await read(5)
    expect(days.slice(0, 3).map(({ activeSessions }) => activeSessions)).toEqual([2, null, null])
    expect(days[3]?.activeSessions).toBeNumber()
  })

  test('a session that its owner does not have any more is not counted: idle for too long, or of an epoch before', async () => {
    const { user } = await signUp(t, 'ada@example.com')
    await signInWithCookie(t, 'ada@example.com')
    expect((await read(1)).totals.sessions).toBe(3)
    t.clock.advance(3_600_000)
    await signInAgain()
    expect((await read(1)).totals.sessions).toBe(3) // one more, and the cookie was idle for an hour
    t.clock.advance(dayOf(t.clock.now()) + DAY_MS - t.clock.now() + 3_600_000)
    await runJobs(t.deps, 'count-days')
    await signInAgain()
    expect((await read(2)).days.map(({ activeSessions }) => activeSessions)).toEqual([3, 4])
    await t.deps.db.$client.execute({
      sql: 'UPDATE users SET trusted_from = 9, trust_epoch = 9 WHERE id = ?',
      args: [user.id],
    })
    expect((await read(1)).totals.sessions).toBe(3)
  })

  test('totals that took long to count are said again for a minute, and the days are counted anyway', async () => {
    const { now } = t.deps.clock
    let isSlow = true
    const slow = {
      ...t.deps.clock,
      now() {
        if (isSlow) t.clock.advance(101)
        return now()
      },
    }
    const other = await createTestApp({ deps: { ...t.deps, clock: slow } })
    const { body } = await call<{ accessToken: string }>(t, 'POST /v1/auth/sign-in', {
      body: { email: 'admin@example.com', password: 'correct horse battery staple' },
    })
    const ask = async () => (await call<Stats>(other, 'GET /v1/stats?days=1', { token: body.accessToken })).body
    const first = await ask()
    isSlow = false
    await signUp(t, 'ada@example.com')
    const second = await ask()
    expect(second.totals).toEqual(first.totals)
    expect(second.days[0]?.signUps).toBe((first.days[0]?.signUps ?? 0) + 1)
    t.clock.advance(60_000)
    expect((await ask()).totals.users).toBe(first.totals.users + 1)
    await other.close()
  })

  test('needs stats:read', async () => {
    const { accessToken } = await signUp(t, 'ada@example.com')
    expect((await call(t, 'GET /v1/stats', { token: accessToken })).status).toBe(403)
    expect((await call(t, 'GET /v1/stats')).status).toBe(401)
    for (const days of ['0', '367', 'x'])
      expect((await call(t, `GET /v1/stats?days=${days}`, { token })).status).toBe(422)
  })
})

describe('the job', () => {
  test('counts no day that is not over for an hour, none twice, and none while the clock is not believed', async () => {
    t.clock.advance(dayOf(t.clock.now()) + DAY_MS - t.clock.now() + 3_599_000)
    expect(await countDays(t.deps, t.clock.now())).toEqual({ days: 0 })
    t.clock.advance(1_000)
    expect(await countDays(t.deps, t.clock.now())).toEqual({ days: 1 })
    expect(await countDays(t.deps, t.clock.now())).toEqual({ days: 0 })
    t.clock.set(40 * DAY_MS) // somebody has set it
    const { jobs } = await runJobs(t.deps, 'count-days')
    expect(jobs).toMatchObject([{ name: 'count-days', waitsForClock: true }])
    expect(await stored()).toHaveLength(1)
  })

  test('two at once store one row', async () => {
    t.clock.advance(2 * DAY_MS)
    await Promise.all([countDays(t.deps, t.clock.now()), countDays(t.deps, t.clock.now())])
    expect(await stored()).toHaveLength(1)
  })
})

test('any history, counted by the job in any state or by nobody, is what a naive count says', async () => {
  const types = ['session.created', 'auth.failed', 'user.created', 'session.ended', 'user.updated'] as const
  const history = fc.array(
    fc.record({
      type: fc.constantFrom(...types),
      by: fc.constantFrom('sign-up', 'provider', 'admin', 'anonymous'),
      /** Often at the very edge of a day. */
      at: fc.oneof(
        fc.integer({ min: 0, max: 10 * DAY_MS - 1 }),
        fc
          .tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom(0, 1, DAY_MS - 1))
          .map(([day, ms]) => day * DAY_MS + ms),
      ),
    }),
    { maxLength: 60 },
  )
  const [start, client] = [dayOf(t.clock.now()), t.deps.db.$client]
  const now = start + 10 * DAY_MS - 1
  await fc.assert(
    fc.asyncProperty(history, fc.integer({ min: 0, max: 12 }), async (happened, counted) => {
      await client.execute('DELETE FROM events')
      await client.execute('DELETE FROM daily_stats')
      await client.batch(
        happened.map(({ type, by, at }, index) => {
          const id = `evt_${(start + at).toString(16).padStart(12, '0')}7${index.toString(16).padStart(19, '0')}`
          const values = `VALUES (?, ?, 'success', ?, ?)`
          return {
            sql: `INSERT INTO events (id, type, result, at, data) ${values}`,
            args: [id, type, start + at, JSON.stringify({ by })],
          }
        }),
      )
      for (let times = 0; times < counted; times++) await countDays(t.deps, now)
      const days = Array.from({ length: 10 }, (_, day) => start + day * DAY_MS)
      const rows = await readDays(t.deps.longReads, days, now, IDLE)
      const naive = days.map((day) => {
        const of = (wanted: string) => happened.filter(({ type, at }) => type === wanted && dayOf(start + at) === day)
        return {
          day,
          signIns: of('session.created').length,
          signInFailures: of('auth.failed').length,
          signUps: of('user.created').filter(({ by }) => by === 'sign-up' || by === 'provider').length,
        }
      })
      expect(
        rows.map(({ day, signIns, signInFailures, signUps }) => ({ day, signIns, signInFailures, signUps })),
      ).toEqual(naive)
    }),
    { numRuns: 60 },
  )
})

test('counts by ranges of an index, and reads no table of events from its beginning', async () => {
  const { sql, params } = (
    readDays(t.deps.db, [0, DAY_MS], 0, IDLE) as unknown as { getQuery(): { sql: string; params: unknown[] } }
  ).getQuery()
  const { rows } = await t.deps.db.$client.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args: params as string[] })
  const steps = rows.map(({ detail }) => String(detail)).filter((detail) => /events|sessions/.test(detail))
  expect(steps.filter((step) => step.startsWith('SCAN'))).toEqual([])
  expect(steps.filter((step) => step.includes('COVERING INDEX events_type (type=? AND id>? AND id<?)'))).toHaveLength(2)
  expect(steps.filter((step) => step.includes('INDEX events_type (type=? AND id>? AND id<?)'))).toHaveLength(3)
  expect(steps.filter((step) => step.includes('sessions USING INDEX sessions_expires'))).toHaveLength(1)
})
