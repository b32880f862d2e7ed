/** Password, passkeys, authenticator app, recovery codes and remembered devices at /account/security, in a real Chromium. */
import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import { addAuthenticator } from '../../support/browser-passkeys.ts'
import { call, PASSWORD, signIn } from '../../support/client.ts'
import { checkPage, focusWhenShown } from '../../support/page-checks.ts'
import { codeOf, enrol, firstFactor, STEP_MS, verify, wrongCode } from '../mfa/support/factors.ts'
import { type AccountWorld, browserPath, card, said, signInHere } from './support/account.ts'
import { button, confirm, focusIs, type Visits, visits } from './support/visits.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

const NEW_PASSWORD = 'seven green bottles standing'

let w: AccountWorld
let visit: Visits['at']
const at = (who: Parameters<Visits['at']>[0], options?: Parameters<Visits['at']>[2]) =>
  visit(who, '/account/security', options)
const works = async (email: string, password: string) =>
  (await call(w.t, 'POST /v1/auth/sign-in', { body: { email, password } })).status === 200

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  visits(({ w: world, at: open }) => {
    w = world
    visit = open
  })

  test('a password is changed with the current one, and other devices are signed out unless the person keeps them', async () => {
    const ada = await w.person()
    const page = await at(ada)
    await button(page, 'Change password').click()
    expect(await checkPage(page, 'account-password')).toEqual([])
    await page.getByLabel('Current password').fill('not the password')
    await page.getByLabel('New password').fill(NEW_PASSWORD)
    const focused = focusWhenShown(page, 'form [role=alert] *')
    await card(page, 'Password').getByRole('button', { name: 'Change password' }).click()
    await page.getByText('The password is wrong.').waitFor()
    expect(await focused).toBe('currentPassword')
    await page.getByLabel('Current password').fill(PASSWORD)
    await page.getByLabel('New password').fill('short')
    await page.keyboard.press('Enter')
    await page.getByText('Choose another password').waitFor()
    await page.getByLabel('New password').fill(NEW_PASSWORD)
    await page.keyboard.press('Enter')
    await said(page, 'Your password is changed.')
    await focusIs(page, 'password')
    expect([await works(ada.user.email, PASSWORD), await works(ada.user.email, NEW_PASSWORD)]).toEqual([false, true])
    expect((await call(w.t, 'GET /v1/me', { token: ada.accessToken })).status).toBe(401)
    const other = await signIn(w.t, ada.user.email, NEW_PASSWORD)
    await button(page, 'Change password').click()
    await page.getByLabel('Current password').fill(NEW_PASSWORD)
    await page.getByLabel('New password').fill(PASSWORD)
    await page.getByLabel('Sign out my other devices').uncheck()
    const changed = page.waitForResponse((answer) => answer.url().endsWith('/v1/me/password'))
    await page.keyboard.press('Enter')
    expect((await changed).ok()).toBeTrue()
    expect((await call(w.t, 'GET /v1/me', { token: other.accessToken })).status).toBe(200)
  })

  test('an account without a password gets one with the code of a mail, and stays signed in', async () => {
    const ada = await w.person()
    const page = await at(ada)
    await w.t.deps.db.$client.execute({
      sql: 'UPDATE users SET password_hash = NULL WHERE id = ?',
      args: [ada.user.id],
    })
    await page.reload()
    await page.getByText('Your account has no password.').waitFor()
    await button(page, 'Set a password').click()
    await button(page, 'Send the code').click()
    await page.getByLabel('Code of six digits').waitFor()
    await page.getByLabel('Code of six digits').fill('000000')
    await page.getByLabel('New password').fill(NEW_PASSWORD)
    await card(page, 'Password').getByRole('button', { name: 'Set a password' }).click()
    await page.getByText('The code is wrong, used or too old.').waitFor()
    const { code } = await w.mailTo(ada.user.email)
    await page.getByLabel('Code of six digits').fill(code)
    await page.getByLabel('New password').fill(NEW_PASSWORD)
    await page.keyboard.press('Enter')
    await said(page, 'Your password is set.')
    await button(page, 'Change password').waitFor()
    expect(await works(ada.user.email, NEW_PASSWORD)).toBe(true)
  })

  test('a passkey is added, renamed and removed, and the focus is never lost', async () => {
    const ada = await w.person()
    const page = await at(ada, {})
    await addAuthenticator(page)
    await page.getByText('You have no passkey yet.').waitFor()
    await button(page, 'Add a passkey').click()
    await said(page, /^The passkey “.*” is added\.$/)
    // It gives no recovery codes, so that there are none is no alarm.
    await button(page, 'Make new codes').waitFor()
    expect(await page.getByText(/^Codes left/).count()).toBe(0)
    const passkeys = card(page, 'Passkeys')
    await passkeys.getByRole('button', { name: /^Rename: / }).click()
    expect(await checkPage(page, 'account-passkeys')).toEqual([])
    await page.getByLabel('Name of the passkey').fill('Laptop <b>')
    await page.keyboard.press('Enter')
    await said(page, 'The passkey is now called “Laptop <b>”.')
    await focusIs(page, 'passkeys')
    // The same device cannot hold two of one account.
    await button(page, 'Add a passkey').click()
    await page.getByText('This device has a passkey of your account already.').waitFor()
    await button(page, 'Remove: Laptop <b>').click()
    expect(await checkPage(page, 'account-passkey-remove')).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Remove: Laptop <b>')
    await page.keyboard.press('Enter')
    await confirm(page, 'Remove').click()
    await said(page, 'The passkey is removed.')
    await page.waitForFunction(() => document.activeElement?.id === 'passkeys')
    expect(await w.api(await signIn(w.t, ada.user.email), 'GET /v1/me/passkeys')).toEqual({ items: [] })
  })

  test('who cancels at the device is told, and nothing changed', async () => {
    const page = await at(await w.person(), {})
    const { cdp } = await addAuthenticator(page)
    await cdp.send('WebAuthn.disable')
    await page.evaluate(() => {
      navigator.credentials.create = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
    })
    await button(page, 'Add a passkey').click()
    await page.getByText('No passkey was used. Try again when you are ready.').waitFor()
    await page.getByText('You have no passkey yet.').waitFor()
  })

  test('an authenticator app is set up with its QR code, and gives recovery codes once', async () => {
    const ada = await w.person()
    const other = await signIn(w.t, ada.user.email)
    const page = await at(ada, { acceptDownloads: true })
    await page.getByText('Add an authenticator app or a passkey first.').waitFor()
    await button(page, 'Set up an app').click()
    await page.getByRole('img', { name: 'QR code for your authenticator app' }).waitFor()
    const app = card(page, 'Authenticator app')
    const secret = `${await app.locator('code').textContent()}`.replaceAll(' ', '')
    expect(secret).toMatch(/^[A-Z2-7]{32}$/)
    expect(await app.getByRole('link').getAttribute('href')).toStartWith('otpauth://totp/')
    expect(await checkPage(page, 'account-app')).toEqual([])
    await page.getByLabel('Code of the app').fill(wrongCode(w.t, secret))
    await page.keyboard.press('Enter')
    await page.getByText('The code is wrong or used.').waitFor()
    await page.getByLabel('Code of the app').fill(codeOf(w.t, secret))
    await page.keyboard.press('Enter')
    await said(page, 'Your authenticator app is on.')
    await focusIs(page, 'recovery')
    expect((await call(w.t, 'GET /v1/me', { token: other.accessToken })).status).toBe(401)
    expect(await checkPage(page, 'account-recovery-codes')).toEqual([])
    const codes = await page.locator('.codes code').allInnerTexts()
    expect(codes).toHaveLength(10)

    const downloading = page.waitForEvent('download')
    await button(page, 'Download as text').click()
    const download = await downloading
    const text = await Bun.file(await download.path()).text()
    expect(download.suggestedFilename()).toBe('recovery-codes.txt')
    for (const code of codes) expect(text).toContain(code)

    await page.emulateMedia({ media: 'print' })
    const printed = await page.evaluate(() =>
      [...document.querySelectorAll('h1, h2, button, .codes code, .only-printed')]
        .filter((element) => element.checkVisibility({ visibilityProperty: true }))
        .map(({ textContent }) => textContent),
    )
    expect(printed.slice(-10)).toEqual(codes)
    expect(printed.filter((line) => !codes.includes(line ?? ''))).toEqual([
      `Recovery codes for ${ada.user.email} at Threeger ID`,
      expect.stringMatching(/^Made on /),
    ])
    await page.emulateMedia({ media: null })

    // They stay while the person looks elsewhere, and are gone for good when they are put away.
    await page.getByRole('link', { name: 'Sessions' }).click()
    await page.getByRole('link', { name: 'Security' }).click()
    await page.locator('.codes').waitFor()
    const asked = page.waitForEvent('dialog')
    const leaving = page.evaluate(() => location.reload())
    expect((await asked).type()).toBe('beforeunload')
    await (await asked).dismiss()
    await leaving
    await button(page, 'I have kept them').click()
    await page.getByText('Codes left: 10').waitFor()
    await page.reload()
    await page.getByText('Codes left: 10').waitFor()
    expect(await page.locator('.codes').count()).toBe(0)

    w.t.clock.advance(STEP_MS)
    const { challenge } = await firstFactor(w.t, ada.user.email)
    const used = await verify(w.t, { challenge, factor: 'recovery_code', code: codes[3] ?? '' })
    expect(used.status).toBe(200)
  })

  test('new recovery codes replace the old ones, and a removed app takes them along', async () => {
    const ada = await w.person()
    const page = await at(ada)
    const { recoveryCodes } = await enrol(w.t, ada)
    await signInHere(page, w.origin, ada.user.email, { factor: 'recovery_code', code: recoveryCodes[0] ?? '' })
    await page.goto(`${w.origin}/account/security`)
    await page.getByText('Codes left: 9').waitFor()
    await button(page, 'Make new codes').click()
    await page.getByRole('dialog').getByText('The codes that you have now stop working.').waitFor()
    await confirm(page, 'Make new codes').click()
    await said(page, 'Here are your new recovery codes.')
    const { challenge } = await firstFactor(w.t, ada.user.email)
    const old = await verify(w.t, { challenge, factor: 'recovery_code', code: recoveryCodes[1] ?? '' })
    expect(old.body).toMatchObject({ code: 'mfa.code_invalid' })
    await button(page, 'I have kept them').click()
    await button(page, 'Remove: Authenticator app').click()
    await confirm(page, 'Remove').click()
    await said(page, 'The authenticator app is removed.')
    await page.getByText('You have no authenticator app.').waitFor()
    await page.getByText('Add an authenticator app or a passkey first.').waitFor()
    expect(await works(ada.user.email, PASSWORD)).toBe(true)
  })

  test('remembered devices are listed and forgotten, one and all', async () => {
    const ada = await w.person()
    const page = await at(ada)
    const { secret } = await enrol(w.t, ada)
    for (const agent of ['Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0', 'curl/8', 'x']) {
      const { challenge } = await firstFactor(w.t, ada.user.email)
      const body = { challenge, factor: 'totp', code: codeOf(w.t, secret), rememberDevice: true }
      const answer = await call(w.t, 'POST /v1/auth/mfa/verify', { body, headers: { 'user-agent': agent } })
      expect(answer.status, answer.text).toBe(200)
      w.t.clock.advance(STEP_MS)
    }
    await signInHere(page, w.origin, ada.user.email, { factor: 'totp', code: codeOf(w.t, secret) })
    await page.goto(`${w.origin}/account/security`)
    const rows = card(page, 'Remembered devices').locator('.rows > li')
    await rows.nth(2).waitFor()
    expect(await checkPage(page, 'account-devices')).toEqual([])
    await button(page, 'Forget: Firefox on Linux').click()
    await confirm(page, 'Forget').click()
    await said(page, 'The device is forgotten.')
    await rows.nth(2).waitFor({ state: 'detached' })
    await button(page, 'Forget all').click()
    await confirm(page, 'Forget all').click()
    await said(page, 'All devices are forgotten.')
    await page.getByText('No device is remembered.').waitFor()
  })
})
