/** The root as people meet it: Chromium, the real app, both themes, 360 and 1280 px. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { setupToken } from '../../../src/modules/setup/setup-token.ts'
import { call, PASSWORD, setUpAdmin, signUp } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { browserPath, startWorld, type Visit, type World } from '../pages/support/world.ts'

describe.skipIf(!browserPath)('the root in a browser', () => {
  let production: World
  let development: World
  const visits: Visit[] = []
  beforeAll(async () => {
    production = await startWorld()
    development = await startWorld({ NODE_ENV: 'development' })
  })
  afterEach(() => Promise.all(visits.splice(0).map((visit) => visit.leave())))
  afterAll(() => Promise.all([production.stop(), development.stop()]))

  async function visit(world: World, path = '/', options?: Parameters<World['visit']>[0]) {
    const visited = await world.visit(options)
    visits.push(visited)
    await visited.page.goto(world.origin + path)
    return visited
  }

  /** Gives the browser a session, as the sign-in page does. */
  async function signInHere(page: Page, email: string): Promise<void> {
    const status = await page.evaluate(
      async (body) =>
        (
          await fetch('/v1/auth/sign-in', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          })
        ).status,
      { email, password: PASSWORD, useCookie: true },
    )
    expect(status).toBe(200)
    await page.reload()
  }

  const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent()
  const names = (page: Page) => page.locator('nav a strong').allTextContents()

  test('says who it is and where to go, to who is signed out, and nothing of itself', async () => {
    const { page, complaints } = await visit(production)
    expect(await heading(page)).toBe('Welcome to Threeger ID')
    expect(await names(page)).toEqual(['Documentation'])
    expect(await page.getByText('First steps').count()).toBe(0)
    expect(await checkPage(page, 'home-signed-out')).toEqual([])
    await page.getByRole('link', { name: 'Sign in' }).click()
    const { pathname, searchParams } = new URL(page.url())
    expect([pathname, searchParams.get('return_to')]).toEqual(['/sign-in', '/'])
    expect(complaints).toEqual([])
  })

  test('says as whom one is signed in, and signs out without JavaScript', async () => {
    await signUp(production.t, 'ada@example.com')
    const { page, complaints } = await visit(production)
    await signInHere(page, 'ada@example.com')
    expect(await heading(page)).toBe('You are signed in')
    expect(await page.locator('.account').textContent()).toContain('ada@example.com')
    expect(await names(page)).toEqual(['Your account', 'Documentation'])
    expect(await checkPage(page, 'home-signed-in')).toEqual([])
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(`${production.origin}/sign-in?from=signed-out`)
    await page.getByRole('alert').getByText('You are signed out.').waitFor()
    // Not a dead end: it leads back.
    await page.goto(production.origin)
    expect(await heading(page)).toBe('Welcome to Threeger ID')
    expect(complaints).toEqual([])
  })

  test('links administrators to the console', async () => {
    await setUpAdmin(production.t)
    const { page } = await visit(production)
    await signInHere(page, 'admin@example.com')
    expect(await names(page)).toEqual(['Your account', 'Console', 'Documentation'])
    expect(await checkPage(page, 'home-admin')).toEqual([])
  })

  test('shows names of people as text', async () => {
    await signUp(production.t, 'eve@example.com')
    const { page, complaints } = await visit(production)
    await signInHere(page, 'eve@example.com')
    const name = '<img src=x onerror=alert(1)><script>alert(2)</script>\u202e'
    await page.evaluate(
      (body) =>
        fetch('/v1/me', {
          method: 'PATCH',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }).then(({ status }) => status),
      { name: name.slice(0, -1) },
    )
    await page.reload()
    expect(await page.locator('.account strong').textContent()).toBe(name.slice(0, -1))
    expect(await page.locator('img[src=x]').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('shows who develops the first steps, each call of which works, and the state of the server', async () => {
    const { page, complaints } = await visit(development)
    expect(await page.getByRole('link', { name: 'Open the set-up page' }).getAttribute('href')).toBe('/setup')
    await page.locator('[data-ready=true]').nth(1).waitFor()
    expect(await page.locator('[data-ready]').allTextContents()).toEqual(['ready', 'ready'])
    expect(await page.getByRole('button', { name: /^Copy / }).count()).toBe(4)
    expect(await checkPage(page, 'home-development')).toEqual([])

    const [setup = '', ...others] = await page.locator('.copyable pre').allTextContents()
    const token = (await setupToken(development.t.deps)) ?? ''
    const script = [setup.replace('THE_SET_UP_TOKEN', token), ...others].join('\necho\n')
    const shell = Bun.spawn(['bash', '-c', script], { stdout: 'pipe' })
    const answers = (await new Response(shell.stdout).text()).trim().split('\n').filter(Boolean)
    const [made, signedUp, me] = answers.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(made).toMatchObject({ user: { email: 'admin@example.com', roles: ['admin', 'user'] } })
    expect(signedUp).toMatchObject({ user: { email: 'ada@example.com' }, tokenType: 'Bearer' })
    expect(me).toMatchObject({ email: 'ada@example.com', name: 'Ada' })

    await page.reload()
    expect(await page.getByText('Make the first administrator').count()).toBe(0)
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const copy = page.getByRole('button', { name: 'Copy Check the token: the call' })
    await copy.click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(others[2] ?? '')
    expect(complaints).toEqual([])
  })

  test('works without JavaScript', async () => {
    const { page } = await visit(development, '/', { javaScriptEnabled: false })
    expect(await heading(page)).toBe('Welcome to Threeger ID')
    expect(await page.getByRole('button', { name: /^Copy / }).count()).toBe(0)
    expect(await page.locator('.copyable pre').count()).toBeGreaterThan(2)
  })

  test.each(['pt', 'de', 'fr', 'es', 'ja'])('speaks %s', async (locale) => {
    const { page } = await visit(production, '/', { locale })
    expect(await page.locator('html').getAttribute('lang')).toBe(locale)
    expect(await heading(page)).not.toContain('Welcome')
    expect(await checkPage(page, `home-${locale}`)).toEqual([])
  })

  test('an address that does not exist leads on', async () => {
    const { page, complaints } = await visit(production, '/nothing/here?a=%3Cscript%3E')
    expect(await heading(page)).toBe('This page does not exist')
    expect(await checkPage(page, 'home-missing')).toEqual([])
    await page.getByRole('link', { name: 'To the start page' }).click()
    expect(await page.evaluate(() => location.pathname)).toBe('/')
    expect(complaints).toEqual([])
  })

  test('no other page can frame it, or sign its visitor out', async () => {
    await signUp(production.t, 'bob@example.com')
    const { page } = await visit(production)
    await signInHere(page, 'bob@example.com')
    const foreign = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: () =>
        new Response(
          `<iframe src="${production.origin}/"></iframe><form method="post" action="${production.origin}/oauth/logout"><button name="decision" value="sign-out">x</button></form>`,
          { headers: { 'content-type': 'text/html' } },
        ),
    })
    // Another port is another origin, and the same site: cookies are sent.
    await page.goto(foreign.url.href)
    expect(await page.frames()[1]?.locator('.brand').count()).toBe(0)
    await page.getByRole('button', { name: 'x' }).click()
    await page.waitForURL(/logout/)
    await page.goto(production.origin)
    expect(await heading(page)).toBe('You are signed in')
    await foreign.stop(true)
  })

  test('the answers of the API stay problem documents, also for a browser', async () => {
    const accept = 'text/html,application/xhtml+xml,*/*;q=0.8'
    for (const path of ['/v1/nothing', '/v1/me', '/.well-known/nothing', '/access/v1/nothing']) {
      const { headers } = await call(production.t, `GET ${path}`, { headers: { accept } })
      expect([path, headers.get('content-type')]).toEqual([path, 'application/problem+json'])
    }
  })
})
