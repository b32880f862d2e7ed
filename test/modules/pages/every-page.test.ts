/**
 * Each state of each page that the server writes, in Chromium: no finding of axe in both themes at 360 and 1280 px, no sideways
 * scroll, no complaint of the browser, nothing that a hostile text made. And the whole way in by the keyboard alone.
 */
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { call, PASSWORD, type Session, setUpAdmin } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { request } from '../authorize/support/browser.ts'
import { makeClient } from '../token/support/oauth.ts'
import { HOSTILE, makeTools, newEmail, type State, states, type Tools } from './support/states.ts'
import { browserPath, startWorld, type Visit, type World } from './support/world.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

const titleOf = ({ path, name }: State): string => `${path}: ${name}`
const fileOf = (state: State): string => `page-${titleOf(state).replace(/\W+/g, '-').replace(/^-|-$/g, '')}`

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  let strict: World
  let open: World
  let tools: Tools
  let openTools: Tools
  const found = new Map<string, number>()
  const visits: Visit[] = []

  async function prepared(env: Record<string, string>): Promise<[World, Tools]> {
    const w = await startWorld(env)
    const owner: Session = await setUpAdmin(w.t)
    const made = await call<{ id: string }>(w.t, 'POST /v1/orgs', { token: owner.accessToken, body: { name: 'Acme' } })
    return [w, await makeTools(w, owner, made.body.id)]
  }
  beforeAll(async () => {
    ;[open, openTools] = await prepared({ EMAIL_VERIFICATION: 'optional' })
    ;[strict, tools] = await prepared({ EMAIL_VERIFICATION: 'required' })
  })
  afterEach(async () => {
    for (const { leave } of visits.splice(0)) await leave()
  })
  afterAll(async () => {
    await Promise.all([open.stop(), strict.stop()])
    process.stdout.write(`${table()}\n`)
  })

  /** Findings of axe, each state in both themes and widths. */
  const table = (): string =>
    [
      '| page | state | findings |',
      '| --- | --- | --- |',
      ...states.map((state) => `| \`${state.path}\` | ${state.name} | ${found.get(titleOf(state)) ?? '?'} |`),
    ].join('\n')

  async function visit(w: World): Promise<Visit> {
    const one = await w.visit()
    visits.push(one)
    return one
  }

  for (const state of states)
    test(titleOf(state), async () => {
      // Only where addresses have to be confirmed does a sign-up ask for it.
      const { w } = state.name === 'confirm the address' ? tools : openTools
      const { page, complaints } = await visit(w)
      const dialogs: string[] = []
      page.on('dialog', (dialog) => {
        dialogs.push(dialog.message())
        void dialog.dismiss()
      })
      await state.reach(page, w === strict ? tools : openTools)
      expect(await foreignParts(page)).toEqual([])
      const findings = await checkPage(page, fileOf(state))
      found.set(titleOf(state), findings.length)
      expect(findings).toEqual([])
      expect(dialogs).toEqual([])
      expect(complaints).toEqual([])
      expect(await page.locator('h1:visible').count()).toBe(1)
      expect(await page.locator('footer nav a').count()).toBe(6)
    })

  /** Elements that no page of ours has, and scripts and pictures of others. */
  const foreignParts = (page: Page): Promise<string[]> =>
    page.evaluate((origin) => {
      const parts = document.querySelectorAll(
        'img, svg, iframe, object, embed, style, script:not([type=module][src]), base',
      )
      const own = (part: Element) => part instanceof HTMLImageElement && new URL(part.src).origin === origin
      const handlers = [...document.querySelectorAll('*')].filter((part) =>
        part.getAttributeNames().some((name) => name.startsWith('on') || name === 'style'),
      )
      return [...[...parts].filter((part) => !own(part)), ...handlers].map((part) => part.outerHTML.slice(0, 100))
    }, new URL(page.url()).origin)

  test('a hostile name stands on the page as it is written', async () => {
    const state = states.find(({ name }) => name === 'an app with a hostile name asks')
    const { page } = await visit(open)
    await state?.reach(page, openTools)
    const text = await page.locator('main').textContent()
    expect(text).toContain(HOSTILE.slice(0, HOSTILE.indexOf('\u202e')))
    expect(await page.locator('main b, main img').count()).toBe(0)
    // It does not turn the host of the app around.
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
  })

  /** Presses Tab until the part with this name has the focus, which must be seen. */
  async function tabTo(page: Page, name: string): Promise<void> {
    const seen: string[] = []
    for (let press = 0; press < 40; press += 1) {
      await page.keyboard.press('Tab')
      const focused = await page.evaluate(() => {
        const part = document.activeElement
        if (!(part instanceof HTMLElement) || part === document.body) return undefined
        const label = part instanceof HTMLInputElement ? part.labels?.[0]?.textContent : part.textContent
        const { outlineStyle, outlineWidth } = getComputedStyle(part)
        return { label: label?.trim() ?? '', isSeen: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 }
      })
      if (focused === undefined) continue
      seen.push(focused.label)
      expect(focused.isSeen, `the focus on ${focused.label} is not seen`).toBe(true)
      // A hyphen that must not break has an invisible sign after it.
      if (focused.label.replaceAll('\u2060', '').startsWith(name)) return
    }
    throw new Error(`no ${name} by Tab, but ${seen.join(', ')}`)
  }

  test('a person signs up, signs in and allows an app by the keyboard alone', async () => {
    const { page, complaints } = await visit(open)
    await using app = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response('app') })
    const callback = `http://127.0.0.1:${app.port}/callback`
    const client = await makeClient(open.t, { redirect_uris: JSON.stringify([callback]) })
    const begin = `${open.origin}/oauth/authorize?${request(client, { redirect_uri: callback })}`
    const email = newEmail()
    const type = (text: string) => page.keyboard.type(text)
    const enter = () => page.keyboard.press('Enter')
    const decides = (answer: RegExp) => Promise.all([page.waitForURL(answer), enter()])

    await page.goto(begin)
    await page.waitForURL(/\/sign-in/)
    await tabTo(page, 'Create an account')
    await enter()
    await page.waitForURL(/\/sign-up/)
    await tabTo(page, 'E-mail address')
    await type(email)
    await tabTo(page, 'Password')
    await type(PASSWORD)
    await enter()
    await page.waitForURL(/\/oauth\/consent/)
    await tabTo(page, 'Deny')
    await decides(/callback\?.*error=access_denied/)

    await page.context().clearCookies({ name: /^session/ })
    await page.goto(begin)
    await page.waitForURL(/\/sign-in/)
    // The account is known in this browser.
    await tabTo(page, `${email[0]?.toUpperCase()}${email}`)
    await enter()
    await page.waitForURL(/login_hint/)
    await tabTo(page, 'Password')
    await type(PASSWORD)
    await tabTo(page, 'Sign in')
    await enter()
    await page.waitForURL(/\/oauth\/consent/)
    await tabTo(page, 'Allow')
    await decides(/callback\?.*code=/)
    expect(complaints).toEqual([])
  })

  test('docs/pages.md has the table of this run', async () => {
    const docs = await Bun.file(join(import.meta.dir, '../../../docs/pages.md')).text()
    for (const { path, name } of states) expect(docs).toContain(`| \`${path}\` | ${name} | 0 |`)
  })
})
