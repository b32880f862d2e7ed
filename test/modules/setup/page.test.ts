/** The page of the set-up: open until there is an administrator, whoever looks. */
import { afterEach, beforeEach, expect, spyOn, test } from 'bun:test'
import { call, setUpAdmin, signInWithCookie, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional', RATE_LIMIT: 'on', ANONYMOUS_USERS: 'allow' } })
})
afterEach(() => t.close())

async function setting(cookie?: string): Promise<unknown> {
  const { text } = await call(t, 'GET /setup', { cookie })
  const [, json = ''] = /data-setting="([^"]*)"/.exec(text) ?? []
  return JSON.parse(json.replaceAll('&#34;', '"').replaceAll('&quot;', '"').replaceAll('&amp;', '&'))
}

test('it is open to who signed up before the server was set up', async () => {
  await signUp(t, 'early@example.com')
  const cookie = await signInWithCookie(t, 'early@example.com')
  expect(await setting(cookie)).toMatchObject({ isDone: false, email: 'early@example.com' })
  await setUpAdmin(t)
  expect(await setting(cookie)).toMatchObject({ isDone: true, email: 'early@example.com' })
  expect(await setting()).not.toHaveProperty('email')
})

test('an anonymous account has no address to show', async () => {
  const answer = await call(t, 'POST /v1/auth/anonymous', { headers: { origin: ORIGIN }, body: { useCookie: true } })
  const cookie = /^__Host-session=([^;]*)/.exec(answer.headers.get('set-cookie') ?? '')?.[1]
  expect([answer.status, cookie === undefined]).toEqual([201, false])
  const shown = await setting(cookie)
  expect(shown).toMatchObject({ isDone: false })
  expect(shown).not.toHaveProperty('email')
})

test('it asks the database no more once there is an administrator, and a network asks it no more than other pages', async () => {
  await setting()
  await setUpAdmin(t)
  await setting()
  const asked = spyOn(t.deps.db.$client, 'execute')
  await setting()
  await call(t, 'GET /console')
  expect(asked.mock.calls).toEqual([])
  asked.mockRestore()
  const statuses = new Set<number>()
  for (let time = 0; time < 310; time++) statuses.add((await call(t, 'GET /setup')).status)
  expect([...statuses]).toEqual([200, 429])
})
