/** The sign-in with another provider, from the sign-in page and back, in a real Chromium: with the script and without it. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { codeOf } from '../mfa/support/factors.ts'
import { browserPath, startWorld, type World } from '../pages/support/world.ts'
import { type FakeProvider, startFakeProvider } from '../providers/support/fake-provider.ts'

setDefaultTimeout(300_000) // a browser on a machine that runs other tests too

describe.skipIf(!browserPath)('in Chromium (needs chromium on PATH)', () => {
  let fake: FakeProvider
  let w: World
  beforeAll(async () => {
    fake = await startFakeProvider()
    const provider = { id: 'acme', name: 'Acme <b>', issuer: fake.issuer, clientId: 'threeger', clientSecret: 'secret' }
    w = await startWorld({ OIDC_PROVIDERS: JSON.stringify([provider]), RETURN_URLS: 'https://app.example.com/' })
    w.t.clock.advance(Date.now() - w.t.clock.now())
    w.t.foreign.answer = (url, init) => fetch(url, init)
  })
  afterAll(() => Promise.all([w?.stop(), fake?.stop()]))

  test.each([true, false])(
    'it leads on, and asks for the second factor of the account (JavaScript: %p)',
    async (javaScriptEnabled) => {
      const email = `ada-${javaScriptEnabled}@example.com`
      fake.lies = {}
      fake.person = { sub: email, email, email_verified: true, name: 'Ada' }
      const { page, context, complaints } = await w.visit({ javaScriptEnabled })
      const begin = async (path = '/sign-in') => {
        await page.goto(`${w.origin}${path}?return_to=%2Fdevice`)
        await page.getByRole('link', { name: 'Continue with Acme <b>' }).click()
      }
      await begin('/sign-up')
      await page.waitForURL(`${w.origin}/device`)
      expect(await page.locator('.account strong').textContent()).toBe(email)

      const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
      const send = async (path: string, body: unknown) => {
        const headers = { cookie, origin: w.origin, 'content-type': 'application/json' }
        const answer = await fetch(`${w.origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
        expect(answer.ok, path).toBe(true)
        return (await answer.json()) as { secret: string }
      }
      // The provider does not say when the person signed in there, so the session is not fresh.
      await w.t.deps.db.$client.execute(`UPDATE sessions SET authenticated_at = ${w.t.clock.now()}`)
      w.t.deps.principals.forgetAll()
      const { secret } = await send('/v1/me/mfa/totp', {})
      await send('/v1/me/mfa/totp/confirm', { code: codeOf(w.t, secret) })
      w.t.clock.advance(30_000)

      await context.clearCookies()
      await begin()
      await page.waitForSelector('section[data-state=second]')
      expect(page.url()).toBe(`${w.origin}/sign-in?return_to=%2Fdevice&step=second`) // the challenge is in no URL
      await page.locator('input[name=code]').fill(codeOf(w.t, secret))
      await page.getByRole('button', { name: 'Continue', exact: true }).click()
      await page.waitForURL(`${w.origin}/device`)
      expect(await page.locator('.account strong').textContent()).toBe(email)
      expect(complaints).toEqual([])
      await context.close()
    },
  )

  test('what the provider refuses is said on the sign-in page, which keeps where the person was going', async () => {
    fake.lies = {
      respond: (path, { url }) => {
        if (path !== '/authorize') return undefined
        const { searchParams } = new URL(url)
        const answer = { error: 'access_denied', state: searchParams.get('state') ?? '', iss: fake.issuer }
        return Response.redirect(`${searchParams.get('redirect_uri')}?${new URLSearchParams(answer)}`)
      },
    }
    const { page, complaints } = await w.visit()
    await page.goto(`${w.origin}/sign-in?return_to=%2Fdevice`)
    await page.getByRole('link', { name: 'Continue with Acme <b>' }).click()
    await page.waitForSelector('section[data-state=enter] [role=alert]:not(:empty)')
    expect(await page.locator('[role=alert]').textContent()).toStartWith('The sign-in with the provider did not work.')
    expect(new URL(page.url()).searchParams.get('return_to')).toBe('/device')
    expect(complaints).toEqual([])
  })
})
