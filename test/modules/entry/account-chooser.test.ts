/** The accounts of a browser on the sign-in page, and the organisation for which a person comes. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { accountsCookie, accountsIn, withAccount } from '../../../src/modules/entry/chooser/accounts-cookie.ts'
import { call, PASSWORD, setUpAdmin, signIn, signUp } from '../../support/client.ts'
import { checkPage } from '../../support/page-checks.ts'
import { browserPath, startWorld, type Visit, type World } from '../pages/support/world.ts'

const ADA = 'ada@example.com'
const LIA = 'lia@example.com'

describe('the cookie with the accounts', () => {
  const asking = (value: string) =>
    new Request('https://id.example/sign-in', { headers: { cookie: `x=1; accounts=${encodeURIComponent(value)}` } })

  test('has the latest account first, each once, and five of them', () => {
    const all = ['a@x.org', 'b@x.org', 'c@x.org', 'd@x.org', 'e@x.org', 'f@x.org', 'c@x.org'].reduce<string[]>(
      withAccount,
      [],
    )
    expect(all).toEqual(['c@x.org', 'f@x.org', 'e@x.org', 'd@x.org', 'b@x.org'])
    expect(accountsIn(asking(all.join(' ')))).toEqual(all)
  })

  test('is read by the sign-in page alone, and by no script', () => {
    expect(accountsCookie('https://id.example', [ADA])).toBe(
      'accounts=ada%40example.com; Max-Age=31536000; Path=/sign-in; HttpOnly; Secure; SameSite=Lax',
    )
    expect(accountsCookie('https://id.example', [])).toStartWith('accounts=; Max-Age=0;')
  })

  test('never exceeds what browsers keep', () => {
    const long = ['ü', 'ä', 'ö', 'é', 'ñ'].map((letter) => `${letter.repeat(250)}@x.org`)
    expect(accountsCookie('https://id.example', long).length).toBeLessThan(4096)
    expect(
      accountsIn(new Request('https://id.example', { headers: { cookie: accountsCookie('https://id.example', long) } }))
        .length,
    ).toBeGreaterThan(0)
  })

  test('takes no text that is no address', () => {
    expect(accountsIn(asking('<script> a@b@c \u202e@x @ x@ y@example.com '))).toEqual(['y@example.com'])
    expect(withAccount([ADA], 'not an address')).toEqual([ADA])
    expect(accountsIn(new Request('https://id.example', { headers: { cookie: 'accounts=%E0%A4%A' } }))).toEqual([])
  })
})

describe.skipIf(!browserPath)('the accounts of a browser', () => {
  let world: World
  let acme: string
  const visits: Visit[] = []
  beforeAll(async () => {
    world = await startWorld()
    const { t } = world
    const admin = await setUpAdmin(t)
    await signUp(t, ADA)
    await signUp(t, LIA)
    const ada = await signIn(t, ADA)
    const made = await call<{ id: string }>(t, 'POST /v1/orgs', {
      token: ada.accessToken,
      body: { name: 'Acme', slug: 'acme' },
    })
    expect(made.status).toBe(201)
    acme = made.body.id
    const branded = await call(t, `PATCH /v1/orgs/${acme}`, {
      token: ada.accessToken,
      body: { settings: { branding: { name: 'Acme Robotics', color: '#0f766e' } } },
    })
    expect([branded.status, admin.user.id]).toEqual([200, expect.any(String)])
  })
  afterEach(() => Promise.all(visits.splice(0).map((visit) => visit.leave())))
  afterAll(() => world.stop())

  async function visit(path: string, options?: Parameters<World['visit']>[0]) {
    const visited = await world.visit(options)
    visits.push(visited)
    await visited.page.goto(world.origin + path)
    return visited
  }

  async function signInBy(page: Page, email: string): Promise<void> {
    await page.locator('#form input[name=email]').fill(email)
    await page.locator('#form input[name=password]').fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
  }

  const listed = (page: Page) => page.locator('.accounts li a span:not(.initial)').allTextContents()
  const signOut = (page: Page) => page.context().clearCookies({ name: /^session/ })

  for (const javaScriptEnabled of [true, false])
    test(`are listed, chosen and forgotten ${javaScriptEnabled ? 'with' : 'without'} JavaScript`, async () => {
      const { page, complaints } = await visit('/sign-in?return_to=%2Fdevice', { javaScriptEnabled })
      expect(await listed(page)).toEqual([])
      for (const email of [ADA, LIA]) {
        await signInBy(page, email)
        await signOut(page)
        await page.goto(`${world.origin}/sign-in?return_to=%2Fdevice`)
      }
      expect(await listed(page)).toEqual([LIA, ADA])
      if (javaScriptEnabled) expect(await checkPage(page, 'sign-in-accounts')).toEqual([])

      await page.getByRole('link', { name: ADA }).click()
      await page.waitForURL(/login_hint/)
      expect(await listed(page)).toEqual([])
      expect(await page.locator('#form input[name=email]').inputValue()).toBe(ADA)
      expect(new URL(page.url()).searchParams.get('return_to')).toBe('/device')

      await page.goBack()
      await page.getByRole('button', { name: `Forget ${LIA} in this browser` }).click()
      await page.getByRole('link', { name: LIA }).waitFor({ state: 'detached' })
      expect(await listed(page)).toEqual([ADA])
      expect(new URL(page.url()).searchParams.get('return_to')).toBe('/device')
      await page.getByRole('button', { name: `Forget ${ADA} in this browser` }).click()
      await page.locator('.accounts').waitFor({ state: 'detached' })
      expect(complaints).toEqual([])
    })

  test('are the business of this browser alone: an account that is gone looks as one that is there', async () => {
    const { page, context } = await visit('/sign-in')
    const value = encodeURIComponent(`gone@example.com ${ADA} "><img/src=x>@x.org`)
    await context.addCookies([{ name: 'accounts', value, domain: '127.0.0.1', path: '/sign-in', httpOnly: true }])
    await page.reload()
    expect(await listed(page)).toEqual(['gone@example.com', ADA, '"><img/src=x>@x.org'])
    expect(await page.locator('main img').count()).toBe(0)
    const rows = await page
      .locator('.accounts li')
      .evaluateAll((all) => all.map((row) => row.innerHTML.replace(/[\w.]+@[\w.]+|[\w.]+%40[\w.]+|>[A-Z]</g, '')))
    expect(rows[0]).toBe(rows[1] ?? '')
    expect(await page.evaluate(() => document.cookie)).not.toContain('accounts')
  })

  test('a person who is signed in may go on, take another account, or sign out', async () => {
    const { page } = await visit('/sign-in?return_to=%2Fdevice')
    await signInBy(page, ADA)
    await page.goto(`${world.origin}/sign-in?return_to=%2Fdevice`)
    expect(await page.locator('.account strong').textContent()).toBe(ADA)
    expect(await listed(page)).toEqual([])
    expect(await checkPage(page, 'sign-in-signed-in')).toEqual([])
    await page.getByRole('link', { name: 'Go on with this account' }).click()
    await page.waitForURL(`${world.origin}/device`)
    await page.goBack()
    await signInBy(page, LIA)
    await page.goto(`${world.origin}/sign-in`)
    expect(await page.locator('.account strong').textContent()).toBe(LIA)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('alert').getByText('You are signed out.').waitFor()
    await page.goto(`${world.origin}/sign-in`)
    expect(await page.locator('.account strong').count()).toBe(0)
  })

  const active = (page: Page) =>
    page.evaluate(async () => {
      const answer = await fetch('/v1/me/orgs')
      const { items } = (await answer.json()) as { items: { org: { slug: string }; active: boolean }[] }
      return items.filter((item) => item.active).map(({ org }) => org.slug)
    })

  test('an organisation shows its brand, with the name of the server, and a member then acts in it', async () => {
    const { page, complaints } = await visit('/sign-in?org=acme&return_to=%2Faccount')
    await page.getByRole('heading', { name: 'Sign in to Acme Robotics' }).waitFor()
    expect(await page.locator('header').textContent()).toBe('Acme Robotics')
    expect(await page.locator('footer').textContent()).toContain('Threeger ID')
    expect(await checkPage(page, 'sign-in-organisation')).toEqual([])
    // It stays on the way through the other pages.
    await page.getByRole('link', { name: 'Create an account' }).click()
    expect(await page.locator('header').textContent()).toBe('Acme Robotics')
    await page.goBack()
    await signInBy(page, ADA)
    expect(await active(page)).toEqual(['acme'])
    expect(complaints).toEqual([])
  })

  test.each(['acme', 'nobody', 'Acme', '..%2f', "'"])('?org=%s changes nothing for who is no member', async (slug) => {
    const { page } = await visit(`/sign-in?org=${slug}&return_to=%2Faccount`)
    if (slug !== 'acme') expect(await page.locator('header').textContent()).toBe('Threeger ID')
    await signInBy(page, LIA)
    expect(await active(page)).toEqual([])
  })

  test('a link of another site does not switch the organisation of an older session', async () => {
    const { page } = await visit('/sign-in?return_to=%2Faccount')
    await signInBy(page, ADA)
    world.t.clock.advance(180_000)
    await page.goto(`${world.origin}/sign-in?from=form&org=acme&return_to=%2Faccount`)
    await page.waitForURL(`${world.origin}/account`)
    expect(await active(page)).toEqual([])
  })
})
