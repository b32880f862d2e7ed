/** Each dialog of the sections for access: it can be read by everyone, and Escape leaves everything as it was. In a real Chromium. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { call, PASSWORD, signIn } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { act, dialog, row, said } from './support/acts.ts'
import { ADMIN, browserPath, type Console, startConsole } from './support/console.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

let c: Console
let orgId: string
let clientId: string
let accountId: string
const OWNER = 'olive@acme.example'

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  beforeAll(async () => {
    c = await startConsole()
    await c.person(OWNER)
    const { accessToken: token } = await signIn(c.t, OWNER)
    const own = (path: string, body: unknown) => call<{ id: string }>(c.t, `POST ${path}`, { token, body })
    orgId = (await own('/v1/orgs', { name: 'Acme' })).body.id
    await own(`/v1/orgs/${orgId}/invitations`, { email: 'ann@acme.example' })
    await own(`/v1/orgs/${orgId}/domains`, { domain: 'acme.example' })
    await c.api('POST /v1/permissions', { name: 'invoices:approve' })
    await c.api('POST /v1/roles', { name: 'approver', permissions: ['invoices:approve'] })
    const rule = { name: 'never', effect: 'deny', permissions: ['invoices:approve'], condition: 'actor.id == "x"' }
    await c.api('POST /v1/policies', rule)
    await c.api('POST /v1/resource-types', { name: 'invoice', attributes: { amount: 'int' } })
    await c.api('POST /v1/resources', { name: 'Notes', audience: 'https://api.notes.example', scopes: [] })
    await c.api('POST /v1/api-keys', { name: 'Nightly', scopes: ['orgs:read'] })
    accountId = (await c.api<{ id: string }>('POST /v1/service-accounts', { name: 'Backup', roles: ['user'] })).id
    clientId = (
      await c.api<{ clientId: string }>('POST /v1/oauth-clients', {
        name: 'Shop',
        redirectUris: ['https://shop.example/callback'],
      })
    ).clientId
  })
  afterAll(() => c?.stop())

  /** Where, what is pressed, and the heading of the dialog. */
  const dialogs = (): [string, string, string, string][] => [
    [ADMIN, '/console/permissions?of=apps', 'Delete: invoices:approve', 'Delete the permission invoices:approve?'],
    [ADMIN, '/console/rules', 'Edit: never', 'Rule never'],
    [ADMIN, '/console/api-keys', 'Rotate: Nightly', 'Replace Nightly?'],
    [ADMIN, `/console/service-accounts?item=${accountId}`, 'Change', 'Change Backup'],
    [ADMIN, `/console/oauth-clients/${clientId}`, 'Make a new secret', 'Make a new secret?'],
    [ADMIN, `/console/oauth-clients/${clientId}`, 'Delete', 'Delete Shop?'],
    [OWNER, `/console/orgs/${orgId}/members`, `Remove: ${OWNER}`, `Remove ${OWNER}?`],
    [OWNER, `/console/orgs/${orgId}/domains`, 'Add domain', 'Add a domain'],
    [OWNER, `/console/orgs/${orgId}/domains`, 'Remove', 'Remove acme.example?'],
    [OWNER, `/console/orgs/${orgId}/resources`, 'New resource', 'New resource'],
    [OWNER, `/console/orgs/${orgId}/rules`, 'New rule', 'New rule'],
  ]

  test('each dialog of an act passes axe in both themes and widths, and Escape does nothing', async () => {
    for (const email of [ADMIN, OWNER]) {
      const { page, complaints, posts, leave } = await c.as(email)
      for (const [, path, button, title] of dialogs().filter(([who]) => who === email)) {
        await page.goto(c.origin + path)
        await page.getByRole('button', { name: button, exact: true }).first().click()
        await dialog(page).getByRole('heading', { name: title }).waitFor()
        await dialog(page).locator('.as-command').first().waitFor()
        expect(await dialog(page).locator('.as-command').count(), title).toBe(1)
        const name = `console-dialog-${title.toLowerCase().replace(/[^a-z]+/g, '-')}`
        expect(await checkPage(page, name), title).toEqual([])
        await page.keyboard.press('Escape')
        await dialog(page).waitFor({ state: 'detached' })
      }
      expect(posts().filter((path) => path !== '/v1/auth/sign-in')).toEqual([])
      expect(complaints).toEqual([])
      await leave()
    }
  })

  test('on a phone a rule has every field', async () => {
    const { page, leave } = await c.as(ADMIN, '/console/rules')
    await page.setViewportSize({ width: 360, height: 700 })
    await page.getByRole('button', { name: 'New rule' }).click()
    for (const name of ['Name', 'Effect', 'Search: Permissions', 'About resources of the type', 'Condition'])
      expect(await dialog(page).getByLabel(name, { exact: true }).isVisible(), name).toBe(true)
    await page.setViewportSize({ width: 1280, height: 720 }) // the next visitor gets this page
    await leave()
  })

  test('an act that needs a fresh sign-in asks for it in place, and then is done once', async () => {
    const { page, complaints, posts, leave } = await c.as(ADMIN, '/console/roles')
    await row(page, 'approver').waitFor()
    c.t.clock.advance(11 * 60_000)
    await row(page, 'approver').getByRole('button', { name: 'Delete' }).click()
    await act(page, 'Delete role')
    const proof = page.locator('dialog:has(input[type=password])')
    await proof.locator('input[type=password]').fill(PASSWORD)
    expect(await checkPage(page, 'console-fresh-session')).toEqual([])
    await page.keyboard.press('Enter')
    await said(page, 'The role is deleted.')
    await row(page, 'approver').waitFor({ state: 'detached' })
    expect(posts().filter((path) => path === '/v1/roles/approver')).toHaveLength(2) // refused, and then done
    expect(complaints).toEqual([])
    await leave()
  })

  test('a session that ended while the console was open leads to the sign-in page, and back', async () => {
    const { page, context, leave } = await c.as(OWNER, `/console/orgs/${orgId}/invitations`)
    await row(page, 'ann@acme.example').waitFor()
    await context.clearCookies()
    await row(page, 'ann@acme.example').getByRole('button', { name: 'Revoke' }).click()
    await act(page, 'Revoke invitation')
    await page.waitForURL(/\/sign-in\?/)
    expect(new URL(page.url()).searchParams.get('return_to')).toBe(`/console/orgs/${orgId}/invitations`)
    await leave()
  })

  test('without an answer the dialog says so, and the same press again does it once', async () => {
    const { page, leave } = await c.as(ADMIN, '/console/permissions')
    await page.getByRole('button', { name: 'Register permission' }).click()
    await dialog(page).getByLabel('Name', { exact: true }).fill('reports:read')
    // The server does it, and its answer is lost.
    await page.route('**/v1/permissions', async (route) => {
      await route.fetch()
      await route.abort()
    })
    await act(page, 'Register permission')
    await dialog(page).getByText('The server did not answer.').waitFor()
    await page.unroute('**/v1/permissions')
    await act(page, 'Register permission')
    await said(page, 'registered')
    await row(page, 'reports:read').waitFor()
    await leave()
  })
})
