/** How soon people see a page, in a real Chromium on this machine, and how much of it goes over the wire. */
import type { Browser } from 'playwright-core'
import { browserPath, launchChromium } from '../test/support/chromium.ts'
import { freePort } from '../test/support/ports.ts'
import { bearer, CREDENTIALS, expectStatus, postJson, signUp } from './account.ts'
import { BenchError } from './bench-error.ts'
import { startThreeger } from './children.ts'
import type { Report } from './report.ts'
import { interleave, type ScenarioOptions } from './scenario.ts'

const BELOW_MS = 200
/** What a first visit may load, in KiB of bodies as they are sent. */
const PAGES = [
  { path: '/sign-in', kib: 25 },
  { path: '/account', kib: 45 },
  { path: '/console', kib: 70 },
] as const

interface Seen {
  /** From the start of the navigation to the first text or picture (First Contentful Paint), in ms. */
  paintMs: number
  /** Of everything that the page loaded from its own origin without a person doing anything, as it was sent. */
  sent: number
  /** The same without compression. */
  plain: number
}

/** One first visit, with nothing in the cache. */
async function firstVisit(browser: Browser, url: string, cookie?: string): Promise<Seen> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    if (cookie !== undefined) {
      const [name = '', value = ''] = cookie.split('=')
      await context.addCookies([{ name, value, url, httpOnly: true }])
    }
    const loaded: Promise<{ sent: number; plain: number }>[] = []
    page.on('response', (response) => {
      // Answers of the API are data, whose size depends on the account.
      if (response.ok() && !new URL(response.url()).pathname.startsWith('/v1/'))
        loaded.push(
          Promise.all([response.request().sizes(), response.body()]).then(([sizes, body]) => ({
            sent: sizes.responseBodySize,
            plain: body.length,
          })),
        )
    })
    await page.goto(url, { waitUntil: 'networkidle' })
    // The console goes on to its first section.
    if (!page.url().startsWith(url)) throw new BenchError(`${url} led to ${page.url()}`, await page.content())
    const paintMs = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    )
    const files = await Promise.all(loaded)
    const sum = (of: 'sent' | 'plain') => files.reduce((total, file) => total + file[of], 0)
    return { paintMs, sent: sum('sent'), plain: sum('plain') }
  } finally {
    await context.close()
  }
}

export async function measurePages(options: ScenarioOptions): Promise<Report> {
  const scenario = 'pages'
  if (browserPath === undefined)
    return {
      scenario,
      comparisons: [],
      figures: [],
      checks: ['pages: left out, because there is no chromium on PATH.'],
    }
  const port = freePort()
  const origin = `http://127.0.0.1:${port}`
  // Plain http is for development alone. Pages and programs are those of production.
  await startThreeger(undefined, { NODE_ENV: 'development', APP_URL: origin, PORT: String(port) })
  const { accessToken } = await signUp(origin)
  // Who owns an organisation has something to manage in the console.
  const org = postJson({ name: 'Acme' })
  await expectStatus(201, `${origin}/v1/orgs`, { ...org, headers: { ...org.headers, ...bearer(accessToken) } })
  const signedIn = postJson({ ...CREDENTIALS, useCookie: true })
  const answer = await expectStatus(200, `${origin}/v1/auth/sign-in`, {
    ...signedIn,
    headers: { ...signedIn.headers, origin },
  })
  const [cookie] = answer.headers.getSetCookie().map((text) => text.split(';')[0])
  using bare = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: () =>
      new Response('<!doctype html><title>bare</title><h1>bare</h1>', { headers: { 'content-type': 'text/html' } }),
  })
  const browser = await launchChromium()
  try {
    // The first request for a page loads its code, and makes the files of its program in a checkout.
    for (const { path } of PAGES) await firstVisit(browser, origin + path, cookie)
    const seen = await interleave(options, {
      '/sign-in': () => firstVisit(browser, `${origin}/sign-in`),
      '/account': () => firstVisit(browser, `${origin}/account`, cookie),
      '/console': () => firstVisit(browser, `${origin}/console`, cookie),
      bare: () => firstVisit(browser, `${bare.url.href}`),
    })
    const paints = (name: keyof typeof seen) => seen[name].map(({ paintMs }) => paintMs)
    return {
      scenario,
      comparisons: PAGES.map(({ path }) => ({
        name: `first paint of \`${path}\``,
        unit: 'ms',
        ours: { name: path, values: paints(path) },
        reference: { name: 'one line of a bare Bun.serve', values: paints('bare') },
      })),
      figures: PAGES.map(({ path }) => ({
        name: `first paint of \`${path}\``,
        unit: 'ms',
        values: paints(path),
        below: BELOW_MS,
      })),
      tables: [
        {
          headings: ['first visit', 'KiB without compression', 'KiB sent', 'goal'],
          rows: PAGES.map(({ path, kib }) => {
            const largest = (of: 'sent' | 'plain') => Math.max(...seen[path].map((visit) => visit[of])) / 1024
            const sent = largest('sent')
            const goal = `≤ ${kib} ${sent <= kib ? 'met' : 'missed'}`
            return [`\`${path}\``, largest('plain').toFixed(1), sent.toFixed(1), goal]
          }),
        },
      ],
      checks: ['Each page was answered at its own URL, signed in where it needs it.'],
    }
  } finally {
    await browser.close()
  }
}
