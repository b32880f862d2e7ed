/** Runtimes side by side on one database: a move from one to another ends no session and rehashes no password. */
import { afterAll, beforeAll, expect, setDefaultTimeout } from 'bun:test'
import { PASSWORD, type Session } from '../support/client.ts'
import { testWith } from '../support/real-parts.ts'
import { hasSqld } from '../support/sqld.ts'
import { startBun } from './servers/bun.ts'
import type { RuntimeServer, RuntimeServerOptions } from './servers/runtime-server.ts'
import { hasWorkerd, startWorkerd } from './servers/workerd.ts'
import { startTools, type Tools } from './tools.ts'

setDefaultTimeout(300_000) // two servers on a machine that runs other tests too

const present = (await hasSqld()) && (await hasWorkerd())
const bothTest = testWith(present, 'workerd, or sqld (test/parts)')
let onBun: Tools
let workerd: RuntimeServer

beforeAll(async () => {
  if (!present && !process.env.CI) return
  onBun = await startTools('Bun', async (options: RuntimeServerOptions) => {
    const server = await startBun(options)
    workerd = await startWorkerd(options)
    return server
  })
})
afterAll(async () => {
  await workerd?.stop()
  await onBun?.stop()
})

bothTest('a session opened on Bun is read, refreshed and ended on workerd, and Bun refuses it afterwards', async () => {
  const { baseUrl } = workerd
  const { accessToken: token, refreshToken, user } = await onBun.signUp('Ada')
  expect((await onBun.call('GET /v1/me', { token })).status).toBe(200)
  expect((await onBun.call('GET /v1/me', { token, baseUrl })).body).toEqual({ ...user })

  const next = await onBun.call<Session>('POST /v1/auth/refresh', { baseUrl, body: { refreshToken } })
  const again = await onBun.call<Session>('POST /v1/auth/refresh', { body: { refreshToken } }) // within the grace
  expect([next.status, again.status]).toEqual([200, 200])
  expect(again.body.refreshToken).toBe(next.body.refreshToken)

  expect((await onBun.call('POST /v1/auth/sign-out', { token, baseUrl })).status).toBe(204)
  // How soon is shown with a clock by test/db/remote/walk.test.ts; here it must come about by itself.
  let answer = await onBun.call('GET /v1/me', { token })
  while (answer.status === 200) {
    await Bun.sleep(20)
    answer = await onBun.call('GET /v1/me', { token })
  }
  expect(answer.body).toMatchObject({ code: 'session.expired' })
})

bothTest('a password set on either is verified on the other, and its hash is left as it is', async () => {
  const hashOf = async (email: string) =>
    (await onBun.client.execute({ sql: 'SELECT password_hash FROM users WHERE email_key = ?', args: [email] })).rows[0]
  for (const [here, there] of [
    [onBun.server.baseUrl, workerd.baseUrl],
    [workerd.baseUrl, onBun.server.baseUrl],
  ]) {
    const body = { email: onBun.newEmail(), password: PASSWORD }
    expect((await onBun.call('POST /v1/auth/sign-up', { body, baseUrl: here ?? '' })).status).toBe(201)
    const before = await hashOf(body.email)
    expect(String(before?.password_hash)).toStartWith('$argon2id$')
    expect((await onBun.call('POST /v1/auth/sign-in', { body, baseUrl: there ?? '' })).status).toBe(200)
    expect(await hashOf(body.email)).toEqual(before)
  }
})

bothTest('guesses on one count on the other', async () => {
  const { user } = await onBun.signUp()
  const guess = (turn: number) =>
    onBun.call('POST /v1/auth/sign-in', {
      ...(turn % 2 ? { baseUrl: workerd.baseUrl } : {}),
      // The address that workerd gets, so both runtimes have the same.
      headers: { 'cf-connecting-ip': '127.0.0.1' },
      body: { email: user.email, password: 'not the password' },
    })
  // Two at once, one on each: more would wait for the hashes of all, and on a busy machine get 503 for that.
  const statuses: number[] = []
  for (let turn = 0; turn < 12; turn += 2)
    for (const { status } of await Promise.all([guess(turn), guess(turn + 1)])) statuses.push(status)
  expect(statuses.sort()).toEqual([...Array(5).fill(401), ...Array(7).fill(429)])
  for (const turn of [0, 1]) expect((await guess(turn)).status).toBe(429)
})
