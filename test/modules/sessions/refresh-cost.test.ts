/** A refused refresh costs at most one read, and a replay costs the same at any length of the chain. */
import { afterAll, beforeAll, describe, expect, spyOn, test } from 'bun:test'
import { primitives } from '#primitives'
import { call, type Session, signInWithCookie, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

const refresh = (refreshToken: string) => call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken } })
const countEvents = async () => Number((await t.deps.db.$client.execute('SELECT count(*) AS n FROM events')).rows[0]?.n)

/** Reads and write batches, and small operations of cryptography, that `work` takes. */
async function costOf(work: () => Promise<unknown>) {
  const { $client } = t.deps.db
  const [execute, batch] = [spyOn($client, 'execute'), spyOn($client, 'batch')]
  const small = (['hmac', 'digest', 'aesGcmDecrypt', 'aesGcmEncrypt'] as const).map((name) => spyOn(primitives, name))
  await work()
  await t.settle()
  const cost = {
    reads: execute.mock.calls.length,
    batches: batch.mock.calls.length,
    operations: small.reduce((count, { mock }) => count + mock.calls.length, 0),
  }
  for (const spy of [execute, batch, ...small]) spy.mockRestore()
  return cost
}

/** 32 bytes, and unknown. */
const UNKNOWN = `${'q'.repeat(42)}A`
const NO_TOKENS = [
  '!',
  'A'.repeat(42),
  'A'.repeat(44),
  `${'A'.repeat(42)}B`,
  `${'A'.repeat(42)}=`,
  'x'.repeat(512),
  'токен',
]

describe('an unknown token', () => {
  const presented = [
    { how: 'as a refresh token', send: (token: string) => refresh(token) },
    { how: 'as a cookie to refresh', send: (cookie: string) => call(t, 'POST /v1/auth/refresh', { cookie }) },
    { how: 'as a cookie', send: (cookie: string) => call(t, 'GET /v1/me', { cookie }) },
    { how: 'as a cookie to sign out', send: (cookie: string) => call(t, 'POST /v1/auth/sign-out', { cookie }) },
  ]

  test.each(presented)('$how costs one read, no write and no event', async ({ send }) => {
    const events = await countEvents()
    expect(
      await costOf(async () => {
        const answer = await send(UNKNOWN)
        expect(answer.status).toBe(401)
        expect(answer.body).toMatchObject({ code: 'session.expired' })
      }),
    ).toMatchObject({ reads: 1, batches: 0 })
    expect(await countEvents()).toBe(events)
  })

  test.each(presented)('$how of a wrong form costs no database request', async ({ send }) => {
    for (const token of NO_TOKENS)
      expect(
        await costOf(async () => {
          expect((await send(encodeURIComponent(token))).status, token).toBe(401)
        }),
        token,
      ).toEqual({ reads: 0, batches: 0, operations: 0 })
  })

  test('and one of the other kind costs no more', async () => {
    const { refreshToken } = await signUp(t, 'kinds@example.com')
    const cookie = await signInWithCookie(t, 'kinds@example.com')
    for (const send of [
      () => call(t, 'POST /v1/auth/refresh', { cookie: refreshToken }),
      () => call(t, 'POST /v1/auth/sign-out', { cookie: refreshToken }),
      () => refresh(cookie),
    ])
      expect(await costOf(async () => expect((await send()).status).toBe(401))).toMatchObject({ reads: 1, batches: 0 })
  })
})

test('a token of a session that has ended, or of a disabled account, costs one read and sends no mail', async () => {
  const { refreshToken, accessToken } = await signUp(t, 'ended@example.com')
  await refresh(refreshToken)
  await call(t, 'POST /v1/auth/sign-out', { token: accessToken })
  const disabled = await signUp(t, 'disabled@example.com')
  await t.deps.db.$client.execute("UPDATE users SET status = 'disabled' WHERE email = 'disabled@example.com'")
  const events = await countEvents()
  for (const token of [refreshToken, disabled.refreshToken])
    expect(await costOf(async () => expect((await refresh(token)).status).toBe(401))).toMatchObject({
      reads: 1,
      batches: 0,
    })
  expect(await countEvents()).toBe(events)
})

test('a good refresh is one read and one batch', async () => {
  const { refreshToken } = await signUp(t, 'good@example.com')
  expect(await costOf(async () => expect((await refresh(refreshToken)).status).toBe(200))).toMatchObject({
    reads: 1,
    batches: 1,
  })
})

test('a replay within the grace costs the same after 300 rotations as after two, and gives the newest token', async () => {
  const { refreshToken: first } = await signUp(t, 'long@example.com')
  const replay = (newest: string) =>
    costOf(async () => {
      const answer = await refresh(first)
      expect([answer.status, answer.body.refreshToken]).toEqual([200, newest])
    })
  let newest = first
  const rotate = async (times: number) => {
    for (let turn = 0; turn < times; turn++) newest = (await refresh(newest)).body.refreshToken
  }
  await rotate(2)
  const early = await replay(newest)
  expect(early).toMatchObject({ reads: 1, batches: 0 })
  await rotate(298)
  expect(await replay(newest)).toEqual(early)
  // From the middle of the chain, too.
  const { body } = await refresh(newest)
  const middle = newest
  newest = body.refreshToken
  await rotate(20)
  expect((await refresh(middle)).body.refreshToken).toBe(newest)
}, 300_000) // 300 commits, each on the disk

test('chains of the earlier release go on', async () => {
  const { refreshToken } = await signUp(t, 'before@example.com')
  const before = () => t.deps.db.$client.execute('UPDATE session_tokens SET sealed_root = NULL')
  const second = (await refresh(refreshToken)).body.refreshToken
  await before()
  // Its answer was lost while the server was replaced.
  expect((await refresh(refreshToken)).body.refreshToken).toBe(second)
  const third = (await refresh(second)).body.refreshToken
  const fourth = (await refresh(third)).body.refreshToken
  expect((await refresh(second)).body.refreshToken).toBe(fourth)
  t.clock.advance(10_000)
  expect((await refresh(refreshToken)).body).toMatchObject({ code: 'session.reused' })
})

test('a row that was changed in the database opens no session', async () => {
  const { refreshToken, user } = await signUp(t, 'changed@example.com')
  const second = (await refresh(refreshToken)).body.refreshToken
  const other = await signUp(t, 'other@example.com')
  await refresh(other.refreshToken)
  // The rows of the first session get the root of the other one.
  const root = (user: string) =>
    `SELECT sealed_root FROM session_tokens JOIN sessions ON sessions.id = session_id
     WHERE sealed_root IS NOT NULL AND user_id = '${user}' LIMIT 1`
  await t.deps.db.$client.execute(
    `UPDATE session_tokens SET sealed_root = (${root(other.user.id)}) WHERE sealed_root = (${root(user.id)})`,
  )
  expect((await refresh(second)).body).toMatchObject({ code: 'session.expired' })
})
