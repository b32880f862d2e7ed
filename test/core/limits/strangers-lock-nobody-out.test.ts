/**
 * Whose failures count against whom: a stranger's spend nothing that an owner needs where they are known, or signed in
 * (docs/rate-limits.md).
 */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { type Answer, call, PASSWORD, type Session, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { codeOf, enrol, firstFactor, verify, wrongCode } from '../../modules/mfa/support/factors.ts'
import { proofFor, requestProof } from '../../modules/proofs/support/mail.ts'

setDefaultTimeout(300_000) // hundreds of requests, on a machine that runs other tests too

const ADA = 'ada@example.com'
const HOME = '198.51.100.20'
const AWAY = '192.0.2.77'
const MINUTE = 60_000
const STALE_MS = 10 * MINUTE + 1

let t: TestApp
let address: string
let owner: Session

async function open(env: Record<string, string> = {}): Promise<void> {
  address = HOME
  t = await createTestApp({
    env: { RATE_LIMIT: 'on', ACCESS_TTL_SECONDS: '86400', ...env },
    deps: {
      peerAddress: ({ headers }) => headers.get('test-peer') ?? address,
      passwords: {
        hash: async (password) => `plain ${password}`,
        verify: async (password, stored) => stored === `plain ${password}`,
      },
    },
  })
  owner = await signUp(t, ADA) // at home, which is known from then on
  // By the same hand, or a first sign-in by mail would end the password.
  const { token } = await proofFor(t, ADA)
  await call(t, 'POST /v1/auth/verify-email', { body: { token }, token: owner.accessToken })
  await t.settle()
}
beforeEach(() => open())
afterEach(() => t.close())

/** 203.0.0.1, 203.0.1.1, …: each in its own network. */
const bot = (index: number) => `203.0.${index}.1`
const from = (peer: string, methodAndPath: string, body: unknown, token?: string): Promise<Answer> =>
  call(t, methodAndPath, { body, token, headers: { 'test-peer': peer } })

/** Strangers spend what the account has for networks it does not know. */
async function strangersGuess(path: string, body: unknown, times = 120): Promise<number[]> {
  const statuses: number[] = []
  for (let index = 0; index < times; index++) statuses.push((await from(bot(index), `POST ${path}`, body)).status)
  return statuses
}
const wrongCodes = () => strangersGuess('/v1/auth/email-code/verify', { email: ADA, code: '000000' })
const wrongPasswords = () => strangersGuess('/v1/auth/sign-in', { email: ADA, password: 'not the password' })

describe('after foreign wrong codes have spent the day of the account', () => {
  beforeEach(async () => {
    expect((await wrongCodes()).filter((status) => status === 429).length).toBe(21)
  })

  test('its owner steps up by a code, from a known and an unknown network: a session has points of its own', async () => {
    t.clock.advance(STALE_MS)
    for (const peer of [HOME, AWAY]) {
      const { code } = await requestProof(t, 'email-code', ADA)
      const answer = await from(peer, 'POST /v1/auth/step-up', { code }, owner.accessToken)
      expect(answer.status, peer).toBe(200)
      owner = answer.body as unknown as Session
      await t.settle()
    }
  })

  test('its owner signs in by a code, by the password and by a link from a known network', async () => {
    // First by the password: it was set before the address was proved, and the code proves it.
    expect((await from(HOME, 'POST /v1/auth/sign-in', { email: ADA, password: PASSWORD })).status).toBe(200)
    const { code } = await requestProof(t, 'email-code', ADA)
    expect((await from(HOME, 'POST /v1/auth/email-code/verify', { email: ADA, code })).status).toBe(200)
    const { token } = await requestProof(t, 'email-code', ADA)
    expect((await from(AWAY, 'POST /v1/auth/email-code/verify', { token })).status).toBe(200)
  })

  test('strangers get no more guesses at codes or passwords', async () => {
    const { code } = await requestProof(t, 'email-code', ADA)
    expect((await from(bot(200), 'POST /v1/auth/email-code/verify', { email: ADA, code })).status).toBe(429)
    expect((await from(bot(201), 'POST /v1/auth/sign-in', { email: ADA, password: PASSWORD })).status).toBe(429)
  })
})

test('five wrong codes of a stranger end a code for sign-in, but not for the session of its owner', async () => {
  t.clock.advance(STALE_MS)
  const { code } = await requestProof(t, 'email-code', ADA)
  const wrong = code === '000000' ? '000001' : '000000'
  for (let index = 0; index < 5; index++)
    await from(bot(index), 'POST /v1/auth/email-code/verify', { email: ADA, code: wrong })
  expect((await from(AWAY, 'POST /v1/auth/email-code/verify', { email: ADA, code })).status).toBe(400)
  expect((await from(HOME, 'POST /v1/auth/step-up', { code }, owner.accessToken)).status).toBe(200)
})

test('after foreign wrong passwords have spent the day of the account its owner steps up by password, also away', async () => {
  await wrongPasswords()
  expect((await from(AWAY, 'POST /v1/auth/sign-in', { email: ADA, password: PASSWORD })).status).toBe(429)
  const answer = await from(AWAY, 'POST /v1/auth/step-up', { password: PASSWORD }, owner.accessToken)
  expect(answer.status).toBe(200)
})

test('a client that spends the points of a shared address does not block the step-up of a session', async () => {
  for (let turn = 0; turn < 120; turn++)
    await from(HOME, 'POST /v1/auth/sign-in', { email: turn < 6 ? ADA : `u${turn}@example.com`, password: 'wrong' })
  expect((await from(HOME, 'POST /v1/auth/sign-in', { email: ADA, password: PASSWORD })).status).toBe(429)
  const answer = await from(HOME, 'POST /v1/auth/step-up', { password: PASSWORD }, owner.accessToken)
  expect(answer.status).toBe(200)
})

test('an attacker who knows the password and guesses at the app from another network does not block the step-up by the app', async () => {
  const { secret } = await enrol(t, owner)
  t.clock.advance(STALE_MS)
  // Each challenge takes five answers, and each needs the password.
  for (let index = 0; index < 24; index++) {
    const peer = bot(index)
    const { challenge } = await firstFactor(t, ADA, { headers: { 'test-peer': peer } })
    for (let turn = 0; turn < 5; turn++)
      await verify(t, { challenge, factor: 'totp', code: wrongCode(t, secret) }, { headers: { 'test-peer': peer } })
  }
  const { challenge } = await firstFactor(t, ADA, { headers: { 'test-peer': AWAY } })
  const signIn = { challenge, factor: 'totp', code: codeOf(t, secret) }
  expect((await verify(t, signIn, { headers: { 'test-peer': AWAY } })).status).toBe(429)
  const answer = await from(
    AWAY,
    'POST /v1/auth/step-up',
    { factor: 'totp', code: codeOf(t, secret) },
    owner.accessToken,
  )
  expect(answer.status).toBe(200)
})

test('requests of strangers to move to an address leave a mail for its owner, and the address has a limit of mails', async () => {
  const NEW = 'ada.new@example.com'
  const move = (token: string) => call(t, 'POST /v1/me/email', { token, body: { email: NEW } })
  const mailsToNew = async () => {
    await t.work()
    return t.mails.filter(({ to }) => to === NEW).length
  }
  const stranger = await signUp(t, 'stranger@example.com')
  for (let time = 0; time < 6; time++) expect((await move(stranger.accessToken)).status).toBe(202)
  expect(await mailsToNew()).toBe(3)
  expect((await move(owner.accessToken)).status).toBe(202)
  expect(await mailsToNew()).toBe(4)
  for (let one = 0; one < 5; one++) {
    const { accessToken } = await signUp(t, `stranger${one}@example.com`)
    for (let time = 0; time < 3; time++) await move(accessToken)
  }
  expect(await mailsToNew()).toBe(12)
})

describe('a session', () => {
  const stepUp = (body: unknown, peer = HOME) => from(peer, 'POST /v1/auth/step-up', body, owner.accessToken)

  test('has five guesses a minute and 99 a day, from every network', async () => {
    const statuses: number[] = []
    for (let minute = 0; minute < 25; minute++) {
      for (let turn = 0; turn < 6; turn++)
        statuses.push((await stepUp({ password: 'not the password' }, bot(minute * 6 + turn))).status)
      t.clock.advance(MINUTE)
    }
    expect(statuses.filter((status) => status === 401).length).toBe(99)
    expect(statuses.slice(0, 6)).toEqual([401, 401, 401, 401, 401, 429])
    expect((await stepUp({ password: PASSWORD })).status).toBe(429)
    // The thief has spent the points of the session. The owner signs in and has points again.
    const again = await from(HOME, 'POST /v1/auth/sign-in', { email: ADA, password: PASSWORD })
    expect(again.status).toBe(200)
    owner = again.body as unknown as Session
    expect((await stepUp({ password: PASSWORD })).status).toBe(200)
  })

  test('counts guesses of every kind, parallel and in sequence', async () => {
    const { code } = await requestProof(t, 'email-code', ADA)
    const wrong = code === '000000' ? '000001' : '000000'
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => stepUp(index % 2 ? { code: wrong } : { password: 'not the password' })),
    )
    expect(answers.filter(({ status }) => status !== 429).length).toBe(5)
    expect((await stepUp({ code })).status).toBe(429)
    t.clock.advance(MINUTE)
    expect((await stepUp({ code })).status).toBe(200)
  })

  test('gives no second set of guesses: its failures count for sign-in from the same address', async () => {
    for (let turn = 0; turn < 5; turn++) await stepUp({ password: 'not the password' })
    expect((await from(HOME, 'POST /v1/auth/sign-in', { email: ADA, password: PASSWORD })).status).toBe(429)
  })

  test('does not step up by the code of another account, and the attempt is recorded', async () => {
    await signUp(t, 'eve@example.com')
    await t.work()
    const { code } = await requestProof(t, 'email-code', 'eve@example.com')
    expect((await stepUp({ code })).body).toMatchObject({ code: 'token.invalid' })
    const { rows } = await t.deps.db.$client.execute("SELECT user_id, data FROM events WHERE type = 'auth.failed'")
    expect(rows.map(({ user_id, data }) => [user_id, JSON.parse(String(data)).reason])).toEqual([
      [owner.user.id, 'wrong_code'],
    ])
  })
})

describe('behind a trusted proxy that does not tell whose request it is', () => {
  beforeEach(async () => {
    await t.close()
    await open({ TRUSTED_PROXIES: '10.0.0.0/8' })
    address = '10.0.0.1'
  })

  const through = (forwarded: string | undefined, body: unknown) =>
    call(t, 'POST /v1/auth/sign-in', {
      body,
      ...(forwarded === undefined ? {} : { headers: { 'x-forwarded-for': forwarded } }),
    })

  test.each(['unknown', '_hidden', 'garbage', '203.0.113.7, unknown', ', ,', undefined])(
    'X-Forwarded-For: %p locks no owner out',
    async (forwarded) => {
      for (let turn = 0; turn < 150; turn++)
        expect((await through(forwarded, { email: `u${turn}@example.com`, password: 'wrong' })).status).toBe(401)
      for (let turn = 0; turn < 20; turn++)
        expect((await through(forwarded, { email: ADA, password: 'not the password' })).status).toBe(401)
      expect((await through(forwarded, { email: ADA, password: PASSWORD })).status).toBe(200)
    },
  )

  test('an attacker gets at most 99 guesses a day at one account, also from a network where its owner was signed in', async () => {
    expect((await through('unknown', { email: ADA, password: PASSWORD })).status).toBe(200)
    await t.settle()
    const statuses: number[] = []
    for (let turn = 0; turn < 120; turn++)
      statuses.push((await through('unknown', { email: ADA, password: 'not the password' })).status)
    expect(statuses.filter((status) => status === 401).length).toBe(99)
    // This does not affect a client that is known by its address, or by a link.
    expect((await through(`${HOME}:51234`, { email: ADA, password: PASSWORD })).status).toBe(200)
    await call(t, 'POST /v1/auth/email-code', { body: { email: ADA } })
    const { token } = await proofFor(t, ADA)
    expect((await call(t, 'POST /v1/auth/email-code/verify', { body: { token } })).status).toBe(200)
  })

  test('clients with ports, brackets and empty items each have their own points', async () => {
    for (const spelled of ['203.0.113.7:51234', '[2001:db8::7]:443', '203.0.114.7,10.1.2.3,', ' "203.0.115.7:1" ']) {
      for (let turn = 0; turn < 5; turn++)
        expect((await through(spelled, { email: ADA, password: 'not the password' })).status).toBe(401)
      expect((await through(spelled, { email: ADA, password: PASSWORD })).status, spelled).toBe(429)
    }
    expect((await through(`${HOME}:4711`, { email: ADA, password: PASSWORD })).status).toBe(200)
  })
})
