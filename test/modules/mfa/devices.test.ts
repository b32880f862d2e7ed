/** Devices that need no second factor for 30 days. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Call, call, cookieOf, PASSWORD } from '../../support/client.ts'
import { rowsOn } from '../../support/sql.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { requestProof } from '../proofs/support/mail.ts'
import { codeOf, type Enrolled, enrol, firstFactor, person, STEP_MS, signInFully, verify } from './support/factors.ts'

const DAY_MS = 86_400_000
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp({ env: { COOKIE_TTL_SECONDS: '8640000', REFRESH_TTL_SECONDS: '2592000' } })
})
afterAll(() => t.close())

const rows = rowsOn(() => t)
const signInOn = (email: string, more: object = {}, asked: Call = {}) =>
  call(t, 'POST /v1/auth/sign-in', { ...asked, body: { email, password: PASSWORD, ...more } })

async function rememberedToken(ada: Enrolled): Promise<string> {
  const { deviceToken } = await signInFully(t, ada, { rememberDevice: true })
  return String(deviceToken)
}

test('a client that holds tokens gets one, good for 30 days and kept as a hash', async () => {
  const ada = await person(t)
  const deviceToken = await rememberedToken(ada)
  expect(deviceToken).toMatch(/^[\w-]{43}$/) // 256 bits
  const [row] = await rows('SELECT * FROM remembered_devices WHERE user_id = ?', ada.session.user.id)
  expect(JSON.stringify(row)).not.toContain(deviceToken)
  const known = await signInOn(ada.email, { deviceToken })
  expect(known.body.accessToken).toBeString()
  expect(known.body.deviceToken).toBeUndefined()
  // It stands for the factor that was shown on it.
  const [session] = await rows(
    'SELECT amr FROM sessions WHERE user_id = ? ORDER BY id DESC LIMIT 1',
    ada.session.user.id,
  )
  expect(session?.amr).toBe('["pwd","mfa"]')
  t.clock.advance(30 * DAY_MS - STEP_MS - 1)
  expect((await signInOn(ada.email, { deviceToken })).body.accessToken).toBeString()
  t.clock.advance(1)
  expect((await signInOn(ada.email, { deviceToken })).body.status).toBe('mfa_required')
})

test('a browser gets a cookie that no script reads, and a request without one is asked', async () => {
  const ada = await person(t)
  const headers = { origin: ORIGIN, 'user-agent': FIREFOX }
  const demand = await firstFactor(t, ada.email, { headers, body: { useCookie: true } })
  const code = codeOf(t, ada.secret)
  const body = { challenge: demand.challenge, factor: 'totp', code, rememberDevice: true }
  const done = await verify(t, body, { headers })
  expect(done.text).not.toContain('oken')
  const set = done.headers.getSetCookie().find((cookie) => cookie.startsWith('__Host-device=')) ?? ''
  for (const part of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/', `Max-Age=${30 * 86_400}`])
    expect(set).toContain(part)
  const cookie = set.split(';')[0] ?? ''
  const known = await signInOn(ada.email, { useCookie: true }, { headers: { ...headers, cookie } })
  expect(known.status).toBe(200)
  expect(cookieOf(known)).toBeString()
  expect((await signInOn(ada.email)).body.status).toBe('mfa_required')
  const listed = await call<{ items: object[] }>(t, 'GET /v1/me/mfa/devices', { token: ada.session.accessToken })
  expect(listed.body.items).toMatchObject([{ device: 'Firefox on Linux', address: '203.0.113.7' }])
  expect(listed.text).not.toContain('hash')
})

test('without the request to remember, no device is remembered', async () => {
  const ada = await person(t)
  for (const more of [{}, { rememberDevice: false }])
    expect((await signInFully(t, ada, more)).deviceToken).toBeUndefined()
  expect(await rows('SELECT 1 FROM remembered_devices WHERE user_id = ?', ada.session.user.id)).toEqual([])
})

test('a remembered device is no first factor, no factor of another account and no session', async () => {
  const [ada, eve] = [await person(t), await person(t)]
  const deviceToken = await rememberedToken(ada)
  const wrong = await call(t, 'POST /v1/auth/sign-in', { body: { email: ada.email, password: 'wrong', deviceToken } })
  expect(wrong.status).toBe(401)
  expect((await signInOn(eve.email, { deviceToken })).body.status).toBe('mfa_required')
  expect((await call(t, 'GET /v1/me', { token: deviceToken })).status).toBe(401)
  expect((await call(t, 'GET /v1/me', { cookie: deviceToken })).status).toBe(401)
  expect((await call(t, 'POST /v1/auth/refresh', { body: { refreshToken: deviceToken } })).status).toBe(401)
  const [row] = await rows('SELECT hash FROM remembered_devices WHERE user_id = ?', ada.session.user.id)
  for (const shown of [String(row?.hash), '', 'x'.repeat(512)].filter((text) => text !== ''))
    expect((await signInOn(ada.email, { deviceToken: shown })).body.status).toBe('mfa_required')
})

test('it stands for the second factor after a mail too', async () => {
  const ada = await person(t)
  const deviceToken = await rememberedToken(ada)
  await t.work()
  const { token } = await requestProof(t, 'email-code', ada.email)
  const answer = await call(t, 'POST /v1/auth/email-code/verify', { body: { token, deviceToken } })
  expect(answer.body.accessToken).toBeString()
})

test('each is listed to its owner and forgotten by them alone, one or all', async () => {
  const [ada, eve] = [await person(t), await person(t)]
  const [one, two] = [await rememberedToken(ada), await rememberedToken(ada)]
  const token = ada.session.accessToken
  const list = async () =>
    (await call<{ items: { id: string }[] }>(t, 'GET /v1/me/mfa/devices', { token })).body.items.map(({ id }) => id)
  const ids = await list()
  expect(ids.length).toBe(2)
  const theirs = await call(t, `DELETE /v1/me/mfa/devices/${ids[0]}`, { token: eve.session.accessToken })
  expect([theirs.status, theirs.body.code]).toEqual([404, 'device.not_found'])
  // The last used comes first: it is `two`.
  expect((await call(t, `DELETE /v1/me/mfa/devices/${ids[0]}`, { token })).status).toBe(204)
  expect((await call(t, `DELETE /v1/me/mfa/devices/${ids[0]}`, { token })).status).toBe(404)
  expect((await signInOn(ada.email, { deviceToken: two })).body.status).toBe('mfa_required')
  expect((await signInOn(ada.email, { deviceToken: one })).body.accessToken).toBeString()
  expect((await call(t, 'DELETE /v1/me/mfa/devices', { token })).status).toBe(204)
  expect(await list()).toEqual([])
  expect((await signInOn(ada.email, { deviceToken: one })).body.status).toBe('mfa_required')
  expect((await call(t, 'DELETE /v1/me/mfa/devices/dev_x', { token })).status).toBe(422)
})

test.each<[string, (ada: Enrolled) => Promise<{ status: number }>]>([
  [
    'the password is changed',
    ({ session }) =>
      call(t, 'POST /v1/me/password', {
        token: session.accessToken,
        body: { currentPassword: PASSWORD, newPassword: 'an entirely different phrase' },
      }),
  ],
  [
    'the password is reset',
    async ({ email }) => {
      await t.work()
      const { token } = await requestProof(t, 'forgot-password', email)
      return call(t, 'POST /v1/auth/reset-password', { body: { token, password: 'an entirely different phrase' } })
    },
  ],
  [
    'another app is put in the place of the old one',
    async ({ session, secret }) => {
      const removed = await call(t, 'DELETE /v1/me/mfa/totp', { token: session.accessToken })
      expect(secret).toBeString()
      await enrol(t, session)
      return removed
    },
  ],
])('all are forgotten when %s', async (_, happen) => {
  const ada = await person(t)
  const deviceToken = await rememberedToken(ada)
  expect((await happen(ada)).status).toBeLessThan(300)
  expect(await rows('SELECT 1 FROM remembered_devices WHERE user_id = ?', ada.session.user.id)).toEqual([])
  for (const password of [PASSWORD, 'an entirely different phrase']) {
    const answer = await call(t, 'POST /v1/auth/sign-in', { body: { email: ada.email, password, deviceToken } })
    expect(answer.body.accessToken).toBeUndefined()
  }
})
