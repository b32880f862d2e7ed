/** The frame of the console in a real Chromium: who sees what, where the focus goes, and what happens when nothing fits. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { checkPage } from '../../support/page-checks.ts'
import { call, signIn } from '../../support/client.ts'
import { ADMIN, browserPath, type Console, heading, signInHere, startConsole } from './support/console.ts'

setDefaultTimeout(300_000)

let c: Console

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  beforeAll(async () => {
    c = await startConsole()
    await c.person('member@example.com')
  })
  afterAll(() => c?.stop())

  test('an administrator sees sections in groups, and a menu where the screen is narrow', async () => {
    const { page, complaints, leave } = await c.as(ADMIN, '/console')
    await heading(page, /./)
    expect(new URL(page.url()).pathname).toMatch(/^\/console\/\w+/) // `/console` is no dead end
    const side = page.getByRole('navigation', { name: 'Console' })
    for (const group of ['People', 'Access']) await side.getByRole('heading', { name: group }).waitFor()
    await side.getByRole('link', { name: 'Users', exact: true }).click()
    await heading(page, 'Users')
    expect(await page.title()).toStartWith('Users · ')
    expect(await side.getByRole('link', { name: 'Users', exact: true }).getAttribute('aria-current')).toBe('page')
    await page.setViewportSize({ width: 360, height: 800 })
    expect(await side.isVisible()).toBe(false)
    const menu = page.getByRole('button', { name: 'Menu' })
    await menu.click()
    expect(await menu.getAttribute('aria-expanded')).toBe('true')
    expect(await checkPage(page, 'console-menu')).toEqual([])
    await side.getByRole('link', { name: 'Organisations' }).click()
    await heading(page, 'Organisations')
    expect(await side.isVisible()).toBe(false)
    expect(complaints).toEqual([])
    await page.setViewportSize({ width: 1280, height: 720 })
    await leave()
  })

  test('a link moves the focus to the heading, and the back button goes back', async () => {
    const { page, leave } = await c.as(ADMIN, '/console/users')
    await page.getByRole('link', { name: 'member@example.com' }).click()
    await heading(page, 'member@example.com')
    await page.waitForFunction(() => document.activeElement?.textContent === 'member@example.com')
    expect(await page.title()).toStartWith('member@example.com · ')
    // A tab keeps the focus, and has an address of its own.
    await page.getByRole('navigation', { name: 'User' }).getByRole('link', { name: 'Sessions' }).click()
    await page.waitForURL(/\/sessions$/)
    await page.waitForFunction(() => document.activeElement?.textContent === 'Sessions')
    await page.goBack()
    await page.waitForURL(/\/usr_\w+$/)
    await page.goBack()
    await heading(page, 'Users')
    await page.reload()
    await heading(page, 'Users')
    await leave()
  })

  test('an unknown page has a sentence and a way on', async () => {
    const { page, leave } = await c.as(ADMIN, '/console/nowhere')
    await heading(page, 'There is no such page')
    expect(await checkPage(page, 'console-unknown')).toEqual([])
    await page.getByRole('link', { name: 'Go to the start of the console' }).click()
    await heading(page, /^(?!There is no such page)/)
    for (const [path, what, list] of [
      [`users/usr_${'0'.repeat(32)}`, 'user', 'users'],
      ['users/usr_nope', 'user', 'users'],
      ['users/%E0%A4%A', 'user', 'users'],
      ['orgs/org_nope', 'organisation', 'orgs'],
      ['jobs/job_nope', 'job', 'jobs'],
      ['oauth-clients?item=nope', 'OAuth client', 'oauth-clients'],
      ['service-accounts?item=nope', 'service account', 'service-accounts'],
    ] as const) {
      await page.goto(`${c.origin}/console/${path}`)
      const said = page.getByRole('alert').filter({ hasText: `There is no such ${what}.` })
      await said.waitFor()
      expect(await said.getByRole('link').getAttribute('href')).toBe(`/console/${list}`)
      expect(await page.getByText('Expected text').count()).toBe(0)
    }
    expect(await checkPage(page, 'console-no-such-item')).toEqual([])
    await leave()
  })

  test('who manages nothing is told so, and led to the account', async () => {
    const { page, requests, leave } = await c.as('member@example.com')
    await heading(page, 'Nothing to manage')
    expect(await page.getByRole('navigation', { name: 'Console' }).getByRole('link').count()).toBe(0)
    expect(await checkPage(page, 'console-nothing')).toEqual([])
    expect(requests.filter((request) => request.url().includes('/v1/users'))).toEqual([])
    await page.getByRole('link', { name: 'Go to my account' }).click()
    await page.waitForURL(/\/account$/)
    await leave()
  })

  test('an owner sees the own organisations alone, and switches between them', async () => {
    const { accessToken } = await ownerOf('owner@example.com', ['Acme', 'Beta <i>Corp</i>'])
    expect((await call(c.t, 'GET /v1/users', { token: accessToken })).status).toBe(403)
    const { page, complaints, leave } = await c.as('owner@example.com')
    await heading(page, /Acme|Beta/)
    const side = page.getByRole('navigation', { name: 'Console' })
    for (const name of ['Members', 'Invitations', 'Domains', 'Roles', 'Rules', 'API keys', 'OAuth clients', 'Events'])
      await side.getByRole('link', { name, exact: true }).waitFor()
    expect(await side.getByRole('link', { name: 'Users' }).count()).toBe(0)
    expect(await checkPage(page, 'console-owner')).toEqual([])
    await page.getByLabel('Organisation').selectOption({ label: 'Beta <i>Corp</i>' })
    await heading(page, /Beta <i>Corp<\/i>/) // as text
    await page.goto(`${c.origin}/console/users`)
    await page.getByText('You have no permission to see this page.').waitFor()
    expect(complaints).toEqual([])
    await leave()
  })

  test('a session that ended elsewhere leads to the sign-in and back to the same place', async () => {
    const { page, leave } = await c.as(ADMIN, '/console/users?q=member')
    await page.getByRole('link', { name: 'member@example.com' }).waitFor()
    const { accessToken: token } = await signIn(c.t, ADMIN)
    expect((await call(c.t, 'DELETE /v1/me/sessions', { token })).status).toBe(204)
    await page.getByLabel('Search by name or e-mail').fill('ada')
    await page.waitForURL(/\/sign-in\?return_to=/)
    expect(new URL(page.url()).searchParams.get('return_to')).toMatch(/^\/console\/users\?q=/)
    await page.getByRole('alert').getByText('Your session has ended. Sign in again.').waitFor()
    await leave()
    c.admin.accessToken = (await signIn(c.t, ADMIN)).accessToken
  })

  test('a permission that is lost while the page is open is a sentence, the decision and a link to its reasons', async () => {
    const { id } = await c.person('second@example.com', ['user', 'admin'])
    const { page, leave } = await c.as('second@example.com', '/console/users')
    await page.getByRole('link', { name: 'member@example.com' }).waitFor()
    await c.api(`PATCH /v1/users/${id}`, { roles: ['user'] })
    await page.getByLabel('Search by name or e-mail').fill('member')
    const alert = page.getByRole('alert')
    await alert.getByText('Your roles do not allow this request.').waitFor()
    expect(await page.getByRole('link', { name: 'member@example.com' }).count()).toBe(0)
    await alert.getByText(/^Decision/).waitFor()
    expect(await alert.getByRole('link', { name: 'Why?' }).getAttribute('href')).toMatch(/^\/console\/why\/dec_/)
    expect(await checkPage(page, 'console-permission-lost')).toEqual([])
    await leave()
  })

  test('what a lost permission leaves is what the next page shows', async () => {
    const { id } = await c.person('third@example.com', ['user', 'admin'])
    const { page, leave } = await c.as('third@example.com', '/console/users')
    await page.getByRole('link', { name: 'member@example.com' }).waitFor()
    await c.api(`PATCH /v1/users/${id}`, { roles: ['user'] })
    await page.getByLabel('Search by name or e-mail').fill('member')
    await page
      .getByRole('alert')
      .getByText(/^Decision/)
      .waitFor()
    await page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: 'Organisations' }).click()
    await heading(page, 'Nothing to manage')
    await leave()
  })

  test('a tab of one person shows nothing more of them once another person has signed in', async () => {
    const { page, context, leave } = await c.as(ADMIN, '/console/users')
    await page.getByRole('link', { name: 'member@example.com' }).waitFor()
    const other = await context.newPage()
    await signInHere(other, c.origin, 'member@example.com')
    await other.close()
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await heading(page, 'Nothing to manage')
    expect(await page.getByText(ADMIN).count()).toBe(0)
    await leave()
  })

  test('an administrator without the second factor that the role requires is led to it', async () => {
    await c.api('POST /v1/roles', { name: 'auditor', permissions: ['audit:read'] })
    await c.api('PATCH /v1/roles/auditor', { mfaRequired: true })
    await c.person('auditor@example.com', ['user', 'auditor'])
    const { page, leave } = await c.as('auditor@example.com')
    await heading(page, 'Your role needs a second factor')
    expect(await checkPage(page, 'console-factor')).toEqual([])
    await page.getByRole('link', { name: 'Add a second factor' }).click()
    await page.waitForURL(/\/account\/security$/)
    await leave()
  })

  test('without a connection the page says so, and goes on when it is back', async () => {
    const { page, context, leave } = await c.as(ADMIN, '/console/users')
    await page.getByRole('link', { name: 'member@example.com' }).waitFor()
    await context.setOffline(true)
    await page.getByLabel('Search by name or e-mail').fill('member')
    await page.getByRole('alert').getByText('The server did not answer').waitFor()
    expect(await checkPage(page, 'console-offline')).toEqual([])
    await context.setOffline(false)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('alert').waitFor({ state: 'hidden' })
    await page.getByRole('link', { name: 'member@example.com' }).waitFor()
    await leave()
  })

  test('signing out ends the session, and says so if it could not', async () => {
    const { page, context, leave } = await c.as(ADMIN, '/console/users')
    await page.getByRole('link', { name: 'member@example.com' }).waitFor()
    await context.setOffline(true)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.locator('.person').getByText('The server did not answer').waitFor()
    await context.setOffline(false)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(/\/sign-in/)
    await page.getByRole('alert').getByText('You are signed out.').waitFor()
    await page.goto(`${c.origin}/console/users`)
    await page.waitForURL(/\/sign-in\?return_to=%2Fconsole%2Fusers/)
    await leave()
  })

  async function ownerOf(email: string, names: readonly string[]) {
    await c.person(email)
    const session = await signIn(c.t, email)
    for (const name of names)
      expect((await call(c.t, 'POST /v1/orgs', { token: session.accessToken, body: { name } })).status).toBe(201)
    return session
  }
})
