/** API keys and service accounts in the console. In a real Chromium. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { call, signIn } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { act, choose, dialog, row, said } from './support/acts.ts'
import { ADMIN, browserPath, type Console, heading, startConsole } from './support/console.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

let c: Console
let orgId: string
const OWNER = 'olive@acme.example'

/** The browser counts from the time of the server, or an end in 30 days would be far in the future there. */
const sameTime = (page: Page) => page.clock.setFixedTime(c.t.clock.now())
const shownSecret = (page: Page) => dialog(page).locator('.secret input').inputValue()
const asks = (key: string) => call(c.t, 'GET /v1/orgs', { token: key }).then(({ status }) => status)

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  // Each test has a server of its own: what another one made would be in its lists.
  beforeEach(async () => {
    c = await startConsole()
    await c.person(OWNER)
    const { accessToken: token } = await signIn(c.t, OWNER)
    orgId = (await call<{ id: string }>(c.t, 'POST /v1/orgs', { token, body: { name: 'Acme' } })).body.id
  })
  afterEach(() => c?.stop())

  test('a key is made once, shown once, replaced with overlap, and revoked', async () => {
    const { page, complaints, posts, leave } = await c.as(ADMIN, '/console/api-keys')
    await sameTime(page)
    await heading(page, 'API keys')
    await page.getByText('No key works here.').waitFor()
    await page.getByRole('button', { name: 'New API key' }).click()
    await dialog(page).getByLabel('Name', { exact: true }).fill('Nightly <script>alert(1)</script>')
    await choose(page, 'orgs:read', true)
    await dialog(page).getByLabel('Only from these networks').fill('127.0.0.0/8\nnot-a-network')
    expect(await checkPage(page, 'console-key-new')).toEqual([])
    await act(page, 'Create key')
    await dialog(page).locator('textarea[aria-invalid=true]').waitFor()
    await dialog(page).getByLabel('Only from these networks').fill('')
    await dialog(page).getByRole('button', { name: 'Create key' }).dblclick()
    await dialog(page).getByText('It is shown this once.').waitFor()
    const key = await shownSecret(page)
    expect(key).toMatch(/^tid_[0-9A-Za-z]{49}$/)
    expect(await checkPage(page, 'console-key-shown')).toEqual([])
    expect(posts().filter((path) => path === '/v1/api-keys')).toHaveLength(2) // the refused one, and this one once
    expect(await asks(key)).toBe(200)
    await act(page, 'I have saved it')
    expect(await page.content()).not.toContain(key)
    const made = row(page, 'Nightly <script>')
    await made.getByText('in 3 months').waitFor()
    expect(await checkPage(page, 'console-keys')).toEqual([])

    await made.getByRole('button', { name: 'Rotate' }).click()
    await dialog(page).getByLabel('The old key works for another').selectOption('168')
    await act(page, 'Replace key')
    await dialog(page).getByText('It is shown this once.').waitFor()
    const next = await shownSecret(page)
    expect([next === key, await asks(key), await asks(next)]).toEqual([false, 200, 200])
    await page.keyboard.press('Escape')
    await page.waitForFunction(() => document.querySelectorAll('main tbody tr').length === 2)
    // A second replacement of the old one is refused, and the dialog says why.
    await row(page, `tid_…${key.slice(-4)}`)
      .getByRole('button', { name: 'Rotate' })
      .click()
    await act(page, 'Replace key')
    await dialog(page).getByRole('alert').locator('p').first().waitFor()
    await page.keyboard.press('Escape')
    await row(page, `tid_…${key.slice(-4)}`)
      .getByRole('button', { name: 'Revoke' })
      .click()
    await act(page, 'Revoke key')
    await said(page, 'The key is revoked.')
    expect([await asks(key), await asks(next)]).toEqual([401, 200])

    // A key that leaked, in the line in which it was found. The command does not show it.
    await page.getByRole('button', { name: 'Revoke a key that was found' }).click()
    await dialog(page).getByLabel('What was found').fill('TOKEN=tid_short')
    await dialog(page).getByText('There is no complete key').waitFor()
    await dialog(page).getByLabel('What was found').fill(`export TOKEN="${next}"`)
    await dialog(page)
      .getByText(/It ends like the key “Nightly/)
      .waitFor()
    expect(await dialog(page).locator('.as-command').textContent()).not.toContain(next)
    expect(await checkPage(page, 'console-key-found')).toEqual([])
    await act(page, 'Revoke key')
    await said(page, 'Its owner gets a mail')
    expect(await asks(next)).toBe(401)
    expect(complaints).toEqual([])
    await leave()
  })

  test('an owner makes a signed key of the organisation, which works there alone', async () => {
    const { page, complaints, requests, leave } = await c.as(OWNER, `/console/orgs/${orgId}/keys`)
    await sameTime(page)
    await page.getByRole('button', { name: 'New API key' }).click()
    await dialog(page).getByLabel('Name', { exact: true }).fill('Reports')
    // Only what the person has in the organisation is offered.
    expect(await dialog(page).locator('input[name="users:read"]').count()).toBe(0)
    await choose(page, 'members:read', true)
    await dialog(page).getByLabel('Form').selectOption('signed')
    await dialog(page).getByLabel('It ends').selectOption('')
    await act(page, 'Create key')
    await dialog(page).getByRole('alert').locator('p').first().waitFor() // a signed key always ends
    await dialog(page).getByLabel('It ends').selectOption('30')
    await act(page, 'Create key')
    await dialog(page).getByText('It is shown this once.').waitFor()
    const key = await shownSecret(page)
    expect(key).toStartWith('tid_eyJ')
    const read = await call(c.t, `GET /v1/orgs/${orgId}/members`, { token: key })
    expect([read.status, await asks(key)]).toEqual([200, 403])
    await act(page, 'I have saved it')
    await row(page, 'Reports').getByText('signed').waitFor()
    expect(await checkPage(page, 'console-org-keys')).toEqual([])
    expect(requests.filter((request) => request.url().includes('all=true'))).toEqual([])
    expect(complaints).toEqual([])
    await leave()
  })

  test('a service account gets roles and a key, is changed as it was seen, disabled and deleted', async () => {
    const { page, context, complaints, leave } = await c.as(ADMIN, '/console/service-accounts')
    await sameTime(page)
    await page.getByText('There is no service account in the instance.').waitFor()
    await page.getByRole('button', { name: 'New service account' }).click()
    await dialog(page).getByLabel('Name', { exact: true }).fill('Backup')
    await choose(page, 'user', false)
    await choose(page, 'admin', true)
    expect(await checkPage(page, 'console-service-account-new')).toEqual([])
    await act(page, 'Create service account')
    await row(page, 'Backup').getByRole('link', { name: 'Backup' }).click()
    await page.getByRole('heading', { level: 2, name: 'Backup' }).waitFor()
    await page.getByRole('button', { name: 'New API key' }).click()
    await dialog(page).getByLabel('Name', { exact: true }).fill('Backup key')
    await choose(page, 'orgs:read', true)
    expect(await dialog(page).locator('.as-command').textContent()).toMatch(
      /bun run cli api-keys create --service-account=sva_[0-9a-f]{32} '--name=Backup key' --scopes=orgs:read --days=90/,
    )
    await act(page, 'Create key')
    await dialog(page).getByText('It is shown this once.').waitFor()
    const key = await shownSecret(page)
    await act(page, 'I have saved it')
    await row(page, 'Backup key').waitFor()
    expect(await asks(key)).toBe(200)
    expect(await checkPage(page, 'console-service-account')).toEqual([])

    const other = await context.newPage()
    await other.goto(page.url())
    await other.getByRole('button', { name: 'Change' }).click()
    await dialog(other).getByLabel('Name', { exact: true }).fill('Backups')
    await act(other, 'Save')
    await other.getByRole('heading', { level: 2, name: 'Backups' }).waitFor()
    await other.close()
    await page.getByRole('button', { name: 'Change' }).click()
    await dialog(page).getByLabel('What it is for').fill('Every night')
    await act(page, 'Save')
    await dialog(page).getByRole('alert').locator('p').first().waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { level: 2, name: 'Backups' }).waitFor() // what the other tab saved

    await page.getByRole('button', { name: 'Disable' }).click()
    await act(page, 'Disable')
    await page.getByRole('button', { name: 'Enable' }).waitFor()
    expect(await asks(key)).toBe(401)
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await dialog(page).getByLabel(/^Type/).fill('Backups')
    await act(page, 'Delete service account')
    await page.getByText('There is no service account in the instance.').waitFor()
    expect(complaints).toEqual([])
    await leave()
  })
})
