import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { jobNames, runJobs } from '../../src/jobs.ts'
import { deleteOldJobs } from '../../src/modules/jobs/queries.ts'
import { deleteExpiredSessions, deleteTokensOfExpiredSessions } from '../../src/modules/sessions/queries.ts'
import { createLibsqlWindows } from '../../src/platform/limiter/libsql.ts'
import { call, type Session, signIn, signUp } from '../support/client.ts'
import { deadJob, queueOne, UNHANDLED } from '../support/jobs.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

let t: TestApp

beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

const count = async (table: string): Promise<number> =>
  Number((await t.deps.db.$client.execute(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n)
const refresh = (refreshToken: string | undefined) =>
  call<Session & { code?: string }>(t, 'POST /v1/auth/refresh', { body: { refreshToken } })

/** That many expired sessions of one user, with `tokens` each. */
async function insertExpired(sessions: number, tokens: number): Promise<void> {
  const { user } = await signUp(t, 'ada@example.com')
  const { $client } = t.deps.db
  const expired = t.clock.now() - 2 * DAY
  await $client.batch(
    [
      {
        sql: `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
          INSERT INTO sessions (id, user_id, kind, authenticated_at, last_seen_at, expires_at, ended_at, created_at)
          SELECT printf('ses_%032x', i), ?, 'token', 0, 0, ? - i, NULL, 0 FROM n`,
        args: [sessions, user.id, expired],
      },
      {
        sql: `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
          INSERT INTO session_tokens (session_id, position, hash, rotated_at, salt, created_at) SELECT id, i, id || i, 1, 'salt', 0 FROM sessions, n WHERE expires_at <= ?`,
        args: [tokens, expired],
      },
    ],
    'write',
  )
}

describe('sweep-sessions', () => {
  test('removes a session and its tokens a day after it expired, and no other', async () => {
    const old = await signUp(t, 'ada@example.com')
    t.clock.advance(30 * DAY + 12 * HOUR)
    const living = await signIn(t, 'ada@example.com')

    expect((await runJobs(t.deps, 'sweep-sessions')).jobs).toMatchObject([
      { name: 'sweep-sessions', counts: { sessions: 0, links: 0 }, complete: true },
    ])
    t.clock.advance(13 * HOUR)
    expect((await runJobs(t.deps, 'sweep-sessions')).jobs[0]?.counts).toMatchObject({ sessions: 1, links: 1 })
    expect([await count('sessions'), await count('session_tokens')]).toEqual([1, 1])
    expect((await refresh(old.refreshToken)).body.code).toBe('session.expired')
    expect((await refresh(living.refreshToken)).status).toBe(200)
  })

  test('leaves reuse detection whole until the session has expired', async () => {
    const { refreshToken: spent } = await signUp(t, 'ada@example.com')
    const { body: next } = await refresh(spent)
    t.clock.advance(30 * DAY - HOUR)
    await runJobs(t.deps, 'all')
    expect((await refresh(spent)).body.code).toBe('session.reused')
    expect((await refresh(next.refreshToken)).body.code).toBe('session.expired') // its family has ended
  })

  test('removes thousands of tokens of one session in bounded batches, and the session last', async () => {
    await insertExpired(2, 3_000)
    const { jobs } = await runJobs(t.deps, 'sweep-sessions')
    expect(jobs[0]).toMatchObject({ counts: { sessions: 2, links: 6_000 }, complete: true })
    expect(await count('sessions')).toBe(1)
  })

  test('may run twice at once: each row is counted once, without an error', async () => {
    await insertExpired(2_000, 2)
    const reports = await Promise.all([
      runJobs(t.deps, 'all'),
      runJobs(t.deps, 'all'),
      runJobs(t.deps, 'sweep-sessions'),
    ])
    const sum = (kind: string) =>
      reports.flatMap(({ jobs }) => jobs).reduce((total, { counts }) => total + (counts[kind] ?? 0), 0)
    expect([sum('sessions'), sum('links')]).toEqual([2_000, 4_000])
  })

  test('of 100,000 sessions does not block reads and writes', async () => {
    await insertExpired(100_000, 1)
    const admin = await signIn(t, 'ada@example.com')
    let sweeping = true
    const sweep = runJobs(t.deps, 'sweep-sessions').finally(() => {
      sweeping = false
    })
    let reads = 0
    while (sweeping) {
      t.deps.principals.forgetAll() // so that each goes to the database
      expect((await call(t, 'GET /v1/me', { token: admin.accessToken })).status).toBe(200)
      if (reads++ % 20 === 0)
        expect((await call(t, 'PATCH /v1/me', { token: admin.accessToken, body: { name: `A${reads}` } })).status).toBe(
          200,
        )
      // A turn of the event loop, as a request over a socket would take.
      await new Promise((next) => setImmediate(next))
    }
    expect((await sweep).jobs[0]).toMatchObject({ counts: { sessions: 100_000, links: 100_000 }, complete: true })
    // Were it one batch, two or three reads would have found their way in.
    expect(reads).toBeGreaterThan(20)
  }, 300_000)

  test('stops between two batches when the process is asked to stop, and goes on the next time', async () => {
    await insertExpired(1_000, 1)
    let asked = 0
    const { jobs } = await runJobs({ ...t.deps, accepting: () => ++asked <= 2 }, 'sweep-sessions')
    expect(jobs[0]).toMatchObject({ counts: { sessions: 500 }, complete: false })
    expect((await runJobs(t.deps, 'sweep-sessions')).jobs[0]).toMatchObject({
      counts: { sessions: 500 },
      complete: true,
    })
  })

  test('finds its rows by index, however many there are', async () => {
    for (const statement of [
      deleteTokensOfExpiredSessions(t.deps.db, 1, 10),
      deleteExpiredSessions(t.deps.db, 1, 10),
    ]) {
      const { sql, params } = statement.toSQL()
      const plan = await t.deps.db.$client.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args: params as number[] }) // the two limits and the time
      const steps = plan.rows.map(({ detail }) => String(detail))
      expect(steps.join('\n')).toContain('INDEX sessions_expires (expires_at<?)')
      // What it scans is the list of at most `limit` ids.
      expect(steps.filter((step) => /SCAN (?!expired)/.test(step))).toEqual([])
    }
  })
})

describe('sweep-keys', () => {
  test('removes a signing key a month after it retired, never one in use', async () => {
    await t.deps.keys.signing()
    const next = await t.deps.keys.rotate()
    t.clock.advance(29 * DAY)
    expect((await runJobs(t.deps, 'sweep-keys')).jobs[0]?.counts).toMatchObject({ signingKeys: 0 })
    t.clock.advance(2 * DAY)
    expect((await runJobs(t.deps, 'sweep-keys')).jobs[0]?.counts).toMatchObject({ signingKeys: 1 })
    t.clock.advance(400 * DAY)
    await runJobs(t.deps, 'all')
    expect((await t.deps.keys.jwks()).keys.map(({ kid }) => kid)).toEqual([next.id])
    expect((await t.deps.keys.signing()).id).toBe(next.id)
  })
})

test('sweep-keys removes points whose window is over, in as many batches as it takes', async () => {
  const windows = createLibsqlWindows(t.deps.db, t.clock)
  await Promise.all(Array.from({ length: 600 }, (_, key) => windows.take(`old ${key}`, 60_000)))
  await windows.take('young', 60_000)
  // By the clock of the database, which is not ours to move.
  await t.deps.db.$client.execute("UPDATE rate_limits SET expires_at = expires_at - 60001 WHERE key LIKE 'old %'")
  expect((await runJobs(t.deps, 'sweep-keys')).jobs[0]?.counts).toMatchObject({ rateLimits: 600 })
  expect((await windows.read('young', 60_000))?.points).toBe(1)
  expect((await runJobs(t.deps, 'sweep-keys')).jobs[0]?.counts).toMatchObject({ rateLimits: 0 })
})

describe('sweep-jobs', () => {
  const sweep = async () => (await runJobs(t.deps, 'sweep-jobs')).jobs[0]?.counts
  const states = async () =>
    (await t.deps.db.$client.execute('SELECT state, count(*) AS n FROM jobs GROUP BY state ORDER BY state')).rows.map(
      ({ state, n }) => [state, Number(n)],
    )

  test('removes a job a week after it was done or discarded, a dead job after 90 days, and no waiting job', async () => {
    await deadJob(t)
    for (const state of ['done', 'discarded'])
      await t.deps.db.$client.execute({
        sql: 'UPDATE jobs SET state = ? WHERE id = ?',
        args: [state, await queueOne(t, UNHANDLED)],
      })
    await queueOne(t, UNHANDLED)
    t.clock.advance(7 * DAY)
    expect(await sweep()).toEqual({ done: 0, discarded: 0, dead: 0 })
    t.clock.advance(1)
    expect(await sweep()).toEqual({ done: 1, discarded: 1, dead: 0 })
    t.clock.advance(83 * DAY)
    expect(await sweep()).toEqual({ done: 0, discarded: 0, dead: 1 })
    t.clock.advance(400 * DAY)
    await sweep()
    expect(await states()).toEqual([['pending', 1]])
  })

  test('under a clock two hours back, or at the epoch, forgets nothing', async () => {
    await deadJob(t)
    t.clock.advance(-2 * HOUR)
    expect(await sweep()).toEqual({ done: 0, discarded: 0, dead: 0 })
    t.clock.advance(-t.clock.now())
    expect(await sweep()).toEqual({ done: 0, discarded: 0, dead: 0 })
  })

  test('finds its rows by index, in bounded batches', async () => {
    const { sql, params } = deleteOldJobs(t.deps.db, 'done', 1, 10).toSQL()
    const plan = await t.deps.db.$client.execute({ sql: `EXPLAIN QUERY PLAN ${sql}`, args: params as string[] })
    const steps = plan.rows.map(({ detail }) => String(detail))
    expect(steps.join('\n')).toContain('INDEX jobs_state (state=? AND id<?)')
    expect(steps.filter((step) => /SCAN jobs|TEMP B-TREE/.test(step))).toEqual([])
  })
})

test('each job says in one line of the log what it did', async () => {
  await runJobs(t.deps, 'all')
  // The queue runs all the time: it logs nothing while there is no work.
  expect(t.logged.filter(({ message }) => message === 'job done').map(({ fields }) => fields.job)).toEqual(
    jobNames.filter((name) => name !== 'queue'),
  )
})

test('a job that fails is logged, the others run, and the failure is thrown', async () => {
  await t.deps.db.$client.execute('ALTER TABLE sessions RENAME TO mislaid')
  await expect(runJobs(t.deps, 'all')).rejects.toThrow()
  expect(t.logged.find(({ message }) => message === 'job failed')).toMatchObject({
    level: 'error',
    fields: { job: 'sweep-sessions' },
  })
  const said = (what: string) => t.logged.filter(({ message }) => message === what).map(({ fields }) => fields.job)
  // They read the table that is gone.
  expect(said('job failed')).toEqual(['sweep-sessions', 'sweep-anonymous', 'send-digests'])
  expect(said('job done')).toEqual(jobNames.filter((name) => name !== 'queue' && !said('job failed').includes(name)))
})
