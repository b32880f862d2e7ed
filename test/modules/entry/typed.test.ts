/** An address that was typed on the sign-in page fills in the pages that it leads to, without a script and without a URL. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openWaiting, sealWaiting, type WaitingSignIn } from '../../../src/modules/mfa/waiting-sign-in.ts'
import { call } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let people = 0
beforeAll(async () => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional', RATE_LIMIT: 'off' } })
})
afterAll(() => t.close())

const newEmail = () => `typed${++people}@example.com`

/** Posts the form of the sign-in page. Gives the sealed text that the browser then keeps. */
async function tried(fields: Record<string, string>, cookie?: string): Promise<string | undefined> {
  const answer = await call(t, 'POST /sign-in', {
    headers: {
      origin: ORIGIN,
      accept: 'text/html',
      ...(cookie !== undefined && { cookie: `__Host-waiting=${cookie}` }),
    },
    body: new URLSearchParams({ password: 'not this one at all', ...fields }),
  })
  const kept = answer.headers.getSetCookie().find((one) => one.startsWith('__Host-waiting='))
  if (kept !== undefined) expect(kept).toMatch(/; HttpOnly; Secure; SameSite=Lax/i)
  return kept?.slice('__Host-waiting='.length).split(';')[0]
}

const fieldOn = async (path: string, cookie: string | undefined): Promise<string | undefined> => {
  const headers = cookie === undefined ? {} : { cookie: `__Host-waiting=${cookie}` }
  const { status, text } = await call(t, `GET ${path}`, { headers })
  expect(status).toBe(200)
  return /<input id="email"[^>]* value="([^"]*)"/.exec(text)?.[1]
}

test('after a wrong password, the next page has it', async () => {
  const email = newEmail()
  const cookie = await tried({ act: 'password', email })
  for (const path of ['/forgot-password', '/sign-up', '/sign-up?return_to=%2Fdevice'])
    expect(await fieldOn(path, cookie), path).toBe(email)
  expect(decodeURIComponent(String(cookie))).not.toContain(email)
})

test('an address of the URL goes before it, and an old one is forgotten', async () => {
  const email = newEmail()
  const cookie = await tried({ act: 'password', email })
  expect(await fieldOn('/sign-up?login_hint=ada%40example.com', cookie)).toBe('ada@example.com')
  const other = newEmail()
  expect(await fieldOn('/sign-up', await tried({ act: 'password', email: other }, cookie))).toBe(other)
  t.clock.advance(31 * 60_000)
  expect(await fieldOn('/sign-up', cookie)).toBe('')
})

test('a code that was mailed fills it in too', async () => {
  const email = newEmail()
  expect(await fieldOn('/forgot-password', await tried({ act: 'mail', email }))).toBe(email)
})

test('it is text, and a forged cookie is none', async () => {
  const cookie = await tried({ act: 'password', email: `"><img/src=x/onerror=alert(1)>@x` })
  expect(await fieldOn('/sign-up', cookie)).toBe('&quot;&gt;&lt;img/src=x/onerror=alert(1)&gt;@x')
  expect(await fieldOn('/sign-up', `${cookie}x`)).toBe('')
  expect(await fieldOn('/sign-up', 'ada@example.com')).toBe('')
})

test('no address, and a failure of another step, keep nothing', async () => {
  for (const fields of [
    { act: 'password', email: 'no address' },
    { act: 'code', email: newEmail(), code: '1' },
  ])
    expect(await tried(fields), JSON.stringify(fields)).toBeUndefined()
})

test.each<[WaitingSignIn]>([
  [{ for: 'factor', challenge: 'c', factors: ['totp'] }],
  [{ for: 'sign-up', email: 'other@example.com', userId: 'usr_1' }],
  [{ for: 'reset', email: 'other@example.com' }],
])('what waits in another tab stays: %p', async (waiting) => {
  const before = await sealWaiting(t.deps, waiting)
  expect(await tried({ act: 'password', email: newEmail() }, before)).toBeUndefined()
  expect(await openWaiting(t.deps, before)).toEqual(waiting)
  if (waiting.for !== 'factor') expect(await fieldOn('/sign-up', before)).toBe('')
})
