/** What people type is read as they type it: codes in groups and in the digits of their keyboard, addresses with blanks around them; a password as it is. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { readDigits } from '../../src/lib/typed-codes.ts'
import { setupToken } from '../../src/modules/setup/setup-token.ts'
import { call, PASSWORD, type Session, setUpAdmin, signUp } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { codeOf, enrol, firstFactor, STEP_MS, verify } from '../modules/mfa/support/factors.ts'
import { addPasskey, stepUpOptions } from '../modules/passkeys/support/people.ts'
import { deliver, requestProof } from '../modules/proofs/support/mail.ts'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

const inDigitsFrom = (zero: number) => (code: string) =>
  code.replaceAll(/[0-9]/g, (digit) => String.fromCodePoint(zero + Number(digit)))
const grouped = (separator: string) => (code: string) => code.replace(/(...)(?=.)/g, `$1${separator}`)

/** Ways to type six digits. */
const ways: [string, (code: string) => string][] = [
  ['as they are', (code) => code],
  ['in two groups', grouped(' ')],
  ['with a hyphen', grouped('-')],
  ['with a non-breaking blank', grouped('\u00a0')],
  ['with a thin blank', grouped('\u202f')],
  ['with a dash', grouped('–')],
  ['with a dot', grouped('.')],
  ['digit by digit', (code) => code.split('').join(' ')],
  ['with blanks around', (code) => `\t ${code}\u3000\r\n`],
  ['full-width', inDigitsFrom(0xff10)],
  ['full-width in groups', (code) => grouped('\u3000')(inDigitsFrom(0xff10)(code))],
  ['in Arabic', inDigitsFrom(0x660)],
  ['in Persian', inDigitsFrom(0x6f0)],
  ['in Devanagari', inDigitsFrom(0x966)],
]
const EMAIL = 'ada@example.com'

describe.each(ways)('six digits %s', (_, write) => {
  test('are accepted as the code of a mail: to sign in, to verify, for a new password, for a fresh session', async () => {
    const { accessToken: token } = await signUp(t, EMAIL)
    const [mail] = await deliver(t)
    const first = /^ {4}(\d{6})$/m.exec(mail?.text ?? '')?.[1] ?? ''
    const verified = await call(t, 'POST /v1/auth/verify-email', { body: { email: EMAIL, code: write(first) } })
    expect(verified.status).toBe(200)
    const asked = await requestProof(t, 'email-code', EMAIL)
    const stepped = await call<Session>(t, 'POST /v1/auth/step-up', { token, body: { code: write(asked.code) } })
    expect(stepped.status).toBe(200)
    const { code } = await requestProof(t, 'email-code', EMAIL)
    const signedIn = await call(t, 'POST /v1/auth/email-code/verify', { body: { email: EMAIL, code: write(code) } })
    expect(signedIn.status).toBe(200)
    const reset = await requestProof(t, 'forgot-password', EMAIL)
    const body = { email: EMAIL, code: write(reset.code), password: 'a quiet walk in the rain' }
    expect((await call(t, 'POST /v1/auth/reset-password', { body })).status).toBe(200)
  })

  test('are accepted as the code of an app: to add it, as the second factor, for a fresh session', async () => {
    const { accessToken: token } = await signUp(t, EMAIL)
    const { secret } = (await call<{ secret: string }>(t, 'POST /v1/me/mfa/totp', { token })).body
    const code = () => write(codeOf(t, secret))
    expect((await call(t, 'POST /v1/me/mfa/totp/confirm', { token, body: { code: code() } })).status).toBe(200)
    t.clock.advance(STEP_MS)
    const { challenge } = await firstFactor(t, EMAIL)
    expect((await verify(t, { challenge, factor: 'totp', code: code() })).status).toBe(200)
    t.clock.advance(STEP_MS)
    const body = { factor: 'totp', code: code() }
    expect((await call(t, 'POST /v1/auth/step-up', { token, body })).status).toBe(200)
  })
})

test('a recovery code is read however it is typed', async () => {
  const { email, recoveryCodes } = await enrol(t, await signUp(t, EMAIL))
  const typed: ((code: string) => string)[] = [
    (code) => code.toUpperCase().replaceAll('-', ' '),
    (code) => code.replaceAll('-', ''),
    (code) => ` ${code.replaceAll('-', '–')}\n`,
    (code) => code.replaceAll('-', '\u00a0'),
    (code) => code.replaceAll(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0)),
    (code) => code.replaceAll('0', 'O').replaceAll('1', 'l').replaceAll('-', '_'),
  ]
  for (const [index, write] of typed.entries()) {
    const { challenge } = await firstFactor(t, email)
    const code = write(recoveryCodes[index] ?? '')
    expect((await verify(t, { challenge, factor: 'recovery_code', code })).status, code).toBe(200)
  }
})

describe('what is no code', () => {
  test.each([
    '12345',
    '1234567',
    'abcdef',
    '12 34 5',
    '12345x',
    '     ',
    '½23456',
    '１２３４５',
    '①23456x',
    '-'.repeat(60),
  ])('%j is 422 at every door, in words', async (code) => {
    const { accessToken: token } = await signUp(t, EMAIL)
    const { challenge = 'x' } = {} as { challenge?: string }
    const doors: [string, Record<string, unknown>][] = [
      ['POST /v1/auth/email-code/verify', { email: EMAIL, code }],
      ['POST /v1/auth/verify-email', { email: EMAIL, code }],
      ['POST /v1/auth/reset-password', { email: EMAIL, code, password: PASSWORD }],
      ['POST /v1/auth/step-up', { code }],
      ['POST /v1/auth/mfa/verify', { challenge, factor: 'totp', code }],
      ['POST /v1/me/mfa/totp/confirm', { code }],
    ]
    for (const [door, body] of doors) {
      const answer = await call<{ errors: { path: string; message: string }[] }>(t, door, { token, body })
      expect([door, answer.status]).toEqual([door, 422])
      expect(answer.body.errors).toEqual([{ path: '/code', message: 'Expected a code of six digits, such as 492817' }])
    }
  })

  test('no text fails to be read, and six digits of ASCII are read as themselves', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => expect(readDigits(readDigits(text))).toBe(readDigits(text))),
    )
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999 }), (number) => {
        const code = String(number).padStart(6, '0')
        for (const [, write] of ways) expect(readDigits(write(code))).toBe(code)
      }),
    )
  })
})

describe('blanks around an address are dropped', () => {
  const padded = (email: string) => `\u3000\t ${email}\u00a0 \r\n`

  test('by sign-up, sign-in and every mail', async () => {
    const signedUp = await call<Session>(t, 'POST /v1/auth/sign-up', {
      body: { email: padded(EMAIL), password: PASSWORD },
    })
    expect([signedUp.status, signedUp.body.user.email]).toEqual([201, EMAIL])
    await deliver(t)
    const body = { email: padded(EMAIL), password: PASSWORD }
    expect((await call(t, 'POST /v1/auth/sign-in', { body })).status).toBe(200)
    for (const path of ['forgot-password', 'verify-email/resend', 'email-code']) {
      expect((await call(t, `POST /v1/auth/${path}`, { body: { email: padded(EMAIL) } })).status).toBe(202)
      expect((await deliver(t)).map(({ to }) => to)).toEqual([EMAIL])
    }
    const { code } = await requestProof(t, 'email-code', EMAIL)
    const redeemed = await call(t, 'POST /v1/auth/email-code/verify', { body: { email: padded(EMAIL), code } })
    expect(redeemed.status).toBe(200)
  })

  test('by administrators, the import, moving, upgrading and set-up', async () => {
    const body = { token: await setupToken(t.deps), email: padded('admin@example.com'), password: PASSWORD, name: 'A' }
    const admin = await call<Session>(t, 'POST /v1/setup', { body })
    expect(admin.body.user.email).toBe('admin@example.com')
    const token = admin.body.accessToken
    const created = await call<{ id: string; email: string }>(t, 'POST /v1/users', {
      token,
      body: { email: padded(EMAIL) },
    })
    expect(created.body.email).toBe(EMAIL)
    const renamed = await call<{ email: string }>(t, `PATCH /v1/users/${created.body.id}`, {
      token,
      body: { email: padded('eve@example.com') },
    })
    expect(renamed.body.email).toBe('eve@example.com')
    const users = [{ email: padded('row@example.com') }]
    await call(t, 'POST /v1/users/import', { token, body: { users } })
    await call(t, 'POST /v1/me/email', { token, body: { email: padded('moved@example.com') } })
    expect((await deliver(t)).map(({ to }) => to)).toEqual(['ada@example.com', 'moved@example.com'])
    const { accessToken } = (await call<Session>(t, 'POST /v1/auth/anonymous', { body: {} })).body
    const upgrade = { email: padded('upgraded@example.com'), password: PASSWORD }
    const upgraded = await call<Session>(t, 'POST /v1/me/upgrade', { token: accessToken, body: upgrade })
    expect(upgraded.body.user.email).toBe('upgraded@example.com')
    const { rows } = await t.deps.db.$client.execute(
      "SELECT email FROM users WHERE email <> trim(email) OR email = 'row@example.com'",
    )
    expect(rows.map(({ email }) => email)).toEqual(['row@example.com'])
  })

  test('but not around a password', async () => {
    await call(t, 'POST /v1/auth/sign-up', { body: { email: EMAIL, password: ` ${PASSWORD} ` } })
    for (const [password, status] of [
      [PASSWORD, 401],
      [` ${PASSWORD} `, 200],
    ] as const)
      expect((await call(t, 'POST /v1/auth/sign-in', { body: { email: EMAIL, password } })).status).toBe(status)
  })
})

describe('a passkey', () => {
  let world: TestApp
  beforeAll(async () => {
    world = await createTestApp()
    await setUpAdmin(world)
  })
  afterAll(() => world.close())

  test.each([{ userHandle: '' }, { userHandle: null }, {}])('that says of its user %j says nothing', async (says) => {
    const { accessToken: token } = await signUp(world, `key-${crypto.randomUUID()}@example.com`)
    const { key } = await addPasskey(world, token)
    const { challenge, options } = await stepUpOptions(world, token)
    const credential = await key.get(options)
    const { userHandle: _, ...response } = credential.response
    const body = { challenge, credential: { ...credential, response: { ...response, ...says } } }
    expect((await call(world, 'POST /v1/auth/step-up', { token, body })).status).toBe(200)
    // Chosen without saying whose, it must say so itself (WebAuthn Level 3, §7.2, step 6).
    const started = await call<{ challenge: string; options: typeof options }>(world, 'POST /v1/auth/passkey/options', {
      body: {},
    })
    const again = await key.get(started.body.options)
    const { userHandle: __, ...bare } = again.response
    const signIn = { challenge: started.body.challenge, credential: { ...again, response: { ...bare, ...says } } }
    expect((await call(world, 'POST /v1/auth/passkey', { body: signIn })).body).toMatchObject({
      code: 'passkey.invalid',
    })
  })
})
