/**
 * What goes wrong at a browser: the back button, a form that is sent twice, a page that waited too long, two tabs, no cookies, no
 * connection, a frame. Each has a sentence and a way on. In a real Chromium.
 */
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { PASSWORD, signUp } from '../../support/client.ts'
import { breakPolicy } from '../../support/page-checks.ts'
import { freePort } from '../../support/ports.ts'
import { createTestApp } from '../../support/test-app.ts'
import { codeOf, enrol } from '../mfa/support/factors.ts'
import { browserPath, startWorld, type Visit, type World } from '../pages/support/world.ts'
import { proveOwnAddress } from '../proofs/support/mail.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

const MINUTE_MS = 60_000
const NEW_PASSWORD = 'seven green bottles standing'

const shows = (page: Page, state: string) => page.waitForSelector(`section[data-state=${state}]:not([hidden])`)
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()
async function notice(page: Page): Promise<string | null> {
  await page.waitForSelector('section:not([hidden]) [role=alert]:not(:empty)')
  await page.waitForLoadState('load')
  return page.locator('section:not([hidden]) [role=alert] p').first().textContent()
}

let people = 0
const newEmail = () => `person${++people}@example.com`

let w: World
let strict: World
const visits: Visit[] = []
async function visit(of: World = w, options?: Parameters<World['visit']>[0]): Promise<Visit> {
  const one = await of.visit(options)
  visits.push(one)
  return one
}

async function fillIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.locator('input[name=email]').fill(email)
  await page.locator('input[name=password]').fill(password)
}

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  beforeAll(async () => {
    ;[w, strict] = await Promise.all([
      startWorld({ EMAIL_VERIFICATION: 'optional' }),
      startWorld({ EMAIL_VERIFICATION: 'required' }),
    ])
  })
  afterAll(() => Promise.all([w?.stop(), strict?.stop()]))
  afterEach(async () => {
    const all = visits.splice(0)
    for (const { leave } of all) await leave()
    expect(all.flatMap(({ complaints }) => complaints)).toEqual([])
  })

  test('the back button after a sign-in shows who is signed in, and the way on', async () => {
    const email = newEmail()
    await signUp(w.t, email)
    const { page } = await visit()
    await page.goto(`${w.origin}/sign-in?return_to=%2Fdevice`)
    await fillIn(page, email)
    await press(page, 'Sign in')
    await page.waitForURL(`${w.origin}/device`)
    await page.goBack()
    await shows(page, 'enter')
    expect(await page.locator('[data-account]').textContent()).toContain(email)
    expect(await page.locator('input[name=password]').inputValue()).toBe('')
    await page.getByRole('link', { name: 'Go on with this account' }).click()
    await page.waitForURL(`${w.origin}/device`)
  })

  test('the back button after a wrong password, and a reload of each step, repeat no form', async () => {
    const email = newEmail()
    await signUp(w.t, email)
    const one = await visit()
    const { page } = one
    await page.goto(`${w.origin}/sign-in`)
    await page.locator('input[name=email]').fill(email)
    await press(page, 'E-mail me a code')
    await shows(page, 'code')
    await page.reload()
    await shows(page, 'code')
    await page.goBack()
    await shows(page, 'enter')
    await page.goForward()
    await shows(page, 'code')
    expect(one.posts().filter((path) => path === '/sign-in')).toHaveLength(1)
  })

  test.each(['/sign-in', '/sign-up'])('%s sent twice, and as fast as it goes, is sent once', async (path) => {
    const email = newEmail()
    if (path === '/sign-in') await signUp(w.t, email)
    const one = await visit()
    const { page } = one
    await page.goto(`${w.origin}${path}?return_to=%2Fdevice`)
    await fillIn(page, email)
    await page.evaluate(() => {
      const button = document.querySelector<HTMLButtonElement>('#form button[type=submit]')
      for (let click = 0; click < 20; click++) button?.click()
    })
    await page.waitForURL(`${w.origin}/device`)
    expect(one.posts().filter((sent) => sent === path)).toHaveLength(1)
  })

  test('without JavaScript a sign-up that is sent twice leads to the sign-in', async () => {
    const email = newEmail()
    await signUp(w.t, email) // the first one
    const { page } = await visit(w, { javaScriptEnabled: false })
    await page.goto(`${w.origin}/sign-up?return_to=%2Fdevice`)
    await fillIn(page, email)
    await press(page, 'Create account')
    expect(await notice(page)).toStartWith('There is an account with this e-mail address. Sign in with it')
    await page.getByRole('link', { name: 'Sign in', exact: true }).click()
    await page.waitForURL(/\/sign-in/)
    await fillIn(page, email)
    await press(page, 'Sign in')
    await page.waitForURL(`${w.origin}/device`)
  })

  describe('a page that waited too long', () => {
    test('for a second factor says so and begins again', async () => {
      const session = await signUp(w.t, newEmail())
      await proveOwnAddress(w.t, session)
      const { email, secret } = await enrol(w.t, session)
      const { page } = await visit()
      await page.goto(`${w.origin}/sign-in?return_to=%2Fdevice`)
      await fillIn(page, email)
      await press(page, 'Sign in')
      await shows(page, 'second')
      w.t.clock.advance(11 * MINUTE_MS)
      await page.locator('input[name=code]').fill(codeOf(w.t, secret))
      await press(page, 'Continue')
      await shows(page, 'enter')
      expect(await notice(page)).toStartWith('It took too long')
      await fillIn(page, email)
      await press(page, 'Sign in')
      await shows(page, 'second')
      w.t.clock.advance(MINUTE_MS)
      await page.locator('input[name=code]').fill(codeOf(w.t, secret))
      await press(page, 'Continue')
      await page.waitForURL(`${w.origin}/device`)
    })

    test.each([
      ['/sign-up?step=confirm', 'new'],
      ['/forgot-password?step=reset', 'forgot'],
      ['/sign-in?step=second', 'enter'],
    ])('and is opened again at %s says so and begins again', async (path, step) => {
      const { page } = await visit()
      await page.goto(`${w.origin}${path}`)
      await shows(page, step)
      expect(await notice(page)).toBe('This page has waited too long. Start again.')
    })

    test('for the code of a new account says so, and the code still works in the mail', async () => {
      const email = newEmail()
      const { page } = await visit(strict)
      await page.goto(`${strict.origin}/sign-up`)
      await fillIn(page, email, NEW_PASSWORD)
      await press(page, 'Create account')
      await shows(page, 'confirm')
      const { code, link } = await strict.mailTo(email)
      strict.t.clock.advance(31 * MINUTE_MS)
      await page.locator('input[name=code]').fill(code)
      await press(page, 'Continue')
      await shows(page, 'new')
      expect(await notice(page)).toBe('This page has waited too long. Start again.')
      await page.goto(link)
      await page.locator('section:not([hidden]) button[type=submit]').click()
      await page.waitForSelector('section[data-state=done]:not([hidden])')
      await page.locator('section[data-state=done] a.button').click()
      await page.waitForURL(/\/sign-in/)
      await fillIn(page, email, NEW_PASSWORD)
      await press(page, 'Sign in')
      await page.waitForURL(`${strict.origin}/account`)
    })
  })

  test('two tabs that wait for different steps do not disturb each other', async () => {
    const [first, second] = [newEmail(), newEmail()]
    await signUp(w.t, first)
    await signUp(w.t, second)
    const { page, context } = await visit()
    const other = await context.newPage()
    for (const [tab, email] of [
      [page, first],
      [other, second],
    ] as const) {
      await tab.goto(`${w.origin}/sign-in?return_to=%2Fdevice`)
      await tab.locator('input[name=email]').fill(email)
      await tab.getByRole('button', { name: 'E-mail me a code' }).click()
      await shows(tab, 'code')
    }
    const { code } = await w.mailTo(first)
    await page.locator('input[name=code]').fill(code)
    await press(page, 'Continue')
    await page.waitForURL(`${w.origin}/device`)
    expect(await page.locator('.account strong').textContent()).toBe(first)
    await other.close()
  })

  test.each([true, false])('a browser that keeps no cookies is told so (JavaScript: %p)', async (javaScriptEnabled) => {
    const port = freePort()
    const origin = `http://127.0.0.1:${port}`
    const t = await createTestApp({ env: { APP_URL: origin, EMAIL_VERIFICATION: 'optional' } })
    let keepsCookies = false
    // To the server, a browser that blocks cookies is one that has none in its next request.
    await using server = Bun.serve({
      hostname: '127.0.0.1',
      port,
      async fetch(request) {
        const answer = await t.app.handle(request)
        if (!keepsCookies) answer.headers.delete('set-cookie')
        return answer
      },
    })
    expect(server.port).toBe(port)
    const email = newEmail()
    await signUp(t, email)
    const { page } = await visit(w, { javaScriptEnabled })
    await page.goto(`${origin}/sign-in?return_to=%2Fdevice`)
    await fillIn(page, email)
    await press(page, 'Sign in')
    expect(await notice(page)).toStartWith('You are not signed in: this browser did not keep our cookie. Allow cookies')
    await page.locator('input[name=email]').fill(email)
    await press(page, 'E-mail me a code')
    await shows(page, 'code') // asks for the address too: nothing has kept it
    expect(await page.locator('input[name=email]').count()).toBe(1)
    keepsCookies = true
    await page.goto(`${origin}/sign-in?return_to=%2Fdevice`)
    await fillIn(page, email)
    await press(page, 'Sign in')
    await page.waitForURL(`${origin}/device`)
    await page.close()
    await t.close()
  })

  test('a form, and the link of a mail, wait for the connection', async () => {
    const email = newEmail()
    await signUp(w.t, email)
    const { page, context } = await visit()
    await page.goto(`${w.origin}/sign-in`)
    await page.locator('input[name=email]').fill(email)
    await context.setOffline(true)
    await press(page, 'E-mail me a code')
    expect(await notice(page)).toBe('The server did not answer. Check your connection and try again.')
    expect(await page.locator('input[name=email]').inputValue()).toBe(email)
    await context.setOffline(false)
    await press(page, 'E-mail me a code')
    await shows(page, 'code')
    const { link } = await w.mailTo(email)
    await page.goto(link)
    await shows(page, 'link')
    await context.setOffline(true)
    await press(page, 'Sign in')
    expect(await notice(page)).toBe('The server did not answer. Check your connection and try again.')
    await context.setOffline(false)
    await press(page, 'Sign in')
    await page.waitForURL(`${w.origin}/account`)
  })

  test('no other site can show the pages in a frame, nor fill in their forms', async () => {
    const email = newEmail()
    await signUp(w.t, email)
    const one = await visit(w, {})
    const { page, context, complaints } = one
    await using evil = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      fetch: ({ url }) =>
        new Response(
          new URL(url).pathname === '/frame'
            ? `<iframe src="${w.origin}/sign-in"></iframe>`
            : `<form method="post" action="${w.origin}/sign-in"><input name="email" value="${email}"><input name="password" value="${PASSWORD}"><button>Win a prize</button></form>`,
          { headers: { 'content-type': 'text/html' } },
        ),
    })
    const told = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'))
    await page.goto(`http://127.0.0.1:${evil.port}/frame`)
    await told
    await page.waitForLoadState('networkidle')
    expect(
      await page
        .frames()[1]
        ?.locator('input')
        .count()
        .catch(() => 0),
    ).toBe(0)
    expect(complaints.join()).toContain('frame-ancestors')
    complaints.length = 0
    await page.goto(`http://127.0.0.1:${evil.port}/`)
    await press(page, 'Win a prize')
    expect(await notice(page)).toStartWith('Nothing was done: this form did not come from')
    expect(await context.cookies()).toEqual([])
    await fillIn(page, email)
    await press(page, 'Sign in')
    await page.waitForURL(`${w.origin}/account`)
  })

  test('the policy is alive: neither an inline script nor text made into markup gets through', async () => {
    const { page, complaints } = await visit()
    await page.goto(`${w.origin}/sign-in`)
    expect(await breakPolicy(page)).toBe('refused')
    expect(await page.title()).not.toBe('owned')
    expect(complaints.length).toBeGreaterThan(0)
    complaints.length = 0
  })
})
