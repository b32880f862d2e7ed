/** The way to a provider and back: one browser starts and ends it once, within ten minutes, and returns to configured URLs (security.md 30). */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { call } from '../../support/client.ts'
import type { TestApp } from '../../support/test-app.ts'
import { APP, type Browser, openBrowser } from './support/browser.ts'
import type { FakeProvider } from './support/fake-provider.ts'
import { type RealProvider, startRealProvider } from './support/real-provider.ts'
import {
  REDIRECT_URI,
  START,
  besideFakeProvider,
  createWorld,
  eventsOf,
  outcomeOf,
  rowsOf,
  whoIs,
} from './support/world.ts'

let fake: FakeProvider
let t: TestApp
besideFakeProvider((provider, app) => {
  fake = provider
  t = app
})

const CALLBACK = /\/v1\/auth\/providers\/acme\/callback\?/

/** Goes to the provider and stops before it comes back. */
async function goThere(browser: Browser = openBrowser(t)): Promise<{ browser: Browser; back: string }> {
  const { url } = await browser.goUntil(START, CALLBACK)
  return { browser, back: url }
}

const nobodyIsIn = async () => {
  expect(await rowsOf(t, 'users')).toEqual([])
  expect(await rowsOf(t, 'sessions')).toEqual([])
}

describe('the start', () => {
  test('asks with PKCE S256, a state and a nonce, none of them twice, and keeps them in one encrypted cookie', async () => {
    const seen = new Set<string>()
    for (let start = 0; start < 5; start++) {
      const answer = await call(t, 'GET /v1/auth/providers/acme/start')
      expect(answer.status).toBe(302)
      const { searchParams: asked } = new URL(answer.headers.get('location') ?? '')
      expect(Object.fromEntries(asked)).toMatchObject({
        client_id: 'threeger',
        response_type: 'code',
        redirect_uri: REDIRECT_URI,
        scope: 'openid email profile',
        code_challenge_method: 'S256',
      })
      for (const name of ['state', 'nonce', 'code_challenge']) {
        expect(asked.get(name)).toMatch(/^[\w-]{43}$/)
        seen.add(asked.get(name) ?? '')
      }
      const cookies = answer.headers.getSetCookie()
      expect(cookies).toHaveLength(1)
      expect(cookies[0]).toMatch(/^__Host-flow=[\w.-]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
      for (const name of ['state', 'nonce']) expect(cookies[0]).not.toContain(asked.get(name) ?? '')
    }
    expect(seen.size).toBe(15)
  })

  test('keeps the verifier to itself: its hash alone is sent', async () => {
    const sent: URLSearchParams[] = []
    t.foreign.answer = (url, init) => {
      if (url.endsWith('/token')) sent.push(new URLSearchParams(String(init?.body)))
      return fetch(url, init)
    }
    const browser = openBrowser(t)
    const { url } = await browser.goUntil(START, new RegExp(`^${fake.issuer}`))
    expect(outcomeOf(await browser.go(url))).toBe('signed in')
    expect(sent).toHaveLength(1)
    const verifier = sent[0]?.get('code_verifier') ?? ''
    expect(verifier).toMatch(/^[\w-]{43}$/)
    expect(url).not.toContain(verifier)
    expect(new URL(url).searchParams.get('code_challenge')).toBe(
      createHash('sha256').update(verifier).digest('base64url'),
    )
    expect(sent[0]?.get('redirect_uri')).toBe(REDIRECT_URI)
  })

  test('asks the metadata once for many, and again after an hour', async () => {
    const metadata = () => fake.asked.filter((path) => path.includes('well-known')).length
    const before = metadata()
    for (let start = 0; start < 5; start++) await call(t, 'GET /v1/auth/providers/acme/start')
    expect(metadata() - before).toBe(1)
    t.clock.advance(3_600_001)
    await call(t, 'GET /v1/auth/providers/acme/start')
    expect(metadata() - before).toBe(2)
  })

  test('knows no provider that is not configured', async () => {
    for (const id of ['google', 'acme2', 'a', '__proto__', 'constructor', 'acme%2F..']) {
      const answer = await call(t, `GET /v1/auth/providers/${id}/start`)
      expect([404, 422], id).toContain(answer.status)
    }
  })
})

describe('a return URL', () => {
  test('of the list is used, and the first of the list without a parameter', async () => {
    expect((await openBrowser(t).go(START)).url).toBe(APP)
    expect((await openBrowser(t).go(`${START}?returnTo=${encodeURIComponent(`${APP}/other`)}`)).url).toBe(
      `${APP}/other`,
    )
  })

  test.each([
    'https://evil.example/signed-in',
    `${APP}/`,
    `${APP}x`,
    `${APP}/other/more`,
    `${APP}?next=https://evil.example`,
    `${APP}#x`,
    `${APP}/../evil`,
    `${APP}/%2e%2e/evil`,
    `${APP}\\@evil.example`,
    'https://app.example.com',
    'https://app.example.com:8443/signed-in',
    'https://app.example.com.evil.example/signed-in',
    'https://evil.example/https://app.example.com/signed-in',
    'https://app.example.com@evil.example/signed-in',
    'https://APP.example.com/signed-in',
    'HTTPS://app.example.com/signed-in',
    'http://app.example.com/signed-in',
    '//app.example.com/signed-in',
    '/signed-in',
    'javascript:alert(1)//https://app.example.com/signed-in',
    ' https://app.example.com/signed-in',
    'https://app.example.com/signed-in\t',
    `${APP},${APP}/other`,
    '',
  ])('that is changed is refused without a redirect: %p', async (returnTo) => {
    const answer = await call(t, `GET /v1/auth/providers/acme/start?returnTo=${encodeURIComponent(returnTo)}`)
    expect([answer.status, answer.body.code]).toEqual([422, 'provider.return_url_refused'])
    expect(answer.headers.get('location')).toBeNull()
    expect(answer.headers.get('set-cookie')).toBeNull()
  })

  test('given twice is refused', async () => {
    const both = `returnTo=${encodeURIComponent(APP)}&returnTo=${encodeURIComponent('https://evil.example/')}`
    const answer = await call(t, `GET /v1/auth/providers/acme/start?${both}`)
    expect(answer.status).toBe(422)
  })
})

describe('the callback', () => {
  test('without a cookie, as in another browser, sends no request to the provider; a program gets a problem document', async () => {
    const { back } = await goThere()
    const asked = fake.asked.length
    expect(outcomeOf(await openBrowser(t).go(back))).toBe('begin again')
    const { pathname, search } = new URL(back)
    const answer = await call(t, `GET ${pathname}${search}`, { headers: { accept: 'application/json' } })
    expect([answer.status, answer.body.code]).toEqual([400, 'provider.flow_invalid'])
    expect(fake.asked.length).toBe(asked)
    await nobodyIsIn()
  })

  test('with the cookie of another flow is refused and recorded, and sends no request to the provider (login CSRF)', async () => {
    const attacker = await goThere()
    const victim = await goThere()
    const asked = fake.asked.length
    expect(outcomeOf(await victim.browser.go(attacker.back))).toBe('provider.flow_invalid')
    expect(fake.asked.length).toBe(asked)
    expect(victim.browser.cookie('__Host-session')).toBeUndefined()
    expect(await eventsOf(t, 'auth.failed')).toEqual([
      ['auth.failed', 'failure', { reason: 'provider.flow_invalid', provider: 'acme' }],
    ])
    await nobodyIsIn()
  })

  test('without a state, with two, or with another one is refused', async () => {
    for (const change of [
      (query: URLSearchParams) => query.delete('state'),
      (query: URLSearchParams) => query.set('state', ''),
      (query: URLSearchParams) => query.set('state', 'A'.repeat(43)),
      (query: URLSearchParams) => query.set('state', `${query.get('state')} `),
    ]) {
      const { browser, back } = await goThere()
      const url = new URL(back)
      change(url.searchParams)
      expect(outcomeOf(await browser.go(url.href))).toBe('provider.flow_invalid')
    }
    const { browser, back } = await goThere()
    expect((await browser.go(`${back}&state=other`)).url).not.toBe(APP)
    await nobodyIsIn()
  })

  test('with a code of another flow is refused by the verifier (code injection)', async () => {
    const attacker = await goThere()
    const { browser, back } = await goThere()
    const url = new URL(back)
    url.searchParams.set('code', new URL(attacker.back).searchParams.get('code') ?? '')
    expect(outcomeOf(await browser.go(url.href))).toBe('provider.answer_invalid')
    await nobodyIsIn()
  })

  test('with a code of another flow, from a provider that checks no verifier, is refused by the nonce', async () => {
    fake.lies = { careless: true }
    const attacker = await goThere()
    const { browser, back } = await goThere()
    const url = new URL(back)
    url.searchParams.set('code', new URL(attacker.back).searchParams.get('code') ?? '')
    expect(outcomeOf(await browser.go(url.href))).toBe('provider.answer_invalid')
    await nobodyIsIn()
  })

  test('is accepted once, also with a provider that accepts its codes twice', async () => {
    fake.lies = { careless: true }
    const { browser, back } = await goThere()
    const cookie = browser.cookie('__Host-flow') ?? ''
    expect(outcomeOf(await browser.go(back))).toBe('signed in')
    const thief = openBrowser(t)
    thief.setCookie('__Host-flow', cookie)
    expect(outcomeOf(await thief.go(back))).toBe('provider.flow_invalid')
    expect(thief.cookie('__Host-session')).toBeUndefined()
    expect(await rowsOf(t, 'sessions')).toHaveLength(1)
  })

  test('sent twenty times at once is accepted once', async () => {
    fake.lies = { careless: true }
    const { browser, back } = await goThere()
    const cookie = browser.cookie('__Host-flow') ?? ''
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const one = openBrowser(t)
        one.setCookie('__Host-flow', cookie)
        return outcomeOf(await one.go(back))
      }),
    )
    expect(outcomes.filter((outcome) => outcome === 'signed in')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'provider.flow_invalid')).toHaveLength(19)
    expect(await rowsOf(t, 'users')).toHaveLength(1)
    expect(await rowsOf(t, 'sessions')).toHaveLength(1)
  })

  test('after ten minutes is too late', async () => {
    const { browser, back } = await goThere()
    t.clock.advance(600_000)
    expect(outcomeOf(await browser.go(back))).toBe('begin again')
    await nobodyIsIn()
  })

  test('with a cookie that was altered, or is of another secret or purpose, is refused', async () => {
    const { back, browser } = await goThere()
    const cookie = browser.cookie('__Host-flow') ?? ''
    const flipped = `${cookie.slice(0, -3)}${cookie.endsWith('AAA') ? 'BBB' : 'AAA'}`
    const stranger = await createWorld(fake.issuer, { env: { APP_SECRET: 'another secret of more than 32 bytes' } })
    const theirs = openBrowser(stranger)
    await theirs.goUntil(START, CALLBACK)
    for (const value of [flipped, '', 'x', 'a.b', '{}', theirs.cookie('__Host-flow') ?? '']) {
      const one = openBrowser(t)
      one.setCookie('__Host-flow', value)
      expect(outcomeOf(await one.go(back)), value).toBe('begin again')
    }
    await stranger.close()
    await nobodyIsIn()
  })

  test('of another provider than the flow’s is refused (mix-up)', async () => {
    const providers = ['acme', 'evil'].map((id) => ({
      id,
      issuer: fake.issuer,
      clientId: 'threeger',
      clientSecret: 'secret',
    }))
    await t.close()
    t = await createWorld(fake.issuer, { env: { OIDC_PROVIDERS: JSON.stringify(providers) } })
    const { browser, back } = await goThere()
    expect(outcomeOf(await browser.go(back.replace('/acme/', '/evil/')))).toBe('begin again')
    await nobodyIsIn()
  })

  test('ignores the Host header: the redirect_uri has the host of APP_URL', async () => {
    const { browser, back } = await goThere()
    const forms: string[] = []
    t.foreign.answer = (url, init) => {
      if (url.endsWith('/token')) forms.push(String(init?.body))
      return fetch(url, init)
    }
    const { search } = new URL(back)
    const answer = await t.app.handle(
      new Request(`https://evil.example/v1/auth/providers/acme/callback${search}`, {
        headers: { cookie: browser.cookies(), 'x-forwarded-host': 'evil.example' },
      }),
    )
    expect(answer.headers.get('location')).toBe(APP)
    expect(new URLSearchParams(forms[0]).get('redirect_uri')).toBe(REDIRECT_URI)
  })

  test('is limited by network', async () => {
    await t.close()
    t = await createWorld(fake.issuer, { env: { RATE_LIMIT: 'on' } })
    const { browser } = await goThere()
    let last = await call(t, 'GET /v1/auth/providers/acme/callback?state=x', { headers: { cookie: browser.cookies() } })
    for (let asked = 1; asked <= 300 && last.status !== 429; asked++)
      last = await call(t, 'GET /v1/auth/providers/acme/callback?state=x', { headers: { cookie: browser.cookies() } })
    expect([last.status, last.body.code]).toEqual([429, 'request.rate_limited'])
  })
})

describe('a downgrade of PKCE', () => {
  let real: RealProvider
  beforeAll(async () => {
    real = await startRealProvider([REDIRECT_URI])
  })
  afterAll(() => real.stop())

  test('on the way there is refused by a real provider, and no session is opened', async () => {
    const world = await createWorld(real.issuer)
    real.person = { sub: 'ada-1', email: 'ada@example.com', email_verified: true }
    const browser = openBrowser(world)
    const { url } = await browser.goUntil(START, new RegExp(`^${real.issuer}`))
    const stripped = new URL(url)
    stripped.searchParams.delete('code_challenge')
    stripped.searchParams.delete('code_challenge_method')
    expect(outcomeOf(await browser.go(stripped.href))).toBe('provider.denied')
    expect(browser.cookie('__Host-session')).toBeUndefined()
    expect((await whoIs(world, browser)).status).toBe(401)
    await world.close()
  })
})

test('no answer, log or cookie holds a secret of the provider', async () => {
  const { browser, back } = await goThere()
  await browser.go(back)
  fake.lies = { claims: { nonce: 'wrong' } }
  const page = await openBrowser(t).go(START)
  const everything = JSON.stringify([page, t.logged, browser.cookies(), await rowsOf(t, 'identities')])
  for (const secret of ['an-access-token-of-the-provider', 'a-refresh-token-of-the-provider', '"secret"'])
    expect(everything).not.toContain(secret)
})

test('the code for providers is loaded at its first use, not at the start', async () => {
  const loads: [string, string][] = []
  for (const file of new Bun.Glob('src/**/*.ts').scanSync('.'))
    for (const { path, kind } of new Bun.Transpiler({ loader: 'ts' }).scanImports(await Bun.file(file).text()))
      if (/openid-client|oauth4webapi/.test(path)) loads.push([file, kind])
  expect(new Set(loads.map(([, kind]) => kind))).toEqual(new Set(['dynamic-import']))
})
