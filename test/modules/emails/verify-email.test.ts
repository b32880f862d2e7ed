import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { call, PASSWORD, type Session, setUpAdmin, signIn, signUp, type User } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { deliver, inParallel, proofFor, requestProof } from '../proofs/support/mail.ts'

const MINUTE = 60_000
const EMAIL = 'ada@example.com'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

const verify = (body: unknown) => call<{ status: string; code: string }>(t, 'POST /v1/auth/verify-email', { body })
const me = async (token: string) => (await call<User>(t, 'GET /v1/me', { token })).body

describe('with verification optional', () => {
  test('sign-up opens a session and sends a mail, whose link verifies once', async () => {
    const { accessToken } = await signUp(t, EMAIL)
    const { token, page } = await proofFor(t, EMAIL)
    expect(page).toBe('/verify-email')
    expect((await me(accessToken)).emailVerified).toBe(false)
    expect((await verify({ token })).body).toEqual({ status: 'verified', code: undefined as never })
    expect((await me(accessToken)).emailVerified).toBe(true)
    expect((await verify({ token })).body.code).toBe('token.invalid')
  })

  test('the code does the same, in any spelling of the address', async () => {
    const { accessToken } = await signUp(t, EMAIL)
    const { code } = await proofFor(t, EMAIL)
    expect((await verify({ email: 'ADA@Example.com', code })).status).toBe(200)
    expect((await me(accessToken)).emailVerified).toBe(true)
  })

  test('an account made by an administrator gets its mail on request', async () => {
    const admin = await setUpAdmin(t)
    await call(t, 'POST /v1/users', { token: admin.accessToken, body: { email: EMAIL } })
    expect(await deliver(t)).toEqual([])
    const { token } = await requestProof(t, 'verify-email/resend', EMAIL)
    expect((await verify({ token })).status).toBe(200)
  })
})

describe('with verification required', () => {
  beforeEach(async () => {
    await t.close()
    t = await createTestApp({ env: { EMAIL_VERIFICATION: 'required' } })
  })
  const signUpWith = (email: string) => call(t, 'POST /v1/auth/sign-up', { body: { email, password: PASSWORD } })

  test('sign-in is refused before the address is verified', async () => {
    expect((await signUpWith(EMAIL)).status).toBe(202)
    const { token } = await proofFor(t, EMAIL)
    expect(await signIn(t, EMAIL).catch(String)).toContain('auth.invalid_credentials')
    expect((await verify({ token })).status).toBe(200)
    expect((await signIn(t, EMAIL)).user.emailVerified).toBe(true)
  })

  test('a new and a known address get the same answer; the owner of the known address gets a mail and can set a password', async () => {
    const first = await signUpWith(EMAIL)
    await verify({ token: (await proofFor(t, EMAIL)).token })
    const again = await signUpWith('Ada@example.com')
    expect([again.status, again.text]).toEqual([first.status, first.text])
    const names = (headers: Headers) => [...headers.keys()].sort()
    expect(names(again.headers)).toEqual(names(first.headers))
    const [mail, ...rest] = await deliver(t)
    expect([mail?.to, rest.length]).toEqual([EMAIL, 0])
    expect(mail?.text).toMatch(/\/reset-password#token=/)
    expect(mail?.text).not.toMatch(/^ {4}\d{6}$/m)
    expect(await passwordStill(PASSWORD)).toBe(true)
  })

  const passwordStill = (password: string) =>
    signIn(t, EMAIL, password).then(
      () => true,
      () => false,
    )

  test('both write one event, so both take the same time', async () => {
    const events = async () => Number((await t.deps.db.$client.execute('SELECT count(*) AS n FROM events')).rows[0]?.n)
    const cost = async (path: string, email: string) => {
      const before = await events()
      await call(t, `POST /v1/auth/${path}`, { body: { email, ...(path === 'sign-up' ? { password: PASSWORD } : {}) } })
      return (await events()) - before
    }
    await cost('sign-up', EMAIL)
    for (const path of ['forgot-password', 'email-code', 'verify-email/resend'])
      expect(await cost(path, EMAIL), path).toBe(await cost(path, 'nobody@example.com'))
  })

  test('50 sign-ups with one address at once make one account', async () => {
    const statuses = await inParallel(t, 50, 'POST /v1/auth/sign-up', { body: { email: EMAIL, password: PASSWORD } })
    expect(Object.keys(statuses)).not.toContain('500')
    expect(Number((await t.deps.db.$client.execute('SELECT count(*) AS n FROM users')).rows[0]?.n)).toBe(1)
    // The account, and no more than its budget of the others.
    expect((await deliver(t)).length).toBeLessThanOrEqual(4)
  }, 300_000)

  test('the first sign-in by code removes a password that was set without access to the mailbox', async () => {
    await signUpWith(EMAIL)
    await deliver(t)
    const { code } = await requestProof(t, 'email-code', EMAIL)
    const answer = await call<Session>(t, 'POST /v1/auth/email-code/verify', { body: { email: EMAIL, code } })
    expect(answer.body.user.emailVerified).toBe(true)
    expect(await passwordStill(PASSWORD)).toBe(false)
  })
})

describe('moving to another address', () => {
  const NEW = 'ada@new.example'

  test('requires a fresh session and a proof of the new address; the old address gets a mail and no longer signs in', async () => {
    const { accessToken: token } = await signUp(t, EMAIL)
    await deliver(t)
    const reset = await requestProof(t, 'forgot-password', EMAIL)
    expect((await call(t, 'POST /v1/me/email', { token, body: { email: NEW } })).status).toBe(202)
    const proof = await proofFor(t, NEW)
    expect(proof.page).toBe('/confirm-email')
    expect((await me(token)).email).toBe(EMAIL)
    expect((await verify({ token: proof.token })).status).toBe(200)
    expect(await me(token)).toMatchObject({ email: NEW, emailVerified: true })
    const [told] = await deliver(t)
    expect([told?.to, told?.text.replaceAll('\u200c', '').includes(NEW)]).toEqual([EMAIL, true])
    const body = { token: reset.token, password: 'a brand new passphrase' }
    expect((await call(t, 'POST /v1/auth/reset-password', { body })).body.code).toBe('token.invalid')
    expect((await signIn(t, NEW)).user.email).toBe(NEW)

    t.clock.advance(11 * MINUTE)
    const { body: refreshed } = await call<Session>(t, 'POST /v1/auth/sign-in', {
      body: { email: NEW, password: PASSWORD },
    })
    t.clock.advance(4 * MINUTE)
    expect((await call(t, 'POST /v1/me/email', { token: refreshed.accessToken, body: { email: EMAIL } })).status).toBe(
      202,
    )
    t.clock.advance(7 * MINUTE)
    const stale = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: refreshed.refreshToken } })
    expect(
      (await call(t, 'POST /v1/me/email', { token: stale.body.accessToken, body: { email: EMAIL } })).body.code,
    ).toBe('auth.fresh_session_required')
  })

  test('to the address of another account answers the same and sends no mail', async () => {
    await signUp(t, NEW)
    const { accessToken: token } = await signUp(t, EMAIL)
    await deliver(t)
    const free = await call(t, 'POST /v1/me/email', { token, body: { email: 'free@example.com' } })
    const taken = await call(t, 'POST /v1/me/email', { token, body: { email: NEW } })
    expect([taken.status, taken.text]).toEqual([free.status, free.text])
    expect((await deliver(t)).map(({ to }) => to)).toEqual(['free@example.com'])
  })

  test('to an address taken since then is refused, and changes nothing', async () => {
    const { accessToken: token } = await signUp(t, EMAIL)
    await deliver(t)
    await call(t, 'POST /v1/me/email', { token, body: { email: NEW } })
    const proof = await proofFor(t, NEW)
    await signUp(t, NEW)
    expect((await verify({ token: proof.token })).body.code).toBe('user.email_taken')
    expect((await me(token)).email).toBe(EMAIL)
  })

  test('by two people to one address gives it to one', async () => {
    const people = await Promise.all(['one@example.com', 'two@example.com'].map((email) => signUp(t, email)))
    await deliver(t)
    const proofs: string[] = []
    for (const { accessToken: token } of people) {
      await call(t, 'POST /v1/me/email', { token, body: { email: NEW } })
      proofs.push((await proofFor(t, NEW)).token)
    }
    const answers = await Promise.all(proofs.map((token) => verify({ token })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
  })
})
