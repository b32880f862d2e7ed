/** The audit log in the console: filters, the live tail, the chain of who acted for whom, the seal, the export. In a real Chromium. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { runJobs } from '../../../src/jobs.ts'
import { call, PASSWORD, signIn } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { act, dialog } from './support/acts.ts'
import { ADMIN, browserPath, type Console, heading, startConsole } from './support/console.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

let c: Console
const ADA = 'ada@example.com'
const HOSTILE = `"><img src=x onerror=alert(1)><script>alert(2)</script>{{7*7}}`

const rows = (page: Page) => page.locator('main tbody tr:not(.space)')
const types = async (page: Page) => (await rows(page).locator('code').allTextContents()).map((text) => text.trim())
const fail = (email: string, userAgent = 'suite') =>
  call(c.t, 'POST /v1/auth/sign-in', { body: { email, password: 'wrong' }, headers: { 'user-agent': userAgent } })
/** Waits for as many rows of this type. */
const waitForRows = (page: Page, type: string, count: number) =>
  page.waitForFunction(
    ([wanted, many]) =>
      [...document.querySelectorAll('main tbody tr code')].filter(({ textContent }) => textContent === wanted)
        .length === many,
    [type, count] as const,
  )

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  beforeAll(async () => {
    c = await startConsole()
    await c.person(ADA, ['user'], { name: HOSTILE })
  })
  afterAll(() => c?.stop())

  test('is filtered by type, person and time, and the filters stand in the address', async () => {
    await fail(ADA)
    await fail('somebody-else@example.com')
    const { page, complaints, leave } = await c.as(ADMIN, '/console/audit-log')
    await heading(page, 'Audit log')
    await rows(page).first().waitFor()
    expect(await checkPage(page, 'console-audit-log')).toEqual([])
    await page.getByRole('combobox', { name: 'Event' }).selectOption('auth.failed')
    await rows(page).filter({ hasText: 'setup.completed' }).waitFor({ state: 'detached' })
    await waitForRows(page, 'auth.failed', await rows(page).count())
    await page.getByLabel('About: e-mail or user id').fill(ADA)
    await page.waitForURL(/user=ada/)
    await waitForRows(page, 'auth.failed', 1)
    expect(await types(page)).toEqual(['auth.failed'])
    const address = new URL(page.url())
    expect(Object.fromEntries(address.searchParams)).toEqual({ type: 'auth.failed', user: ADA })
    await page.reload()
    await waitForRows(page, 'auth.failed', 1)
    expect(await page.locator('main > .as-command').textContent()).toContain('type=auth.failed&userId=usr_')
    await page.getByLabel('About: e-mail or user id').fill('nobody@example.com')
    await page.getByText('No user has the address nobody@example.com.').waitFor()
    await page.getByText('No event matches.').waitFor()
    await page.getByLabel('About: e-mail or user id').fill('')
    await page.getByRole('combobox', { name: 'Time' }).selectOption('custom')
    await page.getByRole('textbox', { name: 'To' }).fill('2020-01-01T00:00')
    await page.getByText('No event matches.').waitFor()
    expect(await page.getByRole('button', { name: 'Follow live' }).count()).toBe(0)
    expect(await checkPage(page, 'console-audit-log-none')).toEqual([])
    expect(complaints).toEqual([])
    await leave()
  })

  test('what strangers wrote is text', async () => {
    const email = `hostile@example.com`
    await call(c.t, 'POST /v1/auth/sign-in', {
      body: { email, password: 'wrong' },
      headers: { 'user-agent': HOSTILE, 'x-request-id': 'req-hostile' },
    })
    const { page, complaints, leave } = await c.as(ADMIN, '/console/audit-log?type=auth.failed')
    let alerts = 0
    page.on('dialog', (one) => {
      alerts++
      void one.dismiss()
    })
    await rows(page).first().getByRole('button').click()
    await dialog(page).getByText(HOSTILE).waitFor()
    expect(await dialog(page).locator('img, script').count()).toBe(0)
    expect(await checkPage(page, 'console-audit-event')).toEqual([])
    await page.keyboard.press('Escape')
    await page.waitForFunction(() => document.querySelector('dialog[open]') === null)
    expect([alerts, complaints]).toEqual([0, []])
    await leave()
  })

  test('far down the log, where its first page was let go, nothing follows live: what was read before would be news', async () => {
    const type = 'clock.trusted'
    const run = (statement: string) => c.t.deps.db.$client.execute(statement)
    await run(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
      INSERT INTO events (id, type, result, at, data) SELECT printf('evt_%032x', i), '${type}', 'success', 0, '{}' FROM n`)
    const { page, leave } = await c.as(ADMIN, `/console/audit-log?type=${type}`)
    const follow = page.getByRole('button', { name: 'Follow live' })
    const drawn = (row: number) => page.locator(`main tr[data-index="${row}"]`)
    await drawn(0).waitFor()
    expect(await follow.isEnabled()).toBe(true)
    while ((await drawn(1499).count()) === 0) await page.mouse.wheel(0, 3_000)
    expect(await follow.isEnabled()).toBe(false)
    while ((await drawn(0).count()) === 0) await page.mouse.wheel(0, -3_000)
    await follow.click()
    await page.getByText('Waiting for new events').waitFor()
    await leave()
    await run(`DELETE FROM events WHERE type = '${type}'`)
  })

  test('the live tail, by keyboard alone: each event once, none missed, also after a pause and a broken network', async () => {
    await fail('before@example.com')
    const { page, context, complaints, leave } = await c.as(ADMIN, '/console/audit-log?type=auth.failed')
    await rows(page).first().waitFor()
    const before = await rows(page).count()
    const follow = page.getByRole('button', { name: 'Follow live' })
    await follow.focus()
    await page.keyboard.press('Enter')
    await page.getByText('Waiting for new events').waitFor()
    for (let n = 0; n < 3; n++) await fail(`tail-${n}@example.com`)
    await waitForRows(page, 'auth.failed', before + 3)
    await page.getByText('3 new events.').waitFor()
    expect(await page.locator('main tbody .badge', { hasText: 'new' }).count()).toBe(3)
    expect(await checkPage(page, 'console-audit-log-live')).toEqual([])

    // Paused, nothing moves. Afterwards it is complete.
    const pause = page.getByRole('button', { name: 'Pause' })
    expect(await pause.evaluate((button) => button === document.activeElement)).toBe(true)
    await page.keyboard.press('Space')
    await page.getByText('Paused.').waitFor()
    for (let n = 0; n < 130; n++) await fail(`paused-${n}@example.com`)
    await page.waitForTimeout(2_500)
    expect(await page.getByText('3 new events.').count()).toBe(1)
    await page.keyboard.press('Enter')
    const count = async () =>
      Number(
        (await c.t.deps.db.$client.execute(`SELECT count(*) AS n FROM events WHERE type = 'auth.failed'`)).rows[0]?.n,
      )
    await page.getByText('133 new events.').waitFor()

    // Without a network it says so, and goes on by itself.
    await context.setOffline(true)
    await page.getByText('The server does not answer.').waitFor()
    await fail('offline@example.com')
    await context.setOffline(false)
    await page.getByText('134 new events.').waitFor()
    const total = await count()
    expect(total).toBe(before + 134)
    // The table draws what can be seen. Its length is in the number of its rows.
    expect(await page.locator('table[aria-label="Events"]').getAttribute('aria-rowcount')).toBe(String(total + 1))
    expect(complaints.filter((one) => !/ERR_INTERNET_DISCONNECTED/.test(one))).toEqual([])
    await leave()
  })

  test('an event says who acted for whom', async () => {
    const { accessToken: token } = await signIn(c.t, ADMIN)
    const { id } = (await c.api<{ items: { id: string }[] }>(`GET /v1/users?q=${ADA}`)).items[0] ?? { id: '' }
    const acting = await call<{ accessToken: string }>(c.t, `POST /v1/users/${id}/impersonate`, {
      token,
      body: { reason: 'Ticket 4711' },
    })
    await call(c.t, 'PATCH /v1/me', { token: acting.body.accessToken, body: { name: 'By support' } })
    const { page, complaints, leave } = await c.as(ADMIN, `/console/audit-log?user=${id}&type=user.updated`)
    await rows(page).first().getByRole('button').click()
    const chain = dialog(page).locator('.chain li')
    expect(await chain.allTextContents()).toEqual([`acted user ${ADMIN} ${c.admin.user.id}`, `for user ${ADA} ${id}`])
    await chain.nth(1).getByRole('link').click()
    await heading(page, 'By support')
    expect(complaints).toEqual([])
    await leave()
  })

  test('the seal: nothing yet, verified, and an event that was changed', async () => {
    await c.t.deps.db.$client.execute('DELETE FROM event_seals')
    const { page, complaints, leave } = await c.as(ADMIN, '/console/audit-log')
    await page.getByText('not verified yet').click()
    await page.getByText('Nothing is sealed yet.').waitFor()
    c.t.clock.advance(60_000)
    await runJobs(c.t.deps, 'seal-events')
    await page.getByRole('button', { name: 'Verify now' }).click()
    expect(await dialog(page).locator('.as-command').textContent()).toContain('bun run cli audit verify')
    await act(page, 'Verify')
    await page.getByText('verifying …').waitFor()
    await c.t.work()
    await page.locator('.verification .badge', { hasText: 'intact' }).waitFor()
    expect(await checkPage(page, 'console-audit-log-verified')).toEqual([])
    await c.t.deps.db.$client.execute(
      `UPDATE events SET result = 'failure' WHERE id = (SELECT min(id) FROM events WHERE type = 'setup.completed')`,
    )
    await page.getByRole('button', { name: 'Verify now' }).click()
    await act(page, 'Verify')
    await c.t.work()
    await page.locator('.verification .badge', { hasText: 'changed' }).waitFor()
    expect(await page.getByRole('list', { name: 'Findings' }).textContent()).toContain('event.changed')
    expect(await checkPage(page, 'console-audit-log-changed')).toEqual([])
    expect(complaints).toEqual([])
    await leave()
  })

  test('the log is downloaded with the filters of the page', async () => {
    const { page, complaints, leave } = await c.as(ADMIN, '/console/audit-log?type=setup.completed')
    await rows(page).first().waitFor()
    await page.getByRole('button', { name: 'Export' }).click()
    await dialog(page).getByLabel('Format').selectOption('csv')
    expect(await checkPage(page, 'console-audit-export')).toEqual([])
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog(page).getByRole('link', { name: 'Download' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('audit-events.csv')
    const text = await Bun.file(await download.path()).text()
    expect(text.trim().split('\r\n')).toHaveLength(2)
    expect(text).toContain('setup.completed')
    expect(text).not.toContain(PASSWORD)
    expect(complaints).toEqual([])
    await leave()
  })
})
