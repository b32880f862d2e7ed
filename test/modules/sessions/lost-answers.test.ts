/**
 * A refresh whose answer was lost ends no session, and gives a thief no second chain: RFC 9700 §4.14.2.
 * `REFRESH_RETRY_SECONDS` is 300 here, as by default.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { call, cookieOf, type Session, signInWithCookie, signUp } from '../../support/client.ts'
import { rowsOn } from '../../support/sql.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

const GRACE_MS = 10_000
const RETRY_MS = 300_000

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

/** Without a password, so that a test may have hundreds. */
const newcomer = async (): Promise<Session> => (await call<Session>(t, 'POST /v1/auth/anonymous', { body: {} })).body
const refresh = (refreshToken: string) => call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken } })
const me = (token: string) => call(t, 'GET /v1/me', { token })
const rowsOf = rowsOn(() => t)
const living = (userId: string) =>
  rowsOf(
    `SELECT tokens.hash FROM session_tokens AS tokens JOIN sessions ON sessions.id = tokens.session_id
     WHERE sessions.user_id = ? AND sessions.ended_at IS NULL AND tokens.rotated_at IS NULL`,
    userId,
  )
const reuses = (userId: string) =>
  rowsOf("SELECT id FROM events WHERE user_id = ? AND type = 'session.reused'", userId).then(({ length }) => length)

describe('a token with an unused successor', () => {
  test('gives the same successor for 300 s, for any number of requests, and writes nothing', async () => {
    const { refreshToken, user } = await newcomer()
    const lost = await refresh(refreshToken)
    const events = (await rowsOf('SELECT id FROM events WHERE user_id = ?', user.id)).length
    for (const ms of [GRACE_MS, 50_000, 200_000, RETRY_MS - 260_000 - 1]) {
      t.clock.advance(ms)
      const again = await refresh(refreshToken)
      expect([again.status, again.body.refreshToken]).toEqual([200, lost.body.refreshToken])
      expect((await me(again.body.accessToken)).status).toBe(200)
    }
    expect((await rowsOf('SELECT id FROM events WHERE user_id = ?', user.id)).length).toBe(events)
    expect(await living(user.id)).toHaveLength(1)
    expect((await refresh(lost.body.refreshToken)).status).toBe(200)
  })

  test('ends its family after 300 s: its answer was not lost, it was stolen', async () => {
    const { refreshToken, user } = await newcomer()
    const next = await refresh(refreshToken)
    t.clock.advance(RETRY_MS)
    expect((await refresh(refreshToken)).body).toMatchObject({ code: 'session.reused' })
    expect((await refresh(next.body.refreshToken)).body).toMatchObject({ code: 'session.expired' })
    expect(await reuses(user.id)).toBe(1)
  })

  test('gives no successor after the successor was used once', async () => {
    const { refreshToken, user } = await newcomer()
    const next = await refresh(refreshToken)
    t.clock.advance(GRACE_MS)
    const newest = await refresh(next.body.refreshToken)
    expect((await refresh(refreshToken)).body).toMatchObject({ code: 'session.reused' })
    for (const token of [next.body.refreshToken, newest.body.refreshToken])
      expect((await refresh(token)).body).toMatchObject({ code: 'session.expired' })
    for (const { body } of [next, newest]) expect((await me(body.accessToken)).status).toBe(401)
    expect(await reuses(user.id)).toBe(1)
  })

  test('comes back from a clock that is set back', async () => {
    const { refreshToken } = await newcomer()
    const lost = await refresh(refreshToken)
    t.clock.advance(-3_600_000)
    expect((await refresh(refreshToken)).body.refreshToken).toBe(lost.body.refreshToken)
    t.clock.advance(3_600_000)
  })

  test('does not exist for a spent token when the clock is set back: its successor was used', async () => {
    const { refreshToken, user } = await newcomer()
    const next = await refresh(refreshToken)
    t.clock.advance(1_800_000)
    const newest = await refresh(next.body.refreshToken)
    t.clock.advance(-3_600_000)
    try {
      expect((await refresh(refreshToken)).body).toMatchObject({ code: 'session.reused' })
      expect((await refresh(newest.body.refreshToken)).body).toMatchObject({ code: 'session.expired' })
      expect(await reuses(user.id)).toBe(1)
    } finally {
      t.clock.advance(3_600_000)
    }
  })

  test('gives no successor after its session ended, and that does not count as reuse', async () => {
    const { refreshToken, user } = await newcomer()
    const lost = await refresh(refreshToken)
    await call(t, 'POST /v1/auth/sign-out', { token: lost.body.accessToken })
    expect((await refresh(refreshToken)).body).toMatchObject({ code: 'session.expired' })
    expect(await reuses(user.id)).toBe(0)
  })

  test('has a window of 10 to 3600 s, which the operator sets', async () => {
    const strict = await createTestApp({ env: { REFRESH_RETRY_SECONDS: '10' } })
    try {
      const { body } = await call<Session>(strict, 'POST /v1/auth/anonymous', { body: {} })
      const again = () => call(strict, 'POST /v1/auth/refresh', { body: { refreshToken: body.refreshToken } })
      await again()
      strict.clock.advance(GRACE_MS)
      expect((await again()).body).toMatchObject({ code: 'session.reused' })
    } finally {
      await strict.close()
    }
    for (const seconds of ['9', '3601', 'soon'])
      expect(createTestApp({ env: { REFRESH_RETRY_SECONDS: seconds } })).rejects.toThrow('REFRESH_RETRY_SECONDS')
  })
})

describe('a cookie with an unused successor', () => {
  let cookies = 0
  const newCookie = async () => {
    const email = `lost${cookies++}@example.com`
    await signUp(t, email)
    return signInWithCookie(t, email)
  }
  const renew = (cookie: string) => call(t, 'POST /v1/auth/refresh', { cookie })

  test('gives the same successor for 300 s', async () => {
    const cookie = await newCookie()
    const lost = cookieOf(await renew(cookie))
    t.clock.advance(RETRY_MS - 1)
    const again = await renew(cookie)
    expect([again.status, cookieOf(again)]).toEqual([200, lost])
  })

  test('is refused after the clock is set back', async () => {
    const cookie = await newCookie()
    const next = cookieOf(await renew(cookie))
    expect((await call(t, 'GET /v1/me', { cookie })).status).toBe(200) // two tabs
    t.clock.advance(GRACE_MS)
    expect((await call(t, 'GET /v1/me', { cookie })).status).toBe(401)
    t.clock.advance(-3_600_000)
    try {
      expect((await call(t, 'GET /v1/me', { cookie })).status).toBe(401)
      expect((await call(t, 'GET /v1/me', { cookie: next })).status).toBe(200)
    } finally {
      t.clock.advance(3_600_000)
    }
  })

  test('ends its session after the successor was used: a browser has one cookie for all its tabs', async () => {
    const cookie = await newCookie()
    const next = cookieOf(await renew(cookie))
    expect((await call(t, 'GET /v1/me', { cookie: next })).status).toBe(200)
    await t.settle()
    t.clock.advance(GRACE_MS)
    expect((await renew(cookie)).body).toMatchObject({ code: 'session.reused' })
    expect((await call(t, 'GET /v1/me', { cookie: next })).status).toBe(401)
  })
})

/** What the clients of one session do, in any order. Times are ms. */
type Act =
  | { act: 'wait'; ms: number }
  /** With the token in the storage that all tabs share. The answer of each tab arrives, or does not. */
  | { act: 'refresh'; arrives: boolean[] }
  /** A tab sends what was in the storage that many refreshes ago, as it does that was slow. */
  | { act: 'late'; back: number }
  | { act: 'use' }

const arbitraryAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ act: fc.constant('wait' as const), ms: fc.constantFrom(1, 4000, 9999, 10_000, 60_000, 150_000) }),
  fc.record({
    act: fc.constant('refresh' as const),
    arrives: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
  }),
  fc.record({ act: fc.constant('late' as const), back: fc.integer({ min: 1, max: 3 }) }),
  fc.constant({ act: 'use' as const }),
)

/** The clients of one owner: one storage, and what was in it before. */
async function startOwner() {
  const session = await newcomer()
  const owner = { userId: session.user.id, token: session.refreshToken, access: session.accessToken }
  /** When each token the owner ever stored was first sent. */
  const sent = new Map<string, number>()
  const stored = [owner.token]

  const send = async (token: string) => {
    if (!sent.has(token)) sent.set(token, t.clock.now())
    const answer = await refresh(token)
    expect(answer.status).toBe(200)
    expect(await living(owner.userId)).toHaveLength(1)
    return answer.body
  }
  const store = ({ refreshToken, accessToken }: Session) => {
    if (owner.token !== refreshToken) stored.push(refreshToken)
    owner.token = refreshToken
    owner.access = accessToken
  }
  return {
    owner,
    async do(act: Act): Promise<void> {
      switch (act.act) {
        case 'wait': {
          // The network is back in time: within the window of an answer that is lost now.
          const left = RETRY_MS - 1 - (t.clock.now() - (sent.get(owner.token) ?? t.clock.now()))
          return t.clock.advance(Math.min(act.ms, left))
        }
        case 'refresh': {
          const { token } = owner
          const answers = await Promise.all(act.arrives.map(() => send(token)))
          expect(new Set(answers.map(({ refreshToken }) => refreshToken)).size).toBe(1)
          for (const [tab, answer] of answers.entries()) if (act.arrives[tab]) store(answer)
          return
        }
        case 'late': {
          const token = stored.at(-1 - act.back)
          const since = token === undefined ? undefined : sent.get(token)
          if (token !== undefined && since !== undefined && t.clock.now() - since < GRACE_MS) store(await send(token))
          return
        }
        case 'use':
          expect((await me((await send(owner.token)).accessToken)).status).toBe(200)
      }
    },
  }
}

describe('in any order of refreshes, lost answers, tabs and waits', () => {
  test('the owner is never signed out, and one chain with one valid token remains', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryAct, { minLength: 1, maxLength: 14 }), async (acts) => {
        const { owner, do: carryOut } = await startOwner()
        for (const act of acts) await carryOut(act)
        expect(await reuses(owner.userId)).toBe(0)
        expect(await rowsOf('SELECT id FROM sessions WHERE user_id = ?', owner.userId)).toHaveLength(1)
      }),
      { numRuns: 80 },
    )
  }, 300_000)

  test('a thief who comes after the owner has used the successor ends the family, also when an answer was lost before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(arbitraryAct, { maxLength: 8 }),
        fc.array(arbitraryAct, { maxLength: 4 }),
        async (before, after) => {
          const { owner, do: carryOut } = await startOwner()
          for (const act of before) await carryOut(act)
          const stolen = owner.token
          await carryOut({ act: 'refresh', arrives: [true] })
          for (const act of after) await carryOut(act)
          await carryOut({ act: 'refresh', arrives: [true] })
          t.clock.advance(GRACE_MS)
          expect((await refresh(stolen)).body).toMatchObject({ code: 'session.reused' })
          expect(await living(owner.userId)).toEqual([])
          expect((await refresh(owner.token)).body).toMatchObject({ code: 'session.expired' })
          expect((await me(owner.access)).status).toBe(401)
          expect(await reuses(owner.userId)).toBe(1)
        },
      ),
      { numRuns: 60 },
    )
  }, 300_000)

  test('a faster thief shares the chain with the owner until one of them is late, and then both are signed out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryAct, { maxLength: 6 }), fc.boolean(), async (before, wasLost) => {
        const { owner, do: carryOut } = await startOwner()
        for (const act of before) await carryOut(act)
        if (wasLost) await carryOut({ act: 'refresh', arrives: [false] })
        const first = await refresh(owner.token)
        const second = await refresh(first.body.refreshToken)
        expect([first.status, second.status]).toEqual([200, 200])
        expect(await living(owner.userId)).toHaveLength(1)
        t.clock.advance(RETRY_MS)
        expect((await refresh(owner.token)).body).toMatchObject({ code: 'session.reused' })
        expect((await refresh(second.body.refreshToken)).body).toMatchObject({ code: 'session.expired' })
      }),
      { numRuns: 30 },
    )
  }, 300_000)
})
