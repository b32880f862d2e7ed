/** The whole way in a real Chromium: from the app to the sign-in page, to the consent page, and back. */
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { addAuthenticator, addPasskey } from '../../support/browser-passkeys.ts'
import { selfSigned } from '../../support/certificate.ts'
import { PASSWORD, signUp } from '../../support/client.ts'
import { freePort } from '../../support/ports.ts'
import { codeOf, enrol } from '../mfa/support/factors.ts'
import { browserPath, startWorld, type Visit, type World } from '../pages/support/world.ts'
import { proveOwnAddress } from '../proofs/support/mail.ts'
import { type ClientRow, makeClient } from '../token/support/oauth.ts'
import { request } from './support/browser.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

let w: World
let client: ClientRow
/** An app. Its callback /onwards leads on to `home`, which is another host of it. */
let app: { origin: string; home: string; stop(): void }

const visits: Visit[] = []

async function visit(options?: Parameters<World['visit']>[0]): Promise<Visit> {
  const one = await w.visit(options)
  visits.push(one)
  return one
}

async function startApp() {
  const port = freePort()
  const secure = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    tls: selfSigned(),
    fetch: () => new Response('<h1>home</h1>', { headers: { 'content-type': 'text/html' } }),
  })
  const home = `https://localhost:${secure.port}/home`
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port,
    fetch: async (given) => {
      if (new URL(given.url).pathname === '/onwards') return Response.redirect(home, 302)
      const posted = given.method === 'POST' ? `${new URLSearchParams(await given.text()).get('state')}` : ''
      return new Response(`<h1>app ${posted}</h1>`, { headers: { 'content-type': 'text/html' } })
    },
  })
  return {
    origin: `http://127.0.0.1:${port}`,
    home,
    stop: () => void Promise.all([server.stop(true), secure.stop(true)]),
  }
}

const shows = (page: Page, state: string) => page.waitForSelector(`section[data-state=${state}]:not([hidden])`)
const start = (more: Record<string, string | undefined> = {}) =>
  `${w.origin}/oauth/authorize?${request(client, { redirect_uri: `${app.origin}/callback`, ...more })}`

async function signInOn(page: Page, email: string): Promise<void> {
  await shows(page, 'enter')
  await page.locator('section:not([hidden]) input[name=email]').fill(email)
  await page.locator('section:not([hidden]) input[name=password]').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.stop())

// Skipped only where there is no chromium on PATH and CI is not set.
describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  beforeAll(async () => {
    w = await startWorld({ EMAIL_VERIFICATION: 'optional' })
    client = await makeClient(w.t, {
      redirect_uris: JSON.stringify([`${app.origin}/callback`, `${app.origin}/onwards`, 'com.example.app:/callback']),
    })
  })
  afterAll(() => w?.stop())
  afterEach(async () => {
    const all = visits.splice(0)
    for (const { leave } of all) await leave()
    expect(all.flatMap(({ complaints }) => complaints)).toEqual([])
  })

  let people = 0
  const newPerson = async () => {
    const email = `person${++people}@example.com`
    await signUp(w.t, email)
    return email
  }

  test('a person signs in, allows the app, and is back in it with a code; the next time nothing is asked', async () => {
    const email = await newPerson()
    const { page } = await visit()
    await page.goto(start({ login_hint: email }))
    await shows(page, 'enter')
    expect(new URL(page.url()).pathname).toBe('/sign-in')
    expect(await page.locator('section:not([hidden]) input[name=email]').inputValue()).toBe(email)
    await page.reload()
    await signInOn(page, email)
    await page.getByRole('button', { name: 'Allow' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/oauth/consent')
    expect(await page.locator('.account strong').textContent()).toBe(email)
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(`${app.origin}/callback?**`)
    const { searchParams } = new URL(page.url())
    expect([searchParams.get('state'), searchParams.get('iss')]).toEqual(['a-state', w.origin])
    expect(searchParams.get('code')).toBeString()

    await page.goto(start())
    expect(page.url()).toStartWith(`${app.origin}/callback?code=`)
  })

  test('Deny brings the person back too', async () => {
    const { page } = await visit()
    await page.goto(start())
    await signInOn(page, await newPerson())
    await page.getByRole('button', { name: 'Deny' }).click()
    await page.waitForURL(`${app.origin}/callback?**`)
    expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied')
  })

  test('the policy of the consent page lets the app lead on to its own pages', async () => {
    const { page } = await visit({ ignoreHTTPSErrors: true })
    await page.goto(start({ redirect_uri: `${app.origin}/onwards` }))
    await signInOn(page, await newPerson())
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(app.home)
    await page.getByRole('heading', { name: 'home' }).waitFor()
  })

  test('an app with a scheme of its own is started by the answer', async () => {
    const { page } = await visit({}) // in a context of its own, because the browser waits there for an app
    await page.goto(start({ redirect_uri: 'com.example.app:/callback' }))
    await signInOn(page, await newPerson())
    await page.getByText('This app runs on this device.').waitFor()
    const answered = page.waitForRequest(/^com\.example\.app:/)
    await page.getByRole('button', { name: 'Allow' }).click()
    expect((await answered).url()).toStartWith('com.example.app:/callback?code=')
  })

  test('form_post sends itself', async () => {
    const { page } = await visit()
    await page.goto(start({ response_mode: 'form_post' }))
    await signInOn(page, await newPerson())
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByRole('heading', { name: 'app a-state' }).waitFor()
    expect(page.url()).toBe(`${app.origin}/callback`)
  })

  test('another account is chosen from the consent page', async () => {
    const { page } = await visit()
    await page.goto(start())
    await signInOn(page, await newPerson())
    await page.getByRole('link', { name: 'Use another account' }).click()
    const other = await newPerson()
    await signInOn(page, other)
    await page.getByRole('button', { name: 'Allow' }).waitFor()
    expect(await page.locator('.account strong').textContent()).toBe(other)
  })

  test('a new person makes an account on the way', async () => {
    const email = `new${++people}@example.com`
    const { page } = await visit()
    await page.goto(start())
    await shows(page, 'enter')
    await page.getByRole('link', { name: 'Create an account' }).click()
    await page.locator('input[name=email]').fill(email)
    await page.locator('input[name=password]').fill('seven green bottles standing')
    await page.getByRole('button', { name: 'Create account' }).click()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.waitForURL(`${app.origin}/callback?**`)
  })

  describe('a second factor', () => {
    const withApp = async () => {
      const email = `person${++people}@example.com`
      const session = await signUp(w.t, email)
      await proveOwnAddress(w.t, session)
      return enrol(w.t, session)
    }
    const aal2 = JSON.stringify({ id_token: { acr: { essential: true, value: 'aal2' } } })

    test('of an authenticator app is asked for after the password, and in a session that lacks it if the app wants it', async () => {
      const { email, secret } = await withApp()
      const { page } = await visit()
      await page.goto(start())
      await signInOn(page, email)
      await shows(page, 'second')
      await page.locator('input[name=code]').fill(codeOf(w.t, secret))
      await page.getByRole('button', { name: 'Continue', exact: true }).click()
      await page.getByRole('button', { name: 'Allow' }).click()
      await page.waitForURL(`${app.origin}/callback?**`)

      // As one that is older than the factor.
      await w.t.deps.db.$client.execute(`UPDATE sessions SET amr = '["pwd"]'`)
      w.t.deps.principals.forgetAll()
      w.t.clock.advance(60_000)
      await page.goto(start({ claims: aal2 }))
      await shows(page, 'factor')
      await page.locator('input[name=code]').fill('000000')
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.waitForSelector('section:not([hidden]) [role=alert] p')
      await page.waitForLoadState('load') // it puts the focus on the sentence
      await page.locator('input[name=code]').fill(codeOf(w.t, secret))
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.waitForURL(`${app.origin}/callback?**`)
      expect(new URL(page.url()).searchParams.get('code')).toBeString()
    })

    test('that the account lacks is an error that the app gets', async () => {
      const { page } = await visit()
      await page.goto(start({ claims: aal2 }))
      await signInOn(page, await newPerson())
      await page.waitForURL(`${app.origin}/callback?**`)
      expect(new URL(page.url()).searchParams.get('error')).toBe('unmet_authentication_requirements')
    })
  })
})

describe.skipIf(!browserPath)('with a passkey, in Chromium (needs chromium on PATH)', () => {
  let local: World
  beforeAll(async () => {
    local = await startWorld({ EMAIL_VERIFICATION: 'optional' }, 'localhost')
  })
  afterAll(() => local?.stop())

  const uses = (page: Page, name: string) => page.locator('section:not([hidden])').getByRole('button', { name }).click()

  test('a person signs in, shows a second factor, and steps up', async () => {
    const { page, context } = await local.visit({})
    const { presence } = await addAuthenticator(page)
    const email = 'ada@example.com'
    const session = await signUp(local.t, email)
    expect(await addPasskey(page, local.origin, session.accessToken)).toBe(201)

    const own = await makeClient(local.t, { first_party: 1, redirect_uris: '["http://127.0.0.1/cb"]' })
    const redirectUri = `${app.origin}/cb`
    const ask = (more: Record<string, string> = {}) =>
      `${local.origin}/oauth/authorize?${request(own, { redirect_uri: redirectUri, ...more })}`
    const arrived = async () => {
      await page.waitForURL(`${redirectUri}?**`)
      expect(new URL(page.url()).searchParams.get('code')).toBeString()
    }

    await presence(true)
    await page.goto(ask())
    await arrived()
    await presence(false)

    local.t.clock.advance(1000)
    await page.goto(ask({ prompt: 'login' }))
    await signInOn(page, email)
    await shows(page, 'second')
    await presence(true)
    expect(await page.locator('input[name=code]').count()).toBe(0) // the account has no code
    await uses(page, 'Use a passkey')
    await arrived()

    // As one that is older than the factor.
    await local.t.deps.db.$client.execute(`UPDATE sessions SET amr = '["pwd"]'`)
    local.t.deps.principals.forgetAll()
    await page.goto(ask({ acr_values: 'aal2' }))
    await shows(page, 'factor')
    await uses(page, 'Use a passkey')
    await arrived()
    await context.close()
  })
})
