/** The real app on a real port of this machine, a real Chromium, and what a person with a mailbox does. */
import { type Browser, type BrowserContext, chromium, type Page, type Request } from 'playwright-core'
import { call } from '../../../support/client.ts'
import { freePort } from '../../../support/ports.ts'
import { createTestApp, type TestApp } from '../../../support/test-app.ts'

export const browserPath = Bun.which('chromium') ?? Bun.which('chromium-browser') ?? Bun.which('google-chrome')
if (!browserPath && process.env.CI) throw new Error('no chromium on PATH: the pages cannot be tested')

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
  /** Requests that could change something. */
  posts(): string[]
}

export async function startWorld(env: Record<string, string> = {}): Promise<World> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const t = await createTestApp({ env: { APP_URL: origin, BREACHED_PASSWORDS: 'ignore', ...env } })
  const server = Bun.serve({ hostname: '127.0.0.1', port, fetch: (request) => t.app.handle(request) })
  const browser = await chromium.launch({
    executablePath: browserPath ?? '',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

  async function visit(options: Parameters<Browser['newContext']>[0] = {}): Promise<Visit> {
    const context = await browser.newContext({ locale: 'en-US', ...options })
    const page = await context.newPage()
    page.setDefaultTimeout(20_000)
    const complaints: string[] = []
    const requests: Request[] = []
    page.on('console', (message) => {
      // Chromium logs every 4xx as an error; those are the answers of the API, and asserted on.
      if (['error', 'warning'].includes(message.type()) && !/^Failed to load resource/.test(message.text()))
        complaints.push(message.text())
    })
    page.on('pageerror', ({ message }) => complaints.push(message))
    page.on('request', (request) => requests.push(request))
    return {
      page,
      context,
      complaints,
      requests,
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
      const mail = t.mails.findLast(({ to }) => to === email)
      if (mail === undefined) throw new Error(`no mail to ${email}`)
      const link = /^(https?:\/\/\S+#token=\S+)$/m.exec(mail.text)?.[1] ?? ''
      const code = /^\s*(\d{6})$/m.exec(mail.text)?.[1] ?? ''
      return { link, code }
    },
    async stop() {
      await browser.close()
      await server.stop(true)
      await t.close()
    },
  }
}

/** Asks for a mail as the page does. */
export const requestMail = (t: TestApp, path: string, email: string) => call(t, `POST ${path}`, { body: { email } })
