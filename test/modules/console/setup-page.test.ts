/** The set-up of a new server in a real Chromium: its steps, a reload in each, a wrong token, and a server that is set up. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { setupToken } from '../../../src/modules/setup/setup-token.ts'
import { PASSWORD, setUpAdmin } from '../../support/client.ts'
import { checkPage, focusWhenShown } from '../../support/page-checks.ts'
import { startWorld, type World } from '../pages/support/world.ts'
import { browserPath, heading } from './support/console.ts'

setDefaultTimeout(300_000)

let w: World
const fill = (page: Page, label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text)
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const token = async () => (await setupToken(w.t.deps)) ?? ''

async function makeAdministrator(page: Page): Promise<void> {
  await fill(page, 'E-mail', 'ada@example.com')
  await fill(page, 'Name', 'Ada <b>Lovelace</b>')
  await fill(page, 'Password', PASSWORD)
  await press(page, 'Create administrator')
  await heading(page, 'Make your first organisation')
}

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  beforeEach(async () => {
    w = await startWorld()
  })
  afterEach(() => w?.stop())

  test('the console of a new server leads to the set-up, which makes an administrator, an organisation and a client', async () => {
    const { page, complaints } = await w.visit()
    await page.goto(`${w.origin}/console/users`)
    await heading(page, 'Make the first administrator')
    expect(new URL(page.url()).pathname).toBe('/setup')
    expect(await checkPage(page, 'setup-administrator')).toEqual([])

    await page.goto(`${w.origin}/setup#token=${await token()}`)
    await page.reload() // the token is still there, and not in the address
    expect(page.url()).toBe(`${w.origin}/setup`)
    await page.getByText('Your link has the set-up token.').waitFor()
    await makeAdministrator(page)
    expect(await checkPage(page, 'setup-organisation')).toEqual([])

    await page.reload()
    await heading(page, 'Make your first organisation')
    await fill(page, 'Name of the organisation', 'Acme')
    await press(page, 'Create organisation')
    await heading(page, 'Connect your first application')

    await page.reload()
    await fill(page, 'Name of the application', 'Demo')
    await fill(page, 'Redirect URI', 'not a URI')
    await press(page, 'Create client')
    await fill(page, 'Redirect URI', 'http://127.0.0.1:9/callback')
    expect(await checkPage(page, 'setup-client')).toEqual([])
    await press(page, 'Create client')
    await heading(page, 'The server is set up')
    expect(await checkPage(page, 'setup-finished')).toEqual([])
    const secret = await page.getByLabel('Client secret').inputValue()
    expect(secret.length).toBeGreaterThan(20)
    const env = await page.getByRole('region', { name: '.env' }).textContent()
    expect(env).toContain(`OIDC_CLIENT_SECRET=${secret}`)
    expect(await page.evaluate(() => JSON.stringify([{ ...sessionStorage }, history.state]))).not.toContain(secret)

    await page.reload() // the secret is shown once
    await heading(page, 'The server is set up')
    expect(await page.getByLabel('Client secret').count()).toBe(0)
    expect(await page.content()).not.toContain(secret)
    await page.getByRole('link', { name: 'Open the console' }).click()
    await heading(page, /./)
    await page.getByText('ada@example.com').first().waitFor()
    expect(complaints).toEqual([])
  })

  test('every step but the first can be left out, by the keyboard alone', async () => {
    const { page } = await w.visit()
    await page.goto(`${w.origin}/setup#token=${await token()}`)
    await heading(page, 'Make the first administrator')
    for (const text of ['ada@example.com', 'Ada', PASSWORD]) {
      await page.keyboard.press('Tab')
      await page.keyboard.type(text)
    }
    await page.keyboard.press('Enter')
    for (const [title, next] of [
      ['Make your first organisation', 'Connect your first application'],
      ['Connect your first application', 'The server is set up'],
    ] as const) {
      await heading(page, title)
      await page.locator('h1:focus').waitFor()
      const skip = page.getByRole('button', { name: 'Skip this step' })
      while (!(await skip.evaluate((element) => element === document.activeElement))) await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await heading(page, next)
    }
    await page.getByText('You are signed in as').waitFor()
    expect(await checkPage(page, 'setup-signed-in')).toEqual([])
  })

  test('a wrong token, a weak password and a second press have a sentence and a way on', async () => {
    const { page, posts } = await w.visit()
    await page.goto(`${w.origin}/setup#token=wrong`)
    await fill(page, 'E-mail', 'ada@example.com')
    await fill(page, 'Name', 'Ada')
    await fill(page, 'Password', PASSWORD)
    await press(page, 'Create administrator')
    await page
      .getByRole('alert')
      .getByText(/token is wrong or expired/)
      .waitFor()
    expect(await checkPage(page, 'setup-wrong-token')).toEqual([])
    await press(page, 'Enter another token')
    await fill(page, 'Set-up token', await token())
    await fill(page, 'Password', 'password')
    const focused = focusWhenShown(page, '[role=alert] p')
    await press(page, 'Create administrator')
    expect(await focused).toBe('password')
    await fill(page, 'Password', PASSWORD)
    await page.getByRole('button', { name: 'Create administrator' }).evaluate((button: HTMLElement) => {
      button.click()
      button.click()
    })
    await heading(page, 'Make your first organisation')
    expect(posts().filter((path) => path === '/v1/setup').length).toBe(3)
  })

  test('a server that is set up says so and leads to the sign-in, also in a tab that was open before', async () => {
    const { page } = await w.visit()
    await page.goto(`${w.origin}/setup#token=${await token()}`)
    await setUpAdmin(w.t)
    await fill(page, 'E-mail', 'late@example.com')
    await fill(page, 'Name', 'Late')
    await fill(page, 'Password', PASSWORD)
    await press(page, 'Create administrator')
    await page.getByRole('link', { name: 'Sign in as an administrator' }).waitFor()

    await page.goto(`${w.origin}/setup`)
    await heading(page, 'The server is set up')
    expect(await checkPage(page, 'setup-done')).toEqual([])
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.waitForURL(/\/sign-in\?return_to=/)
  })
})
