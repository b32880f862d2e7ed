/** A move to another address ends with the session that asked for it, and with the other events of security.md 46. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { decodeJwt } from 'jose'
import {
  call,
  PASSWORD,
  type Session,
  setUpAdmin,
  signIn,
  signInWithCookie,
  signUp,
  type User,
} from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { enrol } from '../mfa/support/factors.ts'
import { newestLink, ownerResets, post } from '../users/support/planter.ts'

setDefaultTimeout(300_000)

let t: TestApp
let admin: string
beforeAll(async () => {
  t = await createTestApp({ env: { REFRESH_TTL_SECONDS: '86400' } })
  admin = (await setUpAdmin(t)).accessToken
})
afterAll(() => t.close())

interface Stolen {
  email: string
  id: string
  /** A session of the owner. */
  owner: Session
  /** The session of another person, which asked for the move. */
  thief: Session
  /** Of the mail to the new address. */
  link: string
}

let people = 0
async function stolen(): Promise<Stolen> {
  const email = `mover${people++}@example.com`
  const owner = await signUp(t, email)
  const token = await newestLink(t, email)
  expect((await post(t, '/v1/auth/verify-email', { token })).status).toBe(200)
  const thief = await signIn(t, email)
  const target = `thief-of-${email}`
  expect((await post(t, '/v1/me/email', { email: target }, thief.accessToken)).status).toBe(202)
  const link = await newestLink(t, target)
  expect(link).toBeString()
  return { email, id: owner.user.id, owner, thief, link: String(link) }
}

const redeem = (link: string) => post(t, '/v1/auth/verify-email', { token: link })
const sidOf = ({ accessToken }: Session) => decodeJwt<{ sid: string }>(accessToken).sid
const addressOf = async (id: string) => (await call<User>(t, `GET /v1/users/${id}`, { token: admin })).body.email
const asAdmin = (methodAndPath: string, body?: unknown) => call(t, methodAndPath, { token: admin, body })
const change = (endOtherSessions: boolean) => (by: Session) =>
  post(
    t,
    '/v1/me/password',
    { currentPassword: PASSWORD, newPassword: 'an entirely different phrase', endOtherSessions },
    by.accessToken,
  )

/** What ends it; `stays`: the address afterwards, where the end itself sets one. */
const ends: Record<string, (one: Stolen) => Promise<unknown>> = {
  'its session signs out': ({ thief }) => post(t, '/v1/auth/sign-out', undefined, thief.accessToken),
  'its session is stepped up to another': ({ thief }) =>
    post(t, '/v1/auth/step-up', { password: PASSWORD }, thief.accessToken),
  'its session is ended by the owner': ({ owner, thief }) =>
    call(t, `DELETE /v1/me/sessions/${sidOf(thief)}`, { token: owner.accessToken }),
  'its session is ended for a replayed refresh token': async ({ thief: { refreshToken } }) => {
    const next = await post<Session>(t, '/v1/auth/refresh', { refreshToken })
    await post(t, '/v1/auth/refresh', { refreshToken: next.body.refreshToken }) // used: the answer was not lost
    t.clock.advance(11_000)
    expect((await post(t, '/v1/auth/refresh', { refreshToken })).body.code).toBe('session.reused')
  },
  'the owner ends the other sessions': ({ owner }) => call(t, 'DELETE /v1/me/sessions', { token: owner.accessToken }),
  'the owner ends the others by the very session that was stolen': ({ thief }) =>
    call(t, 'DELETE /v1/me/sessions', { token: thief.accessToken }),
  'an administrator ends every session': ({ id }) => asAdmin(`DELETE /v1/users/${id}/sessions`),
  'the account is disabled': ({ id }) => asAdmin(`POST /v1/users/${id}/disable`),
  'the account is disabled and enabled again': async ({ id }) => {
    await asAdmin(`POST /v1/users/${id}/disable`)
    return asAdmin(`POST /v1/users/${id}/enable`)
  },
  'an administrator removes the factors': ({ id }) => asAdmin(`DELETE /v1/users/${id}/mfa`),
  'the password is changed': ({ owner }) => change(true)(owner),
  'the password is changed, and other sessions are kept': ({ owner }) => change(false)(owner),
  'the password is changed by the very session that was stolen': ({ thief }) => change(true)(thief),
  'the password is reset': ({ email }) => ownerResets(t, email),
  'an app is added, which ends the other sessions': ({ owner }) => enrol(t, owner),
  'an administrator corrects the address': ({ id, email }) =>
    asAdmin(`PATCH /v1/users/${id}`, { email: `right-${email}` }),
  'an administrator corrects the address and takes it back': async ({ id, email }) => {
    await asAdmin(`PATCH /v1/users/${id}`, { email: `right-${email}` })
    return asAdmin(`PATCH /v1/users/${id}`, { email })
  },
  'the account moves elsewhere': async ({ owner, email }) => {
    const elsewhere = `elsewhere-${email}`
    await post(t, '/v1/me/email', { email: elsewhere }, owner.accessToken)
    return redeem(String(await newestLink(t, elsewhere)))
  },
  'the account moves elsewhere and back': async ({ owner, email }) => {
    for (const address of [`elsewhere-${email}`, email]) {
      await post(t, '/v1/me/email', { email: address }, owner.accessToken)
      await redeem(String(await newestLink(t, address)))
    }
  },
}

test('while its session is valid, the move happens', async () => {
  const one = await stolen()
  expect((await redeem(one.link)).status).toBe(200)
  expect(await addressOf(one.id)).toBe(`thief-of-${one.email}`)
})

test.each(Object.keys(ends))('the move ends when %s', async (name) => {
  const one = await stolen()
  const answer = (await (ends[name] as (typeof ends)[string])(one)) as { status?: number } | undefined
  if (answer?.status !== undefined) expect(answer.status).toBeLessThan(300)
  const address = await addressOf(one.id)
  expect((await redeem(one.link)).body.code).toBe('token.invalid')
  expect(await addressOf(one.id)).toBe(address)
  expect(address).not.toBe(`thief-of-${one.email}`)
})

test.each(Object.keys(ends))('at once with it being redeemed, one comes first: %s', async (name) => {
  const one = await stolen()
  const [moved] = await Promise.all([
    redeem(one.link),
    (ends[name] as (typeof ends)[string])(one).catch(() => undefined),
  ])
  if (moved.status !== 200) expect(moved.body.code).toBe('token.invalid')
  const address = await addressOf(one.id)
  if (moved.status !== 200) expect(address).not.toBe(`thief-of-${one.email}`)
  expect((await redeem(one.link)).body.code).toBe('token.invalid')
  expect(await addressOf(one.id)).toBe(address)
})

test('of two moves at once, asked for by two sessions, one happens and the other ends', async () => {
  const one = await stolen()
  const other = `other-${one.email}`
  await post(t, '/v1/me/email', { email: other }, one.owner.accessToken)
  const links = [one.link, String(await newestLink(t, other))]
  const answers = await Promise.all(links.map(redeem))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
  for (const link of links) expect((await redeem(link)).status).toBe(400)
})

test('a move that an earlier release wrote, which knew of no session, is asked for again', async () => {
  const one = await stolen()
  await t.deps.db.$client.execute({
    sql: "UPDATE one_time_tokens SET session_id = NULL, account_key = '', trust_epoch = 0 WHERE user_id = ?",
    args: [one.id],
  })
  expect((await redeem(one.link)).body.code).toBe('token.invalid')
})

test.each([
  [200, 240_000],
  [400, 301_000],
])('%i after its session was not used for %i ms of 300,000', async (status, unused) => {
  const idle = await createTestApp({ env: { COOKIE_IDLE_SECONDS: '300' } })
  try {
    const email = 'idle@example.com'
    await signUp(idle, email)
    await post(idle, '/v1/auth/verify-email', { token: await newestLink(idle, email) })
    const cookie = await signInWithCookie(idle, email)
    await call(idle, 'POST /v1/me/email', { cookie, body: { email: 'thief@example.com' } })
    const token = await newestLink(idle, 'thief@example.com')
    idle.clock.advance(unused)
    expect((await post(idle, '/v1/auth/verify-email', { token })).status).toBe(status)
  } finally {
    await idle.close()
  }
})
