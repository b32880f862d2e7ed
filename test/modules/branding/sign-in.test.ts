/** The sign-in page with the hint of an organisation, in a real Chromium. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Org } from '../../../src/modules/orgs/schema.ts'
import { call, PASSWORD, signUp } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { browserPath, startWorld, type World } from '../pages/support/world.ts'

setDefaultTimeout(300_000)

const EVIL = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8" onload="document.title='evil'"><script>document.title='evil'</script><rect width="8" height="8" fill="#be123c"/></svg>`

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  let w: World
  beforeAll(async () => {
    w = await startWorld()
    const { accessToken: token } = await signUp(w.t, 'olive@acme.example')
    const { body: org } = await call<Org>(w.t, 'POST /v1/orgs', {
      token,
      body: { name: 'Acme Internal', slug: 'acme' },
    })
    const branding = {
      name: "Bank & Söhne's {x}",
      color: '#ffd6e0',
      logo: `data:image/svg+xml;base64,${btoa(EVIL)}`,
      privacyUrl: 'https://acme.example/privacy',
    }
    const { status, text } = await call(w.t, `PATCH /v1/orgs/${org.id}`, { token, body: { settings: { branding } } })
    expect(status, text).toBe(200)
  })
  afterAll(() => w?.stop())

  test('the page has the look of the organisation, and still says whose it is', async () => {
    const { page, complaints, requests, leave } = await w.visit()
    await page.goto(`${w.origin}/sign-in?org=acme`)
    expect(await page.locator('header').textContent()).toContain("Bank & Söhne's {x}")
    const footer = (await page.locator('footer').textContent()) ?? ''
    expect(footer).toContain('This page is a service of Threeger ID.')
    expect(footer).toContain(new URL(w.origin).host)
    expect(await page.content()).not.toContain('Acme Internal')
    const button = page.getByRole('button', { name: 'Sign in', exact: true }).first()
    expect(await button.evaluate((at) => getComputedStyle(at).backgroundColor)).toBe('rgb(255, 214, 224)')
    expect(await page.locator('header img').evaluate((image: HTMLImageElement) => image.naturalWidth > 0)).toBe(true)
    expect(await checkPage(page, 'sign-in-of-org')).toEqual([])
    expect(await page.title()).not.toContain('evil')
    await page.getByLabel('E-mail').fill('olive@acme.example')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await button.click()
    await page.waitForURL((url) => url.pathname !== '/sign-in')
    expect(new Set(requests.map((request) => new URL(request.url()).origin))).toEqual(new Set([w.origin]))
    expect(complaints).toEqual([])
    await leave()
  })

  test('a slug that does not exist looks as one without branding', async () => {
    const { page, leave } = await w.visit()
    await page.goto(`${w.origin}/sign-in?org=nobody`)
    expect(await page.locator('header').textContent()).toContain('Threeger ID')
    expect(await page.locator('link[href*="/branding/"]').count()).toBe(0)
    await leave()
  })
})
