/** The page after a form of these pages, when another site or another kind of session opens it. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { call, cookieOf, PASSWORD, setUpAdmin, signInWithCookie, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional' } })
})
afterAll(() => t.close())

test('a link of another site makes no organisation the active one', async () => {
  const { accessToken: token } = await signUp(t, 'ada@example.com')
  await call(t, 'POST /v1/orgs', { token, body: { name: 'Acme', slug: 'acme' } })
  const cookie = await signInWithCookie(t, 'ada@example.com')
  const active = () => t.deps.db.all(sql`SELECT org_id FROM sessions WHERE kind = 'cookie' AND org_id IS NOT NULL`)
  const open = (site: string, from = 'form') =>
    call(t, `GET /sign-in?from=${from}&org=acme&return_to=/`, { cookie, headers: { 'sec-fetch-site': site } })
  for (const site of ['cross-site', 'same-site', 'none']) {
    await open(site)
    await open(site, 'provider')
    expect([site, await active()]).toEqual([site, []])
  }
  await open('same-origin')
  expect(await active()).toHaveLength(1)
})

test('an administrator who acts as another person does not keep their address in the browser', async () => {
  const { accessToken: token } = await setUpAdmin(t)
  const { user } = await signUp(t, 'eve@example.com')
  const acting = await call(t, `POST /v1/users/${user.id}/impersonate`, {
    token,
    headers: { origin: ORIGIN },
    body: { reason: 'help', useCookie: true },
  })
  const { headers } = await call(t, 'GET /sign-in?from=form', { cookie: cookieOf(acting) })
  expect(headers.getSetCookie().filter((cookie) => cookie.includes('accounts='))).toEqual([])
})

test('a text in JSON is no form', async () => {
  await signUp(t, 'bob@example.com')
  const body = `act=password&email=bob@example.com&password=${encodeURIComponent(PASSWORD)}`
  const { status, headers } = await call(t, 'POST /sign-in', { headers: { origin: ORIGIN }, body })
  expect(status).not.toBe(303)
  expect(headers.getSetCookie().filter((cookie) => cookie.includes('session='))).toEqual([])
})
