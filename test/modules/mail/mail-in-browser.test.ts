/** Every mail, looked at in a real Chromium: on a phone and on a desk, by day and by night, in any colour. */
import { beforeAll, describe, expect, setDefaultTimeout } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { locales, type MailContent } from '../../../src/modules/mail/content.ts'
import { renderMail } from '../../../src/modules/mail/render-mail.tsx'
import { browserPath, sharedChromium } from '../../support/chromium.ts'
import { PROOF } from '../../support/contract.ts'
import { checkPage } from '../../support/page-checks.ts'
import { testWith } from '../../support/real-parts.ts'
import { createTestApp } from '../../support/test-app.ts'
import { ACME, samples, withOutsideText } from './support/samples.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

const browserTest = testWith(browserPath !== undefined, 'chromium')

const WIDTHS = [360, 1024]
const SCHEMES = ['light', 'dark'] as const
const COLORS = ['#3730a3', '#ffffff', '#f5e000', '#000000', '#777777', '#1c1c1f', '#dc2626']

let browser: Browser
beforeAll(async () => {
  if (browserPath) browser = await sharedChromium()
})

/** What is wrong with the page as it is shown. */
const inspect = (page: Page) =>
  page.evaluate(() => {
    const wrong: string[] = []
    const parse = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number)
    const luminance = ([red = 0, green = 0, blue = 0]: number[]) => {
      const [r = 0, g = 0, b = 0] = [red, green, blue].map((value) =>
        value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
      )
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const isOpaque = (color: string) => parse(color)[3] !== 0
    const backgroundOf = (element: Element | null): string => {
      for (let at = element; at; at = at.parentElement) {
        const { backgroundColor } = getComputedStyle(at)
        if (isOpaque(backgroundColor)) return backgroundColor
      }
      return 'rgb(255, 255, 255)'
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    let shown = 0
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const element = node.parentElement
      const text = node.textContent?.trim()
      if (!element || !text || element.getClientRects().length === 0) continue
      shown += 1
      const { color, fontSize } = getComputedStyle(element)
      const [one = 0, other = 0] = [luminance(parse(color)), luminance(parse(backgroundOf(element)))].sort(
        (a, b) => b - a,
      )
      const contrast = (one + 0.05) / (other + 0.05)
      if (contrast < 4.5)
        wrong.push(`${contrast.toFixed(2)} of "${text.slice(0, 30)}": ${color} on ${backgroundOf(element)}`)
      if (Number.parseFloat(fontSize) < 13) wrong.push(`${fontSize} of "${text.slice(0, 30)}"`)
      const { left, right } = element.getBoundingClientRect()
      if (left < 0 || right > innerWidth) wrong.push(`"${text.slice(0, 30)}" lies outside: ${left} to ${right}`)
    }
    if (shown < 4) wrong.push(`only ${shown} texts are shown`)
    const { scrollWidth } = document.documentElement
    if (scrollWidth > innerWidth) wrong.push(`${scrollWidth} px wide in ${innerWidth}`)
    for (const link of document.querySelectorAll('a')) {
      const { height, width } = link.getBoundingClientRect()
      if (height < 44 || width < 44) wrong.push(`a button of ${width} × ${height}`)
    }
    return wrong
  })

async function look(
  contents: MailContent[],
  brands: Partial<typeof ACME>[],
): Promise<{ wrong: string[]; asked: string[]; shown: number }> {
  const wrong: string[] = []
  const asked: string[] = []
  let shown = 0
  const page = await browser.newPage()
  page.on('request', (request) => asked.push(request.url()))
  for (const content of contents)
    for (const locale of locales)
      for (const brand of brands) {
        await page.setContent((await renderMail(content, { ...ACME, ...brand, locale })).html)
        for (const width of WIDTHS)
          for (const colorScheme of SCHEMES) {
            await page.setViewportSize({ width, height: 100 })
            await page.emulateMedia({ colorScheme })
            const where = `${content.template} ${locale} ${width} ${colorScheme} ${brand.brandColor ?? ''}`
            wrong.push(...(await inspect(page)).map((what) => `${where}: ${what}`))
            shown += 1
          }
      }
  await page.close()
  return { wrong, asked, shown }
}

describe('in Chromium (needs chromium on PATH)', () => {
  browserTest('nothing overflows, every text can be read, and nothing is loaded', async () => {
    const { wrong, asked, shown } = await look(samples, [{}])
    expect(wrong).toEqual([])
    expect(asked).toEqual([])
    expect(shown).toBe(samples.length * locales.length * WIDTHS.length * SCHEMES.length)
  })

  browserTest('in any colour of the brand the button can be read', async () => {
    const withButton = samples.filter(({ template }) => template === 'sign-in')
    const { wrong } = await look(
      withButton,
      COLORS.map((brandColor) => ({ brandColor })),
    )
    expect(wrong).toEqual([])
  })

  browserTest('the longest values wrap', async () => {
    const long = `${'x'.repeat(64)}@${'y'.repeat(180)}.example`
    const contents = samples.map((content) => withOutsideText(content, long))
    const { wrong } = await look(contents, [{ brandName: 'W'.repeat(60) }])
    expect(wrong).toEqual([])
  })

  browserTest('the inspection sees what is wrong', async () => {
    const page = await browser.newPage({ viewport: { width: 360, height: 800 } })
    await page.setContent(
      '<p style="color:#999;font-size:9px;width:600px">pale, small and wide</p><a href="x">tiny</a>',
    )
    const wrong = (await inspect(page)).join('\n')
    for (const what of [
      '2.85 of "pale',
      '9px of "pale',
      'lies outside',
      'px wide in 360',
      'a button of',
      'only 2 texts',
    ])
      expect(wrong).toContain(what)
    await page.close()
  })

  browserTest('/dev/mail shows a mail under its own policies, and its script does not run', async () => {
    const t = await createTestApp({ env: { NODE_ENV: 'development' } })
    const asked: string[] = []
    const server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch(request) {
        asked.push(new URL(request.url).pathname)
        return t.app.handle(request)
      },
    })
    const page = await browser.newPage({ viewport: { width: 1024, height: 900 } })
    const sample = samples.find(({ data }) => 'code' in data && data.code === PROOF.code)
    if (!sample) throw new Error('there is no sample with a code')
    const { html, ...rest } = await renderMail(sample, { ...ACME, locale: 'en' })
    const hostile = html.replace(
      '</body>',
      '<script>top.document.title = document.title = "owned"</script><img src="/livez"></body>',
    )
    await t.deps.mailer.send({ id: 'job_1', to: 'ada@example.com', html: hostile, ...rest })
    await page.goto(`${server.url}dev/mail`)
    expect(await page.getByRole('link', { name: 'Start page' }).getAttribute('href')).toBe('/')
    expect(await checkPage(page, 'dev-mails')).toEqual([])
    await page.getByText(rest.subject).click()
    const frame = page.frameLocator('iframe')
    await frame.getByText(PROOF.code, { exact: true }).waitFor()
    expect(await page.title()).toBe(rest.subject)
    expect(await page.locator('pre a').count()).toBe(1)
    // The styles took hold: the policy lets ours through.
    expect(await page.locator('pre').evaluate((element) => getComputedStyle(element).borderRadius)).toBe('8px')
    expect(await frame.locator('.card').evaluate((element) => getComputedStyle(element).borderRadius)).toBe('12px')
    // The image of the mail was not even asked for.
    expect(asked.filter((path) => !/^\/favicon.ico$|icon\.svg$/.test(path))).toEqual([
      '/dev/mail',
      '/dev/mail/job_1',
      '/dev/mail/job_1/html',
    ])
    expect(await checkPage(page, 'dev-mail')).toEqual([])
    await page.close()
    await server.stop(true)
    await t.close()
  })
})
