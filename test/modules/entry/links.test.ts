/** What needs the script: the link of a mail, and passkeys. In a real Chromium, the passkeys with a virtual authenticator. */
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { addAuthenticator, addPasskey } from '../../support/browser-passkeys.ts'
import { PASSWORD, signUp } from '../../support/client.ts'
import { HOSTILE_FRAGMENTS } from '../../support/hostile-fragments.ts'
import { codeOf, enrol } from '../mfa/support/factors.ts'
import { browserPath, requestMail, startWorld, type Visit, type World } from '../pages/support/world.ts'
import { proveOwnAddress } from '../proofs/support/mail.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

const EMAIL_CODE = '/v1/auth/email-code'
/** What autofill asks for by itself. It uses nothing, and tells nothing. */
const AUTOFILL = '/v1/auth/passkey/options'

const shows = (page: Page, state: string) => page.waitForSelector(`section[data-state=${state}]:not([hidden])`)
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
const notice = async (page: Page) => {
  await page.waitForSelector('section:not([hidden]) [role=alert]:not(:empty)')
  return page.locator('section:not([hidden]) [role=alert] p').first().textContent()
}
const posts = (visit: Visit) => visit.posts().filter((path) => path !== AUTOFILL)

let people = 0
const newEmail = () => `person${++people}@example.com`

let w: World
const visits: Visit[] = []
async function visit(options?: Parameters<World['visit']>[0]): Promise<Visit> {
  const one = await w.visit(options)
  visits.push(one)
  return one
}

/** A new account with a mail to sign in by. */
async function mailed() {
  const email = newEmail()
  await signUp(w.t, email)
  await w.t.work()
  await requestMail(w.t, EMAIL_CODE, email)
  return { email, ...(await w.mailTo(email)) }
}

/** Who is signed in in this browser, as the API sees it. */
async function emailOf(page: Page): Promise<string | undefined> {
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  const answer = await fetch(`${w.origin}/v1/me`, { headers: { cookie } })
  return answer.ok ? ((await answer.json()) as { email: string }).email : undefined
}

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  beforeAll(async () => {
    w = await startWorld({ EMAIL_VERIFICATION: 'optional' }, 'localhost')
  })
  afterAll(() => w?.stop())
  afterEach(async () => {
    const all = visits.splice(0)
    for (const { leave } of all) await leave()
    expect(all.flatMap(({ complaints }) => complaints)).toEqual([])
  })

  describe('the link of a mail', () => {
    test('that a scanner opens, also with scripts, stays valid for the click of its owner', async () => {
      const { email, link } = await mailed()
      for (let scanner = 0; scanner < 3; scanner++) {
        const one = await visit({})
        await one.page.goto(link, { waitUntil: 'networkidle' })
        await shows(one.page, 'link')
        await one.page.mouse.move(200, 200)
        await one.page.keyboard.press('Tab')
        await one.page.evaluate(() => window.dispatchEvent(new Event('beforeunload')))
        expect(one.posts()).toEqual([])
        await one.context.close()
      }
      const { page, context, posts: sent } = await visit()
      await page.goto(link)
      await shows(page, 'link')
      expect(await page.locator('h1:visible').allTextContents()).toEqual(['Sign in to Threeger ID'])
      expect(await context.cookies()).toEqual([])
      await press(page, 'Sign in')
      await page.waitForURL(`${w.origin}/account`)
      expect(await emailOf(page)).toBe(email)
      expect(sent()).toEqual(['/sign-in'])
      expect(await page.evaluate(() => document.cookie)).not.toContain('session')
    })

    test('leaves the address bar at once, is sent only by the form that uses it, and survives a reload', async () => {
      const { email, link } = await mailed()
      const token = link.split('token=')[1] ?? 'none'
      const { page, requests } = await visit()
      await page.goto(link)
      await shows(page, 'link')
      expect(page.url()).toBe(`${w.origin}/sign-in`)
      await page.reload()
      await shows(page, 'link')
      expect(page.url()).toBe(`${w.origin}/sign-in`)
      await press(page, 'Sign in')
      await page.waitForURL(`${w.origin}/account`)
      const telling = requests.filter(
        (request) =>
          `${JSON.stringify(request.headers())}${request.postData() ?? ''}`.includes(token) ||
          (request.url().includes(token) && !request.isNavigationRequest()),
      )
      expect(telling.map((request) => `${request.method()} ${new URL(request.url()).pathname}`)).toEqual([
        'POST /sign-in',
      ])
      expect(telling[0]?.headers().referer ?? '').not.toContain(token)
      expect(await emailOf(page)).toBe(email)
    })

    test('clicked twice, and as fast as it goes, is used once', async () => {
      const { email, link } = await mailed()
      const one = await visit()
      const { page } = one
      await page.goto(link)
      await shows(page, 'link')
      await page.evaluate(() => {
        const button = document.querySelector<HTMLButtonElement>('section:not([hidden]) button[type=submit]')
        for (let click = 0; click < 20; click++) button?.click()
      })
      await page.waitForURL(`${w.origin}/account`)
      expect(posts(one)).toEqual(['/sign-in'])
      expect(await emailOf(page)).toBe(email)
    })

    test('in two tabs works in one, and the other says why not and how to go on', async () => {
      const { email, link } = await mailed()
      const { page, context } = await visit()
      const second = await context.newPage()
      for (const tab of [page, second]) {
        await tab.goto(link)
        await shows(tab, 'link')
      }
      await press(page, 'Sign in')
      await page.waitForURL(`${w.origin}/account`)
      await press(second, 'Sign in')
      await shows(second, 'enter')
      expect(await notice(second)).toStartWith('This link no longer works: it was already used, or it is too old.')
      expect(await second.locator('[data-account]').textContent()).toContain(email)
      await second.getByRole('link', { name: 'Go on with this account' }).click()
      await second.waitForURL(`${w.origin}/account`)
      await second.close()
    })

    test('of a newer mail, opened in the same tab, takes the place of the old one', async () => {
      const { link: old } = await mailed()
      const { email, link } = await mailed()
      const { page } = await visit()
      await page.goto(old)
      await shows(page, 'link')
      await page.goto(link) // changes only the fragment, so the page is not loaded again
      await page.waitForFunction(
        (token) => document.querySelector<HTMLInputElement>('input[name=token]')?.value === token,
        link.split('token=')[1],
      )
      await press(page, 'Sign in')
      await page.waitForURL(`${w.origin}/account`)
      expect(await emailOf(page)).toBe(email)
    })

    test('stays when the person chooses another language', async () => {
      const { email, link } = await mailed()
      const { page } = await visit()
      await page.goto(link)
      await shows(page, 'link')
      await page.getByRole('link', { name: 'Deutsch' }).click()
      await page.waitForSelector('html[lang=de] section[data-state=link]:not([hidden])')
      await press(page, 'Anmelden')
      await page.waitForURL(`${w.origin}/account`)
      expect(await emailOf(page)).toBe(email)
    })

    test('asks for the second factor of an account that has one', async () => {
      const session = await signUp(w.t, newEmail())
      await proveOwnAddress(w.t, session)
      const { email, secret } = await enrol(w.t, session)
      await requestMail(w.t, EMAIL_CODE, email)
      const { page } = await visit()
      await page.goto((await w.mailTo(email)).link)
      await shows(page, 'link')
      await press(page, 'Sign in')
      await shows(page, 'second')
      await page.locator('input[name=code]').fill(codeOf(w.t, secret))
      await press(page, 'Continue')
      await page.waitForURL(`${w.origin}/account`)
      expect(await emailOf(page)).toBe(email)
    })

    test('without JavaScript leads to the code of the same mail', async () => {
      const { link } = await mailed()
      const { page } = await visit({ javaScriptEnabled: false })
      await page.goto(link)
      expect(await page.locator('noscript p').allInnerTexts()).toEqual([
        'The link in a mail needs JavaScript, which is off in this browser. Type the code of the mail instead.',
      ])
      await page.getByRole('link', { name: 'I have a code from a mail' }).click()
      await shows(page, 'code')
    })
  })

  describe('any text in the fragment', () => {
    const HOSTILE = { ...HOSTILE_FRAGMENTS, 'a challenge of another sign-in': '#mfa_challenge=a.b.c&factors=totp' }

    test('there is no request and no markup made of it, and the page says what to do next', async () => {
      const one = await visit()
      const { page } = one
      const dialogs: string[] = []
      page.on('dialog', async (dialog) => {
        dialogs.push(dialog.message())
        await dialog.dismiss()
      })
      for (const [what, fragment] of Object.entries(HOSTILE)) {
        await page.goto('about:blank')
        await page.goto(`${w.origin}/sign-in${fragment}`)
        expect(await notice(page), what).toBe(
          'This link is incomplete. Copy all of it from the mail, or get a new mail.',
        )
        await shows(page, 'enter')
        expect(page.url(), what).toBe(`${w.origin}/sign-in`)
        expect(await page.locator('main img, main svg, main script').count(), what).toBe(0)
      }
      expect([posts(one), dialogs]).toEqual([[], []])
    })

    test('it can open a form, but cannot show a false success', async () => {
      const { page } = await visit()
      for (const [fragment, state] of [
        ['#code', 'code'],
        ['#new', 'new'],
        ['#ask', 'enter'],
        ['#done', 'enter'],
        ['#link', 'enter'],
        ['#second', 'enter'],
      ] as const) {
        await page.goto('about:blank')
        await page.goto(`${w.origin}/sign-in${fragment}`)
        await page.waitForLoadState('networkidle')
        await shows(page, state)
      }
    })

    test('a made-up token is refused by the server, and the page says what to do next', async () => {
      const one = await visit()
      await one.page.goto(`${w.origin}/sign-in#token=${'A'.repeat(43)}`)
      await shows(one.page, 'link')
      await press(one.page, 'Sign in')
      await shows(one.page, 'enter')
      expect(await notice(one.page)).toStartWith('This link no longer works')
      expect(posts(one)).toEqual(['/sign-in'])
    })
  })

  describe('a passkey', () => {
    async function withAuthenticator() {
      const one = await visit({})
      return { one, ...(await addAuthenticator(one.page, false)) }
    }

    /** An account with a passkey on this authenticator. */
    async function withPasskey({ one: { page }, presence }: Awaited<ReturnType<typeof withAuthenticator>>) {
      const email = newEmail()
      const session = await signUp(w.t, email)
      await presence(true)
      expect(await addPasskey(page, w.origin, session.accessToken)).toBe(201)
      await presence(false)
      return email
    }

    test('that the browser offers in the field signs in, without a button', async () => {
      const device = await withAuthenticator()
      const email = await withPasskey(device)
      const { page } = device.one
      await device.presence(true) // the person chooses it from the list at once
      await page.goto(`${w.origin}/sign-in?return_to=%2Fdevice`)
      await page.waitForURL(`${w.origin}/device`)
      expect(await emailOf(page)).toBe(email)
    })

    test('signs in by the button, and is a second factor after a password', async () => {
      const device = await withAuthenticator()
      const email = await withPasskey(device)
      const { page, context } = device.one
      await page.goto(`${w.origin}/sign-in?return_to=%2Fdevice`)
      await shows(page, 'enter')
      await device.presence(true)
      await press(page, 'Use a passkey')
      await page.waitForURL(`${w.origin}/device`)
      expect(await emailOf(page)).toBe(email)

      await context.clearCookies()
      await device.presence(false)
      await page.goto(`${w.origin}/sign-in?return_to=%2Fdevice`)
      await page.locator('input[name=email]').fill(email)
      await page.locator('input[name=password]').fill(PASSWORD)
      await press(page, 'Sign in')
      await shows(page, 'second')
      expect(await page.locator('input[name=code]').count()).toBe(0)
      await device.presence(true)
      await page.locator('input[name=rememberDevice]').check()
      await press(page, 'Use a passkey')
      await page.waitForURL(`${w.origin}/device`)
      expect(await emailOf(page)).toBe(email)
      expect((await context.cookies()).some(({ name }) => name.startsWith('device_'))).toBe(true)
    })

    test('that the person does not show is said, and the other ways stay', async () => {
      const { one, presence } = await withAuthenticator()
      const { page } = one
      await page.goto(`${w.origin}/sign-in`)
      await presence(true) // it has none
      await press(page, 'Use a passkey')
      expect(await notice(page)).toStartWith('No passkey was used. Try again, or sign in another way.')
      const email = newEmail()
      await signUp(w.t, email)
      await page.locator('input[name=email]').fill(email)
      await page.locator('input[name=password]').fill(PASSWORD)
      await press(page, 'Sign in')
      await page.waitForURL(`${w.origin}/account`)
    })
  })

  test('a password can be shown, and is a password again when it is sent', async () => {
    const { page } = await visit()
    await page.goto(`${w.origin}/sign-up`)
    const field = page.locator('input[name=password]')
    expect(await field.getAttribute('autocomplete')).toBe('new-password')
    expect(await page.locator(`#${await field.getAttribute('aria-describedby')}`).textContent()).toContain(
      'At least 12',
    )
    await page.getByLabel('Show password').check()
    expect(await field.getAttribute('type')).toBe('text')
    await page.getByLabel('Show password').uncheck()
    expect(await field.getAttribute('type')).toBe('password')
  })
})
