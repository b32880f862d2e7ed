/** The frame of the account page, in a real Chromium: languages, sections, the keyboard, other windows, the network, and hostile sites. */
import { describe, expect, setDefaultTimeout, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { locales } from '../../../src/lib/languages.ts'
import { textsOf } from '../../../src/modules/account/texts.ts'
import { call, PASSWORD, setUpAdmin, signIn } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { freePort } from '../../support/ports.ts'
import { type AccountWorld, browserPath, card, said, signInHere } from './support/account.ts'
import { button, confirm, focusIs, type Visits, visits } from './support/visits.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

const BUDGET = 45 * 1024
const HOSTILE = '<img src=x onerror="document.title=1">‮“{name}”'

let w: AccountWorld
let at: Visits['at']
let visit: Visits['visit']

/** Presses Tab until this has the focus: no pointer, as for who has none. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let n = 0; n < 60; n++) {
    const now = await page.evaluate(() => {
      const it = document.activeElement
      return it?.getAttribute('aria-label') ?? (it as HTMLInputElement).labels?.[0]?.textContent ?? it?.textContent
    })
    if (now?.trim() === name) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`the keyboard does not reach “${name}”`)
}

/** A page of another site. */
async function otherSite(html: string): Promise<{ url: string; stop(): void }> {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: freePort(),
    fetch: () => new Response(html, { headers: { 'content-type': 'text/html' } }),
  })
  // The same site for cookies, so that SameSite does not help: another origin, still.
  return { url: `http://localhost:${server.port}/`, stop: () => void server.stop(true) }
}

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  visits((given) => {
    ;({ w, at, visit } = given)
  })

  test('everything that it loads fits into 45 KB, in each language', async () => {
    const ada = await w.person()
    const sizes: Record<string, number> = {}
    for (const locale of locales) {
      const { page, context, requests, leave } = await w.as(ada, `/account/security?lang=${locale}`)
      await button(page, textsOf(locale).appAdd).click() // loads the last part
      await page.locator('.qr').waitFor()
      const files = new Map<string, number>()
      for (const request of requests) {
        const { pathname } = new URL(request.url())
        if (!/^\/(?:account|pages)\b/.test(pathname)) continue
        // Asked for again: this browser has most of them since the last language.
        const answer = await context.request.get(request.url(), { headers: { 'accept-encoding': 'gzip' } })
        expect([pathname, answer.status()]).toEqual([pathname, 200])
        // As it was sent: the document is not compressed, because it is of one person.
        const sent = Number(answer.headers()['content-length'])
        expect(sent).toBeGreaterThan(0)
        files.set(pathname, sent)
      }
      sizes[locale] = [...files.values()].reduce((sum, size) => sum + size, 0)
      expect([...files.keys()].filter((name) => name.endsWith('.js')).length).toBeGreaterThan(1)
      await leave()
    }
    expect(Object.values(sizes).filter((size) => size > BUDGET)).toEqual([])
  })

  test('it speaks the language of the person, and keeps the one that they choose', async () => {
    const { page, context } = await visit(await w.person(), '/account', { locale: 'ja-JP' })
    await page.getByRole('heading', { level: 1, name: 'プロフィール' }).waitFor()
    for (const locale of locales) {
      await page.locator('select.languages').selectOption(locale)
      await page.getByRole('heading', { level: 1, name: textsOf(locale).profile, exact: true }).waitFor()
      expect(await page.evaluate(() => document.documentElement.lang)).toBe(locale)
      await page.waitForURL(`${w.origin}/account`)
    }
    for (const locale of ['de', 'ja'] as const) {
      await context.clearCookies({ name: 'lang' })
      for (const section of ['', '/security', '/connections', '/data']) {
        await page.goto(`${w.origin}/account${section}?lang=${locale}`)
        await page.getByRole('heading', { level: 2 }).first().waitFor()
        expect(await checkPage(page, `account${section.replace('/', '-')}-${locale}`)).toEqual([])
      }
    }
  })

  test('each section has an address: by path, by hash, by the back button, and after a sign-in', async () => {
    const ada = await w.person()
    const page = await at(ada, '/account')
    await page.getByRole('link', { name: 'Security' }).click()
    await page.waitForURL(`${w.origin}/account/security`)
    await page.waitForFunction(() => document.activeElement?.textContent === 'Security')
    expect(await page.title()).toStartWith('Security · ')
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: 'Profile' }).waitFor()
    await page.goto(`${w.origin}/account#recovery`)
    await page.waitForURL(`${w.origin}/account/security#recovery`)
    await page.waitForFunction(() => document.activeElement?.id === 'recovery')
    await page.goto(`${w.origin}/account/nothing`)
    await page.waitForURL(`${w.origin}/account`)
  })

  test('the keyboard alone: to a section, through a form, through a dialog, and back', async () => {
    const ada = await w.person()
    await signIn(w.t, ada.user.email)
    const page = await at(ada)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    await focusIs(page, 'content')
    await tabTo(page, 'Name')
    await page.keyboard.type('By keyboard')
    await page.keyboard.press('Enter')
    await said(page, 'Saved.')
    await page.keyboard.press('Home')
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    await tabTo(page, 'Sessions')
    await page.keyboard.press('Enter')
    await page.getByText('This one').waitFor()
    await tabTo(page, 'End all others')
    await page.keyboard.press('Space')
    await page.getByRole('dialog').waitFor()
    await page.locator('dialog:focus-within').waitFor()
    await tabTo(page, 'End all others')
    await page.keyboard.press('Enter')
    await said(page, 'All other sessions are ended.')
    await page.waitForFunction(() => document.activeElement?.id === 'sessions')
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
    await tabTo(page, 'Sign out')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/sign-in/)
    expect((await call(w.t, 'GET /v1/me', { token: ada.accessToken })).status).toBe(401)
  })

  test('names of others are text: nothing runs, and nothing turns the line around', async () => {
    const ada = await w.person({ name: HOSTILE })
    await call(w.t, 'POST /v1/auth/sign-in', {
      headers: { 'user-agent': `${HOSTILE.replaceAll(/[^\x20-\x7e]/g, '')}` },
      body: { email: ada.user.email, password: PASSWORD },
    })
    const made = await w.api<{ id: string }>(ada, 'POST /v1/orgs', { name: HOSTILE })
    expect(made.id).toStartWith('org_')
    const page = await at(ada)
    expect(await page.locator('.who bdi').textContent()).toBe(HOSTILE)
    await page.goto(`${w.origin}/account/organisations`)
    await card(page, 'Your organisations').locator('bdi', { hasText: '<img' }).waitFor()
    expect(await checkPage(page, 'account-hostile')).toEqual([])
    await page.goto(`${w.origin}/account/sessions`)
    await page.getByText('This one').waitFor()
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.title()).not.toBe('1')
  })

  test('a session that ended elsewhere leads to the sign-in page, and back to the section', async () => {
    const ada = await w.person()
    const page = await at(ada, '/account/sessions')
    const sql = 'UPDATE sessions SET ended_at = 1 WHERE user_id = ?'
    await w.t.deps.db.$client.execute({ sql, args: [ada.user.id] })
    w.t.deps.principals.forgetAll()
    await page.getByRole('link', { name: 'Connections' }).click()
    await page.waitForURL(/\/sign-in\?return_to=%2Faccount%2Fconnections/)
    await page.locator('input[name=email]:visible').fill(ada.user.email)
    const password = page.locator('input[name=password]:visible')
    if ((await password.count()) === 0) await page.keyboard.press('Enter')
    await password.fill(PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForURL(`${w.origin}/account/connections`)
    await page.getByText('No other account is connected.').waitFor()
  })

  test('offline: it says so, refuses nothing silently, and goes on by itself', async () => {
    const { page, context } = await visit(await w.person(), '/account', {})
    await context.setOffline(true)
    await page.getByText('You are offline.').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('Offline')
    await button(page, 'Save').click()
    await page.getByText('The server did not answer. Check your connection and try again.').waitFor()
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Offline')
    await context.setOffline(false)
    await said(page, 'You are online again.')
    await page.getByText('You are offline.').waitFor({ state: 'detached' })
    await button(page, 'Save').click()
    await said(page, 'Saved.')
  })

  test('a second press of a button sends nothing twice', async () => {
    const { page, requests } = await visit(await w.person())
    const pressed = Promise.withResolvers<void>()
    await page.route('**/v1/me', async (route) => {
      if (route.request().method() === 'PATCH') await pressed.promise
      await route.continue()
    })
    await page.getByLabel('Name', { exact: true }).fill('Twice')
    await button(page, 'Save').dblclick()
    await page.keyboard.press('Enter')
    pressed.resolve()
    await said(page, 'Saved.')
    expect(requests.filter((request) => request.method() === 'PATCH')).toHaveLength(1)
    await page.unrouteAll()
  })

  test('two windows: what one removes the other is told, and neither breaks', async () => {
    const ada = await w.person()
    await signIn(w.t, ada.user.email)
    const first = await visit(ada, '/account/sessions', {})
    const second = await first.context.newPage()
    await second.goto(`${w.origin}/account/sessions`)
    const end = (page: Page) => page.getByRole('button', { name: /^End: / }).first()
    await end(second).waitFor()
    await end(first.page).click()
    await confirm(first.page, 'End').click()
    await said(first.page, 'The session is ended.')
    await end(second).click()
    await confirm(second, 'End').click()
    await said(second, 'It is gone already.')
    await button(second, 'Sign out').click()
    await second.waitForURL(/\/sign-in/)
    await first.page.getByRole('link', { name: 'Connections' }).click()
    await first.page.waitForURL(/\/sign-in\?return_to=%2Faccount%2Fconnections/)
  })

  test('an administrator who acts as the person sees it all the time, and what is refused', async () => {
    const admin = await signIn(w.t, 'root@example.com').catch(() => setUpAdmin(w.t, 'root@example.com'))
    const ada = await w.person()
    const one = await w.visit()
    const { page } = one
    await signInHere(page, w.origin, admin.user.email)
    const status = await page.evaluate(async (id) => {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ reason: 'Ticket 42', useCookie: true })
      return (await fetch(`/v1/users/${id}/impersonate`, { method: 'POST', headers, body })).status
    }, ada.user.id)
    expect(status).toBe(200)
    await page.goto(`${w.origin}/account`)
    const bar = page.getByRole('region', { name: `You act as ${ada.user.email}.` })
    await bar.waitFor()
    expect(await page.getByRole('link', { name: 'Console' }).count()).toBe(0)
    expect(await checkPage(page, 'account-acting')).toEqual([])
    await button(page, 'Change e-mail').click()
    await page.getByLabel('New e-mail address').fill('taken-over@example.com')
    await page.keyboard.press('Enter')
    await page.getByText('Only the owner of the account can do this. Nothing was changed.').waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.getByRole('link', { name: 'Security' }).click()
    await bar.waitFor()
    await button(page, 'Stop acting as this person').click()
    await page.waitForURL(/\/sign-in/)
    await one.leave()
    expect(one.complaints).toEqual([])
  })

  test('who leads an organisation is led to the console; who does not, is not', async () => {
    const ada = await w.person()
    const page = await at(ada)
    expect(await page.getByRole('link', { name: 'Console' }).count()).toBe(0)
    await w.api(ada, 'POST /v1/orgs', { name: 'Acme' })
    await page.reload()
    await page.getByRole('link', { name: 'Console' }).waitFor()
  })

  test('a role that requires a second factor says so, and the way there stays open', async () => {
    const admin = await signIn(w.t, 'root@example.com').catch(() => setUpAdmin(w.t, 'root@example.com'))
    const ada = await w.person()
    const role = { name: 'guarded', permissions: [], mfaRequired: true }
    const made = await call(w.t, 'POST /v1/roles', { token: admin.accessToken, body: role })
    expect(made.status, made.text).toBe(201)
    const body = { roles: ['user', 'guarded'] }
    const given = await call(w.t, `PATCH /v1/users/${ada.user.id}`, { token: admin.accessToken, body })
    expect(given.status, given.text).toBe(200)
    const page = await at(ada, '/account/sessions')
    await page.getByText('Your role requires a second factor. Add one under Security, then come back.').waitFor()
    expect(await checkPage(page, 'account-factor-needed')).toEqual([])
    await page.getByRole('link', { name: 'Add one now' }).click()
    await button(page, 'Set up an app').click()
    await page.locator('.qr').waitFor()
  })

  test('without JavaScript it leads to the first page and to the sign-out, in the language of the person', async () => {
    const { page } = await visit(await w.person(), '/account', {})
    const answer = await page.request.get(`${w.origin}/account?lang=de`)
    const [said = ''] = /<noscript>.*?<\/noscript>/s.exec(await answer.text()) ?? []
    expect(said).toContain('Sie sind angemeldet.')
    expect(said).toContain('<a href="/">')
    expect(said).toContain('<a href="/oauth/logout">Abmelden</a>')
  })

  test('no other site can frame it', async () => {
    const ada = await w.person()
    const { page, complaints } = await visit(ada, '/account', {})
    const site = await otherSite(`<iframe src="${w.origin}/account"></iframe>`)
    const answer = await page.goto(`${w.origin}/account`)
    expect(answer?.headers()['content-security-policy']).toContain("frame-ancestors 'none'")
    const told = page.waitForEvent('console', (message) => /frame-ancestors|X-Frame-Options/.test(message.text()))
    await page.goto(site.url)
    await told
    const [, frame] = page.frames()
    expect(frame?.url()).not.toStartWith(w.origin)
    expect(complaints.splice(0).join()).toMatch(/frame-ancestors|X-Frame-Options/)
    site.stop()
  })

  test('no form and no script of another site changes anything, with the cookie in the request', async () => {
    const ada = await w.person({ name: 'Ada' })
    const { page, complaints } = await visit(ada, '/account', {})
    const site = await otherSite(`
      <form id="f" method="post" enctype="text/plain" action="${w.origin}/v1/auth/sign-out"><input name='{"a":"' value='"}'></form>
      <form id="g" method="post" action="${w.origin}/v1/me/active-org"><input name="orgId" value="x"></form>`)
    for (const form of ['f', 'g']) {
      await page.goto(site.url)
      const answer = page.waitForResponse((response) => response.request().method() === 'POST')
      await page.evaluate((id) => (document.getElementById(id) as HTMLFormElement).submit(), form)
      expect([403, 415]).toContain((await answer).status())
      await page.waitForURL(`${w.origin}/**`)
    }
    await page.goto(site.url)
    await page.evaluate(async (origin) => {
      const sent = (method: string, path: string, body?: string) =>
        fetch(origin + path, { method, mode: 'no-cors', credentials: 'include', ...(body !== undefined && { body }) })
      await sent('POST', '/v1/auth/sign-out').catch(() => undefined)
      await sent('POST', '/v1/me/email', '{"email":"evil@example.com"}').catch(() => undefined)
    }, w.origin)
    complaints.splice(0)
    await page.goto(`${w.origin}/account`)
    await page.locator('.who').getByText('Ada').waitFor()
    await w.t.work()
    expect(w.t.mails.filter(({ to }) => to === 'evil@example.com')).toEqual([])
    site.stop()
  })
})

test('every text of the page is used', async () => {
  const folder = `${import.meta.dir}/../../../src`
  const files = ['modules/account', 'browser'].flatMap((part) =>
    [...new Bun.Glob(`${part}/**/*.{ts,tsx}`).scanSync(folder)].filter((file) => !file.includes('/messages/')),
  )
  const code = await Promise.all(files.map((file) => Bun.file(`${folder}/${file}`).text()))
  const all = code.join('\n')
  const unused = Object.keys(textsOf('en')).filter((name) => !new RegExp(`['.]${name}\\b|\\b${name}[,} ]`).test(all))
  expect(unused).toEqual([])
})
