/** Guarantees of every proof that is sent by mail, for each of its purposes (security.md 8, 9, 12). */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { call, PASSWORD, setUpAdmin, signUp } from '../../support/client.ts'
import { newestProof } from '../../support/queued-mail.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { deliver, inParallel, type Proof, proofFor, requestProof } from './support/mail.ts'

const MINUTE = 60_000
const EMAIL = 'ada@example.com'
const NEW_PASSWORD = 'a brand new passphrase'

/** Each way to redeem a mail, and the request that sends it. */
const ways = [
  { path: 'verify-email', request: 'verify-email/resend', more: {}, minutes: 24 * 60 },
  { path: 'reset-password', request: 'forgot-password', more: { password: NEW_PASSWORD }, minutes: 30 },
  { path: 'email-code/verify', request: 'email-code', more: {}, minutes: 15 },
]
type Way = (typeof ways)[number]

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
  await signUp(t, EMAIL)
  await deliver(t)
})
afterEach(() => t.close())

const redeem = ({ path, more }: Way, proof: object) => call(t, `POST /v1/auth/${path}`, { body: { ...proof, ...more } })
const asked = ({ request }: Way): Promise<Proof> => requestProof(t, request, EMAIL)

/** An answer without what differs from request to request. */
const shape = ({ status, body, headers }: Awaited<ReturnType<typeof redeem>>) => ({
  status,
  body: { ...body, requestId: '' },
  headers: [...headers.keys()].sort(),
})

describe.each(ways)('$path', (way) => {
  test.each(['link', 'code'])(
    'of 50 uses of one %s at once, one succeeds',
    async (by) => {
      const { token, code } = await asked(way)
      const body = { ...(by === 'link' ? { token } : { email: EMAIL, code }), ...way.more }
      expect(await inParallel(t, 50, `POST /v1/auth/${way.path}`, { body })).toEqual({ 200: 1, 400: 49 })
    },
    300_000,
  )

  test('the link and the code of one mail are one proof', async () => {
    const { token, code } = await asked(way)
    const answers = await Promise.all([redeem(way, { token }), redeem(way, { email: EMAIL, code })])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
  })

  test('expired, used, foreign, truncated and re-encoded proofs get the same refusal', async () => {
    const others = ways.filter(({ path }) => path !== way.path)
    const foreign: string[] = []
    for (const other of others) foreign.push((await asked(other)).token)
    const used = await asked(way)
    expect((await redeem(way, { token: used.token })).status).toBe(200)
    await t.deps.db.$client.execute('UPDATE users SET email_verified = 0')
    const { token, code } = await asked(way)
    const bytes = Buffer.from(token, 'base64url')
    const last = token.at(-1) === 'A' ? 'B' : 'A'
    const wrong = [
      { token: used.token },
      ...foreign.map((other) => ({ token: other })),
      { token: token.slice(0, -1) },
      { token: `${token}=` },
      { token: `${token.slice(0, -1)}${last}` },
      { token: ` ${token}` },
      { token: `${token}\n` },
      { token: bytes.toString('hex') },
      { token: encodeURIComponent(`${token}%`) },
      { token: token.toLowerCase() },
      { token: 'x' },
      { token: 'ott_0190a5e0c5f87d3cb3a4c1f2e5d60718' },
      { email: EMAIL, code: code === '000000' ? '000001' : '000000' },
      { email: 'nobody@example.com', code },
      { email: `${EMAIL}x`, code },
    ]
    const answers = await Promise.all(wrong.map((proof) => redeem(way, proof)))
    const [one] = answers.map(shape)
    expect(one).toMatchObject({ status: 400, body: { code: 'token.invalid' } })
    for (const answer of answers) expect(shape(answer)).toEqual(one as ReturnType<typeof shape>)
    t.clock.advance(way.minutes * MINUTE)
    expect(shape(await redeem(way, { token }))).toEqual(one as ReturnType<typeof shape>)
    expect(shape(await redeem(way, { email: EMAIL, code }))).toEqual(one as ReturnType<typeof shape>)
  })

  test('a body that names neither a link nor a code, or both, is 422 and repeats nothing', async () => {
    for (const proof of [
      {},
      { token: '' },
      { token: 5 },
      { token: 'x'.repeat(513) },
      { email: EMAIL },
      { code: '123456' },
      { email: EMAIL, code: '12345' },
      { email: EMAIL, code: '１２３４５' },
      { email: EMAIL, code: 123456 },
      { token: 'canary', email: EMAIL, code: '123456' },
      { token: 'canary', unknown: 1 },
    ]) {
      const answer = await redeem(way, proof)
      expect([answer.status, answer.body.code], JSON.stringify(proof)).toEqual([422, 'request.invalid'])
      expect(answer.text).not.toContain('canary')
    }
  })

  test('five wrong guesses, also at once, end the code and leave the link valid', async () => {
    const { token, code } = await asked(way)
    const wrong = code === '000000' ? '000001' : '000000'
    await inParallel(t, 20, `POST /v1/auth/${way.path}`, { body: { email: EMAIL, code: wrong, ...way.more } })
    expect((await redeem(way, { email: EMAIL, code })).body.code).toBe('token.invalid')
    expect((await redeem(way, { token })).status).toBe(200)
  })

  test('four wrong guesses do not', async () => {
    const { code } = await asked(way)
    const wrong = code === '000000' ? '000001' : '000000'
    for (let guess = 0; guess < 4; guess++) await redeem(way, { email: EMAIL, code: wrong })
    expect((await redeem(way, { email: EMAIL, code })).status).toBe(200)
  })

  test('a newer mail takes the code of an older one over, and leaves its link', async () => {
    const older = await asked(way)
    const newer = await asked(way)
    if (older.code !== newer.code)
      expect((await redeem(way, { email: EMAIL, code: older.code })).body.code).toBe('token.invalid')
    expect((await redeem(way, { token: older.token })).status).toBe(200)
    expect((await redeem(way, { token: newer.token })).body.code).toBe('token.invalid')
  })

  test('is valid to the last millisecond of its lifetime, and not after the clock is set back', async () => {
    const { token } = await asked(way)
    t.clock.advance(-120 * MINUTE) // the server cannot know its age
    expect((await redeem(way, { token })).body.code).toBe('token.invalid')
    t.clock.advance((120 + way.minutes) * MINUTE - 1)
    expect((await redeem(way, { token })).status).toBe(200)
    t.clock.advance(400 * 24 * 60 * MINUTE)
    expect((await redeem(way, { token })).body.code).toBe('token.invalid')
  })

  test('of a disabled or deleted account is refused, and the account gets no mail', async () => {
    const admin = await setUpAdmin(t)
    const { token } = await asked(way)
    const { rows } = await t.deps.db.$client.execute({ sql: 'SELECT id FROM users WHERE email = ?', args: [EMAIL] })
    const id = String(rows[0]?.id)
    await call(t, `POST /v1/users/${id}/disable`, { token: admin.accessToken })
    expect((await redeem(way, { token })).body.code).toBe('token.invalid')
    await call(t, `POST /v1/auth/${way.request}`, { body: { email: EMAIL } })
    expect(await deliver(t)).toEqual([])
    await call(t, `POST /v1/users/${id}/enable`, { token: admin.accessToken })
    expect((await redeem(way, { token })).status).toBe(200)
    const second = await asked({ ...way, request: 'forgot-password' })
    await call(t, `DELETE /v1/users/${id}`, { token: admin.accessToken })
    expect(
      (await redeem({ ...way, path: 'reset-password', more: { password: NEW_PASSWORD } }, { token: second.token })).body
        .code,
    ).toBe('token.invalid')
  })

  test('is stored only as hashes, in the database and in its log', async () => {
    const { token, code } = await asked(way)
    const { rows } = await t.deps.db.$client.execute('SELECT * FROM one_time_tokens')
    const stored = JSON.stringify([
      rows,
      (await t.deps.db.$client.execute('SELECT * FROM jobs')).rows,
      (await t.deps.db.$client.execute('SELECT * FROM events')).rows,
    ])
    expect(stored).not.toContain(token)
    expect(stored).not.toContain(`"${code}"`)
    await redeem(way, { token })
    expect(JSON.stringify(t.logged)).not.toContain(token)
  })
})

test('a waiting mail is encrypted: neither its link nor its code is in the file', async () => {
  await call(t, 'POST /v1/auth/forgot-password', { body: { email: EMAIL } })
  const { token } = await newestProof(t.deps)
  expect(token.length).toBe(43)
  const { rows } = await t.deps.db.$client.execute('SELECT * FROM jobs')
  expect(JSON.stringify(rows)).not.toContain(token)
})

describe('mail', () => {
  test('goes to the address of the account as it stands there, however it was typed', async () => {
    await call(t, 'POST /v1/auth/forgot-password', { body: { email: 'ADA@EXAMPLE.COM' } })
    // U+212A KELVIN SIGN and similar characters fold to the same key: the reset mail must not go to a person who types them.
    await call(t, 'POST /v1/auth/forgot-password', { body: { email: 'ａda@example.com' } })
    expect([...new Set((await deliver(t)).map(({ to }) => to))]).toEqual([EMAIL])
  })

  test('to one address is limited for each purpose, silently; what was sent before works, and time brings more', async () => {
    const answers = await inParallel(t, 20, 'POST /v1/auth/forgot-password', { body: { email: EMAIL } })
    expect(answers).toEqual({ 202: 20 })
    const mails = await deliver(t)
    expect(mails.length).toBe(3)
    await requestProof(t, 'email-code', EMAIL) // another purpose
    t.clock.advance(30 * MINUTE)
    await requestProof(t, 'forgot-password', EMAIL)
  })

  test('links use APP_URL and ignore the Host header', async () => {
    await call(t, 'POST /v1/auth/forgot-password', {
      body: { email: EMAIL },
      headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' },
    })
    const [mail] = await deliver(t)
    expect(mail?.text).toContain('https://api.test/reset-password#token=')
    expect(`${mail?.text}${mail?.html}`).not.toContain('evil.example')
  })

  test('is in the language of the account, else of the request', async () => {
    const body = { email: 'eva@example.com', password: PASSWORD }
    await call(t, 'POST /v1/auth/sign-up', { body, headers: { 'accept-language': 'pt-BR,pt;q=0.9,en;q=0.8' } })
    const [first] = await deliver(t)
    await call(t, 'POST /v1/auth/forgot-password', {
      body: { email: body.email },
      headers: { 'accept-language': 'en' },
    })
    const [second] = await deliver(t)
    for (const mail of [first, second]) expect(mail?.html).toContain('lang="pt"')
  })

  test('that waited longer than the lifetime of its link is not sent', async () => {
    await call(t, 'POST /v1/auth/forgot-password', { body: { email: EMAIL } })
    t.clock.advance(31 * MINUTE)
    expect(await deliver(t)).toEqual([])
    const { rows } = await t.deps.db.$client.execute("SELECT state, last_error FROM jobs WHERE state <> 'done'")
    expect(rows.map(({ state, last_error: reason }) => [state, reason])).toEqual([
      ['dead', 'its link and code have expired'],
    ])
  })
})

test('a proof is used up by no GET and no HEAD', async () => {
  const { token } = await requestProof(t, 'forgot-password', EMAIL)
  for (const way of ways)
    for (const method of ['GET', 'HEAD'])
      expect((await call(t, `${method} /v1/auth/${way.path}?token=${token}`)).status).toBe(405)
  const body = { token, password: NEW_PASSWORD }
  expect((await call(t, 'POST /v1/auth/reset-password', { body })).status).toBe(200)
})

test('proofFor finds exactly one mail', async () => {
  await expect(proofFor(t, EMAIL)).rejects.toThrow('0 mails')
})
