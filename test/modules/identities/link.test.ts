/** Linking and unlinking identities: only the session that started a link finishes it, with an e-mail verified on both sides (security.md 30). */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { decrypt, deriveKey } from '../../../src/lib/crypto.ts'
import { tokenContext } from '../../../src/modules/providers/provider-tokens.ts'
import { type Call, call, cookieOf, PASSWORD, type Session, signInWithCookie, signUp } from '../../support/client.ts'
import { ORIGIN, type TestApp } from '../../support/test-app.ts'
import { APP, type Browser, openBrowser } from '../providers/support/browser.ts'
import { type FakeProvider, startFakeProvider } from '../providers/support/fake-provider.ts'
import { createWorld, eventsOf, outcomeOf, rowsOf, START, whoIs } from '../providers/support/world.ts'

let fake: FakeProvider
let t: TestApp
let ada: Session
beforeAll(async () => {
  fake = await startFakeProvider()
})
afterAll(() => fake.stop())
beforeEach(async () => {
  fake.lies = {}
  fake.person = { sub: 'ada-1', email: 'ada@work.example', email_verified: true }
  t = await createWorld(fake.issuer)
  ada = await newAccount('ada@example.com')
})
afterEach(() => t.close())

/** Signed up, with a verified e-mail. */
async function newAccount(email: string): Promise<Session> {
  const session = await signUp(t, email)
  await t.deps.db.$client.execute({ sql: 'UPDATE users SET email_verified = 1 WHERE id = ?', args: [session.user.id] })
  t.deps.principals.forgetAll()
  return session
}

const by = ({ accessToken: token }: Session): Call => ({ token })
const list = async (who: Call) =>
  (await call<{ items: { id: string; email: string }[] }>(t, 'GET /v1/me/identities', who)).body.items

/** Begins to link, and returns the browser with what it got. */
async function begin(who: Call, browser: Browser = openBrowser(t)): Promise<{ browser: Browser; url: string }> {
  const answer = await call<{ url: string }>(t, 'POST /v1/me/identities/acme/start', who)
  expect(answer.status, answer.text).toBe(200)
  browser.setCookie('__Host-flow', /__Host-flow=([^;]*)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? '')
  return { browser, url: answer.body.url }
}

async function link(who: Call, browser?: Browser): Promise<string> {
  const begun = await begin(who, browser)
  return outcomeOf(await begun.browser.go(begun.url))
}

/** Everything there is to be signed in with. */
const identities = async () => (await rowsOf(t, 'identities')).map(({ user_id, subject }) => [user_id, subject])

describe('a link', () => {
  test('can lead back to our own account page, and to no other page of ours', async () => {
    const browser = openBrowser(t)
    const start = (returnTo: string) =>
      call<{ url: string; code: string }>(t, 'POST /v1/me/identities/acme/start', { ...by(ada), body: { returnTo } })
    for (const returnTo of [`${ORIGIN}/account/`, `${ORIGIN}/account?x=1`, `${ORIGIN}/v1/me`, '/account'])
      expect((await start(returnTo)).body.code).toBe('provider.return_url_refused')
    const begun = await start(`${ORIGIN}/account`)
    browser.setCookie('__Host-flow', /__Host-flow=([^;]*)/.exec(begun.headers.get('set-cookie') ?? '')?.[1] ?? '')
    // The token of the session is not in this browser.
    const arrived = `200 ${ORIGIN}/sign-in?return_to=%2Faccount%3Flinked%3Dtrue`
    expect(outcomeOf(await browser.go(begun.body.url))).toBe(arrived)
  })

  test('is made by a token session; its owner gets a mail, and can then sign in with it', async () => {
    expect(await link(by(ada))).toBe('linked')
    expect(await list(by(ada))).toMatchObject([{ provider: 'acme', providerName: 'Acme', email: 'ada@work.example' }])
    await t.work()
    expect(t.mails.filter(({ to }) => to === 'ada@example.com').map(({ subject }) => subject)).toContain(
      'A new way to sign in to your account at Threeger ID',
    )
    expect(await eventsOf(t, 'identity.linked')).toHaveLength(1)
    const browser = openBrowser(t)
    expect(outcomeOf(await browser.go(START))).toBe('signed in')
    expect((await whoIs(t, browser)).body.id).toBe(ada.user.id)
  })

  test('is made by a cookie session, only in the browser that holds the cookie', async () => {
    const cookie = await signInWithCookie(t, 'ada@example.com')
    const without = await begin({ cookie })
    expect(outcomeOf(await without.browser.go(without.url))).toBe('provider.flow_invalid')
    const another = openBrowser(t)
    another.setCookie('__Host-session', await signInWithCookie(t, 'ada@example.com'))
    expect(await link({ cookie }, another)).toBe('provider.flow_invalid')
    expect(await identities()).toEqual([])
    const own = openBrowser(t)
    own.setCookie('__Host-session', cookie)
    expect(await link({ cookie }, own)).toBe('linked')
    expect(await identities()).toEqual([[ada.user.id, 'ada-1']])
    expect(own.cookie('__Host-session')).toBe(cookie) // the session it has, and no other
  })

  test('is not made with the cookie of another user', async () => {
    await newAccount('eve@example.com')
    const begun = await begin({ cookie: await signInWithCookie(t, 'ada@example.com') })
    begun.browser.setCookie('__Host-session', await signInWithCookie(t, 'eve@example.com'))
    expect(outcomeOf(await begun.browser.go(begun.url))).toBe('provider.flow_invalid')
    expect(await identities()).toEqual([])
  })

  test('is not made once the session has ended, or its account was disabled', async () => {
    const signedOut = await begin(by(ada))
    await call(t, 'POST /v1/auth/sign-out', by(ada))
    expect(outcomeOf(await signedOut.browser.go(signedOut.url))).toBe('provider.flow_invalid')
    const eve = await newAccount('eve@example.com')
    const disabled = await begin(by(eve))
    await t.deps.db.$client.execute({ sql: "UPDATE users SET status = 'disabled' WHERE id = ?", args: [eve.user.id] })
    expect(outcomeOf(await disabled.browser.go(disabled.url))).toBe('provider.flow_invalid')
    expect(await identities()).toEqual([])
  })

  test('asks for a fresh session', async () => {
    t.clock.advance(601_000)
    const { accessToken } = (
      await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: ada.refreshToken } })
    ).body
    const answer = await call(t, 'POST /v1/me/identities/acme/start', { token: accessToken })
    expect([answer.status, answer.body.code]).toEqual([403, 'auth.fresh_session_required'])
    expect(answer.headers.get('set-cookie')).toBeNull()
  })

  test('requires an e-mail that is verified on both sides', async () => {
    for (const email_verified of [false, undefined]) {
      fake.lies = { claims: { email_verified }, userinfo: { ...fake.person, email_verified } }
      expect(await link(by(ada))).toBe('identity.email_unverified')
    }
    fake.lies = {}
    const unverified = await signUp(t, 'new@example.com')
    expect(await link(by(unverified))).toBe('identity.email_unverified')
    expect(await identities()).toEqual([])
  })

  test('is refused for an identity of another account, which keeps it', async () => {
    await link(by(ada))
    const eve = await newAccount('eve@example.com')
    expect(await link(by(eve))).toBe('identity.taken')
    expect(await identities()).toEqual([[ada.user.id, 'ada-1']])
    expect(await list(by(eve))).toEqual([])
  })

  test('made again changes nothing and is no failure', async () => {
    await link(by(ada))
    expect(await link(by(ada))).toBe('linked')
    expect(await identities()).toHaveLength(1)
    expect(await eventsOf(t, 'identity.linked')).toHaveLength(1)
  })

  test('of one identity by twenty accounts at once succeeds for one account', async () => {
    const accounts = await Promise.all(Array.from({ length: 20 }, (_, index) => newAccount(`p${index}@example.com`)))
    const outcomes = await Promise.all(accounts.map((account) => link(by(account))))
    expect(outcomes.filter((outcome) => outcome === 'linked')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'identity.taken')).toHaveLength(19)
    expect(await identities()).toHaveLength(1)
  })

  test('ends at fifty', async () => {
    const now = t.clock.now()
    for (let index = 0; index < 50; index++)
      await t.deps.db.$client.execute({
        sql: "INSERT INTO identities (id, user_id, provider, issuer, subject, created_at, last_used_at) VALUES (?, ?, 'acme', 'i', ?, ?, ?)",
        args: [t.deps.random.id('idn'), ada.user.id, String(index), now, now],
      })
    expect(await link(by(ada))).toBe('identity.too_many')
    expect(await list(by(ada))).toHaveLength(50)
  })

  test('returns only to a configured URL, and cannot be started by a page of another site', async () => {
    const refused = await call(t, 'POST /v1/me/identities/acme/start', {
      ...by(ada),
      body: { returnTo: 'https://evil.example/' },
    })
    expect([refused.status, refused.body.code]).toEqual([422, 'provider.return_url_refused'])
    const cookie = await signInWithCookie(t, 'ada@example.com')
    const forged = await call(t, 'POST /v1/me/identities/acme/start', {
      cookie,
      headers: { origin: 'https://evil.example' },
    })
    expect([forged.status, forged.body.code]).toEqual([403, 'request.origin_refused'])
    const { url, browser } = await begin({ ...by(ada), body: { returnTo: `${APP}/other` } })
    expect((await browser.go(url)).url).toBe(`${APP}/other?linked=true`)
  })

  test('started by an attacker does not finish in the browser of a victim', async () => {
    const eve = await newAccount('eve@example.com')
    const { url } = await begin(by(eve))
    const victim = openBrowser(t) // sent there; signed in at the provider, and here
    victim.setCookie('__Host-session', await signInWithCookie(t, 'ada@example.com'))
    // As from any link to the app: no identity was linked, and her session did not change.
    expect(outcomeOf(await victim.go(url))).toBe('signed in')
    expect(await identities()).toEqual([])
  })
})

describe('an unlink', () => {
  test('removes the identity, sends its owner a mail, and ends the sign-in with it', async () => {
    await link(by(ada))
    const [identity] = await list(by(ada))
    expect((await call(t, `DELETE /v1/me/identities/${identity?.id}`, by(ada))).status).toBe(204)
    expect(await list(by(ada))).toEqual([])
    await t.work()
    expect(t.mails.map(({ subject }) => subject)).toContain(
      'A way to sign in to your account at Threeger ID was removed',
    )
    expect(await eventsOf(t, 'identity.unlinked')).toHaveLength(1)
    const browser = openBrowser(t)
    await browser.go(START)
    expect((await whoIs(t, browser)).body.id).not.toBe(ada.user.id)
  })

  test('of the identity of another user is 404 and changes nothing', async () => {
    await link(by(ada))
    const [identity] = await list(by(ada))
    const eve = await newAccount('eve@example.com')
    for (const id of [identity?.id, `idn_${'0'.repeat(32)}`]) {
      const answer = await call(t, `DELETE /v1/me/identities/${id}`, by(eve))
      expect([answer.status, answer.body.code]).toEqual([404, 'identity.not_found'])
    }
    expect(await list(by(ada))).toHaveLength(1)
  })

  test('asks for a fresh session', async () => {
    await link(by(ada))
    const [identity] = await list(by(ada))
    t.clock.advance(601_000)
    const cookie = cookieOf(
      await call(t, 'POST /v1/auth/sign-in', {
        headers: { origin: ORIGIN },
        body: { email: 'ada@example.com', password: PASSWORD, useCookie: true },
      }),
    )
    t.clock.advance(601_000)
    const answer = await call(t, `DELETE /v1/me/identities/${identity?.id}`, { cookie })
    expect([answer.status, answer.body.code]).toEqual([403, 'auth.fresh_session_required'])
  })

  test('of the last sign-in method is refused: of two at once, one stays where no mail is sent', async () => {
    await t.close()
    const production = { NODE_ENV: 'production', EMAIL_VERIFICATION: 'optional' }
    const settings = JSON.stringify([{ id: 'acme', issuer: 'https://acme.example', clientId: 'c', clientSecret: 's' }])
    t = await createWorld(fake.issuer, { env: { ...production, OIDC_PROVIDERS: settings } })
    ada = await newAccount('ada@example.com')
    await t.deps.db.run('UPDATE users SET password_hash = NULL')
    const now = t.clock.now()
    const ids = [t.deps.random.id('idn'), t.deps.random.id('idn')]
    for (const id of ids)
      await t.deps.db.$client.execute({
        sql: "INSERT INTO identities (id, user_id, provider, issuer, subject, created_at, last_used_at) VALUES (?, ?, 'acme', ?, ?, ?, ?)",
        args: [id, ada.user.id, 'https://acme.example', id, now, now],
      })
    const answers = await Promise.all(ids.map((id) => call(t, `DELETE /v1/me/identities/${id}`, by(ada))))
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
    const [left] = await list(by(ada))
    const last = await call(t, `DELETE /v1/me/identities/${left?.id}`, by(ada))
    expect([last.status, last.body.code]).toEqual([409, 'identity.last_way_in'])
    expect(await list(by(ada))).toHaveLength(1)
  })
})

describe('tokens of a provider', () => {
  const open = async (row: Record<string, unknown> | undefined) =>
    decrypt(
      await deriveKey(t.deps.config.appSecret, 'provider-tokens'),
      String(row?.tokens),
      tokenContext({ issuer: fake.issuer, subject: 'ada-1' }),
    )

  test('are stored only if the configuration says so, encrypted, renewed at each sign-in, and deleted with the link', async () => {
    await link(by(ada))
    expect((await rowsOf(t, 'identities'))[0]?.tokens).toBeNull()
    await t.close()
    t = await createWorld(fake.issuer, { settings: { storeTokens: true } })
    ada = await newAccount('ada@example.com')
    await link(by(ada))
    const [row] = await rowsOf(t, 'identities')
    expect(JSON.stringify(row)).not.toContain('of-the-provider')
    expect(JSON.parse((await open(row)) ?? '')).toEqual({
      accessToken: 'an-access-token-of-the-provider',
      refreshToken: 'a-refresh-token-of-the-provider',
      expiresAt: t.clock.now() + 3_600_000,
    })
    await openBrowser(t).go(START)
    const [renewed] = await rowsOf(t, 'identities')
    expect(renewed?.tokens).not.toBe(row?.tokens)
    expect(await open(renewed)).toContain('an-access-token-of-the-provider')
    const answer = await call(t, 'GET /v1/me/identities', by(ada))
    expect(answer.text).not.toMatch(/token|subject|ada-1/i)
    const [identity] = await list(by(ada))
    await call(t, `DELETE /v1/me/identities/${identity?.id}`, by(ada))
    expect(await rowsOf(t, 'identities')).toEqual([])
  })
})
