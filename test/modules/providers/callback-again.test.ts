/** A browser that comes back from a provider, once or again, is redirected and never shown raw JSON. The log says why a sign-in failed. */
import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { call } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { browserPath, startWorld } from '../pages/support/world.ts'
import { APP, type Browser, openBrowser } from './support/browser.ts'
import { fakeGitHub, GITHUB_ENV } from './support/fake-github.ts'
import type { FakeProvider } from './support/fake-provider.ts'
import { besideFakeProvider, createWorld, outcomeOf, START } from './support/world.ts'

setDefaultTimeout(300_000)

let fake: FakeProvider
let t: TestApp
besideFakeProvider((provider, app) => {
  fake = provider
  t = app
})

const CALLBACK = /\/v1\/auth\/providers\/acme\/callback\?/
const goThere = async (start = START, browser: Browser = openBrowser(t)) => ({
  browser,
  back: (await browser.goUntil(start, CALLBACK)).url,
})
const warnings = () => t.logged.filter(({ level }) => level === 'warning' || level === 'error')
/** A request with these headers, as a program sends it. */
const ask = (url: string, headers: Record<string, string>) =>
  call(t, `GET ${new URL(url).pathname}${new URL(url).search}`, { headers })

describe('a callback that comes again', () => {
  test('redirects a signed-in browser to the URL of the sign-in, changes nothing and logs nothing', async () => {
    for (const target of [APP, `${APP}/other`]) {
      const { browser, back } = await goThere(`${START}?returnTo=${encodeURIComponent(target)}`)
      expect((await browser.go(back)).url).toBe(target)
      const session = browser.cookie('__Host-session')
      for (let again = 0; again < 3; again++) expect((await browser.go(back)).url).toBe(target)
      expect(browser.cookie('__Host-session')).toBe(session)
    }
    expect(warnings()).toEqual([])
  })

  test('leads who is not signed in to the page for signing in, which says so', async () => {
    const { browser, back } = await goThere()
    await browser.go(back)
    await call(t, 'POST /v1/auth/sign-out', { cookie: browser.cookie('__Host-session') ?? '' })
    for (const one of [browser, openBrowser(t)]) {
      const page = await one.go(back)
      expect(page.url).toBe(`${ORIGIN}/sign-in?from=provider&error=provider.flow_invalid`)
      expect([page.status, page.text.includes('This sign-in is already finished, or it took too long.')]).toEqual([
        200,
        true,
      ])
    }
  })

  test.each([
    ['nothing', ''],
    ['an error of the provider', '?error=access_denied'],
    ['a state that is none', `?state=${'x'.repeat(2000)}&code=${'y'.repeat(6_000)}`],
    ['two states', '?state=a&state=b'],
    ['a return URL that is none', '?state=abc.99999&code=c'],
    ['an object', '?state[x]=a&code[]=b'],
    ['text that is no encoding', '?state=%E0%A4%A&code=%ff'],
  ])('with %s too', async (_, query) => {
    const page = await openBrowser(t).go(`${ORIGIN}/v1/auth/providers/acme/callback${query}`)
    expect(page.url).toBe(`${ORIGIN}/sign-in?from=provider&error=provider.flow_invalid`)
  })

  test('with a cookie of a flow that was altered to return elsewhere returns to nowhere else', async () => {
    const { browser, back } = await goThere()
    await browser.go(back)
    const forged = new URL(back)
    for (const state of ['x.1', 'x.2', 'x.-1', 'x.1e1', 'https://evil.example', 'x.0001']) {
      forged.searchParams.set('state', state)
      expect([APP, `${APP}/other`]).toContain((await browser.go(forged.href)).url)
    }
  })

  test('while another flow is under way in the same browser does not end that one', async () => {
    const first = await goThere()
    const second = await goThere(START, first.browser)
    expect(outcomeOf(await first.browser.go(first.back))).toBe('provider.flow_invalid')
    expect(outcomeOf(await first.browser.go(second.back))).toBe('signed in')
  })

  test('and of a program that asks for JSON is a problem, of any other a redirect', async () => {
    const { back } = await goThere()
    for (const accept of ['application/json', 'application/problem+json', 'application/json, */*;q=0.1']) {
      const answer = await ask(back, { accept })
      expect([answer.status, answer.body.code], accept).toEqual([400, 'provider.flow_invalid'])
    }
    for (const accept of [
      'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
      '*/*',
      'text/html, application/json',
    ]) {
      const answer = await ask(back, { accept })
      expect([answer.status, answer.headers.get('location')], accept).toEqual([
        302,
        `${ORIGIN}/sign-in?from=provider&error=provider.flow_invalid`,
      ])
    }
  })

  test('too often leads a person on as well', async () => {
    await t.close()
    t = await createWorld(fake.issuer, { env: { RATE_LIMIT: 'on' } })
    const { back } = await goThere()
    for (let asked = 0; asked < 300; asked++) await ask(back, { accept: 'application/json' })
    expect((await ask(back, { accept: 'application/json' })).status).toBe(429)
    expect((await openBrowser(t).go(back)).url).toBe(`${ORIGIN}/sign-in?from=provider&error=request.rate_limited`)
  })
})

describe('a callback that fails', () => {
  const failures: [name: string, code: string, reason: RegExp, lies: FakeProvider['lies']][] = [
    ['access denied', 'provider.denied', /access_denied/, { answer: { code: undefined, error: 'access_denied' } }],
    [
      'an error in words of its own',
      'provider.denied',
      /a non-standard error/,
      { answer: { code: undefined, error: 'tok_SECRET_1', error_description: 'tok_SECRET_2' } },
    ],
    ['a code it does not know', 'provider.answer_invalid', /invalid_grant/, { answer: { code: 'code_SECRET' } }],
    ['a wrong nonce', 'provider.answer_invalid', /nonce/, { claims: { nonce: 'nonce_SECRET' } }],
    ['a foreign azp', 'provider.answer_invalid', /another client/, { claims: { azp: 'azp_SECRET' } }],
    ['an expired token', 'provider.answer_invalid', /exp/, { claims: { exp: 1 } }],
    ['an unverified e-mail', 'identity.email_unverified', /./, { claims: { email_verified: false } }],
    [
      'HTML for a token',
      'provider.answer_invalid',
      /./,
      { respond: (path) => (path === '/token' ? new Response('<p>tok_SECRET</p>') : undefined) },
    ],
    [
      'half a token',
      'provider.answer_invalid',
      /JSON/,
      {
        respond: (path) =>
          path === '/token'
            ? new Response('{"access_token":"tok_SECRET', { headers: { 'content-type': 'application/json' } })
            : undefined,
      },
    ],
    [
      'a refusal of the client',
      'provider.answer_invalid',
      /invalid_client/,
      {
        respond: (path) =>
          path === '/token'
            ? Response.json({ error: 'invalid_client', error_description: 'tok_SECRET' }, { status: 401 })
            : undefined,
      },
    ],
    [
      'an outage',
      'provider.unavailable',
      /answered 503/,
      { respond: (path) => (path === '/token' ? new Response('', { status: 503 }) : undefined) },
    ],
  ]
  test.each(failures)('by %s is logged once, without a token or a code', async (_, code, reason, lies) => {
    fake.lies = lies
    const { browser, back } = await goThere()
    expect((await browser.go(back)).url).toBe(`${APP}?error=${code}`)
    expect(warnings()).toMatchObject([
      {
        level: 'warning',
        message: 'a sign-in with a provider failed',
        fields: { provider: 'acme', code, reason: expect.stringMatching(reason) },
      },
    ])
    expect(warnings()[0]?.fields.requestId).toBeString()
    const logged = JSON.stringify(t.logged)
    const { searchParams } = new URL(back)
    for (const secret of [searchParams.get('code'), searchParams.get('state'), 'SECRET', 'an-access-token'])
      if (secret !== null) expect(logged).not.toContain(secret)
  })

  test('because the browser began nothing says that, too', async () => {
    const { back } = await goThere()
    await openBrowser(t).go(back)
    expect(warnings()).toMatchObject([
      { fields: { code: 'provider.flow_invalid', reason: expect.stringContaining('no cookie of this flow') } },
    ])
  })

  test('by a fault of ours leads a person on, and is an error in the log', async () => {
    const { browser, back } = await goThere()
    await t.deps.db.run('ALTER TABLE identities RENAME TO elsewhere')
    expect((await browser.go(back)).url).toBe(`${APP}?error=server.error`)
    expect(warnings().map(({ level, fields }) => [level, fields.code])).toEqual([['error', 'server.error']])
  })

  test('with 200, as GitHub does, says which error it was', async () => {
    await t.close()
    t = await createTestApp({ env: GITHUB_ENV })
    t.foreign.answer = async (url, init) =>
      url.endsWith('/access_token')
        ? Response.json({ error: 'invalid_client', error_description: 'SECRET' })
        : fakeGitHub().answer(url, init)
    const browser = openBrowser(t)
    const { url } = await browser.goUntil(`${ORIGIN}/v1/auth/providers/github/start`, /^https:\/\/github/)
    const state = new URL(url).searchParams.get('state')
    const page = await browser.go(`${ORIGIN}/v1/auth/providers/github/callback?code=good&state=${state}`)
    expect(outcomeOf(page)).toBe('provider.answer_invalid')
    expect(warnings()).toMatchObject([{ fields: { reason: expect.stringContaining('invalid_client') } }])
  })
})

test('the request log says with which status a redirect, an empty answer and a page were answered', async () => {
  await t.close()
  t = await createWorld(fake.issuer, { env: { LOG_LEVEL: 'debug' } })
  const { browser, back } = await goThere()
  await browser.go(back)
  await browser.go(back)
  await call(t, 'POST /v1/auth/sign-out', { cookie: browser.cookie('__Host-session') ?? '' })
  await call(t, 'GET /livez')
  await call(t, 'GET /v1/me')
  await new Promise(setImmediate) // it is logged after the response
  const lines = t.logged
    .filter(({ fields }) => 'status' in fields)
    .map(({ message, fields }) => [message, fields.status])
  expect(lines).toEqual([
    ['GET /v1/auth/providers/:id/start', 302],
    ['GET /v1/auth/providers/:id/callback', 302],
    ['GET /v1/auth/providers/:id/callback', 302],
    ['POST /v1/auth/sign-out', 204],
    ['GET /livez', 200],
    ['GET /v1/me/', 401],
  ])
})

describe.skipIf(!browserPath)('in Chromium', () => {
  test('the back button, a reload and a link that is opened again show a page, and never JSON', async () => {
    const provider = { id: 'acme', name: 'Acme', issuer: fake.issuer, clientId: 'threeger', clientSecret: 'secret' }
    // A page of this machine that stands for the app.
    const app = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: () => new Response('<title>App</title>', { headers: { 'content-type': 'text/html' } }),
    })
    const target = `http://127.0.0.1:${app.port}/signed-in`
    const w = await startWorld({ OIDC_PROVIDERS: JSON.stringify([provider]), RETURN_URLS: target })
    w.t.clock.advance(Date.now() - w.t.clock.now())
    w.t.foreign.answer = (url, init) => fetch(url, init)
    try {
      const { page, context } = await w.visit()
      // The provider shows a page with a link back, as one that asks for consent: so there is something to go back to.
      let back = ''
      fake.lies = {
        respond: (path, request) => {
          if (path !== '/authorize') return undefined
          const { searchParams } = new URL(request.url)
          back = `${searchParams.get('redirect_uri')}?${new URLSearchParams({ code: 'used', state: searchParams.get('state') ?? '', iss: fake.issuer })}`
          return new Response(`<title>Acme</title><a href="${back.replaceAll('&', '&amp;')}">Allow</a>`, {
            headers: { 'content-type': 'text/html' },
          })
        },
      }
      const begin = () => page.goto(`${w.origin}/v1/auth/providers/acme/start`)
      await begin()
      expect(await page.title()).toBe('Acme')
      // The provider does not know the code: the sign-in fails, and the app gets the error.
      await page.click('a')
      await page.waitForURL(`${target}?error=provider.answer_invalid`)
      await page.goBack()
      expect(await page.title()).toBe('Acme')
      await page.click('a') // again, and the flow is gone
      await page.waitForURL(`${w.origin}/sign-in?from=provider&error=provider.flow_invalid`)
      const notice = page.locator('section:not([hidden]) [role=alert] p')
      expect(await notice.textContent()).toStartWith('This sign-in is already finished, or it took too long.')

      // Signed in by now, in another tab.
      fake.lies = {}
      const other = await context.newPage()
      await other.goto(`${w.origin}/v1/auth/providers/acme/start`)
      await other.waitForURL(target)
      for (const visit of [() => page.goto(back), () => page.reload(), () => other.goto(back)]) await visit()
      expect([page.url(), other.url()]).toEqual([target, target])
      expect(await page.title()).toBe('App')
    } finally {
      await w.stop()
      await app.stop(true)
    }
  })
})
