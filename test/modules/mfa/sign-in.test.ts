/** From the first factor to the second (security.md 11, 12, 14). */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { pathFor, routesOf } from '../../http/support/routes.ts'
import { send } from '../../http/support/send.ts'
import { call, cookieOf, PASSWORD, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { rowsOn } from '../../support/sql.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { deliver, inParallel, requestProof } from '../proofs/support/mail.ts'
import { codeOf, enrol, firstFactor, person, STEP_MS, signInFully, verify, wrongCode } from './support/factors.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

const rows = rowsOn(() => t)
const amrOf = async (userId: string) => {
  const [row] = await rows('SELECT amr FROM sessions WHERE user_id = ? ORDER BY id DESC LIMIT 1', userId)
  return JSON.parse(String(row?.amr)) as string[]
}
const events = async (userId: string) =>
  (await rows('SELECT type FROM events WHERE user_id = ? ORDER BY id', userId)).map(({ type }) => String(type))

describe('a password, then a code', () => {
  test('opens a session that names both factors, and no session before', async () => {
    const ada = await person(t)
    const answer = await call(t, 'POST /v1/auth/sign-in', { body: { email: ada.email, password: PASSWORD } })
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.body).sort()).toEqual(['challenge', 'factors', 'status'])
    expect(answer.body).toMatchObject({ status: 'mfa_required', factors: ['totp', 'recovery_code'] })
    expect(answer.headers.get('set-cookie')).toBeNull()
    const before = await rows('SELECT id FROM sessions WHERE user_id = ?', ada.session.user.id)
    const code = codeOf(t, ada.secret)
    const done = await verify(t, { challenge: answer.body.challenge, factor: 'totp', code })
    expect(done.status).toBe(200)
    expect(done.body.user.id).toBe(ada.session.user.id)
    expect((await call(t, 'GET /v1/me', { token: done.body.accessToken })).status).toBe(200)
    expect((await rows('SELECT id FROM sessions WHERE user_id = ?', ada.session.user.id)).length).toBe(
      before.length + 1,
    )
    expect(await amrOf(ada.session.user.id)).toEqual(['mfa', 'otp', 'pwd'])
    expect((await events(ada.session.user.id)).slice(-2)).toEqual(['auth.mfa_required', 'session.created'])
  })

  test('opens a cookie session where that was asked for, for a page of ours alone', async () => {
    const ada = await person(t)
    const demand = await firstFactor(t, ada.email, { headers: { origin: ORIGIN }, body: { useCookie: true } })
    const body = { challenge: demand.challenge, factor: 'totp', code: codeOf(t, ada.secret) }
    const elsewhere = await verify(t, body, { headers: { origin: 'https://evil.test' } })
    expect([elsewhere.status, elsewhere.body.code]).toEqual([403, 'request.origin_refused'])
    const done = await verify(t, body, { headers: { origin: ORIGIN } })
    expect(done.text).not.toContain('Token')
    expect((await call(t, 'GET /v1/me', { cookie: cookieOf(done) })).status).toBe(200)
  })

  test('leaves an account without a factor as it was', async () => {
    const { user } = await signUp(t, 'plain@example.com')
    expect((await signIn(t, 'plain@example.com')).user.id).toBe(user.id)
    expect(await amrOf(user.id)).toEqual(['pwd'])
    expect(await rows('SELECT id FROM mfa_challenges WHERE user_id = ?', user.id)).toEqual([])
  })
})

describe('a code', () => {
  test('is accepted once (RFC 6238 §5.2, ASVS 6.5.1)', async () => {
    const ada = await person(t)
    const code = codeOf(t, ada.secret)
    const first = await firstFactor(t, ada.email)
    expect((await verify(t, { challenge: first.challenge, factor: 'totp', code })).status).toBe(200)
    const second = await firstFactor(t, ada.email)
    const again = await verify(t, { challenge: second.challenge, factor: 'totp', code })
    expect([again.status, again.body.code]).toEqual([401, 'mfa.code_invalid'])
    t.clock.advance(STEP_MS)
    const next = codeOf(t, ada.secret)
    expect((await verify(t, { challenge: second.challenge, factor: 'totp', code: next })).status).toBe(200)
    // The one before it is within the window, and never again good.
    const third = await firstFactor(t, ada.email)
    expect(
      (await verify(t, { challenge: third.challenge, factor: 'totp', code: codeOf(t, ada.secret, -1) })).status,
    ).toBe(401)
  })

  test('sent 50 times at once in 50 challenges opens one session', async () => {
    const ada = await person(t)
    const demands = await Promise.all(Array.from({ length: 12 }, () => firstFactor(t, ada.email)))
    const code = codeOf(t, ada.secret)
    const before = (await rows('SELECT id FROM sessions WHERE user_id = ?', ada.session.user.id)).length
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        verify(t, { challenge: demands[index % 12]?.challenge, factor: 'totp', code }),
      ),
    )
    expect(answers.filter(({ status }) => status === 200).length).toBe(1)
    expect(answers.filter(({ status }) => status === 401).length).toBe(49)
    expect((await rows('SELECT id FROM sessions WHERE user_id = ?', ada.session.user.id)).length).toBe(before + 1)
  })

  test.each([
    [-1, 200],
    [0, 200],
    [1, 200],
    [-2, 401],
    [2, 401],
  ])('of %i steps from now is %i (ASVS 6.5.5)', async (steps, status) => {
    const ada = await person(t)
    t.clock.advance(4 * STEP_MS) // or the step before was used to enrol
    const { challenge } = await firstFactor(t, ada.email)
    expect((await verify(t, { challenge, factor: 'totp', code: codeOf(t, ada.secret, steps) })).status).toBe(status)
  })

  test('of another user, or of a seed that was never confirmed, is refused', async () => {
    const [ada, eve] = [await person(t), await person(t)]
    const { challenge } = await firstFactor(t, ada.email)
    expect((await verify(t, { challenge, factor: 'totp', code: codeOf(t, eve.secret) })).status).toBe(401)
    const [eves] = eve.recoveryCodes
    expect((await verify(t, { challenge, factor: 'recovery_code', code: eves })).status).toBe(401)
    const bob = await signUp(t, 'pending@example.com')
    await call(t, 'POST /v1/me/mfa/totp', { token: bob.accessToken })
    expect((await signIn(t, 'pending@example.com')).accessToken).toBeString() // without a second factor
  })
})

describe('a challenge', () => {
  test('ends with the fifth wrong code', async () => {
    const ada = await person(t)
    const { challenge } = await firstFactor(t, ada.email)
    const guess = () => verify(t, { challenge, factor: 'totp', code: wrongCode(t, ada.secret) })
    for (let n = 1; n <= 4; n++) expect((await guess()).body.code).toBe('mfa.code_invalid')
    expect((await guess()).body.code).toBe('mfa.challenge_invalid')
    const right = await verify(t, { challenge, factor: 'totp', code: codeOf(t, ada.secret) })
    expect([right.status, right.body.code]).toEqual([401, 'mfa.challenge_invalid'])
    const [recovery] = ada.recoveryCodes
    expect((await verify(t, { challenge, factor: 'recovery_code', code: recovery })).status).toBe(401)
    // Neither is used up by that.
    await signInFully(t, ada)
  })

  test('counts 20 parallel guesses as 20', async () => {
    const ada = await person(t)
    const { challenge } = await firstFactor(t, ada.email)
    const code = wrongCode(t, ada.secret)
    const asked = { body: { challenge, factor: 'totp', code } }
    expect(await inParallel(t, 20, 'POST /v1/auth/mfa/verify', asked)).toEqual({ 401: 20 })
    const [row] = await rows('SELECT attempts FROM mfa_challenges WHERE user_id = ?', ada.session.user.id)
    expect(row?.attempts).toBe(20)
    expect((await events(ada.session.user.id)).filter((type) => type === 'auth.failed').length).toBe(20)
    expect((await verify(t, { challenge, factor: 'totp', code: codeOf(t, ada.secret) })).status).toBe(401)
  })

  test('answered 50 times at once opens one session', async () => {
    const ada = await person(t)
    const { challenge } = await firstFactor(t, ada.email)
    const asked = { body: { challenge, factor: 'totp', code: codeOf(t, ada.secret) } }
    expect(await inParallel(t, 50, 'POST /v1/auth/mfa/verify', asked)).toEqual({ 200: 1, 401: 49 })
  })

  test('is valid once, also for another right code', async () => {
    const ada = await person(t)
    const { challenge } = await firstFactor(t, ada.email)
    expect((await verify(t, { challenge, factor: 'totp', code: codeOf(t, ada.secret) })).status).toBe(200)
    const [recovery] = ada.recoveryCodes
    const again = await verify(t, { challenge, factor: 'recovery_code', code: recovery })
    expect([again.status, again.body.code]).toEqual([401, 'mfa.challenge_invalid'])
    expect((await events(ada.session.user.id)).includes('mfa.recovery_code_used')).toBeFalse()
  })

  test('lives ten minutes, and not longer under a clock set back', async () => {
    const ada = await person(t)
    const { challenge } = await firstFactor(t, ada.email)
    t.clock.advance(-3_600_000)
    expect((await verify(t, { challenge, factor: 'totp', code: codeOf(t, ada.secret) })).body.code).toBe(
      'mfa.challenge_invalid',
    )
    t.clock.advance(3_600_000 + 600_000)
    const late = await verify(t, { challenge, factor: 'totp', code: codeOf(t, ada.secret) })
    expect([late.status, late.body.code]).toEqual([401, 'mfa.challenge_invalid'])
  })

  test('that is altered, of another purpose, unsigned or invented is refused', async () => {
    const ada = await person(t)
    const { challenge } = await firstFactor(t, ada.email)
    const [head = '', claims = '', signature = ''] = challenge.split('.')
    const other = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), kind: 'cookie' }),
    ).toString('base64url')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    const setup = await t.deps.tickets.sign('setup', { jti: 'mfa_1', sub: ada.session.user.id, kind: 'token' }, 600)
    for (const forged of [
      `${head}.${other}.${signature}`,
      `${none}.${claims}.`,
      setup,
      ada.session.accessToken,
      'x',
      `${challenge}x`,
    ]) {
      const answer = await verify(t, { challenge: forged, factor: 'totp', code: codeOf(t, ada.secret) })
      expect([answer.status, answer.body.code]).toEqual([401, 'mfa.challenge_invalid'])
    }
  })

  test('opens no guarded route, as a token or as a cookie (security.md 14)', async () => {
    const ada = await person(t)
    const { challenge } = await firstFactor(t, ada.email)
    const held: Record<string, string>[] = [
      { authorization: `Bearer ${challenge}` },
      { cookie: `__Host-session=${challenge}`, origin: ORIGIN },
    ]
    const guarded = (await routesOf(t.app)).filter(({ mark }) => mark !== 'public')
    expect(guarded.length).toBeGreaterThan(30)
    for (const headers of held)
      for (const route of guarded) {
        const answer = await send(t, `${route.method} ${pathFor(route)}`, {
          headers: { ...headers, ...(route.body ? { 'content-type': 'application/json' } : {}) },
          ...(route.body ? { body: '{}' } : {}),
        })
        expect(answer.status, route.name).toBe(401)
      }
    const refresh = await call(t, 'POST /v1/auth/refresh', { body: { refreshToken: challenge } })
    expect(refresh.status).toBe(401)
    expect((await call(t, 'POST /v1/auth/sign-out', { token: challenge })).status).toBe(401)
  })

  test.each<[string, (ada: Awaited<ReturnType<typeof person>>) => Promise<unknown>]>([
    [
      'the password was changed',
      ({ session }) =>
        call(t, 'POST /v1/me/password', {
          token: session.accessToken,
          body: { currentPassword: PASSWORD, newPassword: 'an entirely different phrase' },
        }),
    ],
    [
      'the password was reset',
      async ({ email }) => {
        const { token } = await requestProof(t, 'forgot-password', email)
        return call(t, 'POST /v1/auth/reset-password', { body: { token, password: 'an entirely different phrase' } })
      },
    ],
    ['the account was disabled', ({ session }) => rowsDisabled(session.user.id)],
    [
      'new factors were put up',
      async ({ session }) => call(t, 'DELETE /v1/me/mfa/totp', { token: session.accessToken }),
    ],
  ])('is refused once %s', async (_, happen) => {
    const ada = await person(t)
    await deliver(t)
    const { challenge } = await firstFactor(t, ada.email)
    const answer = (await happen(ada)) as { status?: number }
    if (answer.status !== undefined) expect(answer.status).toBeLessThan(300)
    const code = codeOf(t, ada.secret)
    const refused = await verify(t, { challenge, factor: 'totp', code })
    expect([refused.status, refused.body.code]).toEqual([401, 'mfa.challenge_invalid'])
  })
  const rowsDisabled = (id: string) => rows("UPDATE users SET status = 'disabled' WHERE id = ?", id)

  test.each([
    {},
    { factor: 'totp', code: '123456' },
    { challenge: 'x', factor: 'totp', code: 123456 },
    { challenge: 'x', factor: 'totp', code: '12345' },
    { challenge: 'x', factor: 'totp', code: '１２３４５' },
    { challenge: 'x', factor: 'sms', code: '123456' },
    { challenge: 'x', factor: 'totp', code: '123456', userId: 'usr_x' },
    { challenge: 'x', factor: ['totp'], code: '123456' },
  ])('%j is 422', async (body) => {
    expect((await verify(t, body)).status).toBe(422)
  })
})

describe('no way around', () => {
  test('by a code or link of a mail: the second factor is still required', async () => {
    const ada = await person(t)
    await deliver(t)
    for (const by of ['link', 'code'] as const) {
      const proof = await requestProof(t, 'email-code', ada.email)
      const body = by === 'link' ? { token: proof.token } : { email: ada.email, code: proof.code }
      const answer = await call(t, 'POST /v1/auth/email-code/verify', { body })
      expect(answer.body.status).toBe('mfa_required')
      expect((await call(t, 'POST /v1/auth/email-code/verify', { body })).status).toBe(400) // and is used up
      const code = codeOf(t, ada.secret)
      const done = await verify(t, { challenge: answer.body.challenge, factor: 'totp', code })
      expect(done.status).toBe(200)
      expect(await amrOf(ada.session.user.id)).toEqual(['mfa', 'otp'])
      t.clock.advance(STEP_MS)
    }
  })

  test('by a new password: factors stay (ASVS 6.4.3)', async () => {
    const ada = await person(t)
    await deliver(t)
    const { token } = await requestProof(t, 'forgot-password', ada.email)
    const password = 'an entirely different phrase'
    expect((await call(t, 'POST /v1/auth/reset-password', { body: { token, password } })).status).toBe(200)
    const answer = await call(t, 'POST /v1/auth/sign-in', { body: { email: ada.email, password } })
    expect(answer.body.status).toBe('mfa_required')
  })

  test('by a session from before: it ends when the app is added, unless it is kept on purpose', async () => {
    const { user } = await signUp(t, 'before@example.com')
    const older = await signIn(t, user.email)
    await enrol(t, await signIn(t, user.email))
    expect((await call(t, 'GET /v1/me', { token: older.accessToken })).status).toBe(401)
    expect((await call(t, 'POST /v1/auth/refresh', { body: { refreshToken: older.refreshToken } })).status).toBe(401)
  })

  test('by an earlier session that was kept: it changes no factor, also when it is fresh', async () => {
    const { user, accessToken } = await signUp(t, 'kept@example.com')
    const kept = await signIn(t, user.email)
    const { body } = await call<{ secret: string }>(t, 'POST /v1/me/mfa/totp', { token: accessToken })
    const asked = { code: codeOf(t, body.secret), endOtherSessions: false }
    expect((await call(t, 'POST /v1/me/mfa/totp/confirm', { token: accessToken, body: asked })).status).toBe(200)
    const token = kept.accessToken
    expect((await call(t, 'GET /v1/me', { token })).status).toBe(200)
    for (const route of ['DELETE /v1/me/mfa/totp', 'POST /v1/me/mfa/recovery-codes', 'DELETE /v1/me'])
      expect((await call(t, route, { token })).body.code).toBe('auth.fresh_session_required')
    // Nor does the password make it do so.
    const stepUp = await call(t, 'POST /v1/auth/step-up', { token, body: { password: PASSWORD } })
    expect([stepUp.status, stepUp.body.code]).toEqual([403, 'mfa.factor_required'])
    t.clock.advance(STEP_MS)
    const shown = { factor: 'totp', code: codeOf(t, body.secret) }
    const fresh = await call<{ accessToken: string }>(t, 'POST /v1/auth/step-up', { token, body: shown })
    expect(fresh.status).toBe(200)
    expect((await call(t, 'DELETE /v1/me/mfa/totp', { token: fresh.body.accessToken })).status).toBe(204)
  })
})

test('an administrator removes the factors of a user who lost them, and the sessions end', async () => {
  const admin = await setUpAdmin(t)
  const ada = await person(t)
  await deliver(t)
  const id = ada.session.user.id
  const user = await signUp(t, 'not-admin@example.com')
  expect((await call(t, `DELETE /v1/users/${id}/mfa`, { token: user.accessToken })).status).toBe(403)
  expect((await call(t, `DELETE /v1/users/usr_${'0'.repeat(32)}/mfa`, { token: admin.accessToken })).status).toBe(404)
  expect((await call(t, `DELETE /v1/users/${id}/mfa`, { token: admin.accessToken })).status).toBe(204)
  expect((await call(t, 'GET /v1/me', { token: ada.session.accessToken })).status).toBe(401)
  const mails = await deliver(t)
  expect(mails.map(({ to, subject }) => [to, subject])).toContainEqual([ada.email, expect.stringContaining('removed')])
  expect((await signIn(t, ada.email)).accessToken).toBeString()
  expect((await events(id)).includes('mfa.reset')).toBeTrue()
  for (const table of ['totp_secrets', 'recovery_codes', 'passkeys', 'remembered_devices'])
    expect(await rows(`SELECT 1 FROM ${table} WHERE user_id = ?`, id)).toEqual([])
})
