/** "Confirm it is you", in place, with what the account has, in a real Chromium. */
import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { addAuthenticator } from '../../support/browser-passkeys.ts'
import { PASSWORD } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { codeOf, enrol, STEP_MS, wrongCode } from '../mfa/support/factors.ts'
import { type AccountWorld, browserPath, card, said, signInHere } from './support/account.ts'
import { button, confirm, type Visits, visits } from './support/visits.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

const STALE_MS = 10 * 60_000 + 1

let w: AccountWorld
let at: Visits['at']

/** Asks for the change of address, which needs a fresh session. */
async function changeAddress(page: Page): Promise<void> {
  await button(page, 'Change e-mail').click()
  await page.getByLabel('New e-mail address').fill('elsewhere@example.com')
  await page.keyboard.press('Enter')
}
const asks = (page: Page) => page.getByRole('dialog', { name: 'Confirm it is you' })
/** What is typed next takes its place. */
const wrongIsSelected = (page: Page) =>
  page.waitForFunction(() => {
    const field = document.activeElement
    if (!(field instanceof HTMLInputElement) || field.value === '') return false
    return field.selectionStart === 0 && field.selectionEnd === field.value.length
  })
const sent = (page: Page) => page.getByText('We sent a code to elsewhere@example.com.').waitFor()

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  visits(({ w: world, at: open }) => {
    w = world
    at = open
  })

  test('the password: a wrong one is said, the right one goes on with what was asked', async () => {
    const page = await at(await w.person())
    w.t.clock.advance(STALE_MS)
    await changeAddress(page)
    await asks(page).getByLabel('Password').waitFor()
    expect(await checkPage(page, 'account-fresh-password')).toEqual([])
    await asks(page).locator('input[name=password]:focus').waitFor()
    await page.keyboard.type('not it')
    await page.keyboard.press('Enter')
    await asks(page).getByText('The password is wrong.').waitFor()
    await wrongIsSelected(page)
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Enter')
    await asks(page).waitFor({ state: 'detached' })
    await sent(page)
  })

  test('a code by mail, instead', async () => {
    const ada = await w.person()
    const page = await at(ada)
    w.t.clock.advance(STALE_MS)
    await changeAddress(page)
    await asks(page).getByRole('button', { name: 'Get a code by e-mail' }).click()
    await confirm(page, 'Send the code').click()
    await asks(page).getByLabel('Code of six digits').waitFor()
    expect(await checkPage(page, 'account-fresh-mail')).toEqual([])
    await asks(page).locator('input:focus').waitFor()
    await page.keyboard.type((await w.mailTo(ada.user.email)).code)
    await page.keyboard.press('Enter')
    await sent(page)
  })

  test('an account without a password is offered no password', async () => {
    const ada = await w.person()
    const page = await at(ada)
    const sql = 'UPDATE users SET password_hash = NULL WHERE id = ?'
    await w.t.deps.db.$client.execute({ sql, args: [ada.user.id] })
    w.t.clock.advance(STALE_MS)
    await changeAddress(page)
    await confirm(page, 'Send the code').waitFor()
    expect(await asks(page).getByRole('button').allInnerTexts()).toEqual(['Send the code', 'Cancel'])
  })

  test('who has an app is asked for its code alone, and it works once', async () => {
    const ada = await w.person()
    const page = await at(ada)
    const { secret } = await enrol(w.t, ada)
    await signInHere(page, w.origin, ada.user.email, { factor: 'totp', code: codeOf(w.t, secret) })
    await page.goto(`${w.origin}/account`)
    w.t.clock.advance(STALE_MS + STEP_MS)
    await changeAddress(page)
    await asks(page).getByLabel('Code of your authenticator app').waitFor()
    expect(await asks(page).getByRole('button').allInnerTexts()).toEqual(['Confirm', 'Cancel'])
    await asks(page).locator('input:focus').waitFor()
    await page.keyboard.type(wrongCode(w.t, secret))
    await page.keyboard.press('Enter')
    await asks(page).getByText('The code is wrong or used.').waitFor()
    await wrongIsSelected(page)
    await page.keyboard.type(codeOf(w.t, secret))
    await page.keyboard.press('Enter')
    await sent(page)
  })

  test('a passkey confirms with one press', async () => {
    const page = await at(await w.person(), '/account/security', {})
    await addAuthenticator(page)
    await button(page, 'Add a passkey').click()
    await said(page, /^The passkey/)
    await page.getByRole('link', { name: 'Profile' }).click()
    w.t.clock.advance(STALE_MS)
    await changeAddress(page)
    await confirm(page, 'Use a passkey').waitFor()
    expect(await checkPage(page, 'account-fresh-passkey')).toEqual([])
    await asks(page).locator('button:focus', { hasText: 'Use a passkey' }).waitFor()
    await page.keyboard.press('Enter')
    await sent(page)
  })

  test('who gives up changes nothing, is told so, and can try again', async () => {
    const ada = await w.person()
    const page = await at(ada)
    w.t.clock.advance(STALE_MS)
    await changeAddress(page)
    await asks(page).getByLabel('Password').waitFor()
    await page.keyboard.press('Escape')
    await asks(page).waitFor({ state: 'detached' })
    await page.getByText('Nothing was changed, because you did not confirm that it is you.').waitFor()
    await card(page, 'E-mail address').getByRole('button', { name: 'Send the code' }).click()
    await asks(page).getByLabel('Password').fill(PASSWORD)
    await confirm(page, 'Confirm').click()
    await sent(page)
  })

  test('without a network the prompt says so, and goes on when there is one', async () => {
    const page = await at(await w.person())
    w.t.clock.advance(STALE_MS)
    await button(page, 'Change e-mail').click()
    await page.getByLabel('New e-mail address').fill('elsewhere@example.com')
    await page.route('**/v1/me', (route) => route.abort())
    await page.keyboard.press('Enter')
    await asks(page).getByText('The server did not answer.').waitFor()
    await page.unroute('**/v1/me')
    await confirm(page, 'Try again').click()
    await asks(page).getByLabel('Password').fill(PASSWORD)
    await page.keyboard.press('Enter')
    await sent(page)
  })
})
