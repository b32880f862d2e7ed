/** Sign-in with a real provider, from the first redirect to the last. An e-mail alone opens no account (security.md 30). */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { call, PASSWORD, signUp } from '../../support/client.ts'
import { ORIGIN, type TestApp } from '../../support/test-app.ts'
import { proofFor } from '../proofs/support/mail.ts'
import { APP, openBrowser } from '../providers/support/browser.ts'
import { type FakeProvider, startFakeProvider } from '../providers/support/fake-provider.ts'
import { type RealProvider, startRealProvider } from '../providers/support/real-provider.ts'
import { createWorld, eventsOf, outcomeOf, REDIRECT_URI, rowsOf, START, whoIs } from '../providers/support/world.ts'

let provider: RealProvider
let fake: FakeProvider
let t: TestApp
beforeAll(async () => {
  provider = await startRealProvider([REDIRECT_URI])
  fake = await startFakeProvider()
})
afterAll(async () => {
  fake.stop()
  await provider.stop()
})
beforeEach(async () => {
  fake.lies = {}
  provider.person = ada
  t = await createWorld(provider.issuer)
})
afterEach(() => t.close())

const ada = { sub: 'ada-1', email: 'ada@example.com', email_verified: true, name: 'Ada Lovelace' }

/** A whole sign-in by a new browser. */
const signIn = async (world = t) => outcomeOf(await openBrowser(world).go(START))

/** The app again, with other settings of the provider. */
async function reopen(...world: Parameters<typeof createWorld>): Promise<void> {
  await t.close()
  t = await createWorld(...world)
}

const verify = (email: string) =>
  t.deps.db.$client.execute({ sql: 'UPDATE users SET email_verified = 1 WHERE email = ?', args: [email] })

describe('a first sign-in', () => {
  test('makes an account with the verified e-mail, and a cookie session', async () => {
    const browser = openBrowser(t)
    expect((await browser.go(START)).url).toBe(APP)
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
    expect(
      (await eventsOf(t, 'user.created', 'identity.linked', 'session.created')).map(([type]) => type).sort(),
    ).toEqual(['identity.linked', 'session.created', 'user.created'])
  })

  test('of one subject ten times at once makes one account, and each sign-in opens a session of it', async () => {
    const browsers = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const browser = openBrowser(t)
        return { browser, page: await browser.goUntil(START, /\/callback\?/) }
      }),
    )
    const outcomes = await Promise.all(browsers.map(async ({ browser, page }) => outcomeOf(await browser.go(page.url))))
    expect(outcomes).toEqual(Array(10).fill('signed in'))
    expect(await rowsOf(t, 'users')).toHaveLength(1)
    expect(await rowsOf(t, 'identities')).toHaveLength(1)
    expect(await rowsOf(t, 'sessions')).toHaveLength(10)
    const people = await Promise.all(browsers.map(async ({ browser }) => (await whoIs(t, browser)).body.id))
    expect(new Set(people).size).toBe(1)
  })

  test('is refused where the provider makes no accounts', async () => {
    await reopen(provider.issuer, { settings: { allowSignUp: false } })
    expect(await signIn()).toBe('identity.sign_up_refused')
    expect(await rowsOf(t, 'users')).toEqual([])
  })

  const unverified: [name: string, person: Record<string, unknown>][] = [
    ['false', { email_verified: false }],
    ['nothing', { email_verified: undefined }],
    ['the text "false"', { email_verified: 'false' }],
    ['the text "yes"', { email_verified: 'yes' }],
    ['the number 1', { email_verified: 1 }],
    ['null', { email_verified: null }],
    ['true of no e-mail', { email: undefined }],
    ['true of what is no e-mail', { email: 'not an e-mail' }],
    ['true of a list', { email: ['ada@example.com'] }],
    ['true of an e-mail with U+0000', { email: 'ada@example.com\0' }],
    ['by another claim', { email_verified: undefined, verified: true, emailVerified: true }],
  ]
  test.each(unverified)('is refused when the provider says of its e-mail: %s', async (_, person) => {
    await reopen(fake.issuer)
    fake.lies = { claims: { ...ada, ...person }, userinfo: { sub: ada.sub } }
    expect(await signIn()).toBe('identity.email_unverified')
    expect(await rowsOf(t, 'users')).toEqual([])
    expect(await rowsOf(t, 'identities')).toEqual([])
    expect(await eventsOf(t, 'auth.failed')).toEqual([
      ['auth.failed', 'failure', { reason: 'identity.email_unverified', provider: 'acme' }],
    ])
  })

  test('takes an e-mail the operator trusts, and Apple’s way of saying true', async () => {
    await reopen(fake.issuer, { settings: { trustEmail: true } })
    fake.lies = { claims: { ...ada, email_verified: undefined } }
    expect(await signIn()).toBe('signed in')
    fake.lies = { claims: { sub: 'grace', email: 'grace@example.com', email_verified: 'true' } }
    expect(await signIn()).toBe('signed in')
    expect((await rowsOf(t, 'users')).map(({ email_verified }) => email_verified)).toEqual([1, 1])
  })
})

describe('the next sign-in', () => {
  test('opens the same account after its e-mail at the provider has changed, and records the change', async () => {
    await signIn()
    t.clock.advance(60_000)
    provider.person = { ...ada, email: 'lovelace@example.com', email_verified: false }
    const browser = openBrowser(t)
    await browser.go(START)
    expect((await whoIs(t, browser)).body.email).toBe(ada.email)
    expect(await rowsOf(t, 'users')).toHaveLength(1)
    const [identity] = await rowsOf(t, 'identities')
    expect(identity).toMatchObject({ email: 'lovelace@example.com', last_used_at: t.clock.now() })
  })

  test('of another subject with the earlier e-mail does not open the account', async () => {
    await signIn()
    provider.person = { ...ada, sub: 'eve-1' } // the provider has given the address away
    expect(await signIn()).toBe('identity.email_in_use')
    expect(await rowsOf(t, 'identities')).toHaveLength(1)
  })

  test('is refused for a disabled and for a deleted account', async () => {
    await signIn()
    await t.deps.db.run("UPDATE users SET status = 'disabled'")
    expect(await signIn()).toBe('identity.account_disabled')
    expect(await rowsOf(t, 'sessions')).toHaveLength(1)
    await t.deps.db.run('DELETE FROM users')
    expect(await rowsOf(t, 'identities')).toEqual([])
    expect(await signIn()).toBe('signed in') // a new account
  })
})

describe('an account is not taken over', () => {
  test('by a verified e-mail of another provider: the error says how to link the account', async () => {
    const { user } = await signUp(t, ada.email)
    for (const verified of [false, true]) {
      if (verified) await verify(ada.email)
      const browser = openBrowser(t)
      expect((await browser.go(START)).url).toBe(`${APP}?error=identity.email_in_use`)
      expect(browser.cookie('__Host-session')).toBeUndefined()
    }
    expect(await rowsOf(t, 'identities')).toEqual([])
    expect((await rowsOf(t, 'users')).map(({ id }) => id)).toEqual([user.id])
    const remedy = await call(t, 'GET /docs/errors')
    expect(remedy.text).toContain('Then link the identity')
  })

  test('by an e-mail that differs only in case or width', async () => {
    await signUp(t, ada.email)
    for (const [index, email] of ['ADA@EXAMPLE.COM', 'Ada@example.com', 'ａda@example.com'].entries()) {
      provider.person = { ...ada, sub: `x-${index}`, email }
      expect(await signIn()).toBe('identity.email_in_use')
    }
  })

  test('by an unverified e-mail, whose answer does not reveal an account', async () => {
    await signUp(t, ada.email)
    await verify(ada.email)
    const answers: string[] = []
    for (const email of [ada.email, 'nobody@example.com']) {
      provider.person = { sub: `eve-${email.length}`, email, email_verified: false }
      answers.push((await openBrowser(t).go(START)).url)
    }
    expect(answers).toEqual(Array(2).fill(`${APP}?error=identity.email_unverified`))
    expect(await rowsOf(t, 'identities')).toEqual([])
    expect(await rowsOf(t, 'users')).toHaveLength(1)
  })

  test('by an e-mail of a provider that the operator trusts', async () => {
    await reopen(provider.issuer, { settings: { trustEmail: true } })
    await signUp(t, ada.email)
    provider.person = { ...ada, email_verified: false }
    expect(await signIn()).toBe('identity.email_in_use')
    expect(await rowsOf(t, 'identities')).toEqual([])
  })

  test('by the subject of another issuer', async () => {
    await signIn()
    const providers = [
      { id: 'acme', issuer: provider.issuer, clientId: 'threeger', clientSecret: 'secret' },
      { id: 'other', issuer: fake.issuer, clientId: 'threeger', clientSecret: 'secret' },
    ]
    await reopen(provider.issuer, { env: { OIDC_PROVIDERS: JSON.stringify(providers) } })
    await signIn()
    fake.lies = { claims: { ...ada, email: 'eve@example.com' } } // the same subject
    const browser = openBrowser(t)
    await browser.go(`${ORIGIN}/v1/auth/providers/other/start`)
    expect((await whoIs(t, browser)).body.email).toBe('eve@example.com')
    expect(await rowsOf(t, 'users')).toHaveLength(2)
  })

  test('after an attacker signed up first with the owner’s e-mail: only the owner signs in, by mail', async () => {
    const attacker = await signUp(t, ada.email) // never verified
    expect(await signIn()).toBe('identity.email_in_use')
    const link = await call(t, 'POST /v1/me/identities/acme/start', { token: attacker.accessToken })
    provider.person = { ...ada, sub: 'attacker', email: 'attacker@example.com' }
    const browser = openBrowser(t)
    browser.setCookie('__Host-flow', /__Host-flow=([^;]*)/.exec(link.headers.get('set-cookie') ?? '')?.[1] ?? '')
    expect(outcomeOf(await browser.go(String(link.body.url)))).toBe('identity.email_unverified')
    expect(await rowsOf(t, 'identities')).toEqual([])
    await call(t, 'POST /v1/auth/forgot-password', { body: { email: ada.email } })
    await t.work()
    expect(t.mails.some(({ to }) => to === ada.email)).toBeTrue()
  })
})

describe('a second factor', () => {
  test('is required after a provider as after any first factor: no session, and a challenge in the fragment', async () => {
    await signIn()
    const [user] = await rowsOf(t, 'users')
    const now = t.clock.now()
    await t.deps.db.$client.execute({
      sql: "INSERT INTO totp_secrets (user_id, secret, key_id, last_step, confirmed_at, created_at) VALUES (?, 'sealed', 'key', 0, ?, ?)",
      args: [String(user?.id), now, now],
    })
    const browser = openBrowser(t)
    const page = await browser.go(START)
    const { origin, pathname, search, hash } = new URL(page.url)
    expect([origin + pathname, search]).toEqual([APP, ''])
    const fragment = new URLSearchParams(hash.slice(1))
    expect(fragment.get('factors')).toBe('totp')
    expect(fragment.get('mfa_challenge')?.split('.')).toHaveLength(3)
    expect(browser.cookie('__Host-session')).toBeUndefined()
    expect(await rowsOf(t, 'sessions')).toHaveLength(1)
    const refused = await call(t, 'GET /v1/me', { token: fragment.get('mfa_challenge') ?? '' })
    expect(refused.status).toBe(401)
  })
})

describe('a refusal at the provider', () => {
  test('goes back to the app with a code, and nothing of the provider’s words', async () => {
    provider.person = undefined
    const browser = openBrowser(t)
    expect((await browser.go(`${START}?returnTo=${APP}/other`)).url).toBe(`${APP}/other?error=provider.denied`)
  })
})

test('the usual way still opens an account that also has an identity', async () => {
  await signIn()
  await call(t, 'POST /v1/auth/forgot-password', { body: { email: ada.email } })
  const { token } = await proofFor(t, ada.email)
  await call(t, 'POST /v1/auth/reset-password', { body: { token, password: PASSWORD } })
  const answer = await call(t, 'POST /v1/auth/sign-in', { body: { email: ada.email, password: PASSWORD } })
  expect(answer.status).toBe(200)
})
