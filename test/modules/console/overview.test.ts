/** The first page of the console, with its charts, and the pages about the server. In a real Chromium. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { runJobs } from '../../../src/jobs.ts'
import { DAY_MS } from '../../../src/lib/durations.ts'
import { call, signIn } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { ADMIN, browserPath, type Console, heading, startConsole } from './support/console.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

let c: Console
const READER = 'reader@example.com'
const NOBODY = 'nobody@example.com'

/** A month with something on each day, at the end of which the clock stands. */
async function liveThrough(): Promise<void> {
  const { clock, deps } = c.t
  const client = deps.db.$client
  const start = clock.now()
  const rows = Array.from({ length: 29 }, (_, day) => day).flatMap((day) =>
    (['session.created', 'auth.failed', 'user.created'] as const).flatMap((type, kind) =>
      Array.from({ length: [20 + ((day * 7) % 13), day % 5, (day * 3) % 4][kind] ?? 0 }, (_, n) => {
        const at = start - (29 - day) * DAY_MS + n
        const id = `evt_${at.toString(16).padStart(12, '0')}7${kind}${n.toString(16).padStart(18, '0')}`
        const result = type === 'auth.failed' ? 'failure' : 'success'
        const sql = 'INSERT INTO events (id, type, result, at, data) VALUES (?, ?, ?, ?, ?)'
        return { sql, args: [id, type, result, at, JSON.stringify({ by: 'sign-up' })] }
      }),
    ),
  )
  await client.batch(rows)
  await runJobs(deps, 'count-days')
  // A job counts the sessions of a day on that day alone.
  await client.execute(
    'UPDATE daily_stats SET active_sessions = 40 + (day / 86400000 * 11) % 17 WHERE (day / 86400000) % 5 <> 0',
  )
}

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  // Each test has a server of its own: what another one made would be in its lists.
  beforeEach(async () => {
    c = await startConsole()
    await c.api('POST /v1/roles', { name: 'reader', permissions: ['users:read'] })
    await c.person(READER, ['reader'])
    await c.person(NOBODY)
    await liveThrough()
  })
  afterEach(() => c?.stop())

  test('the console begins with counts, charts, health and the newest events', async () => {
    const { page, complaints, leave } = await c.as(ADMIN)
    await heading(page, 'Overview')
    expect(new URL(page.url()).pathname).toBe('/console/overview')
    await page.locator('.chart').nth(3).waitFor()
    expect(await page.locator('.counts li').allTextContents()).toEqual([
      expect.stringMatching(/^Users3$/),
      expect.stringMatching(/^Organisations\d$/),
      expect.stringMatching(/^Valid sessions\d+$/),
      expect.stringMatching(/^Sign-ins today\d+\d* yesterday$/),
    ])
    const pictures = page.getByRole('img')
    expect(await pictures.count()).toBe(4)
    expect(await pictures.first().getAttribute('aria-label')).toMatch(
      /^Sign-ins by day\. \d+ in 30 days\. The most, 32, on /,
    )
    await page.getByRole('heading', { name: 'Newest events' }).waitFor()
    await page.getByText('migrations').waitFor()
    expect(await checkPage(page, 'console-overview')).toEqual([])
    // The numbers are what the API says.
    const { accessToken: token } = await signIn(c.t, ADMIN)
    const { body } = await call<{ days: { signIns: number; activeSessions: number | null }[] }>(c.t, 'GET /v1/stats', {
      token,
    })
    await page.reload()
    await page.getByText('The numbers as a table').click()
    const cells = await page.locator('[aria-label="By day"] tbody tr:nth-child(2) td').allTextContents()
    expect(cells[1]).toBe(String(body.days.at(-2)?.signIns))
    expect(await page.locator('[aria-label="By day"] tbody tr').count()).toBe(30)
    expect(await checkPage(page, 'console-overview-table')).toEqual([])
    expect(complaints).toEqual([])
    await leave()
  })

  test('a chart is read by the keyboard, day by day, and by the pointer', async () => {
    const { page, complaints, leave } = await c.as(ADMIN, '/console/overview')
    const chart = page.locator('.chart').first()
    const range = chart.getByRole('slider', { name: 'Sign-ins' })
    await range.focus()
    const today = await range.getAttribute('aria-valuetext')
    await page.keyboard.press('ArrowLeft')
    const yesterday = await range.getAttribute('aria-valuetext')
    expect(yesterday).toMatch(/^\w+, \w+ \d+: \d+$/)
    expect(yesterday).not.toBe(today)
    expect(await chart.locator('.chart-value').textContent()).toContain((yesterday ?? '').split(': ')[0] ?? '')
    await page.keyboard.press('Home')
    expect(await range.getAttribute('aria-valuetext')).not.toBe(yesterday)
    expect(await chart.locator('.chart-point').count()).toBe(1)
    expect(await checkPage(page, 'console-overview-keyboard')).toEqual([])
    await page.keyboard.press('Tab')
    expect(await chart.locator('.chart-point').count()).toBe(0)
    const box = await chart.locator('svg').boundingBox()
    await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + 20)
    expect(await chart.locator('.chart-value').textContent()).toMatch(/\w+day, /)
    // A day whose sessions nobody counted is a gap, and says so.
    expect(await page.locator('.chart').nth(3).locator('.chart-line').count()).toBeGreaterThan(1)
    await page.getByLabel('Period').selectOption('7')
    await page.waitForFunction(() => document.querySelector('.chart-value')?.textContent?.includes('in 7 days'))
    expect(new URL(page.url()).searchParams.get('days')).toBe('7')
    expect(complaints).toEqual([])
    await leave()
  })

  test('who has none of the permissions gets none of the pages, and 403 from the API', async () => {
    const paths = ['stats', 'audit-events', 'jobs', 'signing-keys', 'mail-previews', 'rate-limits', 'settings']
    const { accessToken: token } = await signIn(c.t, READER)
    for (const path of paths) expect((await call(c.t, `GET /v1/${path}`, { token })).status).toBe(403)
    const { page, complaints, leave } = await c.as(READER)
    await heading(page, 'Users')
    const links = await page.getByRole('navigation', { name: 'Console' }).getByRole('link').allTextContents()
    expect(links.map((text) => text.trim())).toEqual(['Users'])
    for (const name of [
      'overview',
      'audit-log',
      'jobs',
      'signing-keys',
      'mail-previews',
      'rate-limits',
      'settings',
      'health',
    ]) {
      await page.goto(`${c.origin}/console/${name}`)
      await page.getByText('You have no permission to see this page').waitFor()
    }
    await page.goto(`${c.origin}/console`)
    expect(complaints).toEqual([])
    await leave()
    const stranger = await c.as(NOBODY)
    await heading(stranger.page, 'Nothing to manage')
    await stranger.leave()
  })

  test('an owner of an organisation begins with that organisation', async () => {
    const { accessToken: token } = await signIn(c.t, NOBODY)
    const { body } = await call<{ id: string }>(c.t, 'POST /v1/orgs', { token, body: { name: 'Acme' } })
    const { page, complaints, leave } = await c.as(NOBODY)
    await heading(page, 'Acme')
    expect(new URL(page.url()).pathname).toBe(`/console/orgs/${body.id}/overview`)
    await page.getByText('org.created').waitFor()
    await page.waitForFunction(() => document.querySelector('.counts strong')?.textContent === '1')
    expect(await checkPage(page, 'console-org-overview')).toEqual([])
    await page.locator('.counts a').first().click()
    await page.getByText(NOBODY).first().waitFor()
    expect(new URL(page.url()).pathname).toBe(`/console/orgs/${body.id}/members`)
    expect(complaints).toEqual([])
    await leave()
  })

  test('settings: found by words, without a secret, with the warnings', async () => {
    const { page, complaints, leave } = await c.as(ADMIN, '/console/settings')
    await heading(page, 'Settings')
    const secret = page.locator('.settings li', { hasText: 'APP_SECRET' }).first()
    await secret.waitFor()
    expect(await secret.textContent()).toContain('It has a value.')
    expect(await page.content()).not.toContain(c.t.deps.config.appSecret)
    expect(await checkPage(page, 'console-settings')).toEqual([])
    await page.getByLabel('Search by name or words').fill('rate_limit')
    await page.waitForFunction(() => document.querySelectorAll('.settings li').length === 2)
    expect(await page.locator('.settings').textContent()).toContain('off')
    await page.getByLabel('Search by name or words').fill('no such word')
    await page.getByText('No setting matches.').waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  test('rate limits: on or off, where they are counted, and each budget', async () => {
    const { page, complaints, leave } = await c.as(ADMIN, '/console/rate-limits')
    await heading(page, 'Rate limits')
    await page.getByText('RATE_LIMIT is off: no request is limited.').waitFor()
    const row = page.locator('tbody tr', { hasText: 'guess:account+address' })
    expect(await row.textContent()).toContain('5 a minute')
    expect(await checkPage(page, 'console-rate-limits')).toEqual([])
    expect(complaints).toEqual([])
    await leave()
  })

  test('health: what is well, what is not, and what to do', async () => {
    const { page, complaints, leave } = await c.as(ADMIN, '/console/health')
    await page.getByText('Everything is well.').waitFor()
    await page.getByText('No job was given up.').waitFor()
    expect(await checkPage(page, 'console-health')).toEqual([])
    await page.route('**/readyz', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          code: 'server.not_ready',
          title: 'no',
          errors: [{ path: '/migrations', message: 'no' }],
        }),
      }),
    )
    await page.getByRole('button', { name: 'Check now' }).click()
    await page.getByText('The server is not ready').waitFor()
    await page.getByText('Start the release that belongs to this database').waitFor()
    expect(await checkPage(page, 'console-health-failed')).toEqual([])
    await page.unroute('**/readyz')
    await page.route('**/readyz', (route) =>
      route.fulfill({
        contentType: 'application/json',
        body: JSON.stringify({
          status: 'ok',
          checks: {},
          warnings: [{ code: 'mail.unset', message: 'MAIL_URL is <b>not</b> set' }],
        }),
      }),
    )
    await page.getByRole('button', { name: 'Check now' }).click()
    await page.getByText('MAIL_URL is <b>not</b> set').waitFor()
    await page.unroute('**/readyz')
    await page.route('**/readyz', (route) => route.abort())
    await page.getByRole('button', { name: 'Check now' }).click()
    await page.getByText('Check your connection').waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  test('mails: every letter in every language, and as a document of its own that runs nothing', async () => {
    const { page, context, complaints, leave } = await c.as(ADMIN, '/console/mail-previews')
    await heading(page, 'Mail previews')
    await page.locator('.items a').first().waitFor()
    expect(await page.locator('.items li').count()).toBeGreaterThan(15)
    expect(await checkPage(page, 'console-mail-previews')).toEqual([])
    await page.locator('.items li', { hasText: 'verify-email' }).getByRole('link').click()
    await heading(page, 'verify-email')
    await page.getByText('482913').waitFor()
    await page.getByLabel('Language').selectOption('de')
    await page.waitForFunction(() => document.querySelector('.card')?.getAttribute('lang') === 'de')
    expect(await checkPage(page, 'console-mail-preview')).toEqual([])
    const [letter] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('link', { name: 'Open as a mail program shows it' }).click(),
    ])
    await letter.waitForLoadState()
    expect(await letter.locator('html').getAttribute('lang')).toBe('de')
    expect(await letter.content()).toContain('482913')
    expect(await letter.evaluate(() => globalThis.origin).catch(() => 'scripts are off')).not.toBe(c.origin)
    await letter.close()
    expect(complaints).toEqual([])
    await leave()
  })
})
