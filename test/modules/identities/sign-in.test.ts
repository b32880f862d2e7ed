/** Sign-in with a real foreign provider, from the first redirect to the last. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { signUp } from '../../support/client.ts'
import type { TestApp } from '../../support/test-app.ts'
import { APP, openBrowser } from './support/browser.ts'
import { type RealProvider, startRealProvider } from './support/real-provider.ts'
import { createWorld, eventsOf, outcomeOf, REDIRECT_URI, rowsOf, START, whoIs } from './support/world.ts'

let provider: RealProvider
let t: TestApp
beforeAll(async () => {
  provider = await startRealProvider([REDIRECT_URI])
})
afterAll(() => provider.stop())
beforeEach(async () => {
  t = await createWorld(provider.issuer)
  return () => t.close()
})

const ada = { sub: 'ada-1', email: 'ada@example.com', email_verified: true, name: 'Ada Lovelace' }

describe('a first sign-in', () => {
  test('makes an account with the verified e-mail, and a cookie session', async () => {
    provider.person = ada
    const browser = openBrowser(t)
    const page = await browser.go(START)
    expect(page.url).toBe(APP)
    const me = await whoIs(t, browser)
    expect(me.body).toMatchObject({ email: ada.email, emailVerified: true, name: ada.name, roles: ['user'] })
    expect(browser.cookie('__Host-flow')).toBeUndefined()
    expect(await rowsOf(t, 'identities')).toMatchObject([
      {
        user_id: me.body.id,
        provider: 'acme',
        issuer: provider.issuer,
        subject: 'ada-1',
        email: ada.email,
        tokens: null,
      },
    ])
    expect((await rowsOf(t, 'sessions')).map(({ kind, amr }) => [kind, amr])).toEqual([['cookie', '["fed"]']])
    expect((await eventsOf(t, 'user.created', 'identity.linked')).map(([type]) => type)).toEqual([
      'user.created',
      'identity.linked',
    ])
  })
})
