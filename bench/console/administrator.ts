/** What an administrator does with the long lists of the console, and what it costs. */
import type { Browser, CDPSession, Page, Request } from 'playwright-core'
import { expectStatus, postJson } from '../account.ts'
import { BenchError } from '../bench-error.ts'
import { ADMINISTRATOR } from '../lists/people.ts'

/** How fast a person types. */
const LETTER_MS = 80
/** A turn of the wheel: some eleven rows. */
const WHEEL_PX = 600

export interface Administrator {
  page: Page
  /** Opens a page of the console. Returns the ms until its first row. */
  open(path: string): Promise<number>
  /** ms until `act` has led to rows that `fits` takes. */
  untilRows(act: () => Promise<void>, fits: (rows: readonly string[]) => boolean): Promise<number>
  /** Types into a search box without a pause. Returns the ms from the last letter until all rows are those. */
  type(label: string, text: string, fits: (row: string) => boolean): Promise<number>
  /** Types with a pause after each letter. Returns the ms of the slowest answer, from its letter. */
  spell(label: string, text: string): Promise<number>
  /** Turns the wheel until the row with this number is drawn, or the list ends. */
  scrollTo(row: number, wheelPx?: number): Promise<{ seconds: number; most: number }>
  /** Requests of the lists since the last call. */
  requests(): URL[]
  /** What the page holds after a collection of its garbage, in MB. */
  heapMb(): Promise<number>
  leave(): Promise<void>
}

const ROWS = 'main tbody tr:not(.space)'

export async function administratorOf(browser: Browser, origin: string): Promise<Administrator> {
  const { email, password } = ADMINISTRATOR
  const form = postJson({ email, password, useCookie: true })
  const signedIn = await expectStatus(200, `${origin}/v1/auth/sign-in`, {
    ...form,
    headers: { ...form.headers, origin },
  })
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 900 } })
  for (const line of signedIn.headers.getSetCookie()) {
    const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=')
    await context.addCookies([{ name, value, url: origin, httpOnly: true }])
  }
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  const errors: string[] = []
  page.on('pageerror', ({ message }) => errors.push(message))
  let asked: URL[] = []
  page.on('request', (request: Request) => {
    const url = new URL(request.url())
    if (/^\/v1\/(users|orgs|audit-events)$/.test(url.pathname) && request.method() === 'GET') asked.push(url)
  })
  const devtools: CDPSession = await context.newCDPSession(page)

  async function untilRows(act: () => Promise<void>, fits: (rows: readonly string[]) => boolean): Promise<number> {
    const began = performance.now()
    await act()
    for (;;) {
      const rows = await page.locator(ROWS).allTextContents()
      if (rows.length > 0 && fits(rows)) return performance.now() - began
      if (performance.now() - began > PATIENCE_MS) throw new BenchError('no rows', await page.content())
    }
  }

  return {
    page,
    untilRows,
    open: (path) =>
      untilRows(
        async () => void (await page.goto(origin + path)),
        () => true,
      ),
    async type(label, text, fits) {
      const box = page.getByLabel(label)
      await box.fill('')
      await box.pressSequentially(text.slice(0, -1), { delay: LETTER_MS })
      return untilRows(
        () => box.press(text.at(-1) ?? ''),
        (rows) => rows.every(fits),
      )
    },
    async spell(label, text) {
      const box = page.getByLabel(label)
      await box.fill('')
      let slowest = 0
      for (const [index, letter] of [...text].entries()) {
        const typed = text.slice(0, index + 1)
        const began = performance.now()
        const answered = page.waitForResponse((answer) => new URL(answer.url()).searchParams.get('q') === typed)
        await box.press(letter)
        await answered
        slowest = Math.max(slowest, performance.now() - began)
      }
      return slowest
    },
    async scrollTo(row, wheelPx = WHEEL_PX) {
      const began = performance.now()
      let most = 0
      for (let last = -1, still = 0; last < row && still < 200; ) {
        const [count, index] = await page.evaluate((selector) => {
          const rows = document.querySelectorAll<HTMLElement>(selector)
          return [rows.length, Number([...rows].at(-1)?.dataset.index ?? -1)]
        }, ROWS)
        most = Math.max(most, count)
        still = index === last ? still + 1 : 0
        last = index
        await page.mouse.wheel(0, wheelPx)
      }
      return { seconds: (performance.now() - began) / 1000, most }
    },
    requests() {
      const urls = asked
      asked = []
      return urls
    },
    async heapMb() {
      await devtools.send('HeapProfiler.collectGarbage')
      const { usedSize } = await devtools.send('Runtime.getHeapUsage')
      return usedSize / 1e6
    },
    async leave() {
      await context.close()
      if (errors.length > 0) throw new BenchError('the console failed', errors.join('\n'))
    },
  }
}

/** Only there to end a hang. */
const PATIENCE_MS = 240_000
