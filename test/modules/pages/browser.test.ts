/**
 * The pages in a real Chromium against the real API: with links and codes as they stand in the mails, from a person who
 * clicks and from scanners that do not.
 */
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { call, PASSWORD, signIn, signUp } from '../../support/client.ts'
import { HOSTILE_FRAGMENTS } from '../../support/hostile-fragments.ts'
import { breakPolicy } from '../../support/page-checks.ts'
import { browserPath, requestMail, startWorld, type Visit, type World } from './support/world.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const NEW_PASSWORD = 'seven green bottles standing'

let w: World
const visits: Visit[] = []

/** Without the word joiners that keep `e-mail` on one line. */
const words = (text: string | null) => (text ?? '').replaceAll('\u2060', '')

/** What is seen: the section that is shown, its heading, and its notice. */
async function seen(page: Page) {
  const section = page.locator('section:not([hidden])')
  await page.waitForSelector('section:not([hidden]):not([data-state=start])')
  return {
    state: await section.getAttribute('data-state'),
    heading: words(await section.locator('h1').textContent()),
    notice: words((await section.locator('[role=alert] p').allTextContents()).join(' ')),
  }
}
const shows = (page: Page, state: string) => page.waitForSelector(`section[data-state=${state}]:not([hidden])`)
const notice = async (page: Page) =>
  words(await page.locator('section:not([hidden]) [role=alert] p').first().textContent())
/** The button a page is about. */
const act = (page: Page) => page.locator('section:not([hidden]) button[type=submit]')

async function visit(options?: Parameters<World['visit']>[0]): Promise<Visit> {
  const one = await w.visit(options)
  visits.push(one)
  return one
}

let people = 0
async function newPerson(): Promise<string> {
  const email = `person${++people}@example.com`
  await signUp(w.t, email)
  await w.t.work() // where it sends a mail too, that one is not the newest
  return email
}

/** A new account with a mail of this kind in its mailbox. */
async function mailed(path: string) {
  const email = await newPerson()
  await requestMail(w.t, path, email)
  return { email, ...(await w.mailTo(email)) }
}
const RESEND = '/v1/auth/verify-email/resend'
const FORGOT = '/v1/auth/forgot-password'

const passwordWorks = async (email: string, password: string) =>
  (await call(w.t, 'POST /v1/auth/sign-in', { body: { email, password } })).status === 200
const isVerified = async (email: string) => (await signIn(w.t, email)).user.emailVerified

// Skipped only where there is no chromium on PATH and CI is not set.
describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  beforeAll(async () => {
    w = await startWorld({ EMAIL_VERIFICATION: 'optional' })
  })
  afterAll(() => w?.stop())
  afterEach(async () => {
    const all = visits.splice(0)
    for (const { leave } of all) await leave()
    expect(all.flatMap(({ complaints }) => complaints)).toEqual([])
    const elsewhere = all.flatMap(({ requests }) => requests).filter((request) => !request.url().startsWith(w.origin))
    expect(elsewhere.map((request) => request.url()).filter((url) => !url.startsWith('about:'))).toEqual([])
  })

  describe('a link', () => {
    test('that a scanner opens, also with scripts, stays valid for the click of its owner', async () => {
      const { email, link } = await mailed(RESEND)
      for (let scanner = 0; scanner < 3; scanner++) {
        const { page, posts, context } = await visit()
        await page.goto(link, { waitUntil: 'networkidle' })
        expect(await seen(page)).toEqual({ state: 'link', heading: 'Confirm your e-mail address', notice: '' })
        await page.mouse.move(200, 200)
        await page.keyboard.press('Tab')
        await page.evaluate(() => window.dispatchEvent(new Event('beforeunload')))
        expect(posts()).toEqual([])
        await context.close()
      }
      expect(await isVerified(email)).toBe(false)

      const { page, posts } = await visit()
      await page.goto(link)
      await act(page).click()
      await shows(page, 'done')
      expect(words(await page.title())).toBe('Your e-mail address is confirmed · Threeger ID')
      expect(posts()).toEqual(['/v1/auth/verify-email'])
      expect(await isVerified(email)).toBe(true)
    })

    test('leaves the address bar at once, is sent only by the request that uses it, and survives a reload', async () => {
      const { email, link } = await mailed(RESEND)
      const token = link.split('token=')[1] ?? 'none'
      const { page, requests } = await visit()
      await page.goto(link)
      await shows(page, 'link')
      expect(page.url()).toBe(`${w.origin}/verify-email`)
      await page.reload()
      await shows(page, 'link')
      expect(page.url()).toBe(`${w.origin}/verify-email`)
      expect(await page.content()).not.toContain(token)
      await act(page).click()
      await shows(page, 'done')
      const telling = requests.filter(
        (request) =>
          `${JSON.stringify(request.headers())}${request.postData() ?? ''}`.includes(token) ||
          (request.url().includes(token) && !request.isNavigationRequest()),
      )
      expect(telling.map((request) => `${request.method()} ${new URL(request.url()).pathname}`)).toEqual([
        'POST /v1/auth/verify-email',
      ])
      expect(telling[0]?.headers().referer || 'none').toBe('none')
      expect(
        await page.evaluate(() => JSON.stringify([history.state, { ...localStorage }, { ...sessionStorage }])),
      ).toBe('[{"done":true},{},{}]')
      expect(await isVerified(email)).toBe(true)
    })

    test('that worked shows so again after a reload, and asks nothing', async () => {
      const { link } = await mailed(RESEND)
      const { page, posts } = await visit()
      await page.goto(link)
      await act(page).click()
      await shows(page, 'done')
      await page.reload()
      expect((await seen(page)).state).toBe('done')
      expect(posts()).toEqual(['/v1/auth/verify-email'])
    })

    test('clicked twice, and as fast as it goes, is used once', async () => {
      const { email, link } = await mailed(RESEND)
      const { page, posts } = await visit()
      await page.goto(link)
      await shows(page, 'link')
      await page.evaluate(() => {
        const button = document.querySelector<HTMLButtonElement>('section:not([hidden]) button[type=submit]')
        for (let click = 0; click < 20; click++) button?.click()
      })
      await shows(page, 'done')
      expect(posts()).toEqual(['/v1/auth/verify-email'])
      expect(await isVerified(email)).toBe(true)
    })

    test('open in two tabs and clicked in both works in one, and the other says why not', async () => {
      const { link } = await mailed(FORGOT)
      const pages = [await visit(), await visit()].map(({ page }) => page)
      for (const page of pages) {
        await page.goto(link)
        await page.locator('#link-password').fill(NEW_PASSWORD)
      }
      await Promise.all(pages.map((page) => act(page).click()))
      await Promise.all(
        pages.map((page) => page.waitForSelector('section:is([data-state=done], [data-state=ask]):not([hidden])')),
      )
      const outcomes = await Promise.all(pages.map(seen))
      expect(outcomes.map(({ state }) => state).sort()).toEqual(['ask', 'done'])
      expect(outcomes.find(({ state }) => state === 'ask')?.notice).toBe(
        'This link no longer works: it was already used, or it is too old.',
      )
    })

    test('of a newer mail, opened in the same tab, takes the place of the old one', async () => {
      const { link: used } = await mailed(RESEND)
      const { email, link } = await mailed(RESEND)
      const { page } = await visit()
      await page.goto(used)
      await act(page).click()
      await shows(page, 'done')
      await page.goto(link) // changes only the fragment, so the page is not loaded again
      await shows(page, 'link')
      expect(page.url()).toBe(`${w.origin}/verify-email`)
      await act(page).click()
      await shows(page, 'done')
      expect(await isVerified(email)).toBe(true)
    })

    test('that is too old leads to a new mail, whose code can be typed right there', async () => {
      const { email, link } = await mailed(RESEND)
      w.t.clock.advance(DAY_MS + MINUTE_MS)
      const { page } = await visit()
      await page.goto(link)
      await act(page).click()
      await shows(page, 'ask')
      expect((await seen(page)).notice).toContain('no longer works')
      expect(await page.evaluate(() => history.state)).toBeNull()
      await page.locator('#ask-email').fill(` ${email.toUpperCase()} `)
      await act(page).click()
      await shows(page, 'code')
      expect(await page.locator('#code-email').inputValue()).toContain(email.toUpperCase())
      const { code } = await w.mailTo(email)
      await page.locator('#code').fill(`${code.slice(0, 3)} ${code.slice(3)} `)
      await act(page).click()
      await shows(page, 'done')
      expect(await isVerified(email)).toBe(true)
    })
  })

  test('the answer to a request for a new mail has the same words with and without an account', async () => {
    const known = await newPerson()
    const { page } = await visit()
    const answers: string[] = []
    for (const email of [known, 'nobody@example.com'])
      for (const name of ['verify-email', 'reset-password']) {
        await page.goto(`${w.origin}/${name}#ask`)
        await page.locator('#ask-email').fill(email)
        await act(page).click()
        await shows(page, 'code')
        answers.push(JSON.stringify([name, (await seen(page)).notice]))
      }
    expect(answers.slice(0, 2)).toEqual(answers.slice(2))
    expect(answers[0]).toContain('a mail is on its way')
  })

  describe('/reset-password', () => {
    test('asks for a password that is long enough, says why another is refused, and takes a good one', async () => {
      const { email, link } = await mailed(FORGOT)
      const { page, posts } = await visit({ locale: 'pt-BR' })
      await page.goto(link)
      const field = page.locator('#link-password')
      await field.fill('short')
      await act(page).click()
      expect(await field.evaluate((input: HTMLInputElement) => input.validity.tooShort)).toBe(true)
      expect(posts()).toEqual([])
      await field.fill('threeger example')
      await act(page).click()
      const reason = page.locator('[role=alert] p[lang=en]')
      await reason.waitFor()
      expect(await reason.textContent()).toStartWith('This password ')
      expect((await seen(page)).notice).toStartWith('Escolha outra senha: longa')
      await field.fill(NEW_PASSWORD)
      await act(page).click()
      await shows(page, 'done')
      expect((await seen(page)).heading).toBe('Sua senha foi alterada')
      expect([await passwordWorks(email, NEW_PASSWORD), await passwordWorks(email, PASSWORD)]).toEqual([true, false])
      for (const input of await page.locator('input[name=password]').all()) expect(await input.inputValue()).toBe('')
    })

    test('shows the password when the user ticks the box, and hides it again', async () => {
      const { link } = await mailed(FORGOT)
      const { page } = await visit()
      await page.goto(link)
      const field = page.locator('#link-password')
      expect([await field.getAttribute('type'), await field.getAttribute('autocomplete')]).toEqual([
        'password',
        'new-password',
      ])
      expect(await page.locator(`#${await field.getAttribute('aria-describedby')}`).textContent()).toContain(
        'At least 12',
      )
      await page.getByLabel('Show password').first().check()
      expect(await field.getAttribute('type')).toBe('text')
      await page.getByLabel('Show password').first().uncheck()
      expect(await field.getAttribute('type')).toBe('password')
    })

    test('without a link takes the address and the code; a wrong code can be corrected', async () => {
      const { email, code } = await mailed(FORGOT)
      const { page } = await visit()
      await page.goto(`${w.origin}/reset-password`)
      await page.getByLabel('mail address').locator('visible=true').fill(email)
      await page.locator('#code').fill(code === '123456' ? '654321' : '123456')
      await page.locator('#code-password').fill(NEW_PASSWORD)
      await act(page).click()
      await page.locator('[role=alert] p').waitFor()
      expect(await notice(page)).toStartWith('This code does not work')
      await page.locator('#code').fill(code)
      await act(page).click()
      await shows(page, 'done')
      expect(await passwordWorks(email, NEW_PASSWORD)).toBe(true)
    })
  })

  describe('/confirm-email', () => {
    const askToMove = async (from: string, to: string) => {
      const { accessToken: token } = await signIn(w.t, from)
      const answer = await call(w.t, 'POST /v1/me/email', { token, body: { email: to } })
      expect(answer.status, answer.text).toBe(202)
      return w.mailTo(to)
    }

    test('moves the account to the new address', async () => {
      const from = await newPerson()
      const to = `new-${from}`
      const { link } = await askToMove(from, to)
      const { page } = await visit()
      await page.goto(link)
      expect((await seen(page)).heading).toBe('Confirm your new e-mail address')
      await act(page).click()
      await shows(page, 'done')
      expect([await passwordWorks(to, PASSWORD), await passwordWorks(from, PASSWORD)]).toEqual([true, false])
    })

    test('says so when another account has taken the address meanwhile', async () => {
      const from = await newPerson()
      const to = `wanted-${from}`
      const { link } = await askToMove(from, to)
      await signUp(w.t, to)
      const { page } = await visit()
      await page.goto(link)
      await act(page).click()
      await page.locator('section:not([hidden]) [role=alert] p').waitFor()
      expect(await notice(page)).toStartWith('Another account now uses this e-mail address.')
      expect(await passwordWorks(from, PASSWORD)).toBe(true)
    })
  })

  describe('any text in the fragment', () => {
    test('there is no request and no markup made of it, and the page says what to do next', async () => {
      const { page, posts } = await visit()
      const dialogs: string[] = []
      page.on('dialog', async (dialog) => {
        dialogs.push(dialog.message())
        await dialog.dismiss()
      })
      for (const [what, fragment] of Object.entries(HOSTILE_FRAGMENTS)) {
        await page.goto('about:blank')
        await page.goto(`${w.origin}/verify-email${fragment}`)
        expect(await seen(page), what).toEqual({
          state: 'ask',
          heading: 'Get a new mail',
          notice: 'This link is incomplete. Copy all of it from the mail, or get a new mail.',
        })
        expect(page.url(), what).toBe(`${w.origin}/verify-email`)
        expect(await page.locator('main img, main svg, main script').count(), what).toBe(0)
      }
      expect([posts(), dialogs]).toEqual([[], []])
    })

    test('it can open a form, but cannot show a false success', async () => {
      const { page } = await visit()
      const opened: string[] = []
      for (const fragment of ['#ask', '#code', '', '#nothing', '#done', '#link', '#start']) {
        await page.goto('about:blank')
        await page.goto(`${w.origin}/verify-email${fragment}`)
        opened.push(`${fragment} ${(await seen(page)).state}`)
      }
      expect(opened).toEqual([
        '#ask ask',
        '#code code',
        ' code',
        '#nothing code',
        '#done code',
        '#link code',
        '#start code',
      ])
    })

    test('a made-up token is refused by the API, and the page says what to do next', async () => {
      const { page, posts } = await visit()
      await page.goto(`${w.origin}/verify-email#token=${'A'.repeat(43)}`)
      await act(page).click()
      await shows(page, 'ask')
      expect((await seen(page)).notice).toContain('no longer works')
      expect(posts()).toEqual(['/v1/auth/verify-email'])
    })
  })

  describe('who uses', () => {
    test('the keyboard alone gets from the link to a new password, and sees where they are', async () => {
      const { email, link } = await mailed(FORGOT)
      const { page } = await visit()
      await page.goto(link)
      await shows(page, 'link')
      const focused = () =>
        page.evaluate(() => {
          const element = document.activeElement
          const style = element && getComputedStyle(element)
          return {
            id: element?.id || element?.textContent?.trim(),
            outline: style?.outlineStyle,
            width: style?.outlineWidth,
          }
        })
      await page.keyboard.press('Tab')
      expect(await focused()).toEqual({ id: 'link-password', outline: 'solid', width: '3px' })
      await page.keyboard.type(NEW_PASSWORD)
      await page.keyboard.press('Tab')
      await page.keyboard.press('Space')
      expect(await page.locator('#link-password').getAttribute('type')).toBe('text')
      await page.keyboard.press('Tab')
      expect(await focused()).toEqual({ id: 'Set new password', outline: 'solid', width: '3px' })
      await page.keyboard.press('Enter')
      await shows(page, 'done')
      expect((await focused()).id).toBe('Your password was changed') // where a screen reader reads on
      await page.keyboard.press('Tab')
      expect((await focused()).id).toBe('Continue to Threeger ID')
      expect(await passwordWorks(email, NEW_PASSWORD)).toBe(true)
    })

    test('no JavaScript gets an instruction, and no form that cannot work', async () => {
      const { link } = await mailed(FORGOT)
      const { page, posts } = await visit({ javaScriptEnabled: false })
      await page.goto(link)
      expect(await page.locator('h1:visible').allTextContents()).toEqual(['Set a new password'])
      expect(await page.locator('noscript a').getAttribute('href')).toBe('/forgot-password') // where a code does the same
      expect(await page.locator('form:visible, button:visible').count()).toBe(0)
      expect(posts()).toEqual([])
    })

    test('a browser that failed to load the script gets the advice to reload, which works', async () => {
      const { link } = await mailed(RESEND)
      const { page, complaints } = await visit()
      await page.route('**/pages.js*', (route) => route.abort(), { times: 1 })
      await page.goto(link)
      await page.getByText('Still loading').waitFor()
      await page.reload()
      expect((await seen(page)).state).toBe('link')
      expect(complaints).toEqual([])
    })

    test('a failing connection gets an error, and can try again with the same link', async () => {
      const { email, link } = await mailed(RESEND)
      const { page, context } = await visit()
      await page.goto(link)
      await shows(page, 'link')
      await context.setOffline(true)
      await act(page).click()
      await page.locator('section:not([hidden]) [role=alert] p').waitFor()
      expect(await notice(page)).toBe('The server did not answer. Check your connection and try again.')
      await context.setOffline(false)
      await act(page).click()
      await shows(page, 'done')
      expect(await isVerified(email)).toBe(true)
    })

    test.each([320, 360, 1024])(
      'a screen of %d px scrolls in one direction, light and dark, in every state',
      async (width) => {
        const { page } = await visit({ viewport: { width, height: 640 }, locale: 'pt-PT' })
        for (const name of ['verify-email', 'confirm-email', 'reset-password', 'accept-invitation']) {
          await page.goto(`${w.origin}/${name}`)
          await seen(page)
          for (const [colorScheme, back] of [
            ['light', 'rgb(244, 244, 246)'],
            ['dark', 'rgb(17, 17, 19)'],
          ] as const) {
            await page.emulateMedia({ colorScheme })
            const layout = await page.evaluate(() => {
              for (const section of document.querySelectorAll('section')) section.hidden = false
              for (const place of document.querySelectorAll('[role=alert]')) place.textContent = 'x'.repeat(200)
              const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(`section ${selector}`)]
              return {
                overflow: document.documentElement.scrollWidth - innerWidth,
                cut: all(':is(h1, p, label, button, [role=alert])').filter(
                  (one) => one.scrollWidth > one.clientWidth + 1,
                ).length,
                small: all(':is(input:not([type=checkbox]), .button)').filter((one) => one.offsetHeight < 44).length,
                back: getComputedStyle(document.body).backgroundColor,
              }
            })
            expect(layout, name).toEqual({ overflow: 0, cut: 0, small: 0, back })
          }
        }
      },
    )
  })

  test('the policy is alive: neither an inline script nor text made into markup gets through', async () => {
    const { page, complaints } = await visit()
    await page.goto(`${w.origin}/verify-email`)
    await seen(page)
    expect(await breakPolicy(page)).toBe('refused')
    expect(await page.title()).not.toBe('owned')
    expect(complaints.length).toBeGreaterThan(0)
    complaints.length = 0
  })

  test('too many guesses show the time of the next try', async () => {
    const limited = await startWorld({ RATE_LIMIT: 'on' })
    try {
      const { page, complaints } = await limited.visit()
      await page.goto(`${limited.origin}/verify-email#code`)
      await page.locator('#code-email').fill('ada@example.com')
      await page.locator('#code').fill('123456')
      const said: (string | null)[] = []
      for (let guess = 0; guess < 6; guess++) {
        const answered = page.waitForResponse((response) => response.request().method() === 'POST')
        await act(page).click()
        await answered
        await page.locator('section:not([hidden]) form:not([aria-busy])').waitFor()
        said.push(await notice(page))
      }
      expect(said[4]).toStartWith('This code does not work')
      expect(said[5]).toMatch(/^Too many tries\. Try again in \d+ (?:seconds?|minutes?)\.$/)
      expect(complaints).toEqual([])
    } finally {
      await limited.stop()
    }
  })
})
