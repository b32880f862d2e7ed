/**
 * The first hour, by clicks alone: an empty folder, the real server, the first administrator, an organisation, an OAuth client, and
 * an application that a new person signs in to. The application is the one that the set-up shows, as it stands there.
 */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { cleanUp, environment, newFolder, ROOT, startServer } from '../../process/support/server.ts'
import { browserPath, launchChromium } from '../../support/chromium.ts'
import { PASSWORD } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { freePort } from '../../support/ports.ts'
import { heading } from './support/console.ts'

setDefaultTimeout(600_000)

let browser: Browser | undefined
let demo: Bun.Subprocess<'ignore', 'pipe', 'inherit'> | undefined

afterAll(async () => {
  demo?.kill()
  await demo?.exited
  await browser?.close()
  await cleanUp()
})

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const fill = (page: Page, label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text)
const shown = async (page: Page, name: string) =>
  (await page.getByRole('region', { name, exact: true }).textContent()) ?? ''

/** Starts the application of the page in an empty folder, with the `.env` of the page and nothing else. */
async function startDemo(app: string, env: string): Promise<void> {
  const folder = newFolder()
  await Bun.write(join(folder, 'app.ts'), app)
  await Bun.write(join(folder, '.env'), env)
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules')) // instead of `bun add openid-client`
  const { PATH = '' } = process.env
  const command = [process.execPath, '--env-file=.env', 'app.ts']
  demo = Bun.spawn(command, { cwd: folder, env: { PATH }, stdin: 'ignore', stdout: 'pipe', stderr: 'inherit' })
  for await (const chunk of demo.stdout) if (new TextDecoder().decode(chunk).includes('Open ')) return
  throw new Error('the application ended')
}

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  test('from an empty folder to a person who is signed in at an application', async () => {
    const folder = newFolder()
    const place = { PORT: String(freePort()), DATABASE_URL: `file:${join(folder, 'data/first.db')}` }
    const server = await startServer(environment(folder, place))
    const [, token = ''] = await server.output(/\/setup#token=(\S+)\n/)
    browser = await launchChromium()
    const complaints: string[] = []
    const newPage = async () => {
      const page = (await browser?.newPage({ locale: 'en-US' })) as Page
      page.setDefaultTimeout(240_000) // only there to end a hang
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type()) && !/^Failed to load resource/.test(message.text()))
          complaints.push(`${page.url()}: ${message.text()}`)
      })
      page.on('pageerror', ({ message }) => complaints.push(`${page.url()}: ${message}`))
      return page
    }

    // The operator opens the root, goes to the set-up, and pastes the token that the start has printed.
    const page = await newPage()
    await page.goto(server.url)
    expect(await checkPage(page, 'walk-1-home')).toEqual([])
    await page.locator('a[href$="/setup"]').first().click()
    await heading(page, 'Make the first administrator')
    await fill(page, 'Set-up token', token)
    await fill(page, 'E-mail', 'operator@example.com')
    await fill(page, 'Name', 'Olive Operator')
    await fill(page, 'Password', PASSWORD)
    await press(page, 'Create administrator')
    await heading(page, 'Make your first organisation')
    await fill(page, 'Name of the organisation', 'Acme')
    await press(page, 'Create organisation')
    await heading(page, 'Connect your first application')
    const redirectUri = `http://127.0.0.1:${freePort()}/callback`
    await fill(page, 'Name of the application', 'Demo shop')
    await fill(page, 'Redirect URI', redirectUri)
    await press(page, 'Create client')
    await heading(page, 'The server is set up')
    await page.getByText('A whole application to try it with').click()
    await startDemo(await shown(page, 'app.ts'), await shown(page, '.env'))
    expect(await checkPage(page, 'walk-2-set-up')).toEqual([])

    // A new person comes to the application and signs up.
    const visitor = await newPage()
    await visitor.goto(new URL('/', redirectUri).href)
    await visitor.getByRole('link', { name: 'Sign in' }).click()
    await visitor.waitForURL(/\/sign-in/)
    expect(await checkPage(visitor, 'walk-3-sign-in')).toEqual([])
    await signUp(visitor)
    await visitor.waitForURL(`${redirectUri}?**`)
    await visitor.getByRole('heading', { name: 'Signed in' }).waitFor()
    expect(await visitor.getByText('visitor@example.com').count()).toBe(1)

    // The administrator finds them in the console, with the application that they signed in to.
    await page.getByRole('link', { name: 'Open the console' }).click()
    await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: 'Users', exact: true }).click()
    await page.getByRole('link', { name: 'visitor@example.com' }).click()
    await page.getByRole('navigation', { name: 'User' }).getByRole('link', { name: 'Applications' }).click()
    await page.getByRole('cell').getByText('Demo shop').waitFor()
    expect(await checkPage(page, 'walk-4-console')).toEqual([])
    expect(complaints).toEqual([])
    await server.stop()
  })
})

async function signUp(visitor: Page): Promise<void> {
  await visitor
    .getByRole('link', { name: /create.*account|sign up/i })
    .first()
    .click()
  await visitor.locator('input[name=email]:visible').fill('visitor@example.com')
  const name = visitor.locator('input[name=name]:visible')
  if ((await name.count()) > 0) await name.fill('Vera Visitor')
  await visitor.locator('input[name=password]:visible').fill(PASSWORD)
  await press(visitor, 'Create account')
}
