/** /docs in a real Chromium against the real server: the page has to work under its own policy, from our host alone. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { catalogue } from '../../src/errors.ts'
import { type RunningServer, startServer } from '../http/support/server.ts'
import { browserPath, launchChromium } from '../support/chromium.ts'
import { call, PASSWORD } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

if (!browserPath && process.env.CI) throw new Error('no chromium on PATH: the docs page cannot be tested')

describe('what /docs answers', () => {
  let t: TestApp
  beforeAll(async () => {
    t = await createTestApp({ env: { NODE_ENV: 'production' } })
  })
  afterAll(() => t.close())

  test('pages refuse inline scripts and styles, frames, forms and foreign hosts', async () => {
    for (const path of ['/docs', '/docs/errors']) {
      const { status, headers, text } = await call(t, `GET ${path}`)
      const policy = headers.get('content-security-policy') ?? ''
      expect(status).toBe(200)
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
      for (const rule of ["frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"])
        expect(policy).toContain(rule)
      expect(policy).not.toMatch(/unsafe|\*|https?:/)
      expect(text).not.toMatch(/<style|<script(?! src)|style=| on\w+=|https?:\/\//)
    }
  })

  test('assets have their type, and a version in a URL that may be kept for a year', async () => {
    const page = (await call(t, 'GET /docs')).text
    const urls = [...page.matchAll(/(?:src|href)="(\/docs\/assets\/[^"]+)"/g)].map(([, url]) => url ?? '')
    expect(urls.length).toBe(5)
    for (const url of urls) {
      const { status, headers, text } = await call(t, `GET ${url}`)
      expect(status).toBe(200)
      expect(url).toMatch(/\?v=\d+\.\d+\.\d+-\d+\.\d+\.\d+$/)
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(headers.get('content-type')).toMatch(
        /\.js/.test(url) ? /^text\/javascript/ : /\.css/.test(url) ? /^text\/css/ : /^image\/png/,
      )
      expect(text.length).toBeGreaterThan(200)
    }
  })

  test('nothing but the listed files is served', async () => {
    for (const name of [
      'index.html',
      'package.json',
      'swagger-ui-bundle.js.map',
      '..%2fpackage.json',
      '..%2f..%2f..%2fpackage.json',
      '%2e%2e%2fpackage.json',
      'constructor',
      '__proto__',
    ]) {
      const { status, body, headers } = await call(t, `GET /docs/assets/${name}`)
      expect(`${name} ${status} ${body.code}`).toBe(`${name} 404 request.not_found`)
      expect(headers.get('content-type')).toBe('application/problem+json')
    }
  })

  test('the type of every problem document leads to its own anchor', async () => {
    const { text } = await call(t, 'GET /docs/errors')
    for (const code of Object.keys(catalogue)) expect(text).toContain(`<section id="${code}">`)
    const { body } = await call(t, 'GET /v1/me')
    expect(body.type).toBe('https://api.test/docs/errors#auth.required')
  })

  test('a runtime without the files answers 404, and the page of errors still works', async () => {
    const bare = await createTestApp({ deps: { asset: async () => undefined } })
    expect((await call(bare, 'GET /docs/assets/swagger-ui.css')).status).toBe(404)
    expect((await call(bare, 'GET /docs/errors')).status).toBe(200)
    await bare.close()
  })
})

// Skipped only where there is no chromium on PATH and CI is not set.
describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  let server: RunningServer
  let browser: Browser
  let page: Page
  const complaints: string[] = []
  const requested: string[] = []

  beforeAll(async () => {
    // Another origin than the one opened, as behind a tunnel: the page must not care.
    server = await startServer({ APP_URL: 'http://id.example.com' })
    browser = await launchChromium()
    page = await openPage()
    await page.goto(`${server.origin}/docs`)
    await page.waitForSelector('.opblock')
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  /** Everything that it complains of, or asks for, is noted. */
  async function openPage(): Promise<Page> {
    const page = await browser.newPage()
    page.setDefaultTimeout(240_000) // only there to end a hang
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    page.on('pageerror', ({ message }) => complaints.push(message))
    page.on('requestfailed', (request) => complaints.push(`${request.url()} ${request.failure()?.errorText}`))
    page.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.url()} ${response.status()}`)
    })
    page.on('request', (request) => requested.push(request.url()))
    return page
  }

  const calm = () => {
    expect(complaints).toEqual([])
    expect(requested.filter((url) => !url.startsWith(server.origin) && !url.startsWith('data:'))).toEqual([])
  }

  /** Shows the operations of tags with this text in their names. Of more than 150 rows, the page draws only those on the screen. */
  const filterBy = (tag: string) => page.locator('.operation-filter-input').fill(tag)

  test('every operation is shown', async () => {
    const { paths, tags } = (await (await fetch(`${server.origin}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { operationId: string; tags: string[] }>>
      tags: { name: string }[]
    } // ours
    const operations = Object.values(paths).flatMap(Object.values)
    const shown = new Set<string>()
    for (const { name } of tags) {
      await filterBy(name)
      await page.locator(`#operations-tag-${name.replaceAll(' ', '_')}`).waitFor()
      const last = operations.filter((operation) => operation.tags.includes(name)).at(-1)
      if (last) await page.locator(`#operations-${name.replaceAll(' ', '_')}-${last.operationId}`).waitFor()
      for (const id of await page.locator('.opblock').evaluateAll((found) => found.map((one) => one.id))) shown.add(id)
    }
    expect(shown.size).toBe(operations.length)
    expect(await page.title()).toBe('Threeger ID API')
    calm()
  })

  test('an operation opens and shows its body, its errors and their examples', async () => {
    await filterBy('Auth')
    const operation = page.locator('#operations-Auth-signIn')
    await operation.locator('.opblock-summary-control').click()
    await operation.locator('.responses-table').waitFor()
    const text = await operation.textContent()
    for (const wanted of ['auth.invalid_credentials', 'request.invalid', 'ada@example.com', 'application/problem+json'])
      expect(text).toContain(wanted)
    calm()
  })

  const tryOut = async (id: string) => {
    await filterBy(id.split('-')[0] ?? '')
    const operation = page.locator(`#operations-${id}`)
    await operation.locator('.opblock-summary-control').click()
    await operation.locator('.try-out__btn').click()
    await operation.locator('.execute').click()
    const live = operation.locator('.live-responses-table tbody .response-col_status')
    await live.waitFor()
    return live.textContent()
  }

  test('GET /livez is called from the page and answers 200', async () => {
    expect(await tryOut('Health-livez')).toContain('200')
    expect(requested).toContain(`${server.origin}/livez`)
    calm()
  })

  test('with a token put in the dialog, GET /v1/me answers 200', async () => {
    const signedUp = await fetch(`${server.origin}/v1/auth/sign-up`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ada@example.com', password: PASSWORD }),
    })
    const { accessToken } = (await signedUp.json()) as { accessToken: string } // 201, or the next line fails
    await page.locator('.btn.authorize').click()
    await page.locator('#auth-bearer-value').fill(accessToken)
    await page.locator('.auth-container').first().locator('.btn.authorize').click()
    await page.locator('.btn-done').first().click()
    expect(await tryOut('Me-getMe')).toContain('200')
    calm()
  })

  test('the page of errors stands without scripts, at the anchor of the code', async () => {
    const page = await openPage()
    await page.goto(`${server.origin}/docs/errors#session.expired`)
    expect(await page.locator('section:target code').textContent()).toBe('session.expired')
    expect(await page.locator('section').count()).toBe(Object.keys(catalogue).length)
    expect(await page.locator('script').count()).toBe(0)
    calm()
    await page.close()
  })

  test('a script written into the page does not run: the policy is alive', async () => {
    await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'document.title = "owned"'
      document.body.append(script)
    })
    expect(await page.title()).toBe('Threeger ID API')
    expect(complaints.some((complaint) => /Content Security Policy.*script-src/s.test(complaint))).toBe(true)
    complaints.length = 0
  })
})
