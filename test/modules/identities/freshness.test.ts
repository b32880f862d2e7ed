/** A session that a provider opened is fresh as far as the provider proves it (security.md 16, ASVS 7.5.1). */
import { describe, expect, test } from 'bun:test'
import { call } from '../../support/client.ts'
import type { TestApp } from '../../support/test-app.ts'
import { deliver } from '../proofs/support/mail.ts'
import { APP, type Browser, openBrowser } from '../providers/support/browser.ts'
import type { FakeProvider } from '../providers/support/fake-provider.ts'
import { besideFakeProvider, outcomeOf, START, whoIs } from '../providers/support/world.ts'

let fake: FakeProvider
let t: TestApp
besideFakeProvider((provider, app) => {
  fake = provider
  t = app
})

const now = () => Math.floor(Date.now() / 1000)
async function signIn(auth_time?: number, start = START): Promise<{ browser: Browser; url: string }> {
  fake.lies = { claims: { auth_time } }
  const browser = openBrowser(t)
  const page = await browser.go(start)
  expect(outcomeOf(page)).toBe('signed in')
  return { browser, url: page.url }
}
const by = (browser: Browser) => ({ cookie: browser.cookie('__Host-session') ?? '' })
const deleteAccount = async (browser: Browser) => (await call(t, 'DELETE /v1/me', by(browser))).body.code ?? 'deleted'
interface Listed {
  items: { authenticatedAt: string | null }[]
}
const authenticatedAt = async (browser: Browser) =>
  (await call<Listed>(t, 'GET /v1/me/sessions', by(browser))).body.items[0]?.authenticatedAt

describe('a session of a provider', () => {
  test('is not fresh if the provider does not state the time of its sign-in, also the first session of a new account', async () => {
    for (let sign = 0; sign < 2; sign++) {
      const { browser } = await signIn()
      expect((await whoIs(t, browser)).status).toBe(200)
      expect(await deleteAccount(browser)).toBe('auth.fresh_session_required')
      expect(await authenticatedAt(browser)).toBeNull()
    }
    const { browser } = await signIn(now())
    const { body } = await call<Listed & { sessions: Listed['items'] }>(t, 'GET /v1/me/export', by(browser))
    expect(body.sessions.filter(({ authenticatedAt: at }) => at === null)).toHaveLength(2)
  })

  test('is as old as the sign-in at the provider', async () => {
    const days = now() - 3 * 86_400
    const old = await signIn(days)
    expect(await deleteAccount(old.browser)).toBe('auth.fresh_session_required')
    expect(await authenticatedAt(old.browser)).toBe(new Date(days * 1000).toISOString())
    const recent = await signIn(now() - 300)
    t.clock.advance(301_000)
    expect(await deleteAccount(recent.browser)).toBe('auth.fresh_session_required')
    const fresh = await signIn(now() - 60)
    expect(await deleteAccount(fresh.browser)).toBe('deleted')
  })

  test('a clock that is ahead makes no session with a time in the future', async () => {
    const { browser } = await signIn(now() + 60)
    t.clock.advance(599_000)
    expect(await deleteAccount(browser)).toBe('deleted')
  })
})

describe('a user without another sign-in method', () => {
  test('gets a fresh session from the provider, which must verify the user again', async () => {
    const browser = openBrowser(t)
    const { url } = await browser.goUntil(`${START}?fresh=true`, new RegExp(`^${fake.issuer}`))
    const asked = new URL(url).searchParams
    expect([asked.get('max_age'), asked.get('prompt')]).toEqual(['0', 'login'])
    fake.lies = { claims: { auth_time: now() } }
    expect((await browser.go(url)).url).toBe(APP)
    expect(await deleteAccount(browser)).toBe('deleted')
  })

  test('gets an error if the provider ignored the request, and gets a fresh session by mail', async () => {
    for (const auth_time of [undefined, now() - 86_400])
      expect((await signIn(auth_time, `${START}?fresh=true`)).url).toBe(`${APP}?fresh=false`)
    const { browser } = await signIn()
    await call(t, 'POST /v1/auth/email-code', { body: { email: 'ada@example.com' } })
    const code = /^\s*(\d{6})$/m.exec((await deliver(t)).at(-1)?.text ?? '')?.[1]
    const answer = await call(t, 'POST /v1/auth/step-up', { ...by(browser), body: { code } })
    expect(answer.status, answer.text).toBe(200)
    const cookie = /__Host-session=([^;]*)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? ''
    expect((await call(t, 'DELETE /v1/me', { cookie })).status).toBe(204)
  })

  test('an ordinary sign-in asks for nothing of the kind', async () => {
    const { url } = await openBrowser(t).goUntil(START, new RegExp(`^${fake.issuer}`))
    for (const name of ['max_age', 'prompt']) expect(new URL(url).searchParams.has(name)).toBeFalse()
    const wrong = await call(t, 'GET /v1/auth/providers/acme/start?fresh=yes')
    expect([wrong.status, wrong.body.code]).toEqual([422, 'request.invalid'])
  })
})
