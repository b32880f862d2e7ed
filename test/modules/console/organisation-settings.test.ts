/** Domains, settings, roles, events and the end of an organisation, by its owner. In a real Chromium. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { call, signIn } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { act, choose, dialog, row, said } from './support/acts.ts'
import { browserPath, type Console, heading, startConsole } from './support/console.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

let c: Console
let token: string
let orgId: string
const OWNER = 'olive@acme.example'
const HOSTILE = '<img src=x onerror=alert(1)>"\'`$(touch /tmp/x)'

/** What a resolver answers over HTTPS (RFC 8484): a TXT record with this text, or that there is no such name. */
async function txtAnswer(init: RequestInit | undefined, text?: string): Promise<Response> {
  const asked = new Uint8Array(await new Response(init?.body ?? '').arrayBuffer())
  const question = asked.slice(12, asked.indexOf(0, 12) + 5)
  const bytes = new TextEncoder().encode(text ?? '')
  const record = [0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, bytes.length + 1, bytes.length, ...bytes]
  const flags = text === undefined ? 0x83 : 0x80
  const header = [asked[0] ?? 0, asked[1] ?? 0, 0x81, flags, 0, 1, 0, text === undefined ? 0 : 1, 0, 0, 0, 0]
  const message = Uint8Array.from([...header, ...question, ...(text === undefined ? [] : record)])
  return new Response(message, { headers: { 'content-type': 'application/dns-message' } })
}

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  beforeAll(async () => {
    c = await startConsole()
    await c.person(OWNER)
    token = (await signIn(c.t, OWNER)).accessToken
    orgId = (await call<{ id: string }>(c.t, 'POST /v1/orgs', { token, body: { name: HOSTILE, slug: 'acme' } })).body.id
  })
  afterAll(() => c?.stop())

  const tab = (name: string) => `/console/orgs/${orgId}/${name}`

  test('a domain shows the record to set; a check without it says what is missing', async () => {
    const { page, complaints, leave } = await c.as(OWNER, tab('domains'))
    await page.getByText('No domain yet.').waitFor()
    await page.getByRole('button', { name: 'Add domain' }).click()
    await dialog(page).getByLabel('Domain', { exact: true }).fill('gmail.com')
    await act(page, 'Add domain')
    await dialog(page).getByRole('alert').locator('p').first().waitFor()
    await dialog(page).getByLabel('Domain', { exact: true }).fill('acme.example')
    await act(page, 'Add domain')
    const card = page.getByRole('region', { name: 'acme.example' })
    await card.getByText('_threeger.acme.example').waitFor()
    await card.getByText(/^threeger-verification=/).waitFor()
    c.t.foreign.answer = async (_, init) => txtAnswer(init)
    await card.getByRole('button', { name: 'Check the record' }).click()
    await card.getByRole('alert').locator('p').first().waitFor()
    expect(await card.getByRole('alert').textContent()).toContain('record')
    expect(await checkPage(page, 'console-org-domains')).toEqual([])
    const value = (await card.getByText(/^threeger-verification=/).textContent()) ?? ''
    c.t.foreign.answer = async (_, init) => txtAnswer(init, value)
    await card.getByRole('button', { name: 'Check the record' }).click()
    await said(page, 'acme.example is proved.')
    await card.getByText('proved', { exact: true }).waitFor()
    await card.getByRole('button', { name: 'Let people join' }).click()
    await act(page, 'Let people join')
    await card.getByText('people join by themselves').waitFor()
    await card.getByRole('button', { name: 'Remove' }).click()
    await act(page, 'Remove domain')
    await page.getByText('No domain yet.').waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  test('settings are explained and saved, and never over a change that was not seen', async () => {
    const { page, context, complaints, leave } = await c.as(OWNER, tab('settings'))
    await page.getByLabel('A sign-in not older than').selectOption('28800')
    await page.getByLabel('Addresses of these domains only').fill('acme.example\nnot a domain')
    await page.getByRole('button', { name: 'Save settings' }).click()
    await page.locator('textarea[aria-invalid=true]').waitFor()
    await page.getByLabel('Addresses of these domains only').fill('acme.example')
    await page.getByRole('button', { name: 'Save settings' }).click()
    await said(page, 'The settings are saved.')
    expect(await checkPage(page, 'console-org-settings')).toEqual([])
    const { settings } = await c.api<{ settings: Record<string, unknown> }>(`GET /v1/orgs/${orgId}`)
    expect(settings).toMatchObject({ sessionMaxAgeSeconds: 28_800, emailDomains: ['acme.example'], mfaRequired: false })

    const other = await context.newPage()
    await other.goto(page.url())
    await other.getByLabel('A sign-in not older than').selectOption('')
    await other.getByRole('button', { name: 'Save settings' }).click()
    await said(other, 'The settings are saved.')
    await other.close()
    await page.getByLabel('Addresses of these domains only').fill('')
    await page.getByRole('button', { name: 'Save settings' }).click()
    await page.getByRole('alert').locator('p').first().waitFor()
    await page.getByRole('button', { name: 'Show what is saved now' }).click()
    await page.waitForFunction(() => document.querySelector<HTMLSelectElement>('select[name=age]')?.value === '')
    expect(await page.getByLabel('Addresses of these domains only').inputValue()).toBe('acme.example')
    expect(complaints).toEqual([])
    await leave()
  })

  test('a role of the organisation is made, inherits, and is deleted', async () => {
    const { page, complaints, leave } = await c.as(OWNER, tab('roles'))
    await page.getByRole('button', { name: 'New role' }).click()
    await dialog(page).getByLabel('Name', { exact: true }).fill('clerk')
    await choose(page, 'invitations:write', true)
    await dialog(page).getByLabel('Inherits').selectOption('member')
    expect(await checkPage(page, 'console-org-role-new')).toEqual([])
    await act(page, 'Create role')
    await row(page, 'clerk').getByText('invitations:write').waitFor()
    await page.getByLabel('View').selectOption('matrix')
    await page.getByRole('columnheader', { name: 'clerk' }).waitFor()
    expect(await checkPage(page, 'console-org-role-matrix')).toEqual([])
    await page.getByLabel('View').selectOption('')
    await row(page, 'clerk').getByRole('button', { name: 'Edit' }).click()
    await dialog(page).getByLabel('Its holders need a second factor').check()
    await act(page, 'Save role')
    await row(page, 'clerk').getByText('required').waitFor()
    await row(page, 'clerk').getByRole('button', { name: 'Delete' }).click()
    await act(page, 'Delete role')
    await row(page, 'clerk').waitFor({ state: 'detached' })
    expect(complaints).toEqual([])
    await leave()
  })

  test('a rule of the organisation is made and tested by its owner', async () => {
    const { page, complaints, leave } = await c.as(OWNER, tab('rules'))
    await page.getByRole('button', { name: 'New rule' }).click()
    await dialog(page).getByLabel('Name', { exact: true }).fill('not from afar')
    await choose(page, 'members:write', true)
    await dialog(page).getByLabel('Condition').fill('context.ip != "203.0.113.7"')
    await act(page, 'Create rule')
    await row(page, 'not from afar').getByRole('button', { name: 'Test' }).click()
    expect(await dialog(page).getByLabel('Attributes of the resource').inputValue()).toContain(orgId)
    await dialog(page).getByLabel('Circumstances').fill('{"ip": "198.51.100.7"}')
    await act(page, 'Explain')
    await dialog(page).getByText('The deny rule “not from afar” applies.').waitFor()
    await dialog(page).getByText('context.ip', { exact: true }).waitFor()
    await act(page, 'Close')
    await row(page, 'not from afar').getByRole('button', { name: 'Delete' }).click()
    await act(page, 'Delete rule')
    await page.getByText('There are no rules in the organisation.').waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  test('events tell what happened, and the name of an organisation stays text everywhere', async () => {
    const { page, complaints, leave } = await c.as(OWNER, tab('events'))
    await row(page, 'org.created').first().waitFor()
    await page.locator('.filter select').selectOption('role.created')
    await row(page, 'org.created').first().waitFor({ state: 'detached' })
    expect(await checkPage(page, 'console-org-events')).toEqual([])
    await heading(page, HOSTILE)
    expect(await page.locator('main img').count()).toBe(0)
    await page.goto(c.origin + tab('settings'))
    await page.getByRole('button', { name: 'Leave' }).click()
    await act(page, 'Leave')
    await dialog(page).getByText('no active owner').waitFor()
    expect(await checkPage(page, 'console-org-leave')).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await dialog(page).getByLabel(/^Type/).fill('acme')
    await act(page, 'Delete organisation')
    await heading(page, 'Organisations')
    await row(page, HOSTILE).getByRole('button', { name: 'Restore' }).click()
    await act(page, 'Restore')
    await row(page, HOSTILE).getByRole('link', { name: HOSTILE }).waitFor()
    expect(complaints).toEqual([])
    await leave()
  })
})
