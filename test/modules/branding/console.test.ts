/** The previews of brands in the console: of the server, and of an organisation. In a real Chromium. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Org } from '../../../src/modules/orgs/schema.ts'
import { call, signIn } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { ADMIN, browserPath, type Console, startConsole } from '../console/support/console.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

const OWNER = 'olive@acme.example'
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#0f766e"/></svg>'
const EVIL_SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="document.title='evil'"><script>document.title='evil'</script><image href="https://evil.example/x.png"/></svg>`

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  let c: Console
  let org: Org
  beforeAll(async () => {
    c = await startConsole({ BRAND_CSS: '--radius: 4px' })
    await c.person(OWNER, ['user'], { name: 'Olive Owner' })
    const { accessToken: token } = await signIn(c.t, OWNER)
    org = (await call<Org>(c.t, 'POST /v1/orgs', { token, body: { name: 'Acme', slug: 'acme' } })).body
  })
  afterAll(() => c?.stop())

  const file = (name: string, text: string, mimeType = 'image/svg+xml') => ({
    name,
    mimeType,
    buffer: Buffer.from(text),
  })

  test('an administrator tries a brand of the server, and copies the variables', async () => {
    const { page, complaints, leave } = await c.as(ADMIN, '/console/branding')
    await page.getByLabel('Name').fill("Ada's")
    await page.getByLabel('Colour', { exact: true }).fill('#ffee00')
    // The button keeps the colour; a link on a white card cannot have it.
    expect(await page.getByRole('row', { name: 'Links and focus, on cards' }).textContent()).toMatch(
      /as #[0-9a-f]{6}.*as it is$/,
    )
    expect(
      await page
        .locator('.preview .press')
        .first()
        .evaluate((at) => getComputedStyle(at).backgroundColor),
    ).toBe('rgb(255, 238, 0)')
    expect(await page.locator('.block pre').textContent()).toBe("BRAND_NAME='Ada'\\''s'\nBRAND_COLOR='#ffee00'")
    await page.getByLabel('Logo').setInputFiles(file('logo.svg', EVIL_SVG))
    await page.locator('.block pre', { hasText: 'BRAND_LOGO=data:image/svg+xml;base64,' }).waitFor()
    await page.getByLabel('CSS variables').fill('--page: #777777')
    expect(await page.locator('.fault').textContent()).toContain('It needs 4.5:1')
    await page.getByLabel('CSS variables').fill('--radius: 0px')
    expect(await checkPage(page, 'console-branding')).toEqual([])
    await page.getByLabel('Logo').setInputFiles(file('logo.png', '<html>', 'image/png'))
    await page.locator('.fault', { hasText: 'does not have the bytes of image/png' }).waitFor()
    expect(await page.title()).not.toContain('evil')
    expect(complaints).toEqual([])
    await leave()
  })

  test('an owner publishes a brand of the organisation, and takes it back', async () => {
    const { page, complaints, leave } = await c.as(OWNER, `/console/orgs/${org.id}/branding`)
    await page.getByLabel('Name').fill('Acme People')
    await page.getByLabel('A colour of its own').check()
    await page.getByLabel('Colour', { exact: true }).fill('#0f766e')
    await page.getByLabel('Logo').setInputFiles(file('logo.svg', SVG))
    await page.getByLabel('Support').fill('help@acme.example')
    expect(await page.locator('.preview .foot').first().textContent()).toBe('This page is a service of Threeger ID.')
    expect(await checkPage(page, 'console-org-branding')).toEqual([])
    await page.getByRole('button', { name: 'Save branding' }).click()
    await page.getByText('The branding is saved.').waitFor()
    const read = async () => (await c.api<Org>(`GET /v1/orgs/${org.id}`)).settings.branding
    expect(await read()).toMatchObject({
      name: 'Acme People',
      color: '#0f766e',
      supportUrl: 'mailto:help@acme.example',
      termsUrl: null,
    })
    expect((await call(c.t, 'GET /branding/orgs/acme/logo')).text).toBe(SVG)

    await page.getByLabel('Name').fill('Threeger ID')
    await page.getByRole('button', { name: 'Save branding' }).click()
    await page.locator('.fault', { hasText: 'must not be the name of this server' }).waitFor()

    await page.getByLabel('Name').fill('')
    await page.getByLabel('A colour of its own').uncheck()
    await page.getByRole('button', { name: 'Remove the logo' }).click()
    await page.getByLabel('Support').fill('')
    await page.getByRole('button', { name: 'Save branding' }).click()
    await page.locator('.fault').waitFor({ state: 'detached' })
    await page.waitForFunction(() => document.querySelector('.branding form')?.getAttribute('aria-busy') !== 'true')
    expect(await read()).toBeNull()
    expect(complaints).toEqual([])
    await leave()
  })
})
