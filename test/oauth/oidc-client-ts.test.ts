/** oidc-client-ts in a real Chromium: a page of another origin without a server of its own, which is a public client. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser as Chromium, BrowserContext, Page } from 'playwright-core'
import { browserPath, sharedChromium } from '../support/chromium.ts'
import { PASSWORD } from '../support/client.ts'
import { freePort } from '../support/ports.ts'
import { type OurProvider, PERSON, startOurs } from './support/provider.ts'

setDefaultTimeout(300_000)

if (!browserPath && process.env.CI) throw new Error('no chromium on PATH: oidc-client-ts cannot be tested')

const LIBRARY = Bun.file('node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js')

/** The application: one page for every path. The tests call its manager, as its buttons would. */
const appPage = (settings: object) => `<!doctype html>
<html lang="en"><head><title>App</title><link rel="icon" href="data:,"><script src="/oidc-client-ts.js"></script></head>
<body><script>
const settings = ${JSON.stringify(settings)}
const dpop = { store: new oidc.IndexedDbDPoPStore(), bind_authorization_code: true }
const manager = new oidc.UserManager({
  ...settings,
  ...(localStorage.bound ? { dpop, loadUserInfo: false } : {}), // it asks for userinfo with bearer tokens alone
  redirect_uri: location.origin + '/callback',
  silent_redirect_uri: location.origin + '/silent',
  post_logout_redirect_uri: location.origin + '/signed-out',
  userStore: new oidc.WebStorageStateStore({ store: localStorage }),
})
if (location.pathname === '/silent') manager.signinSilentCallback()
</script></body></html>`

interface SignedIn {
  access_token: string
  refresh_token?: string
  id_token: string
  scope: string
  profile: { sub: string; email?: string }
}

describe.skipIf(!browserPath)('oidc-client-ts in Chromium (needs chromium on PATH)', () => {
  let ours: OurProvider
  let chromium: Chromium
  let app: Bun.Server<undefined>
  let origin: string
  let clientId: string
  let context: BrowserContext
  let page: Page
  let complaints: string[]

  beforeAll(async () => {
    ours = await startOurs()
    const port = freePort()
    origin = `http://localhost:${port}` // another site than 127.0.0.1
    const { id } = await ours.client({
      auth: 'none',
      grantTypes: ['authorization_code', 'refresh_token'],
      redirectUris: [`${origin}/callback`, `${origin}/silent`],
      postLogoutRedirectUris: [`${origin}/signed-out`],
    })
    clientId = id
    const settings = {
      authority: ours.issuer,
      client_id: id,
      scope: 'openid profile email offline_access',
      loadUserInfo: true,
    }
    app = Bun.serve({
      hostname: 'localhost',
      port,
      fetch: (request) =>
        new URL(request.url).pathname === '/oidc-client-ts.js'
          ? new Response(LIBRARY, { headers: { 'content-type': 'text/javascript' } })
          : new Response(appPage(settings), { headers: { 'content-type': 'text/html' } }),
    })
    chromium = await sharedChromium()
  })
  afterAll(async () => {
    await app?.stop(true)
    await ours?.stop()
  })

  beforeEach(async () => {
    context = await chromium.newContext({ locale: 'en-US' })
    page = await context.newPage()
    page.setDefaultTimeout(240_000) // only there to end a hang
    complaints = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', ({ message }) => complaints.push(message))
  })
  afterEach(async () => {
    await context.close()
    expect(complaints).toEqual([])
  })

  /** The person is signed in at the provider, as after its own pages. */
  async function signInAtProvider(): Promise<void> {
    const [name = '', value = ''] = (await ours.browser()).cookies().split('=')
    await context.addCookies([{ name, value, url: ours.issuer, httpOnly: true, sameSite: 'Lax' }])
  }

  const manager = <T>(act: string): Promise<T> => page.evaluate(`manager.${act}`) as Promise<T>

  /** The same for an act that leaves the page. */
  const leave = (act: string) => page.evaluate(`void manager.${act}`)

  /** From the button of the application to its signed-in user. */
  async function signIn(parameters = {}): Promise<SignedIn> {
    await page.goto(origin)
    await leave(`signinRedirect(${JSON.stringify(parameters)})`)
    const allow = page.getByRole('button', { name: 'Allow', exact: true })
    await Promise.race([allow.waitFor(), page.waitForURL(`${origin}/callback**`)])
    if (page.url().startsWith(ours.issuer)) await allow.click()
    await page.waitForURL(`${origin}/callback**`)
    return manager('signinRedirectCallback()')
  }

  test('signs in with code and PKCE, and reads the metadata, the tokens and the person across origins', async () => {
    await signInAtProvider()
    const user = await signIn()
    expect(user.profile).toMatchObject({ email: 'ada@example.com', aud: clientId, iss: ours.issuer })
    expect(user.scope.split(' ').sort()).toEqual(['email', 'offline_access', 'openid', 'profile'])
    expect(user.refresh_token).toBeString()
  })

  test('signs in a person who first signs in at the pages of the provider', async () => {
    await page.goto(origin)
    await leave(`signinRedirect({ login_hint: '${PERSON}' })`)
    await page.waitForURL(`${ours.issuer}/sign-in**`)
    await page.locator('section:not([hidden]) input[name=password]').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    const allow = page.getByRole('button', { name: 'Allow', exact: true })
    await Promise.race([allow.waitFor(), page.waitForURL(`${origin}/callback**`)])
    if (page.url().startsWith(ours.issuer)) await allow.click()
    await page.waitForURL(`${origin}/callback**`)
    expect((await manager<SignedIn>('signinRedirectCallback()')).profile).toMatchObject({ email: PERSON })
  })

  test('binds its tokens to a key that never leaves the browser (DPoP), with the nonces of the server', async () => {
    await signInAtProvider()
    await page.goto(origin)
    await page.evaluate(`localStorage.bound = 'yes'`)
    const user = await signIn({ prompt: 'consent' })
    expect(user).toMatchObject({ token_type: 'DPoP' })
    const asked = await page.evaluate(`(async () => {
      const url = '${ours.issuer}/oauth/userinfo'
      const user = await manager.getUser()
      const ask = async (nonce) => fetch(url, { headers: {
        authorization: 'DPoP ' + user.access_token,
        dpop: await manager.dpopProof(url, user, 'GET', nonce),
      } })
      const first = await ask()
      const second = await ask(first.headers.get('dpop-nonce') ?? undefined)
      return [first.status, first.headers.get('www-authenticate'), second.status, (await second.json()).email]
    })()`)
    expect(asked).toEqual([401, expect.stringContaining('error="use_dpop_nonce"'), 200, PERSON])
    const renewed = await manager<SignedIn & { token_type: string }>('signinSilent()')
    expect(renewed.token_type).toBe('DPoP')
    complaints = complaints.filter((text) => !text.startsWith('Failed to load resource')) // the refusals that name the nonce
  })

  test('remembers the consent: the second time nobody is asked', async () => {
    await signInAtProvider()
    const first = await signIn({ scope: 'openid' })
    await page.goto(origin)
    await leave(`signinRedirect({ scope: 'openid' })`)
    await page.waitForURL(`${origin}/callback**`)
    expect((await manager<SignedIn>('signinRedirectCallback()')).profile.sub).toBe(first.profile.sub)
  })

  test('renews in silence with its refresh token, in two tabs at once', async () => {
    await signInAtProvider()
    const first = await signIn({ prompt: 'consent' })
    const second = await context.newPage()
    await second.goto(origin)
    const [one, two] = await Promise.all([
      manager<SignedIn>('signinSilent()'),
      second.evaluate('manager.signinSilent()') as Promise<SignedIn>,
    ])
    for (const user of [one, two]) {
      expect(user?.access_token).not.toBe(first.access_token)
      expect(user?.profile.sub).toBe(first.profile.sub)
    }
    expect(await manager<SignedIn>('signinSilent()')).toMatchObject({ profile: { sub: first.profile.sub } })
  })

  test('signs out with its ID token, and comes back with its state', async () => {
    await signInAtProvider()
    await signIn()
    await leave(`signoutRedirect({ state: { page: 'settings' } })`)
    const confirm = page.getByRole('button', { name: 'Sign out', exact: true })
    await Promise.race([confirm.waitFor(), page.waitForURL(`${origin}/signed-out**`)])
    if (page.url().startsWith(ours.issuer)) await confirm.click()
    await page.waitForURL(`${origin}/signed-out**`)
    expect(await manager<{ userState: unknown }>('signoutRedirectCallback()')).toMatchObject({
      userState: { page: 'settings' },
    })
    // The session at the provider is over too: the next sign-in asks for it.
    await leave(`signinRedirect()`)
    await page.waitForURL(`${ours.issuer}/sign-in**`)
  })

  test('revokes its tokens', async () => {
    await signInAtProvider()
    const { access_token } = await signIn()
    await manager('revokeTokens()')
    const answer = await fetch(`${ours.issuer}/oauth/userinfo`, {
      headers: { authorization: `Bearer ${access_token}` },
    })
    expect(answer.status).toBe(401)
  })

  test('a denied consent comes back as access_denied', async () => {
    await signInAtProvider()
    await page.goto(origin)
    await leave(`signinRedirect({ prompt: 'consent' })`)
    await page.getByRole('button', { name: 'Deny', exact: true }).click()
    await page.waitForURL(`${origin}/callback**`)
    expect(await manager(`signinRedirectCallback().catch((error) => error.error)`)).toBe('access_denied')
  })
})
