/**
 * The whole way in, in a real Chromium against the real server: with the script and without it. Each flow ends where the person
 * wanted to go.
 */
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { call, PASSWORD, type Session, signIn, signUp } from '../../support/client.ts'
import { codeOf, enrol, wrongCode } from '../mfa/support/factors.ts'
import { browserPath, requestMail, startWorld, type Visit, type World } from '../pages/support/world.ts'
import { proveOwnAddress } from '../proofs/support/mail.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

const NEW_PASSWORD = 'seven green bottles standing'
const EMAIL_CODE = '/v1/auth/email-code'
const MINUTE_MS = 60_000

const shows = (page: Page, state: string) => page.waitForSelector(`section[data-state=${state}]:not([hidden])`)
/** What the page says after a form. Waits until it is there as a whole: it puts the focus on the sentence. */
async function notice(page: Page): Promise<string | null> {
  await page.waitForSelector('section:not([hidden]) [role=alert]:not(:empty)')
  await page.waitForLoadState('load')
  return page.locator('section:not([hidden]) [role=alert] p').first().textContent()
}
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const fill = (page: Page, name: string, text: string) =>
  page.locator(`section:not([hidden]) input[name=${name}]`).fill(text)

let people = 0
const newEmail = () => `person${++people}@example.com`

/** Worlds that need no confirmed address, and those that do. */
function world(env: Record<string, string>, host?: string) {
  const visits: Visit[] = []
  let w: World
  beforeAll(async () => {
    w = await startWorld(env, host)
  })
  afterAll(() => w?.stop())
  afterEach(async () => {
    const all = visits.splice(0)
    for (const { leave } of all) await leave()
    expect(all.flatMap(({ complaints }) => complaints)).toEqual([])
  })
  return {
    get w() {
      return w
    },
    async visit(options?: Parameters<World['visit']>[0]): Promise<Visit> {
      const one = await w.visit(options)
      visits.push(one)
      return one
    },
  }
}

/** Who is signed in in this browser, as the API sees it. */
async function signedInAs({ context }: Visit, w: World): Promise<string | undefined> {
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  const answer = await fetch(`${w.origin}/v1/me`, { headers: { cookie } })
  return answer.ok ? ((await answer.json()) as { email: string }).email : undefined
}

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  describe.each([true, false])('with JavaScript: %p', (javaScriptEnabled) => {
    const options = javaScriptEnabled ? undefined : { javaScriptEnabled }
    const open = world({ EMAIL_VERIFICATION: 'optional' })
    const strict = world({ EMAIL_VERIFICATION: 'required' })

    test('a password signs in, and leads to the account page or to where the person came from', async () => {
      const email = newEmail()
      await signUp(open.w.t, email)
      for (const [query, path] of [
        ['', '/account'],
        ['?return_to=%2Fdevice%3Fuser_code%3DBCDF-GHJK', '/device?user_code=BCDF-GHJK'],
      ]) {
        const visit = await open.visit(options)
        const { page } = visit
        await page.goto(`${open.w.origin}/sign-in${query}`)
        await fill(page, 'email', ` ${email.toUpperCase()} `)
        await fill(page, 'password', 'not this one at all')
        await press(page, 'Sign in')
        expect(await notice(page)).toStartWith('The e-mail address or the password is wrong')
        await page.locator('#notice:focus').waitFor() // where a screen reader begins
        expect(await page.locator('input[name=email]').inputValue()).toBe(` ${email.toUpperCase()} `)
        expect(await page.locator('input[name=password]').inputValue()).toBe('')
        expect(await signedInAs(visit, open.w)).toBeUndefined()
        await fill(page, 'password', PASSWORD)
        await page.keyboard.press('Enter')
        await page.waitForURL(`${open.w.origin}${path}`)
        expect(await signedInAs(visit, open.w)).toBe(email)
        const [cookie] = (await visit.context.cookies()).filter(({ name }) => name.startsWith('session'))
        expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
      }
    })

    test('a code by mail signs in; the mail is asked for with the address that was typed', async () => {
      const email = newEmail()
      await signUp(open.w.t, email)
      const visit = await open.visit(options)
      const { page } = visit
      await page.goto(`${open.w.origin}/sign-in?return_to=%2Fdevice`)
      await press(page, 'E-mail me a code') // nothing is typed yet
      expect(await notice(page)).toStartWith('Enter your e-mail address')
      expect(await page.locator('input[name=email]').getAttribute('aria-invalid')).toBe('true')
      await fill(page, 'email', email)
      await press(page, 'E-mail me a code')
      await shows(page, 'code')
      expect(await page.locator('[data-account] strong').textContent()).toBe(email)
      await page.locator('#code:focus').waitFor()
      const { code } = await open.w.mailTo(email)
      await fill(page, 'code', code === '123456' ? '654321' : '123456')
      await press(page, 'Continue')
      expect(await notice(page)).toStartWith('This code does not work')
      await fill(page, 'code', `${code.slice(0, 3)}–${code.slice(3)} `)
      await press(page, 'Continue')
      await page.waitForURL(`${open.w.origin}/device`)
      expect(await signedInAs(visit, open.w)).toBe(email)
    })

    test('a person with the code of a mail types address and code', async () => {
      const email = newEmail()
      await signUp(open.w.t, email)
      await requestMail(open.w.t, EMAIL_CODE, email)
      const { code } = await open.w.mailTo(email)
      const visit = await open.visit(options)
      const { page } = visit
      await page.goto(`${open.w.origin}/sign-in`)
      await page.getByRole('link', { name: 'I have a code from a mail' }).click()
      await shows(page, 'code') // the page before it has a field for the address too
      await fill(page, 'email', email.replace('@', '＠'))
      await fill(page, 'code', code)
      await press(page, 'Continue')
      await page.waitForURL(`${open.w.origin}/account`)
      expect(await signedInAs(visit, open.w)).toBe(email)
    })

    test('a second factor is asked for, and a remembered device is not asked again', async () => {
      const session = await signUp(open.w.t, newEmail())
      await proveOwnAddress(open.w.t, session)
      const { email, secret, recoveryCodes } = await enrol(open.w.t, session)
      const visit = await open.visit(options)
      const { page, context } = visit
      const byPassword = async () => {
        await page.goto(`${open.w.origin}/sign-in?return_to=%2Fdevice`)
        await fill(page, 'email', email)
        await fill(page, 'password', PASSWORD)
        await press(page, 'Sign in')
      }
      await byPassword()
      await shows(page, 'second')
      expect(await signedInAs(visit, open.w)).toBeUndefined()
      await page.reload() // repeats no form
      await shows(page, 'second')
      await fill(page, 'code', wrongCode(open.w.t, secret))
      await press(page, 'Continue')
      expect(await notice(page)).toStartWith('This code is wrong')
      await fill(page, 'code', codeOf(open.w.t, secret).replace(/^.../, '$&–'))
      await page.locator('input[name=rememberDevice]').check()
      await press(page, 'Continue')
      await page.waitForURL(`${open.w.origin}/device`)
      expect(await signedInAs(visit, open.w)).toBe(email)

      open.w.t.clock.advance(60 * MINUTE_MS)
      await byPassword()
      await page.waitForURL(`${open.w.origin}/device`)

      await context.clearCookies()
      await byPassword()
      await shows(page, 'second')
      await fill(page, 'code', recoveryCodes[0] ?? '')
      await page.keyboard.press('Enter')
      await page.waitForURL(`${open.w.origin}/device`)
    })

    test('five wrong codes end the challenge, and the person begins again', async () => {
      const session = await signUp(open.w.t, newEmail())
      await proveOwnAddress(open.w.t, session)
      const { email, secret } = await enrol(open.w.t, session)
      const { page } = await open.visit(options)
      await page.goto(`${open.w.origin}/sign-in`)
      await fill(page, 'email', email)
      await fill(page, 'password', PASSWORD)
      await press(page, 'Sign in')
      await shows(page, 'second')
      for (let guess = 0; guess < 5; guess++) {
        await fill(page, 'code', wrongCode(open.w.t, secret))
        const answered = page.waitForResponse((response) => response.request().method() === 'POST')
        await press(page, 'Continue')
        await answered
        await page.waitForLoadState('load')
      }
      await shows(page, 'enter')
      expect(await notice(page)).toStartWith('It took too long, or there were too many wrong codes')
    })

    test('a new account is made on the way, and signed in where no address must be confirmed', async () => {
      const email = newEmail()
      const visit = await open.visit(options)
      const { page } = visit
      await page.goto(`${open.w.origin}/sign-in?return_to=%2Fdevice`)
      await page.getByRole('link', { name: 'Create an account' }).click()
      await shows(page, 'new')
      await fill(page, 'name', 'Ada')
      await fill(page, 'email', email)
      await fill(page, 'password', 'threeger example')
      await press(page, 'Create account')
      await notice(page)
      expect(await page.locator('[role=alert] p').allTextContents()).toEqual([
        'Please choose another password.',
        'It consists mostly of your name, your e-mail address or the name of this service.',
      ])
      expect(await page.locator('input[name=name]').inputValue()).toBe('Ada')
      await fill(page, 'password', NEW_PASSWORD)
      await press(page, 'Create account')
      await page.waitForURL(`${open.w.origin}/device`)
      expect(await signedInAs(visit, open.w)).toBe(email)
      expect((await signIn(open.w.t, email, NEW_PASSWORD)).user.name).toBe('Ada')

      const other = await open.visit(options)
      await other.page.goto(`${open.w.origin}/sign-up`)
      await fill(other.page, 'email', email)
      await fill(other.page, 'password', NEW_PASSWORD)
      await press(other.page, 'Create account')
      expect(await notice(other.page)).toStartWith('There is an account with this e-mail address. Sign in')
    })

    test('a new account confirms its address by the code, in the same tab, and is signed in without a password again', async () => {
      const email = newEmail()
      const visit = await strict.visit(options)
      const { page } = visit
      await page.goto(`${strict.w.origin}/sign-up?return_to=%2Fdevice`)
      await fill(page, 'email', email)
      await fill(page, 'password', NEW_PASSWORD)
      await press(page, 'Create account')
      await shows(page, 'confirm')
      expect(await signedInAs(visit, strict.w)).toBeUndefined()
      const { code: first } = await strict.w.mailTo(email)
      await press(page, 'Send me a new mail')
      await page.waitForLoadState('load')
      await shows(page, 'confirm')
      const { code } = await strict.w.mailTo(email)
      expect(code).not.toBe(first)
      await fill(page, 'code', code)
      await press(page, 'Continue')
      await page.waitForURL(`${strict.w.origin}/device`)
      expect(await signedInAs(visit, strict.w)).toBe(email)
      // The password of the sign-up stays, because the same person typed it.
      expect((await signIn(strict.w.t, email, NEW_PASSWORD)).user.emailVerified).toBe(true)
      await strict.w.t.deps.db.$client.execute('DELETE FROM known_devices')
      await requestMail(strict.w.t, EMAIL_CODE, email)
      const { code: again } = await strict.w.mailTo(email)
      const byMail = await call<Session>(strict.w.t, `POST ${EMAIL_CODE}/verify`, { body: { email, code: again } })
      expect(byMail.status).toBe(200)
      expect((await signIn(strict.w.t, email, NEW_PASSWORD)).user.email).toBe(email)
    })

    test.each([
      ['Forgotten your password?', 'forgot'],
      ['Create an account', 'new'],
    ])('an address that was typed is on the page of %p, and in no URL', async (link, state) => {
      const { page } = await open.visit(options)
      const urls: string[] = []
      page.on('request', (request) => urls.push(request.url()))
      const [email, corrected] = [newEmail(), newEmail()]
      await page.goto(`${open.w.origin}/sign-in`)
      await fill(page, 'email', email)
      await fill(page, 'password', 'not this one at all')
      await press(page, 'Sign in') // without a script, only a form tells the server
      await notice(page)
      if (javaScriptEnabled) await fill(page, 'email', corrected)
      await page.getByRole('link', { name: link }).click()
      await shows(page, state)
      await page.waitForLoadState('load') // the script has run
      const field = page.locator('section:not([hidden]) input[name=email]')
      expect(await field.inputValue()).toBe(javaScriptEnabled ? corrected : email)
      expect(urls.filter((url) => /person\d+(?:@|%40)/.test(url))).toEqual([])
    })

    test('a forgotten password is replaced by a code, and the person is signed in', async () => {
      const email = newEmail()
      await signUp(open.w.t, email)
      const visit = await open.visit(options)
      const { page } = visit
      await page.goto(`${open.w.origin}/sign-in?return_to=%2Fdevice`)
      await page.getByRole('link', { name: 'Forgotten your password?' }).click()
      await shows(page, 'forgot')
      await fill(page, 'email', email)
      await press(page, 'Continue')
      await shows(page, 'reset')
      const { code } = await open.w.mailTo(email)
      await fill(page, 'code', code)
      await fill(page, 'password', 'threeger example')
      await press(page, 'Continue')
      expect(await notice(page)).toBe('Please choose another password.')
      await fill(page, 'code', code) // a refused password has not used the code up
      await fill(page, 'password', NEW_PASSWORD)
      await press(page, 'Continue')
      await page.waitForURL(`${open.w.origin}/device`)
      expect(await signedInAs(visit, open.w)).toBe(email)
      expect((await call(open.w.t, 'POST /v1/auth/sign-in', { body: { email, password: PASSWORD } })).status).toBe(401)
    })

    test('step-up keeps the session of the person, with an app or with the password', async () => {
      const visit = await open.visit(options)
      const { page } = visit
      const email = newEmail()
      await signUp(open.w.t, email)
      await page.goto(`${open.w.origin}/sign-in`)
      await fill(page, 'email', email)
      await fill(page, 'password', PASSWORD)
      await press(page, 'Sign in')
      await page.waitForURL(`${open.w.origin}/account`)
      open.w.t.clock.advance(11 * MINUTE_MS)
      await page.goto(`${open.w.origin}/sign-in?return_to=%2Fdevice&step=fresh`)
      await shows(page, 'fresh')
      await fill(page, 'password', 'not this one at all')
      await press(page, 'Continue')
      expect(await notice(page)).toStartWith('This password is wrong')
      await press(page, 'E-mail me a code')
      await page.locator('input[name=code]').waitFor()
      const { code } = await open.w.mailTo(email)
      await fill(page, 'code', code)
      await press(page, 'Continue')
      await page.waitForURL(`${open.w.origin}/device`)
      expect(await signedInAs(visit, open.w)).toBe(email)
    })

    test('without a session, a step-up is a sign-in', async () => {
      const { page } = await open.visit(options)
      for (const step of ['factor', 'fresh']) {
        await page.goto(`${open.w.origin}/sign-in?return_to=%2Fdevice&step=${step}`)
        await shows(page, 'enter')
      }
    })
  })
})
