/** OAuth clients, resources and providers in the console. In a real Chromium. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { call, signIn } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { act, choose, dialog, row, said } from './support/acts.ts'
import { ADMIN, browserPath, type Console, heading, startConsole } from './support/console.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

let c: Console
let orgId: string
const OWNER = 'olive@acme.example'

interface Client {
  clientId: string
  name: string
  redirectUris: string[]
  tokenEndpointAuthMethod: string
  grantTypes: string[]
  scopes: string[] | null
  orgId: string | null
  firstParty: boolean
  secrets: { hint: string }[]
}
/** An API with the scope `notes:read`. */
const notesApi = () =>
  c.api('POST /v1/resources', {
    name: 'Notes API',
    audience: 'https://api.notes.example',
    scopes: [{ name: 'notes:read', description: 'Read your notes' }],
  })

const clients = async (): Promise<Client[]> => (await c.api<{ items: Client[] }>('GET /v1/oauth-clients')).items

const tokenWith = (id: string, secret: string) =>
  call(c.t, 'POST /oauth/token', {
    headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: 'https://api.notes.example' }),
  }).then(({ status }) => status)

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  // Each test has a server of its own: what another one made would be in its lists.
  beforeEach(async () => {
    c = await startConsole({
      OIDC_PROVIDERS: JSON.stringify([{ id: 'google', preset: 'google', clientId: 'x', clientSecret: 'y' }]),
      RETURN_URLS: 'https://app.example.com/signed-in',
    })
    await c.person(OWNER)
    const { accessToken: token } = await signIn(c.t, OWNER)
    orgId = (await call<{ id: string }>(c.t, 'POST /v1/orgs', { token, body: { name: 'Acme' } })).body.id
  })
  afterEach(() => c?.stop())

  test('a resource is made with its scopes, and its faults stand at their rows', async () => {
    const { page, complaints, leave } = await c.as(ADMIN, '/console/resources')
    await heading(page, 'Resources')
    await page.getByRole('button', { name: 'New resource' }).click()
    await dialog(page).getByLabel('Name', { exact: true }).fill('Notes API')
    await dialog(page).getByLabel('Audience').fill('https://api.notes.example')
    for (const _ of [1, 2]) await dialog(page).getByRole('button', { name: 'Add scope' }).click()
    await dialog(page).getByLabel('Scope 1', { exact: true }).fill('notes:read')
    await dialog(page).getByLabel('Description 1', { exact: true }).fill('Read your notes')
    await dialog(page).getByLabel('Scope 2', { exact: true }).fill('notes write')
    await dialog(page).getByLabel('Description 2', { exact: true }).fill('Write them')
    await act(page, 'Create resource')
    await dialog(page).locator('.rows-field-row').nth(1).locator('.fault').waitFor()
    expect(await dialog(page).locator('.rows-field-row').nth(0).locator('.fault').count()).toBe(0)
    expect(await checkPage(page, 'console-resource-new')).toEqual([])
    await dialog(page).getByLabel('Scope 2', { exact: true }).fill('notes:write')
    await act(page, 'Create resource')
    await row(page, 'Notes API').getByText('notes:read, notes:write').waitFor()
    await row(page, 'Notes API').getByRole('button', { name: 'Edit' }).click()
    await dialog(page).getByRole('button', { name: 'Remove scopes 2' }).click()
    await page.waitForLoadState('networkidle')
    await act(page, 'Save resource')
    await row(page, 'Notes API').getByText('notes:read', { exact: true }).waitFor()
    expect(await checkPage(page, 'console-resources')).toEqual([])
    expect(complaints).toEqual([])
    await leave()
  })

  test('a web app gets a client, its settings to copy, and a secret that is shown once', async () => {
    await notesApi()
    const { page, complaints, posts, leave } = await c.as(ADMIN, '/console/oauth-clients')
    await page.getByText('No client of the instance yet.').waitFor()
    await page.getByRole('button', { name: 'New client' }).click()
    await dialog(page)
      .getByRole('button', { name: /Machine to machine/ })
      .waitFor()
    expect(await checkPage(page, 'console-client-kinds')).toEqual([])
    await dialog(page)
      .getByRole('button', { name: /^Web app/ })
      .click()
    await dialog(page).getByLabel('Name', { exact: true }).fill('Shop "& <b>Co</b>')
    await dialog(page).getByLabel('Redirect URIs').fill('https://shop.example/callback\nhttp://shop.example/insecure')
    await dialog(page).locator('input[name="notes:read"]').check()
    await act(page, 'Create client')
    await dialog(page).locator('textarea[name=redirectUris][aria-invalid=true]').waitFor()
    expect(await dialog(page).locator('.fault').first().textContent()).toContain('http://shop.example/insecure: ')
    expect(await checkPage(page, 'console-client-refused')).toEqual([])
    await dialog(page).getByLabel('Redirect URIs').fill('https://shop.example/callback')
    await dialog(page).getByRole('button', { name: 'Create client' }).dblclick()
    await dialog(page).getByText('It is shown this once.').waitFor()
    expect(posts().filter((path) => path === '/v1/oauth-clients')).toHaveLength(2) // the refused one, and this one once
    const [client] = await clients()
    expect(client).toMatchObject({
      name: 'Shop "& <b>Co</b>',
      redirectUris: ['https://shop.example/callback'],
      tokenEndpointAuthMethod: 'client_secret_basic',
      scopes: ['openid', 'profile', 'email', 'notes:read'],
      firstParty: false,
    })
    expect(await dialog(page).textContent()).toContain(`${c.origin}/.well-known/openid-configuration`)
    expect(await dialog(page).textContent()).toContain(client?.clientId ?? '-')
    expect(await checkPage(page, 'console-client-made')).toEqual([])
    await dialog(page).getByRole('link', { name: 'Open the client' }).click()
    await page.getByRole('heading', { level: 2, name: 'Shop "& <b>Co</b>' }).waitFor()
    expect(await page.locator('main b').count()).toBe(0)
    expect(await checkPage(page, 'console-client')).toEqual([])

    // Only what was changed is sent.
    const terms = page.getByRole('form', { name: 'Terms' })
    await terms.getByLabel('Redirect URIs').fill('https://shop.example/callback\nhttps://shop.example/two')
    await terms.getByLabel('It is our own application').check()
    await terms.getByText('Tokens', { exact: true }).click()
    await terms.getByLabel('ID tokens are signed with').selectOption('EdDSA')
    await terms.getByText('Sign-out', { exact: true }).click()
    await terms.getByLabel('Where people go after sign-out').fill('https://shop.example/*')
    await terms.getByRole('button', { name: 'Save changes' }).click()
    await terms.locator('textarea[name=postLogoutRedirectUris][aria-invalid=true]').waitFor()
    await terms.getByLabel('Where people go after sign-out').fill('https://shop.example/bye')
    expect(await terms.locator('.as-command').textContent()).not.toContain('tokenEndpointAuthMethod')
    await terms.getByRole('button', { name: 'Save changes' }).click()
    await said(page, 'The client is saved.')
    expect((await clients())[0]).toMatchObject({
      firstParty: true,
      idTokenSignedResponseAlg: 'EdDSA',
      redirectUris: ['https://shop.example/callback', 'https://shop.example/two'],
      postLogoutRedirectUris: ['https://shop.example/bye'],
    })
    expect(complaints).toEqual([])
    await leave()
  })

  test('a machine gets tokens; its secret is replaced with overlap, and the client ends', async () => {
    await notesApi()
    const { page, complaints, leave } = await c.as(ADMIN, '/console/oauth-clients')
    await page.clock.setFixedTime(c.t.clock.now())
    await page.getByRole('button', { name: 'New client' }).click()
    await dialog(page)
      .getByRole('button', { name: /Machine to machine/ })
      .click()
    await dialog(page).getByLabel('Name', { exact: true }).fill('Importer')
    await choose(page, 'notes:read', true)
    await dialog(page).getByLabel('APIs it calls').fill('https://api.notes.example')
    await act(page, 'Create client')
    await dialog(page).getByText('It is shown this once.').waitFor()
    const first = await dialog(page).locator('.secret input').inputValue()
    const id = (await clients()).find(({ name }) => name === 'Importer')?.clientId ?? ''
    expect(await tokenWith(id, first)).toBe(200)
    await act(page, 'I have saved the secret')
    expect(await checkPage(page, 'console-clients')).toEqual([])
    await row(page, 'Importer').getByRole('link', { name: 'Importer' }).click()
    await page.getByRole('button', { name: 'Make a new secret' }).click()
    await act(page, 'Make secret')
    await dialog(page).getByText('It is shown this once.').waitFor()
    const second = await dialog(page).locator('.secret input').inputValue()
    expect([await tokenWith(id, first), await tokenWith(id, second)]).toEqual([200, 200])
    await act(page, 'I have saved it')
    await row(page, `…${first.slice(-4)}`)
      .getByRole('button', { name: 'Remove' })
      .click()
    await act(page, 'Remove secret')
    await said(page, 'The secret is removed.')
    expect([await tokenWith(id, first), await tokenWith(id, second)]).toEqual([401, 200])
    await page.getByRole('button', { name: 'Disable' }).click()
    await act(page, 'Disable')
    await page.getByRole('button', { name: 'Enable' }).waitFor()
    expect(await tokenWith(id, second)).toBe(401)
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await dialog(page).getByLabel(/^Type/).fill('Importer')
    await act(page, 'Delete client')
    await said(page, 'The client is deleted.')
    await row(page, 'Importer').waitFor({ state: 'detached' })
    // The address of what is gone has a sentence.
    await page.goto(`${c.origin}/console/oauth-clients/${id}`)
    await page.getByText('There is no such OAuth client.').waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  test('an owner makes a client of the organisation, which is never first-party', async () => {
    const { page, complaints, requests, leave } = await c.as(OWNER, `/console/orgs/${orgId}/clients`)
    await page.getByRole('button', { name: 'New client' }).click()
    await dialog(page)
      .getByRole('button', { name: /^Agent or MCP client/ })
      .click()
    expect(await dialog(page).getByLabel('It is our own application').count()).toBe(0)
    await dialog(page).getByLabel('Name', { exact: true }).fill('Assistant')
    await dialog(page).getByLabel('Redirect URIs').fill('http://127.0.0.1/callback')
    await act(page, 'Create client')
    await dialog(page).getByText('Assistant is ready').waitFor()
    await act(page, 'Done')
    await row(page, 'Assistant').getByRole('link', { name: 'Assistant' }).click()
    await page.getByRole('form', { name: 'Terms' }).waitFor()
    expect(await page.getByLabel('It is our own application').count()).toBe(0)
    expect(await checkPage(page, 'console-org-client')).toEqual([])
    await page.goBack()
    await row(page, 'Assistant').waitFor()
    const asked = requests
      .map((request) => new URL(request.url()))
      .filter(({ pathname }) => pathname === '/v1/oauth-clients')
    expect(asked.every(({ searchParams }) => searchParams.get('orgId') === orgId || searchParams.size === 0)).toBe(true)
    expect(complaints).toEqual([])
    await leave()
  })

  test('providers are read, with what to register and what to set', async () => {
    const { page, complaints, posts, leave } = await c.as(ADMIN, '/console/providers')
    await row(page, 'Google').getByText(`${c.origin}/v1/auth/providers/google/callback`).waitFor()
    await page.getByLabel('Which one').selectOption('oidc')
    await page.getByLabel('Id', { exact: true }).fill('google')
    await page.getByText('There is a provider with this id.').waitFor()
    await page.getByLabel('Id', { exact: true }).fill('sso')
    await page.getByText(`${c.origin}/v1/auth/providers/sso/callback`).waitFor()
    expect(await page.getByRole('region', { name: 'Object for OIDC_PROVIDERS' }).textContent()).toContain('"id": "sso"')
    expect(await checkPage(page, 'console-providers')).toEqual([])
    expect(posts().filter((path) => path !== '/v1/auth/sign-in')).toEqual([])
    expect(complaints).toEqual([])
    await leave()
  })

  test('by the keyboard alone: a client is made, opened and disabled', async () => {
    const { page, complaints, leave } = await c.as(ADMIN, '/console/oauth-clients')
    await heading(page, 'OAuth clients')
    const { keyboard } = page
    const focused = () =>
      page.evaluate(() => {
        const { activeElement: at } = document
        const label = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement ? at.labels?.[0] : null
        return (at?.getAttribute('aria-label') ?? label?.textContent ?? at?.textContent ?? '').trim()
      })
    /** Presses Tab until this has the focus. */
    const reach = async (name: RegExp) => {
      for (let presses = 0; presses < 80; presses++) {
        if (name.test(await focused())) return
        await keyboard.press('Tab')
      }
      throw new Error(`Tab does not reach ${name}`)
    }
    await reach(/^New client$/)
    await keyboard.press('Enter')
    await dialog(page).waitFor()
    await reach(/^Single-page app/)
    await keyboard.press('Enter')
    await dialog(page).getByLabel('Redirect URIs').waitFor()
    await reach(/^Name$/)
    await keyboard.type('Keys only')
    await reach(/^Redirect URIs$/)
    await keyboard.type('https://keys.example/callback')
    await reach(/^Create client$/)
    await keyboard.press('Space')
    await dialog(page).getByText('Keys only is ready').waitFor()
    await keyboard.press('Escape')
    await dialog(page).waitFor({ state: 'detached' })
    // The focus is back where it was, and not lost at the top.
    await page.waitForFunction(() => /New client|OAuth clients/.test(document.activeElement?.textContent ?? ''))
    await row(page, 'Keys only').waitFor()
    await reach(/^Keys only$/)
    await keyboard.press('Enter')
    await page.getByRole('heading', { level: 2, name: 'Keys only' }).waitFor()
    await page.waitForFunction(() => document.activeElement?.textContent?.trim() === 'Keys only')
    await reach(/^Disable$/)
    await keyboard.press('Enter')
    await dialog(page).waitFor()
    await reach(/^Cancel$/)
    await keyboard.press('Tab')
    await page.waitForFunction(() => document.activeElement?.textContent?.trim() === 'Disable')
    await keyboard.press('Enter')
    await page.getByRole('button', { name: 'Enable' }).waitFor()
    expect(complaints).toEqual([])
    await leave()
  })
})
