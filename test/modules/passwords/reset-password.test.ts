import { afterEach, beforeEach, expect, test } from 'bun:test'
import { call, cookieOf, PASSWORD, signIn, signInWithCookie, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { deliver, requestProof } from '../proofs/support/mail.ts'

const EMAIL = 'ada@example.com'
const NEW_PASSWORD = 'a brand new passphrase'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

const reset = (body: object) => call(t, 'POST /v1/auth/reset-password', { body })
const forgotten = () => requestProof(t, 'forgot-password', EMAIL)

test('replaces the password, ends every session, verifies the address and sends the owner a mail', async () => {
  const { accessToken } = await signUp(t, EMAIL)
  const cookie = await signInWithCookie(t, EMAIL)
  await deliver(t)
  const { token, page } = await forgotten()
  expect(page).toBe('/reset-password')
  expect((await reset({ token, password: NEW_PASSWORD })).body).toEqual({ status: 'password_reset' })
  expect((await call(t, 'GET /v1/me', { token: accessToken })).status).toBe(401)
  expect((await call(t, 'GET /v1/me', { cookie })).status).toBe(401)
  expect(await signIn(t, EMAIL).catch(String)).toContain('401')
  expect((await signIn(t, EMAIL, NEW_PASSWORD)).user.emailVerified).toBe(true)
  const [notice] = await deliver(t)
  expect(notice?.to).toBe(EMAIL)
  expect(notice?.text).not.toContain(NEW_PASSWORD)
  const { rows } = await t.deps.db.$client.execute("SELECT type FROM events WHERE type = 'user.password_reset'")
  expect(rows.length).toBe(1)
})

test('a password that is refused leaves the link and the code for another try', async () => {
  await signUp(t, EMAIL)
  await deliver(t)
  const { token, code } = await forgotten()
  for (const password of ['password1234', 'short', 'ada@example.com', 'x'.repeat(1025)])
    for (const proof of [{ token }, { email: EMAIL, code }])
      expect((await reset({ ...proof, password })).status, password).toBe(422)
  expect((await signIn(t, EMAIL)).user.email).toBe(EMAIL)
  expect((await reset({ email: EMAIL, code, password: NEW_PASSWORD })).status).toBe(200)
})

test('an account without a password gets one', async () => {
  await signUp(t, EMAIL)
  await deliver(t)
  await t.deps.db.$client.execute('UPDATE users SET password_hash = NULL')
  const { token } = await forgotten()
  await reset({ token, password: NEW_PASSWORD })
  expect((await signIn(t, EMAIL, NEW_PASSWORD)).user.email).toBe(EMAIL)
})

test('a wrong link is refused before anything is hashed', async () => {
  let hashes = 0
  await t.close()
  t = await createTestApp()
  const { passwords } = t.deps
  t.deps.passwords = {
    ...passwords,
    hash(password) {
      hashes++
      return passwords.hash(password)
    },
  }
  await reset({ token: 'wrong', password: NEW_PASSWORD })
  expect(hashes).toBe(0)
})

test('a sign-in that verified the old password while it was reset opens nothing', async () => {
  await signUp(t, EMAIL)
  await deliver(t)
  const { token } = await forgotten()
  const [signedIn, done] = await Promise.all([
    call<{ accessToken: string }>(t, 'POST /v1/auth/sign-in', { body: { email: EMAIL, password: PASSWORD } }),
    reset({ token, password: NEW_PASSWORD }),
  ])
  expect(done.status).toBe(200)
  if (signedIn.status === 200)
    expect((await call(t, 'GET /v1/me', { token: signedIn.body.accessToken })).status).toBe(401)
})

test('a code sets a cookie for pages of our own origin alone', async () => {
  await signUp(t, EMAIL)
  await deliver(t)
  const { token } = await requestProof(t, 'email-code', EMAIL)
  const body = { token, useCookie: true }
  const foreign = await call(t, 'POST /v1/auth/email-code/verify', {
    body,
    headers: { origin: 'https://evil.example' },
  })
  expect(foreign.body.code).toBe('request.origin_refused')
  const own = await call(t, 'POST /v1/auth/email-code/verify', { body, headers: { origin: ORIGIN } })
  expect(own.text).not.toContain('refreshToken')
  expect((await call(t, 'GET /v1/me', { cookie: cookieOf(own) })).status).toBe(200)
})
