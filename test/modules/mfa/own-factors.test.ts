/** One's own factors: adding, replacing, removing, recovery codes (security.md 13, 16). */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { call, PASSWORD, type Session, signIn, signUp } from '../../support/client.ts'
import { rowsOn } from '../../support/sql.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { deliver, inParallel } from '../proofs/support/mail.ts'
import { codeOf, enrol, firstFactor, person, STEP_MS, signInFully, verify, wrongCode } from './support/factors.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

const rows = rowsOn(() => t)
const status = async (token: string) => (await call(t, 'GET /v1/me/mfa', { token })).body

describe('an authenticator app', () => {
  test('counts after the first right code, and its owner gets a mail', async () => {
    const { accessToken: token, user } = await signUp(t, 'adds@example.com')
    await deliver(t)
    const begun = await call<{ secret: string }>(t, 'POST /v1/me/mfa/totp', { token })
    expect(begun.headers.get('cache-control')).toBe('no-store')
    expect(begun.body.secret).toMatch(/^[A-Z2-7]{32}$/) // 160 bits
    expect((await status(token)).totp).toBeNull()
    const confirm = (code: string) => call(t, 'POST /v1/me/mfa/totp/confirm', { token, body: { code } })
    expect((await confirm(wrongCode(t, begun.body.secret))).body.code).toBe('mfa.code_invalid')
    const done = await confirm(codeOf(t, begun.body.secret))
    expect((done.body.recoveryCodes as string[]).length).toBe(10)
    expect(new Set(done.body.recoveryCodes as string[]).size).toBe(10)
    expect(await status(token)).toEqual({
      required: false,
      password: true,
      totp: { addedAt: new Date(t.clock.now()).toISOString() },
      passkeys: 0,
      recoveryCodes: 10,
      rememberedDevices: 0,
    })
    const [mail] = await deliver(t)
    expect([mail?.to, mail?.subject]).toEqual([user.email, expect.stringContaining('authenticator app was added')])
    expect((await confirm(codeOf(t, begun.body.secret, 1))).body.code).toBe('mfa.totp_exists')
    expect((await call(t, 'POST /v1/me/mfa/totp', { token })).body.code).toBe('mfa.totp_exists')
    // The code that confirmed it is used up.
    const { challenge } = await firstFactor(t, user.email)
    const code = codeOf(t, begun.body.secret)
    expect((await verify(t, { challenge, factor: 'totp', code })).body.code).toBe('mfa.code_invalid')
  })

  test('confirmed 20 times at once is added once, with one set of codes', async () => {
    const { accessToken: token, user } = await signUp(t, 'twice@example.com')
    const { body } = await call<{ secret: string }>(t, 'POST /v1/me/mfa/totp', { token })
    const asked = { token, body: { code: codeOf(t, body.secret) } }
    expect(await inParallel(t, 20, 'POST /v1/me/mfa/totp/confirm', asked)).toEqual({ 200: 1, 409: 19 })
    expect((await rows('SELECT 1 FROM recovery_codes WHERE user_id = ?', user.id)).length).toBe(10)
  })

  test('begun anew replaces one that was not confirmed', async () => {
    const { accessToken: token } = await signUp(t, 'anew@example.com')
    const first = (await call<{ secret: string }>(t, 'POST /v1/me/mfa/totp', { token })).body.secret
    const second = (await call<{ secret: string }>(t, 'POST /v1/me/mfa/totp', { token })).body.secret
    const confirm = (secret: string) =>
      call(t, 'POST /v1/me/mfa/totp/confirm', { token, body: { code: codeOf(t, secret) } })
    expect((await confirm(first)).status).toBe(401)
    expect((await confirm(second)).status).toBe(200)
    const bob = await signUp(t, 'none@example.com')
    const none = await call(t, 'POST /v1/me/mfa/totp/confirm', { token: bob.accessToken, body: { code: '123456' } })
    expect([none.status, none.body.code]).toEqual([404, 'mfa.totp_missing'])
  })

  test('is removed with its recovery codes, and no longer required', async () => {
    const ada = await person(t)
    await deliver(t)
    const { accessToken: token } = await signInFully(t, ada, { rememberDevice: true })
    expect((await call(t, 'DELETE /v1/me/mfa/totp', { token })).status).toBe(204)
    expect((await call(t, 'DELETE /v1/me/mfa/totp', { token })).body.code).toBe('mfa.totp_missing')
    expect(await status(token)).toMatchObject({ totp: null, recoveryCodes: 0, rememberedDevices: 0 })
    expect((await deliver(t)).some(({ subject }) => subject.includes('was removed'))).toBeTrue()
    expect((await signIn(t, ada.email)).accessToken).toBeString()
  })

  test.each([
    'POST /v1/me/mfa/totp',
    'POST /v1/me/mfa/totp/confirm',
    'DELETE /v1/me/mfa/totp',
    'POST /v1/me/mfa/recovery-codes',
  ])('%s asks for a session of the last ten minutes (ASVS 7.5.1)', async (route) => {
    const session = await signUp(t, `fresh${route.length}@example.com`)
    t.clock.advance(601_000)
    const refreshed = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: session.refreshToken } })
    const body = route.endsWith('confirm') ? { body: { code: '123456' } } : {}
    const answer = await call(t, route, { token: refreshed.body.accessToken, ...body })
    expect([answer.status, answer.body.code]).toEqual([403, 'auth.fresh_session_required'])
  })
})

describe('what the database holds', () => {
  test('holds no seed and no code in clear (ASVS 6.5.2)', async () => {
    const ada = await person(t)
    const id = ada.session.user.id
    const [seed] = await rows('SELECT secret, key_id FROM totp_secrets WHERE user_id = ?', id)
    expect(String(seed?.secret)).not.toContain(ada.secret)
    expect(String(seed?.key_id)).toMatch(/^[0-9a-f]{16}$/)
    const held = await rows('SELECT hash FROM recovery_codes WHERE user_id = ?', id)
    const text = JSON.stringify(held)
    for (const code of ada.recoveryCodes)
      for (const form of [code, code.replaceAll('-', '')]) expect(text).not.toContain(form)
  })

  test('is exported to its owner without its secrets', async () => {
    const ada = await person(t)
    const { accessToken: token } = await signInFully(t, ada, { rememberDevice: true })
    const { body, text } = await call<Record<string, object[]>>(t, 'GET /v1/me/export', { token })
    expect(body.authenticatorApps?.length).toBe(1)
    expect(body.recoveryCodes?.length).toBe(10)
    expect(body.rememberedDevices).toMatchObject([{ device: 'Unknown device' }])
    expect(body.sessions).toContainEqual(expect.objectContaining({ amr: ['mfa', 'otp', 'pwd'] }))
    expect(text).not.toContain(ada.secret)
    for (const { hash } of await rows('SELECT hash FROM recovery_codes UNION SELECT hash FROM remembered_devices'))
      expect(text).not.toContain(String(hash))
  })

  test('moved to another account opens nothing', async () => {
    const [ada, eve] = [await person(t), await person(t)]
    await rows(
      'UPDATE totp_secrets SET (secret, key_id) = (SELECT secret, key_id FROM totp_secrets WHERE user_id = ?) WHERE user_id = ?',
      eve.session.user.id,
      ada.session.user.id,
    )
    const { challenge } = await firstFactor(t, ada.email)
    const answer = await verify(t, { challenge, factor: 'totp', code: codeOf(t, eve.secret) })
    expect([answer.status, answer.body.code]).toEqual([500, 'server.error'])
    expect(answer.text).not.toContain(ada.session.user.id)
  })
})

describe('a recovery code', () => {
  test('signs in once in every typed form, and its owner gets a mail', async () => {
    const ada = await person(t)
    await deliver(t)
    const [code = ''] = ada.recoveryCodes
    const first = await firstFactor(t, ada.email)
    const typed = code.toUpperCase().replaceAll('-', ' ')
    const answer = await verify(t, { challenge: first.challenge, factor: 'recovery_code', code: typed })
    expect(answer.status).toBe(200)
    expect((await status(answer.body.accessToken)).recoveryCodes).toBe(9)
    expect((await deliver(t)).map(({ subject }) => subject)).toContainEqual(expect.stringContaining('recovery code'))
    const second = await firstFactor(t, ada.email)
    const again = await verify(t, { challenge: second.challenge, factor: 'recovery_code', code })
    expect([again.status, again.body.code]).toEqual([401, 'mfa.code_invalid'])
    // The owner, who has lost the app, can then add another one.
    const token = answer.body.accessToken
    expect((await call(t, 'DELETE /v1/me/mfa/totp', { token })).status).toBe(204)
    await enrol(t, answer.body)
  })

  test('used 50 times at once in 50 challenges signs in once', async () => {
    const ada = await person(t)
    const demands = await Promise.all(Array.from({ length: 10 }, () => firstFactor(t, ada.email)))
    const [code] = ada.recoveryCodes
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        verify(t, { challenge: demands[n % 10]?.challenge, factor: 'recovery_code', code }),
      ),
    )
    expect(answers.filter(({ status: is }) => is === 200).length).toBe(1)
  })

  test('is void after new codes were made', async () => {
    const ada = await person(t)
    await deliver(t)
    const token = ada.session.accessToken
    const made = await call<{ recoveryCodes: string[] }>(t, 'POST /v1/me/mfa/recovery-codes', { token })
    expect(made.body.recoveryCodes.length).toBe(10)
    expect((await deliver(t)).map(({ subject }) => subject)).toEqual([expect.stringContaining('New recovery codes')])
    const { challenge } = await firstFactor(t, ada.email)
    const use = (code: string | undefined) => verify(t, { challenge, factor: 'recovery_code', code })
    expect((await use(ada.recoveryCodes[0])).status).toBe(401)
    expect((await use(made.body.recoveryCodes[0])).status).toBe(200)
    const bob = await signUp(t, 'nothing-to-recover@example.com')
    const none = await call(t, 'POST /v1/me/mfa/recovery-codes', { token: bob.accessToken })
    expect([none.status, none.body.code]).toEqual([409, 'mfa.factor_missing'])
  })
})

describe('step-up', () => {
  test('need a code of the app, which works once; the password alone is not enough', async () => {
    const ada = await person(t)
    const signedIn = await signInFully(t, ada)
    t.clock.advance(601_000)
    const { body: refreshed } = await call<Session>(t, 'POST /v1/auth/refresh', {
      body: { refreshToken: signedIn.refreshToken },
    })
    const token = refreshed.accessToken
    const step = (body: object) => call<Session>(t, 'POST /v1/auth/step-up', { token, body })
    expect((await step({ password: PASSWORD })).status).toBe(403)
    expect((await step({ factor: 'totp', code: wrongCode(t, ada.secret) })).status).toBe(401)
    const code = codeOf(t, ada.secret)
    const both = await Promise.all([step({ factor: 'totp', code }), step({ factor: 'totp', code })])
    expect(both.map(({ status: is }) => is).sort()).toEqual([200, 401])
    const fresh = both.find(({ status: is }) => is === 200)?.body.accessToken
    expect((await call(t, 'POST /v1/me/mfa/recovery-codes', { token: fresh })).status).toBe(200)
    t.clock.advance(STEP_MS)
    const plain = await signUp(t, 'no-app@example.com')
    const none = await call(t, 'POST /v1/auth/step-up', {
      token: plain.accessToken,
      body: { factor: 'totp', code: '123456' },
    })
    expect([none.status, none.body.code]).toEqual([401, 'mfa.code_invalid'])
  })
})
