/** The real app on a real port of this machine, a real Chromium, and what a person with a mailbox does. */
import type { Browser, BrowserContext, Page, Request } from 'playwright-core'
import { browserPath, sharedChromium } from '../../../support/chromium.ts'
import { call } from '../../../support/client.ts'
import { freePort } from '../../../support/ports.ts'
import { createTestApp, type TestApp } from '../../../support/test-app.ts'

export { browserPath }

if (!browserPath && process.env.CI) throw new Error('no chromium on PATH: the pages cannot be tested')

/** Only there to end a hang. */
const PATIENCE_MS = 240_000
/** A page that is open this long waits for what will not come. It is printed, for whoever reads the log. */
const HANG_MS = 200_000

export interface World {
  t: TestApp
  origin: string
  /** A person at a browser of their own, and what the browser complained of and asked for. */
  visit(options?: Parameters<Browser['newContext']>[0]): Promise<Visit>
  /** The newest mail to this address: its link and its code. Sends what is queued first. */
  mailTo(email: string): Promise<{ link: string; code: string }>
  stop(): Promise<void>
}

export interface Visit {
  page: Page
  context: BrowserContext
  /** Errors and warnings of the console, uncaught errors, and requests that failed. Answers of our API are none. */
  complaints: string[]
  requests: Request[]
  /** Ends the visit. Nothing of it is left for the next one. */
  leave(): Promise<void>
  /** Requests that could change something. */
  posts(): string[]
}

/** `host`: browsers take no IP address as the domain of a passkey. */
export async function startWorld(env: Record<string, string> = {}, host = '127.0.0.1'): Promise<World> {
  const port = freePort()
  const origin = `http://${host}:${port}`
  const t = await createTestApp({ env: { APP_URL: origin, BREACHED_PASSWORDS: 'ignore', ...env } })
  const server = Bun.serve({ hostname: '127.0.0.1', port, fetch: (request) => t.app.handle(request) })
  const browser = await sharedChromium()
  const contexts: BrowserContext[] = []
  /** Pages of earlier visitors, cleared for the next one. A new page is most of the cost of a visit. */
  const free: Pick<Visit, 'context' | 'page'>[] = []

  async function newPerson(options: Parameters<Browser['newContext']>[0]): Promise<Pick<Visit, 'context' | 'page'>> {
    const context = await browser.newContext({ locale: 'en-US', ...options })
    contexts.push(context)
    const page = await context.newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    return { context, page }
  }

  async function leave(context: BrowserContext, page: Page, isReusable: boolean): Promise<void> {
    if (page.isClosed()) return
    if (!isReusable) return context.close()
    for (const event of ['console', 'pageerror', 'request', 'dialog'] as const) page.removeAllListeners(event)
    await page.unrouteAll()
    await context.setOffline(false)
    await goFrom(page, `${origin}/livez`) // same origin, no script
    await page.evaluate(() => {
      localStorage.clear()
      sessionStorage.clear()
    })
    await context.clearCookies()
    await page.goto('about:blank')
    free.push({ context, page })
  }

  async function visit(options?: Parameters<Browser['newContext']>[0]): Promise<Visit> {
    const { context, page } = (options === undefined ? free.pop() : undefined) ?? (await newPerson(options))
    const complaints: string[] = []
    const requests: Request[] = []
    page.on('console', (message) => {
      // Chromium logs every 4xx as an error; those are the answers of the API, and asserted on.
      if (['error', 'warning'].includes(message.type()) && !/^Failed to load resource/.test(message.text()))
        complaints.push(message.text())
    })
    page.on('pageerror', ({ message }) => complaints.push(message))
    page.on('request', (request) => requests.push(request))
    const hang = setTimeout(() => void report(page, requests).catch(() => undefined), HANG_MS)
    hang.unref()
    return {
      page,
      context,
      complaints,
      requests,
      leave() {
        clearTimeout(hang)
        return leave(context, page, options === undefined)
      },
      posts: () =>
        requests.filter((request) => request.method() !== 'GET').map((request) => new URL(request.url()).pathname),
    }
  }

  return {
    t,
    origin,
    visit,
    async mailTo(email) {
      await t.work()
      const mail = t.mails.findLast(({ to, text }) => to === email && text.includes('#token='))
      if (mail === undefined) throw new Error(`no mail with a link to ${email}`)
      const link = /^(https?:\/\/\S+#token=\S+)$/m.exec(mail.text)?.[1] ?? ''
      const code = /^\s*(\d{6})$/m.exec(mail.text)?.[1] ?? ''
      return { link, code }
    },
    async stop() {
      await Promise.all(contexts.map((context) => context.close()))
      await server.stop(true)
      await t.close()
    },
  }
}

/** What the person sees, and what the last requests became. */
async function report(page: Page, requests: readonly Request[]): Promise<void> {
  if (page.isClosed()) return
  const last = requests.slice(-20).map(async (request) => {
    const answer = request.failure() ?? (await Promise.race([request.response(), Bun.sleep(100)]))
    const became = answer && 'status' in answer ? answer.status() : (answer?.errorText ?? 'no answer')
    return `${request.method()} ${request.url()} ${became}`
  })
  const text = await Promise.race([page.locator('body').ariaSnapshot(), Bun.sleep(10_000)])
  const lines = [
    `A page is still open after ${HANG_MS / 1000} s: ${page.url()}`,
    ...(await Promise.all(last)),
    text ?? '',
  ]
  process.stderr.write(`${lines.join('\n').slice(0, 8_000)}\n`)
}

/** Goes there, even from a page that leads somewhere at this moment: it may just have learnt that its session has ended. */
export async function goFrom(page: Page, url: string, tries = 3): Promise<void> {
  try {
    await page.goto(url)
  } catch (cause) {
    if (tries === 1 || !/interrupted by another navigation|ERR_ABORTED/.test(String(cause))) throw cause
    await goFrom(page, url, tries - 1)
  }
}

/** Asks for a mail as the page does. */
export const requestMail = (t: TestApp, path: string, email: string) => call(t, `POST ${path}`, { body: { email } })
