/** Somebody signs up with the address of another person, who comes later and confirms it: the account is theirs alone. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { call, cookieOf, PASSWORD, signIn, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { proofIn } from './support/mails.ts'

const THIEF = 'thirty thieves behind a door'
const HOUR_MS = 3_600_000

let required: TestApp
let optional: TestApp
beforeAll(async () => {
  required = await createTestApp({ env: { EMAIL_VERIFICATION: 'required' } })
  optional = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional' } })
})
afterAll(async () => {
  await Promise.all([required.close(), optional.close()])
})

const post = (t: TestApp, path: string, fields: Record<string, string>) =>
  call(t, `POST ${path}`, {
    headers: { origin: ORIGIN, accept: 'text/html' },
    body: new URLSearchParams(fields),
  })
type Posted = Awaited<ReturnType<typeof post>>
const waitingOf = ({ headers }: Posted): string =>
  headers
    .getSetCookie()
    .map((cookie) => /^__Host-waiting=([^;]+)/.exec(cookie)?.[1])
    .find((value) => value !== undefined) ?? ''

const signUpAt = (t: TestApp, email: string, password: string) => post(t, '/sign-up', { act: 'new', email, password })
const confirm = (t: TestApp, waiting: string, code: string) =>
  post(t, '/sign-up?step=confirm', { act: 'confirm', waiting, code })
const withPassword = async (t: TestApp, email: string, password: string) =>
  (await call(t, 'POST /v1/auth/sign-in', { body: { email, password } })).status
const me = async (t: TestApp, answer: Posted) =>
  (await call<{ email: string; emailVerified: boolean }>(t, 'GET /v1/me', { cookie: cookieOf(answer) })).body

describe('where addresses must be verified', () => {
  test.each(['the first mail', 'mail again'])(
    'the code of %s signs its reader in, without the password of the thief',
    async (by) => {
      const t = required
      const email = `${by.replace(/\W/g, '-')}@example.com`
      await signUpAt(t, email, THIEF)
      const first = await proofIn(t, email)
      const mine = await signUpAt(t, email, PASSWORD)
      let waiting = waitingOf(mine)
      let { code } = first
      if (by === 'mail again') {
        t.clock.advance(HOUR_MS / 4)
        const again = await post(t, '/sign-up?step=confirm', { also: 'confirm-mail', waiting })
        waiting = waitingOf(again)
        code = (await proofIn(t, email)).code
        expect(code).not.toBe(first.code)
      }
      const answer = await confirm(t, waiting, code)
      expect([answer.status, answer.headers.get('location')]).toEqual([303, `${ORIGIN}/sign-in?from=form`])
      expect(await me(t, answer)).toMatchObject({ email, emailVerified: true })
      expect(await withPassword(t, email, THIEF)).toBe(401)
      const rows = await t.deps.db.all<{ password_hash: string | null }>(
        sql`SELECT password_hash FROM users WHERE email = ${email}`,
      )
      expect(rows).toEqual([{ password_hash: null }])
      await t.work()
      expect(t.mails.filter(({ to, text }) => to === email && text.includes('was removed'))).toHaveLength(1)
    },
  )

  test('nobody else joins an organisation of the domain', async () => {
    const t = required
    const boss = 'boss@corp.example'
    const own = await signUpAt(t, boss, PASSWORD)
    await confirm(t, waitingOf(own), (await proofIn(t, boss)).code)
    const { accessToken: token } = await signIn(t, boss)
    const { body: org } = await call<{ id: string }>(t, 'POST /v1/orgs', {
      token,
      body: { name: 'Corp', slug: 'corp' },
    })
    await call(t, `POST /v1/orgs/${org.id}/domains`, { token, body: { domain: 'corp.example' } })
    await t.deps.db.run(sql`UPDATE org_domains SET verified_at = ${t.clock.now()}, auto_join = 1`)

    const email = 'victim@corp.example'
    await signUpAt(t, email, THIEF)
    const { code } = await proofIn(t, email)
    const answer = await confirm(t, waitingOf(await signUpAt(t, email, PASSWORD)), code)
    const { text } = await call(t, 'GET /v1/me/orgs', { cookie: cookieOf(answer) })
    expect(text).toContain('"corp"')
    expect(await withPassword(t, email, THIEF)).toBe(401)
  })

  test('the thief cannot confirm it, and learns nothing', async () => {
    const t = required
    const email = 'quiet@example.com'
    const thief = await signUpAt(t, email, THIEF)
    const { code } = await proofIn(t, email)
    const mine = await confirm(t, waitingOf(await signUpAt(t, email, PASSWORD)), code)
    expect(mine.status).toBe(303)
    // The code was used up, so the sealed text of the thief's sign-up opens nothing.
    expect((await confirm(t, waitingOf(thief), code)).status).toBe(400)
  })

  test('a person who signed up with a free address keeps the password', async () => {
    const t = required
    const email = 'owner@example.com'
    const answer = await confirm(t, waitingOf(await signUpAt(t, email, PASSWORD)), (await proofIn(t, email)).code)
    expect(await me(t, answer)).toMatchObject({ email, emailVerified: true })
    const sessions = await t.deps.db.all<{ amr: string }>(
      sql`SELECT amr FROM sessions JOIN users ON users.id = sessions.user_id WHERE email = ${email}`,
    )
    expect(sessions.map(({ amr }) => JSON.parse(amr))).toEqual([['pwd', 'otp']])
    expect(await withPassword(t, email, PASSWORD)).toBe(200)
    await t.work()
    expect(t.mails.filter(({ to, text }) => to === email && text.includes('was removed'))).toEqual([])
    // Also after a later sign-in by mail.
    await call(t, 'POST /v1/auth/email-code', { body: { email } })
    const { code } = await proofIn(t, email)
    expect((await call(t, 'POST /v1/auth/email-code/verify', { body: { email, code } })).status).toBe(200)
    expect(await withPassword(t, email, PASSWORD)).toBe(200)
  })
})

test('the code for a change of address to this one confirms no sign-up', async () => {
  const t = required
  const email = 'wanted@example.com'
  const other = 'mover@example.com'
  await confirm(t, waitingOf(await signUpAt(t, other, THIEF)), (await proofIn(t, other)).code)
  const { accessToken: token } = await signIn(t, other, THIEF)
  const asked = await call(t, 'POST /v1/me/email', { token, body: { email } })
  expect(asked.status).toBe(202)
  const { code } = await proofIn(t, email)
  const mine = await signUpAt(t, email, PASSWORD)
  expect((await confirm(t, waitingOf(mine), code)).status).toBe(400)
})

test('where they need not be, the address is taken, and a sign-in by its mail ends what the thief has', async () => {
  const t = optional
  const email = 'victim@example.com'
  const thief = await signUp(t, email, THIEF)
  const mine = await signUpAt(t, email, PASSWORD)
  expect([mine.status, waitingOf(mine)]).toEqual([409, ''])
  await t.work()
  await post(t, '/sign-in', { also: 'mail', email })
  const { code } = await proofIn(t, email)
  const answer = await post(t, '/sign-in?step=code', { act: 'code', email, code })
  expect(await me(t, answer)).toMatchObject({ email, emailVerified: true })
  expect(await withPassword(t, email, THIEF)).toBe(401)
  expect((await call(t, 'GET /v1/me', { token: thief.accessToken })).status).toBe(401)
})
