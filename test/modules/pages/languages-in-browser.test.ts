/** The languages of the pages in a real browser: the switch loses nothing, and a page mirrors for right-to-left writing. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { type Locale, languageNames, locales } from '../../../src/lib/languages.ts'
import { call, PASSWORD, signUp } from '../../support/client.ts'
import { checkPage, widths } from '../../support/page-checks.ts'
import { browserPath, startWorld, type Visit, type World } from './support/world.ts'

describe.skipIf(!browserPath)('languages in a browser', () => {
  let world: World
  const visits: Visit[] = []
  beforeAll(async () => {
    world = await startWorld()
  })
  afterEach(() => Promise.all(visits.splice(0).map((visit) => visit.leave())))
  afterAll(() => world.stop())

  async function visit(path: string, options?: Parameters<World['visit']>[0]) {
    const visited = await world.visit(options)
    visits.push(visited)
    await visited.page.goto(path.startsWith('http') ? path : world.origin + path)
    return visited
  }

  const switchTo = (page: Page, locale: Locale) =>
    page.locator('footer').getByRole('link', { name: languageNames[locale], exact: true }).click()
  const languageIn = (page: Page) => page.locator('html').getAttribute('lang')
  const kept = async ({ context }: Visit) => (await context.cookies()).find(({ name }) => name === 'lang')

  test('each page names the languages in themselves, and says which one it has', async () => {
    const { page } = await visit('/sign-in?lang=fr')
    const links = page.locator('footer nav a')
    expect(await links.allTextContents()).toEqual(Object.values(languageNames))
    const attributes = await links.evaluateAll((all) =>
      all.map((link) => [link.getAttribute('hreflang'), link.getAttribute('lang'), link.getAttribute('aria-current')]),
    )
    expect(attributes).toEqual(locales.map((locale) => [locale, locale, locale === 'fr' ? 'true' : null]))
    expect(await page.locator('footer nav').getAttribute('aria-label')).toBe('Langue')
  })

  test('the switch keeps the address that was typed, once and in no URL', async () => {
    const { page } = await visit('/sign-in')
    await page.locator('input[name=email]:visible').fill('ada@example.com')
    await switchTo(page, 'de')
    await page.waitForURL(/lang=de/)
    expect(await languageIn(page)).toBe('de')
    expect(await page.locator('input[name=email]:visible').inputValue()).toBe('ada@example.com')
    expect(page.url()).not.toContain('ada')
    await page.goto(`${world.origin}/sign-in`)
    expect(await page.locator('input[name=email]:visible').inputValue()).toBe('')
  })

  test('without JavaScript, the switch keeps where the sign-in leads, and the choice stays', async () => {
    const going = await visit('/sign-in?return_to=%2Fdevice%3Fuser_code%3DWDJB-MJHT&login_hint=ada%2B1%40example.com', {
      javaScriptEnabled: false,
      locale: 'es-MX',
    })
    const { page } = going
    expect(await languageIn(page)).toBe('es')
    await switchTo(page, 'de')
    expect(await languageIn(page)).toBe('de')
    const { searchParams } = new URL(page.url())
    expect(Object.fromEntries(searchParams)).toEqual({
      return_to: '/device?user_code=WDJB-MJHT',
      login_hint: 'ada+1@example.com',
      lang: 'de',
    })
    expect(await page.locator('input[name=email]').first().inputValue()).toBe('ada+1@example.com')
    expect(await kept(going)).toMatchObject({ value: 'de', sameSite: 'Lax', path: '/' })

    await page.goto(`${world.origin}/reset-password`)
    expect(await languageIn(page)).toBe('de')
    await switchTo(page, 'ja')
    expect([await languageIn(page), (await kept(going))?.value]).toEqual(['ja', 'ja'])
  })

  test('the link of a mail works after a switch, and its token is in no URL that a server sees', async () => {
    await call(world.t, 'POST /v1/auth/sign-up', { body: { email: 'lia@example.com', password: PASSWORD } })
    const { link } = await world.mailTo('lia@example.com')
    const { page, requests, complaints } = await visit(link)
    await page.getByRole('heading', { name: 'Confirm your e-⁠mail address' }).waitFor()
    for (const locale of ['de', 'ja', 'fr'] as const) {
      await switchTo(page, locale)
      await page.locator(`html[lang=${locale}] section[data-state=link]:visible`).waitFor()
      expect(new URL(page.url()).hash).toBe('')
    }
    await page.getByRole('button', { name: 'Confirmer l’adresse e-⁠mail' }).click()
    await page.getByRole('heading', { name: 'Votre adresse e-⁠mail est confirmée' }).waitFor()
    const token = /token=([\w-]+)/.exec(link)?.[1] ?? 'none'
    expect(requests.map((request) => request.url()).filter((url) => url.split('#')[0]?.includes(token))).toEqual([])
    expect(complaints).toEqual([])
  })

  test('a mail has the language that the person chose, not the one of the browser', async () => {
    const { page } = await visit('/reset-password?lang=fr', { locale: 'de-DE' })
    await signUp(world.t, 'mia@example.com')
    await page.locator('section:visible button[data-show=ask]').click()
    const form = page.locator('section[data-state=ask]')
    await form.locator('input[name=email]').fill('mia@example.com')
    await form.locator('button[type=submit]').click()
    await page.locator('section[data-state=code]:visible').waitFor()
    await world.t.work()
    const mail = world.t.mails.findLast(({ to }) => to === 'mia@example.com')
    expect(mail?.subject).toBe('Réinitialisez votre mot de passe pour Threeger ID')
  })

  /** No language of ours is written from right to left yet, so the test turns the page. */
  const turn = (page: Page) =>
    page.evaluate(() => {
      document.documentElement.dir = 'rtl'
    })
  /** How far each visible part is from the start of the line, measured from the side at which lines start. */
  const starts = (page: Page, dir: 'ltr' | 'rtl') =>
    page.evaluate(
      (dir) =>
        [...document.querySelectorAll('h1, p, label, input, button, a, li')]
          // Words in a line keep the direction of their own language.
          .filter((part) => part.getClientRects().length > 0 && getComputedStyle(part).display !== 'inline')
          .map((part) => {
            const { left, right } = part.getBoundingClientRect()
            const start = dir === 'ltr' ? left : document.documentElement.clientWidth - right
            return [`${part.tagName} ${part.textContent?.trim().slice(0, 20)}`, Math.round(start)] as const
          }),
      dir,
    )

  test.each([
    '/sign-in',
    '/sign-up',
    '/forgot-password',
    '/verify-email',
    '/reset-password#ask',
    '/oauth/authorize?client_id=x',
    '/oauth/logout',
  ])('%s mirrors from right to left, without sideways scroll', async (path) => {
    const { page } = await visit(path)
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 })
      await page.evaluate(() => {
        document.documentElement.dir = 'ltr'
      })
      const before = await starts(page, 'ltr')
      await turn(page)
      expect(await starts(page, 'rtl')).toEqual(before)
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
      ).toBeLessThanOrEqual(0)
    }
  })

  test('the stylesheet has no side of its own: left and right come from the direction of the text', async () => {
    const css = await (await fetch(`${world.origin}/pages/assets/pages.css`)).text()
    expect(css).not.toMatch(/(?:margin|padding|border)-(?:left|right)|text-align: (?:left|right)|[;{ ](?:left|right):/)
    // Four values name the right side before the left one.
    expect(css).not.toMatch(/(?:margin|padding): \S+ \S+ \S+ \S+;/)
  })

  for (const locale of locales)
    test(`the sign-in page in ${locale} has no finding of axe, and fits`, async () => {
      const { page } = await visit(`/sign-in?lang=${locale}`)
      expect(await checkPage(page, `sign-in-${locale}`)).toEqual([])
    })
})
