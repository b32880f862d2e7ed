/** How long a session lasts, in all and unused, and what it costs to know when it was used (security.md 19). */
import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Database } from '../../../db/database.ts'
import { call, cookieOf, type Session, signIn, signInWithCookie, signUp } from '../../support/client.ts'
import { testWith } from '../../support/real-parts.ts'
import { hasSqld, type Sqld, startSqld } from '../../support/sqld.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../../support/test-app.ts'

setDefaultTimeout(300_000) // many password hashes, on a machine that runs other tests too

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Longer than any session, so that only the session decides. */
const LASTING_ACCESS = { ACCESS_TTL_SECONDS: String((400 * DAY) / 1000) }

const sqldTest = testWith(await hasSqld(), 'sqld (test/parts)')

let t: TestApp
let server: Sqld | undefined
const start = async (options: TestAppOptions = {}) => {
  t = await createTestApp({ ...options, env: { ...LASTING_ACCESS, ...options.env } })
}
afterEach(async () => {
  await t.close()
  await server?.stop()
  server = undefined
})

const byToken =
  (token: string) =>
  (app: TestApp = t) =>
    call(app, 'GET /v1/me', { token })
const byCookie =
  (cookie: string) =>
  (app: TestApp = t) =>
    call(app, 'GET /v1/me', { cookie })
const refresh = (refreshToken: string) => call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken } })

/** Asks each time after so many milliseconds, and returns the statuses. */
async function use(ask: () => Promise<{ status: number }>, everyMs: number, times: number): Promise<number[]> {
  const statuses: number[] = []
  for (let time = 0; time < times; time++) {
    t.clock.advance(everyMs)
    statuses.push((await ask()).status)
    await t.settle()
  }
  return statuses
}

/** Counts the statements that note a use, and the rows they change. */
function watchNotes({ $client: client }: Database) {
  const notes = { statements: 0, rows: 0 }
  const { batch } = client
  client.batch = async (...given: Parameters<typeof batch>) => {
    const results = await batch.apply(client, given)
    for (const [index, statement] of [...given[0]].entries())
      if (
        typeof statement === 'object' &&
        'sql' in statement &&
        /^update "sessions" set "last_seen_at"/.test(statement.sql)
      ) {
        notes.statements++
        notes.rows += results[index]?.rowsAffected ?? 0
      }
    return results
  }
  return notes
}

describe('a token session', () => {
  test('ends after 14 days without a refresh, for its refresh token and for its access token', async () => {
    await start()
    const session = await signUp(t, 'idle@example.com')
    t.clock.advance(14 * DAY - 1)
    expect((await byToken((await refresh(session.refreshToken)).body.accessToken)()).status).toBe(200)
    const second = await signIn(t, 'idle@example.com')
    t.clock.advance(14 * DAY)
    const refused = await refresh(second.refreshToken)
    expect([refused.status, refused.body]).toMatchObject([401, { code: 'session.expired' }])
    expect((await byToken(second.accessToken)()).status).toBe(401)
  })

  test('lives while it is used, by refreshing or by its access token alone', async () => {
    await start()
    const session = await signUp(t, 'used@example.com')
    expect(await use(byToken(session.accessToken), 13 * DAY, 2)).toEqual([200, 200])
    expect((await refresh(session.refreshToken)).status).toBe(200)
  })

  test('ends after 30 days, also while it is used', async () => {
    await start()
    const session = await signUp(t, 'absolute@example.com')
    expect(await use(byToken(session.accessToken), DAY, 31)).toEqual([...Array<number>(29).fill(200), 401, 401])
    expect((await refresh(session.refreshToken)).status).toBe(401)
  })

  test('within the grace of a refresh nothing is accepted that had been unused for too long', async () => {
    await start()
    const session = await signUp(t, 'grace@example.com')
    const next = await refresh(session.refreshToken)
    t.clock.advance(14 * DAY)
    for (const token of [session.refreshToken, next.body.refreshToken]) expect((await refresh(token)).status).toBe(401)
  })
})

describe('the limits are configured', () => {
  test('REFRESH_IDLE_SECONDS and REFRESH_TTL_SECONDS', async () => {
    await start({ env: { REFRESH_IDLE_SECONDS: '600', REFRESH_TTL_SECONDS: '1500' } })
    const session = await signUp(t, 'configured@example.com')
    expect(await use(byToken(session.accessToken), 9 * MINUTE, 3)).toEqual([200, 200, 401])
    const idle = await signIn(t, 'configured@example.com')
    t.clock.advance(10 * MINUTE)
    expect((await refresh(idle.refreshToken)).status).toBe(401)
  })

  test('COOKIE_IDLE_SECONDS and COOKIE_TTL_SECONDS, also when they are shorter than a minute', async () => {
    await start({ env: { COOKIE_IDLE_SECONDS: '20', COOKIE_TTL_SECONDS: '200' } })
    await signUp(t, 'short@example.com')
    const cookie = await signInWithCookie(t, 'short@example.com')
    expect(await use(byCookie(cookie), 12_000, 17)).toEqual([...Array<number>(16).fill(200), 401])
    const idle = await signInWithCookie(t, 'short@example.com')
    t.clock.advance(20_000)
    expect((await byCookie(idle)()).status).toBe(401)
  })
})

describe.each(['token', 'cookie'] as const)('under a wrong clock a %s session', (kind) => {
  const opened = async () => {
    const { accessToken } = await signUp(t, 'clock@example.com')
    return kind === 'token' ? byToken(accessToken) : byCookie(await signInWithCookie(t, 'clock@example.com'))
  }

  test('is refused with a clock 400 days ahead, never crashes, and continues with a corrected clock', async () => {
    await start({ env: { REFRESH_TTL_SECONDS: String((100 * DAY) / 1000) } })
    const ask = await opened()
    t.clock.advance(400 * DAY - 1000) // the access token is good for 400 days
    expect((await ask()).status).toBe(401)
    await t.settle()
    t.clock.advance(-400 * DAY + 1000)
    expect((await ask()).status).toBe(200)
  })

  test('that was refused for its age stays refused while the clock is two hours back', async () => {
    await start()
    const ask = await opened()
    t.clock.advance(kind === 'token' ? 31 * DAY : 27 * HOUR)
    expect((await ask()).status).toBe(401)
    t.clock.advance(-2 * HOUR)
    expect((await ask()).status).toBe(401)
  })

  test('is refreshed and used two hours back, and its last use is kept', async () => {
    await start()
    const { refreshToken } = await signUp(t, 'back@example.com')
    const cookie = await signInWithCookie(t, 'back@example.com')
    t.clock.advance(-2 * HOUR)
    const notes = watchNotes(t.deps.db)
    // An access token of the future is refused, so a client refreshes.
    const ask =
      kind === 'token'
        ? byToken((await refresh(refreshToken)).body.accessToken)
        : byCookie(cookieOf(await call(t, 'POST /v1/auth/refresh', { cookie })))
    notes.statements = 0
    expect(await use(ask, MINUTE, 5)).toEqual(Array(5).fill(200))
    expect(notes.statements).toBe(0)
    t.clock.advance(2 * HOUR)
    expect((await ask()).status).toBe(200)
  })
})

describe.each(['token', 'cookie'] as const)('the last use of a %s session', (kind) => {
  const opened = async () => {
    const { accessToken } = await signUp(t, 'noted@example.com')
    return kind === 'token' ? byToken(accessToken) : byCookie(await signInWithCookie(t, 'noted@example.com'))
  }

  test('is recorded once a minute: 10 times for 600 requests in 10 minutes', async () => {
    await start()
    const ask = await opened()
    const notes = watchNotes(t.deps.db)
    expect(new Set(await use(ask, 1000, 600))).toEqual(new Set([200]))
    expect(notes).toEqual({ statements: 10, rows: 10 })
  })

  test('is recorded once for 50 parallel requests without a cache entry', async () => {
    await start()
    const ask = await opened()
    const notes = watchNotes(t.deps.db)
    t.clock.advance(MINUTE)
    t.deps.principals.forgetAll()
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask()))
    await t.settle()
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(notes).toEqual({ statements: 1, rows: 1 })
  })

  test('is recorded after the answer: a write that hangs or fails delays no request', async () => {
    const waiting: (() => Promise<unknown>)[] = []
    await start({ deps: { defer: (work) => void waiting.push(work) } })
    const ask = await opened()
    waiting.length = 0
    const notes = watchNotes(t.deps.db)
    t.clock.advance(MINUTE)
    expect((await ask()).status).toBe(200)
    expect([waiting.length, notes.statements]).toEqual([1, 0])
    await waiting[0]?.()
    expect(notes).toEqual({ statements: 1, rows: 1 })
  })

  sqldTest(
    'is recorded once a minute beside a libSQL server too, where two processes write and no cache lasts',
    async () => {
      server = await startSqld()
      await start({ env: { DATABASE_URL: server.url } })
      const other = await createTestApp({ env: { DATABASE_URL: server.url, ...LASTING_ACCESS } })
      try {
        const ask = await opened()
        other.clock.advance(t.clock.now() - other.clock.now())
        const notes = [watchNotes(t.deps.db), watchNotes(other.deps.db)]
        for (let second = 0; second < 180; second += 5) {
          for (const app of [t, other]) app.clock.advance(5000)
          for (const app of [t, other]) {
            expect((await ask(app)).status).toBe(200)
            await app.settle()
          }
        }
        expect(notes.map(({ rows }) => rows)).toEqual([3, 0])
        expect(notes.map(({ statements }) => statements)).toEqual([3, 0])
      } finally {
        await other.close()
      }
    },
  )
})
