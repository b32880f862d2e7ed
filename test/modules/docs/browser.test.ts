/** The docs in a real Chromium against the real server: read, searched by keyboard, copied from, under their own policy. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { catalogue } from '../../../src/errors.ts'
import { breakPolicy, checkPage } from '../../support/page-checks.ts'
import { browserPath, startWorld, type Visit, type World } from '../pages/support/world.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

// Skipped only where there is no chromium on PATH and CI is not set.
describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  let world: World
  let visit: Visit
  let page: Page

  beforeAll(async () => {
    world = await startWorld()
    visit = await world.visit({ permissions: ['clipboard-read', 'clipboard-write'] })
    page = visit.page
  })
  afterAll(() => world?.stop())

  const open = (path: string) => page.goto(`${world.origin}${path}`)
  const calm = () => {
    expect(visit.complaints).toEqual([])
    const foreign = visit.requests.map((request) => request.url()).filter((url) => !url.startsWith(world.origin))
    expect(foreign).toEqual([])
  }
  /** Types into the search and waits for its answer. */
  async function search(query: string): Promise<string[]> {
    await page.getByRole('combobox').fill(query)
    await page
      .getByRole('status')
      .filter({ hasText: /result|Nothing/ })
      .waitFor()
    return page.getByRole('option').locator('strong').allTextContents()
  }

  test.each([
    ['start', '/docs'],
    ['guide', '/docs/mcp'],
    ['guide-tables', '/docs/security'],
    ['guide-sh', '/docs/tokens'],
    ['guide-steps', '/docs/anonymous'],
    ['decisions', '/docs/adr'],
    ['reference', '/docs/api'],
    ['reference-auth', '/docs/api/auth'],
    ['reference-oauth', '/docs/api/oauth'],
    ['errors', '/docs/errors#session.expired'],
  ])('%s: no finding of axe, no sideways scroll, in both themes and widths', async (name, path) => {
    await open(path)
    // What is folded is looked at too.
    if (name === 'reference-auth')
      await page.locator('details').evaluateAll((all) => {
        for (const one of all) one.setAttribute('open', '')
      })
    expect(await checkPage(page, `docs-${name}`)).toEqual([])
    calm()
  })

  test('the search by keyboard: / opens, arrows choose, Enter goes to the section, Escape closes', async () => {
    await open('/docs')
    await page.keyboard.press('/')
    const field = page.getByRole('combobox')
    await field.and(page.locator(':focus')).waitFor()
    expect(await field.inputValue()).toBe('')
    const names = await search('acting as a user')
    expect(names).toContain('Acting as a user')
    const marks = page
      .getByRole('option', { name: /Acting as a user/ })
      .first()
      .locator('strong mark')
    expect(await marks.allTextContents()).toEqual(['Acting', 'user']) // “as” and “a” tell nothing apart
    expect(await checkPage(page, 'docs-search')).toEqual([])

    const chosen = () => page.getByRole('option', { selected: true }).locator('strong').textContent()
    for (let step = 0; step < names.indexOf('Acting as a user'); step += 1) await page.keyboard.press('ArrowDown')
    expect(await chosen()).toBe('Acting as a user')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowUp')
    expect(await chosen()).toBe('Acting as a user')
    expect(await field.getAttribute('aria-activedescendant')).toBe(
      await page.getByRole('option', { selected: true }).getAttribute('id'),
    )
    await page.keyboard.press('Enter')
    await page.waitForURL('**/docs/users#acting-as-a-user')

    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('combobox').waitFor({ state: 'hidden' })
    calm()
  })

  test('the search finds operations and error codes; a section of the same page closes it', async () => {
    await open('/docs/errors')
    await page.getByRole('button', { name: /Search/ }).click()
    expect((await search('session.expired'))[0]).toBe('session.expired')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/docs/errors#session.expired')
    await page.getByRole('combobox').waitFor({ state: 'hidden' })
    expect(await page.locator('section:target h3 code').textContent()).toBe('session.expired')

    await page.keyboard.press('/')
    expect((await search('POST /v1/auth/sign-in'))[0]).toBe('Sign in with e-mail or username, and password')
    await page.getByRole('option').first().click()
    await page.waitForURL('**/docs/api/auth#signIn')
    calm()
  })

  test('a query is text: nothing of it is markup, and what is not found says so', async () => {
    await open('/docs')
    await page.keyboard.press('/')
    for (const query of ['<img src=x onerror=alert(1)>', '(.*)+$[', 'xyzzyqwert']) await search(query)
    expect(await page.getByRole('status').filter({ hasText: 'Nothing' }).textContent()).toContain('xyzzyqwert')
    expect(await page.locator('dialog img').count()).toBe(0)
    expect(await checkPage(page, 'docs-search-nothing')).toEqual([])
    calm()
  })

  test('a search that cannot be loaded says so, and is tried again', async () => {
    await open('/docs')
    await page.route('**/search.json*', (route) => route.abort())
    await page.keyboard.press('/')
    await page.getByText('The search could not be loaded').waitFor()
    await page.unroute('**/search.json*')
    expect(await search('passkeys')).toContain('Passkeys')
    visit.complaints.length = 0 // Chromium names the request that was cut
  })

  test('the search and its index are loaded when it is first opened', async () => {
    const before = visit.requests.length
    await open('/docs')
    const loaded = () => visit.requests.slice(before).map((request) => new URL(request.url()).pathname)
    expect(loaded().filter((path) => path.includes('search'))).toEqual([])
    await page.keyboard.press('/')
    await search('tokens')
    expect(loaded().filter((path) => /search[-.]/.test(path))).toHaveLength(2)
    calm()
  })

  test('code is copied as it is written, without its colours', async () => {
    await open('/docs/mcp')
    const block = page.locator('.code', { hasText: 'McpServer' }).first()
    await block.hover()
    await block.getByRole('button', { name: 'Copy' }).click()
    await block.getByText('Copied').waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    const example = (await Bun.file('examples/mcp-server.ts').text()).trimEnd()
    expect(copied).toBe(example.replaceAll('http://127.0.0.1:3000', world.origin))
    calm()
  })

  test('the list of operations is filtered by method, path and name', async () => {
    await open('/docs/api')
    const rows = page.locator('.operations > li:visible')
    const all = await rows.count()
    const { paths } = (await (await fetch(`${world.origin}/openapi.json`)).json()) as { paths: Record<string, object> } // ours
    expect(all).toBe(Object.values(paths).flatMap(Object.keys).length)
    const filter = page.getByRole('searchbox', { name: 'Filter the operations' })
    await filter.fill('delete /me/sessions')
    expect(await rows.count()).toBe(2)
    expect(await page.getByRole('status').textContent()).toBe('2 operations')
    await filter.fill('nothing like this')
    expect(await page.getByRole('status').textContent()).toBe('No operation has these words.')
    expect(await checkPage(page, 'docs-reference-empty')).toEqual([])
    await filter.fill('')
    expect(await rows.count()).toBe(all)
    calm()
  })

  test('links of Swagger UI lead to the operation', async () => {
    for (const [old, now] of [
      ['/docs#/Auth/signIn', '/docs/api/auth#signIn'],
      ['/docs#/Resource%20types/listResourceTypes', '/docs/api/resource-types#listResourceTypes'],
      ['/docs#/API_keys', '/docs/api/api-keys'],
    ]) {
      await page.goto('about:blank')
      await open(old ?? '')
      await page.waitForURL(`${world.origin}${now}`)
      const { hash } = new URL(page.url())
      if (hash !== '') expect(await page.locator(hash).count(), old).toBe(1)
    }
    calm()
  })

  test('without JavaScript everything can be read, and the parts that need it are not shown', async () => {
    const plain = await world.visit({ javaScriptEnabled: false })
    for (const path of ['/docs', '/docs/tokens', '/docs/api/me', '/docs/errors#user.not_found']) {
      await plain.page.goto(`${world.origin}${path}`)
      expect(await plain.page.locator('h1').isVisible()).toBe(true)
      expect(await plain.page.getByRole('button', { name: /Search|Copy/ }).count()).toBe(0)
    }
    expect(await plain.page.locator('section:target h3 code').textContent()).toBe('user.not_found')
    expect(await plain.page.locator('section.error').count()).toBe(Object.keys(catalogue).length)
    await plain.page.goto(`${world.origin}/docs/api`)
    await plain.page.getByRole('link', { name: /\/v1\/me\/sessions.*List my sessions/ }).click()
    expect(plain.page.url()).toBe(`${world.origin}/docs/api/me#listMySessions`)
    await plain.leave()
  })

  test('by keyboard: the first tab skips to the content, and a wide block scrolls', async () => {
    await open('/docs/tokens')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    expect(new URL(page.url()).hash).toBe('#content')
    await page.setViewportSize({ width: 360, height: 800 })
    const block = page.locator('pre').first()
    await block.focus()
    await page.keyboard.press('ArrowRight')
    await page.waitForFunction(() => (document.activeElement?.scrollLeft ?? 0) > 0)
    await page.setViewportSize({ width: 1280, height: 900 })
    calm()
  })

  test('the table of contents marks what is being read', async () => {
    await open('/docs/users#acting-as-a-user')
    await page.locator('.contents a[aria-current]', { hasText: 'Acting as a user' }).waitFor()
    calm()
  })

  test('the list of pages shows where the reader is', async () => {
    await open('/docs/benchmarks')
    const here = page.locator('nav.pages [aria-current=page]')
    await page.waitForFunction(() => (document.querySelector('nav.pages')?.scrollTop ?? 0) > 0)
    expect(await here.evaluate((link) => link.getBoundingClientRect().top < innerHeight)).toBe(true)
    calm()
  })

  test('printed, the text stands alone', async () => {
    await open('/docs/tokens')
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('main h2').first().isVisible()).toBe(true)
    for (const hidden of ['.bar', 'nav.pages', '.neighbours'])
      expect(await page.locator(hidden).isVisible(), hidden).toBe(false)
    await page.emulateMedia({ media: null })
    calm()
  })

  test('a script written into the page does not run, and text does not become markup: the policy is alive', async () => {
    await open('/docs')
    expect([await breakPolicy(page), await page.title()]).toEqual(['refused', 'Threeger ID docs'])
    expect(visit.complaints.length).toBeGreaterThan(0)
    visit.complaints.length = 0
  })

  test('the first steps work as they are copied, one after the other', async () => {
    await open('/docs')
    const blocks = await page.locator('ol.steps pre').allTextContents()
    // The first needs the token that the terminal prints, the last is no command.
    const script = ['set -e', ...blocks.slice(1, 3)].join('\necho\n')
    const shell = Bun.spawn(['bash', '-c', script], { stdout: 'pipe', stderr: 'ignore' })
    const answers = (await new Response(shell.stdout).text()).trim().split('\n').filter(Boolean)
    const [signedUp, account] = answers.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(signedUp).toMatchObject({ user: { email: 'grace@example.com' }, tokenType: 'Bearer' })
    expect(account).toMatchObject({ email: 'grace@example.com' })
  })
})
