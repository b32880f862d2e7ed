/** The page of an invitation in a real Chromium: scanners, people with an account and without, and the wrong account. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { call, PASSWORD, setUpAdmin, type Session } from '../../support/client.ts'
import { browserPath, startWorld, type World } from './support/world.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

let w: World
let owner: Session
let orgId: string
let people = 0

const shows = (page: Page, state: string) => page.waitForSelector(`section[data-state=${state}]:not([hidden])`)
const press = (page: Page) => page.locator('section:not([hidden]) button[type=submit]').click()
const fill = (page: Page, name: string, value: string) =>
  page.locator(`section:not([hidden]) input[name=${name}]`).fill(value)
const notice = async (page: Page) =>
  (await page.locator('section:not([hidden]) [role=alert] p').first().textContent()) ?? ''

async function invited(email = `guest-${++people}@example.com`) {
  const body = { email }
  const answer = await call(w.t, `POST /v1/orgs/${orgId}/invitations`, { token: owner.accessToken, body })
  expect(answer.status, answer.text).toBe(201)
  return { email, link: (await w.mailTo(email)).link }
}
async function isMember(email: string): Promise<boolean> {
  const { rows } = await w.t.deps.db.$client.execute({
    sql: 'SELECT 1 FROM org_members JOIN users ON users.id = user_id WHERE org_id = ? AND email_key = ?',
    args: [orgId, email],
  })
  return rows.length === 1
}
/** An account with a verified address. */
async function account(email = `guest-${++people}@example.com`): Promise<string> {
  const body = { email, password: PASSWORD, emailVerified: true }
  const made = await call(w.t, 'POST /v1/users', { token: owner.accessToken, body })
  expect(made.status, made.text).toBe(201)
  return email
}

// Skipped only where there is no chromium on PATH and CI is not set.
describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  beforeAll(async () => {
    w = await startWorld({ EMAIL_VERIFICATION: 'required' })
    owner = await setUpAdmin(w.t)
    const made = await call<{ id: string }>(w.t, 'POST /v1/orgs', { token: owner.accessToken, body: { name: 'Acme' } })
    orgId = made.body.id
  })
  afterAll(() => w?.stop())

  test('a person without an account signs up, confirms the address, signs in and joins', async () => {
    const { email, link } = await invited()
    for (let scanner = 0; scanner < 2; scanner++) {
      const { page, posts, leave } = await w.visit()
      await page.goto(link, { waitUntil: 'networkidle' })
      await shows(page, 'link')
      expect(posts()).toEqual([])
      await leave()
    }
    const { page, posts, leave, complaints } = await w.visit()
    await page.goto(link)
    await shows(page, 'link')
    const told = page.locator('section:not([hidden]) [data-told]')
    await told.waitFor()
    expect(await told.locator('bdi').allTextContents()).toEqual(['Acme', 'Admin'])
    expect(page.url()).toBe(`${w.origin}/accept-invitation`)
    await press(page)
    await shows(page, 'enter')
    await page.locator('section:not([hidden]) [data-show=new]').click()
    await fill(page, 'email', email)
    await fill(page, 'password', PASSWORD)
    await press(page)
    await shows(page, 'confirm')
    await fill(page, 'code', (await w.mailTo(email)).code)
    await press(page)
    await shows(page, 'link')
    await press(page)
    await shows(page, 'enter')
    expect(await isMember(email)).toBe(false)
    await fill(page, 'password', PASSWORD)
    await press(page)
    await shows(page, 'link')
    await press(page)
    await shows(page, 'done')
    expect(await isMember(email)).toBe(true)
    expect(posts()).toEqual([
      '/v1/invitations/accept',
      '/v1/auth/sign-up',
      '/v1/auth/verify-email',
      '/v1/invitations/accept',
      '/v1/auth/sign-in',
      '/v1/invitations/accept',
    ])
    // No field of the page keeps a password, and a reload shows the success again.
    expect(
      await page
        .locator('input[name=password]')
        .evaluateAll((all) => all.map((input) => (input as HTMLInputElement).value)),
    ).toEqual(['', ''])
    await page.reload()
    await shows(page, 'done')
    expect(complaints).toEqual([])
    await leave()
  })

  test('a person with an account signs in by mail and joins, and the link survives a reload', async () => {
    const { email, link } = await invited(await account())
    const { page, leave, complaints } = await w.visit()
    await page.goto(link)
    await shows(page, 'link')
    await page.reload()
    await shows(page, 'link')
    await press(page)
    await shows(page, 'enter')
    await page.locator('section:not([hidden]) [data-show=ask]').click()
    await fill(page, 'email', email)
    await press(page)
    await shows(page, 'code')
    await fill(page, 'code', (await w.mailTo(email)).code)
    await press(page)
    await shows(page, 'link')
    await press(page)
    await shows(page, 'done')
    expect(await isMember(email)).toBe(true)
    expect(complaints).toEqual([])
    await leave()
  })

  test('a person in another account is told so, and the invitation stays valid', async () => {
    const { email, link } = await invited(await account())
    const other = await account()
    const { page, leave } = await w.visit()
    await page.goto(link)
    await press(page)
    await shows(page, 'enter')
    await fill(page, 'email', other)
    await fill(page, 'password', PASSWORD)
    await press(page)
    await shows(page, 'link')
    await press(page)
    await page.waitForSelector('section:not([hidden]) [role=alert][data-tone=bad] p')
    expect(await notice(page)).toContain('does not work with your account')
    expect([await isMember(other), await isMember(email)]).toEqual([false, false])
    await leave()
  })

  test('without a link, or with a damaged one, the page sends nothing', async () => {
    for (const fragment of ['', '#token=', '#token=<script>', '#done']) {
      const { page, posts, leave } = await w.visit()
      await page.goto(`${w.origin}/accept-invitation${fragment}`)
      await shows(page, 'missing')
      expect(posts()).toEqual([])
      await leave()
    }
  })
})
