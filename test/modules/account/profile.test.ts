/** Name, username and address at /account, and an account that has none yet, in a real Chromium. */
import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { call, PASSWORD, signIn, signUp } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { type AccountWorld, browserPath, card, said } from './support/account.ts'
import { button, focusIs, type Visits, visits } from './support/visits.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

let w: AccountWorld
let at: Visits['at']

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  visits(({ w: world, at: open }) => {
    w = world
    at = open
  })

  test('name and username are changed, and a username of another person is refused in words', async () => {
    const ada = await w.person({ name: 'Ada' })
    const grace = await w.person({ username: 'grace' })
    const page = await at(ada)
    expect(await checkPage(page, 'account')).toEqual([])
    expect(await page.locator('.avatar').textContent()).toBe('A')
    await page.getByLabel('Name', { exact: true }).fill('👩🏽‍💻 Ada')
    await page.getByRole('textbox', { name: 'Username' }).fill(grace.user.username ?? 'grace')
    await button(page, 'Save').click()
    await page.getByText('Somebody has this username').waitFor()
    await page.getByRole('textbox', { name: 'Username' }).fill('ada.lovelace')
    await page.keyboard.press('Enter')
    await said(page, 'Saved.')
    expect(await page.locator('.avatar').textContent()).toBe('👩🏽‍💻')
    expect(await w.api(ada, 'GET /v1/me')).toMatchObject({ name: '👩🏽‍💻 Ada', username: 'ada.lovelace' })
    await page.getByRole('textbox', { name: 'Username' }).fill('')
    const saved = page.waitForResponse((answer) => answer.request().method() === 'PATCH')
    await button(page, 'Save').click()
    await saved
    expect(await w.api(ada, 'GET /v1/me')).toMatchObject({ username: null })
  })

  test('the language of mails is chosen, and the next mail is in it', async () => {
    const ada = await w.person({ locale: 'fr' })
    const page = await at(ada)
    const choice = page.getByRole('combobox', { name: 'Language of mails' })
    expect(await choice.inputValue()).toBe('fr')
    await choice.selectOption({ label: 'Deutsch' })
    await said(page, 'Saved.')
    expect(await w.api(ada, 'GET /v1/me')).toMatchObject({ locale: 'de' })
    await call(w.t, 'POST /v1/auth/forgot-password', { body: { email: ada.user.email } })
    await w.t.work()
    expect(w.t.mails.findLast(({ to }) => to === ada.user.email)?.html).toContain('<html lang="de"')
    const given = page.waitForResponse((answer) => answer.request().method() === 'PATCH')
    await choice.selectOption('')
    expect(await (await given).json()).toMatchObject({ locale: null })
  })

  test('the address is changed by the code of a mail to the new one, in the same window', async () => {
    const ada = await w.person()
    const page = await at(ada)
    const to = 'ada-new@example.com'
    await button(page, 'Change e-mail').click()
    await page.getByLabel('New e-mail address').waitFor()
    await button(page, 'Cancel').click()
    await page.waitForFunction(() => document.activeElement?.textContent === 'Change e-mail')
    await page.keyboard.press('Enter')
    await page.getByLabel('New e-mail address').fill(to)
    await page.keyboard.press('Enter')
    await page.getByText(`We sent a code to ${to}.`).waitFor()
    expect(await checkPage(page, 'account-email-code')).toEqual([])
    await page.getByLabel('Code of six digits').fill('000000')
    await button(page, 'Verify').click()
    await page.getByText('The code is wrong, used or too old.').waitFor()
    const first = await w.mailTo(to)
    await button(page, 'Send another code').click()
    await said(page, `Another code is on its way to ${to}.`)
    const { code } = await w.mailTo(to)
    expect(code).not.toBe(first.code)
    await page.getByLabel('Code of six digits').fill(code)
    await page.keyboard.press('Enter')
    await said(page, `Your e-mail address is now ${to}.`)
    await focusIs(page, 'email')
    expect((await signIn(w.t, to)).user.emailVerified).toBe(true)
  })

  test('an address that is not verified is verified in place', async () => {
    const ada = await signUp(w.t, 'unverified@example.com')
    await w.t.work()
    const page = await at(ada)
    await page.getByText('Not verified').waitFor()
    await button(page, 'Verify this address').click()
    await page.getByLabel('Code of six digits').waitFor()
    await page.getByLabel('Code of six digits').fill((await w.mailTo(ada.user.email)).code)
    await page.keyboard.press('Enter')
    await said(page, 'Your address is verified.')
    await page.getByText('Verified', { exact: true }).waitFor()
  })

  test('an anonymous account gets an address and a password, and keeps its id and this browser', async () => {
    const visit = await w.visit()
    const { page } = visit
    await page.goto(`${w.origin}/livez`)
    const { user } = await page.evaluate(async () => {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ useCookie: true })
      return (await fetch('/v1/auth/anonymous', { method: 'POST', headers, body })).json()
    })
    await page.goto(`${w.origin}/account`)
    const keep = card(page, 'Keep this account')
    await keep.waitFor()
    expect(await checkPage(page, 'account-anonymous')).toEqual([])
    await keep.getByLabel('E-mail address').fill('kept@example.com')
    await keep.getByLabel('New password').fill(PASSWORD)
    await button(page, 'Keep my account').click()
    await said(page, 'Your account is yours to keep.')
    await card(page, 'E-mail address').getByText('kept@example.com').waitFor()
    expect((await signIn(w.t, 'kept@example.com')).user.id).toBe(user.id)
    await visit.leave()
    expect(visit.complaints).toEqual([])
  })

  test('a name that another window changed is shown when the person comes back to this one', async () => {
    const ada = await w.person({ name: 'Before' })
    const page = await at(ada)
    await page.locator('.who').getByText('Before').waitFor()
    await call(w.t, 'PATCH /v1/me', { token: ada.accessToken, body: { name: 'After' } })
    await page.evaluate(() => dispatchEvent(new Event('online'))) // as after a break of the network
    await page.locator('.who').getByText('After').waitFor()
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('After')
  })
})

describe.skipIf(!browserPath)('where addresses must be verified', () => {
  visits(
    ({ w: world }) => {
      w = world
    },
    () => ({ EMAIL_VERIFICATION: 'required' }),
  )

  test('an anonymous account is kept by the code of the mail', async () => {
    const visit = await w.visit()
    const { page } = visit
    await page.goto(`${w.origin}/livez`)
    await page.evaluate(async () => {
      const headers = { 'content-type': 'application/json' }
      await fetch('/v1/auth/anonymous', { method: 'POST', headers, body: JSON.stringify({ useCookie: true }) })
    })
    await page.goto(`${w.origin}/account`)
    const keep = card(page, 'Keep this account')
    await keep.getByLabel('E-mail address').fill('later@example.com')
    await keep.getByLabel('New password').fill(PASSWORD)
    await button(page, 'Keep my account').click()
    await page.getByText('We sent a code to later@example.com.').waitFor()
    await page.getByLabel('Code of six digits').fill((await w.mailTo('later@example.com')).code)
    await page.keyboard.press('Enter')
    await said(page, 'Your account is yours to keep.')
    expect((await signIn(w.t, 'later@example.com')).user.email).toBe('later@example.com')
    await visit.leave()
    expect(visit.complaints).toEqual([])
  })
})
