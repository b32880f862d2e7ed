/** The consent page: what it shows, what it remembers, and who may answer it. RFC 9700 §2, §4.7, §4.16, OpenID Connect Core §3.1.2.4 */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { openCode } from '../../../src/modules/grants/authorization-code.ts'
import { call } from '../../support/client.ts'
import { naughtyStrings } from '../../support/naughty-strings.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { type ClientRow, makeClient, makeGrant, makePerson, type Person, redeem } from '../token/support/oauth.ts'
import {
  answerTo,
  authorize,
  decideOn,
  type Fields,
  fieldsOf,
  leadsTo,
  makeResource,
  REDIRECT,
  textOf,
  visit,
} from './support/browser.ts'

let t: TestApp
let client: ClientRow
let person: Person
beforeEach(async () => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional' } })
  client = await makeClient(t)
  person = await makePerson(t)
})
afterEach(() => t.close())

const ask = (more: Fields = {}, of = client) => authorize(t, of, more, person.cookie)
const consentOf = async (more: Fields = {}, of = client) => {
  const page = await ask(more, of)
  if (leadsTo(page) !== '/oauth/consent') throw new Error(`no consent: ${page.to?.href}`)
  return visit(t, page.to ?? '', { cookie: person.cookie })
}
const send = (
  fields: Fields,
  { cookie = person.cookie, origin = ORIGIN }: { cookie?: string; origin?: string | null } = {},
) =>
  visit(t, '/oauth/consent', {
    cookie,
    headers: origin === null ? {} : { origin },
    form: { ...fields, decision: fields.decision ?? 'allow' },
  })

const scopesOf = async () => {
  const { rows } = await t.deps.db.$client.execute('SELECT scopes FROM grants WHERE ended_at IS NULL')
  return rows.map(({ scopes }) => JSON.parse(String(scopes)) as unknown)
}
const count = async (sql: string) =>
  Number((await t.deps.db.$client.execute(`SELECT count(*) AS n FROM ${sql}`)).rows[0]?.n)

describe('the page', () => {
  test('RFC 9700 §4.16: is in no frame, has no script, and its form leads only to us and to the app', async () => {
    const policyFor = async (redirectUri: string) => {
      const of = await makeClient(t, { redirect_uris: JSON.stringify([redirectUri]) })
      const { headers, text } = await consentOf({ redirect_uri: redirectUri }, of)
      expect(text).not.toMatch(/<script|\son\w+=|javascript:|\sstyle=/)
      expect([headers.get('cross-origin-opener-policy'), headers.get('cache-control')]).toEqual([
        'same-origin',
        'no-store',
      ])
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy).toStartWith("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' ")
      expect(policy).toEndWith("; base-uri 'none'; frame-ancestors 'none'")
      return /form-action 'self' ([^;]+)/.exec(policy)?.[1]
    }
    expect(await policyFor(REDIRECT)).toBe('https://app.example https:')
    expect(await policyFor('https://app.example:8443/callback')).toBe('https://app.example:8443 https:')
    expect(await policyFor('http://127.0.0.1:51004/cb')).toBe('http://127.0.0.1:51004 https:')
    expect(await policyFor('http://[::1]:51004/cb')).toBe('http: https:')
    expect(await policyFor('com.example.app:/cb')).toBe('com.example.app:')
    expect(await policyFor("https://a;script-src'self'.example/cb")).toBe('https: https:')
  })

  test('shows what is new first, and what was allowed before apart from it', async () => {
    const notes = await makeResource(t)
    await decideOn(t, await ask({ scope: 'openid' }), 'allow', person.cookie)
    const text = textOf(await consentOf({ scope: 'openid email notes:read', resource: [ORIGIN, notes] }))
    expect(text).toMatch(
      /It asks for this: .*See your e-mail address.*Read your notes In Notes.*You allowed this before: .*Know who you are/,
    )
    expect(text.indexOf('Know who you are')).toBeGreaterThan(text.indexOf('You allowed this before'))
  })

  test('shows the host of the app, or that it runs on this device', async () => {
    expect(textOf(await consentOf())).toContain('App at app.example')
    const local = await makeClient(t, { redirect_uris: '["http://127.0.0.1/cb"]' })
    const text = textOf(await consentOf({ redirect_uri: 'http://127.0.0.1:9/cb' }, local))
    expect(text).toContain('This app runs on this device.')
  })

  test('RFC 7591 §5: shows the name of a client that registered itself as unproved, and its host first', async () => {
    const own = await makeClient(t, { source: 'registration', name: 'Your Bank' })
    const text = textOf(await consentOf({}, own))
    expect(text).toContain('Allow app.example to use your account?')
    expect(text).toContain('It calls itself Your Bank. We did not check this name')
  })

  test('shows any name as text', async () => {
    for (const name of naughtyStrings.filter((text) => text.isWellFormed() && !text.includes('\0')).slice(0, 60)) {
      const named = await makeClient(t, { name: name.slice(0, 100) || 'x' })
      const { text, status } = await consentOf({}, named)
      expect(status).toBe(200)
      expect(text).not.toMatch(/<(?:script|img|svg|iframe|b)\b/i)
    }
  })

  test('is in the language of the person', async () => {
    const page = await ask()
    const shown = await visit(t, page.to ?? '', { cookie: person.cookie, headers: { 'accept-language': 'pt' } })
    expect(textOf(shown)).toContain('Permitir que App use a sua conta?')
    expect(shown.text).toContain('>Permitir</button>')
  })
})

describe('what a person allows', () => {
  test('is remembered for the client, the resource and the scope, and adds up', async () => {
    const notes = await makeResource(t)
    await decideOn(t, await ask({ scope: 'openid' }), 'allow', person.cookie)
    await decideOn(t, await ask({ scope: 'openid email' }), 'allow', person.cookie)
    await decideOn(t, await ask({ scope: 'notes:read', resource: notes }), 'allow', person.cookie)
    expect(await scopesOf()).toEqual([{ [ORIGIN]: ['email', 'openid'], [notes]: ['notes:read'] }])
    expect(leadsTo(await ask({ scope: 'email openid notes:read', resource: [notes, ORIGIN] }))).toBe('client')
    expect(leadsTo(await ask({ scope: 'openid' }, await makeClient(t)))).toBe('/oauth/consent')
  })

  test('is asked for again once it has ended, for all of it', async () => {
    await decideOn(t, await ask({ scope: 'openid' }), 'allow', person.cookie)
    const [grant] = (await call<{ items: { id: string }[] }>(t, 'GET /v1/me/grants', { cookie: person.cookie })).body
      .items
    await call(t, `DELETE /v1/me/grants/${grant?.id}`, { cookie: person.cookie })
    expect(textOf(await consentOf({ scope: 'openid' }))).not.toContain('You allowed this before')
  })

  test('20 times at once is one grant', async () => {
    const shown = await consentOf()
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(fieldsOf(shown))))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 303))
    expect(await count('grants')).toBe(1)
  })

  test('of different scopes at once adds up too', async () => {
    const shown = await Promise.all(
      ['openid email', 'openid profile', 'openid users:read'].map((scope) => consentOf({ scope })),
    )
    await Promise.all(shown.map((page) => send(fieldsOf(page))))
    expect(await scopesOf()).toEqual([{ [ORIGIN]: ['email', 'openid', 'profile', 'users:read'] }])
  })

  test('of an app with a scheme of its own is asked for each time (RFC 8252 §8.6), unless an administrator vouches', async () => {
    const uri = 'com.example.app:/cb'
    const of = await makeClient(t, { redirect_uris: JSON.stringify([uri]) })
    for (let time = 0; time < 2; time++)
      expect(
        answerTo(await decideOn(t, await ask({ redirect_uri: uri }, of), 'allow', person.cookie), uri).code,
      ).toBeString()
    const own = await makeClient(t, { redirect_uris: JSON.stringify([uri]), first_party: 1 })
    expect(answerTo(await ask({ redirect_uri: uri, prompt: 'none' }, own), uri).code).toBeString()
  })

  test('names the client and the scopes in the audit log', async () => {
    await decideOn(t, await ask(), 'allow', person.cookie)
    const { rows } = await t.deps.db.$client.execute(
      `SELECT type, user_id, session_id, data FROM events WHERE type = 'grant.consented'`,
    )
    expect(rows.map(({ user_id, session_id }) => [user_id, session_id])).toEqual([[person.userId, person.sessionId]])
    expect(JSON.parse(String(rows[0]?.data))).toEqual({
      grantId: expect.stringMatching(/^grt_/),
      clientId: client.id,
      scopes: { [ORIGIN]: ['openid'] },
    })
  })
})

describe('RFC 9700 §4.7: CSRF: an answer', () => {
  test.each<[string, string | null]>([
    ['of another origin', 'https://evil.example'],
    ['of a null origin', 'null'],
    ['of the app itself', 'https://app.example'],
    ['of a subdomain', 'https://x.api.test'],
    ['of our host over http', 'http://api.test'],
    ['without an origin', null],
  ])('%s allows nothing', async (_, origin) => {
    const shown = await consentOf()
    const { status, to } = await send(fieldsOf(shown), { origin })
    expect([status, to]).toEqual([403, undefined])
    expect(await count('grants')).toBe(0)
  })

  test('of an origin that may call the API is refused too', async () => {
    const open = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional', CORS_ORIGINS: 'https://shop.example' } })
    const of = await makeClient(open)
    const someone = await makePerson(open)
    const page = await authorize(open, of, {}, someone.cookie)
    const shown = await visit(open, page.to ?? '', { cookie: someone.cookie })
    const answer = await visit(open, '/oauth/consent', {
      cookie: someone.cookie,
      headers: { origin: 'https://shop.example' },
      form: { ...fieldsOf(shown), decision: 'allow' },
    })
    expect(answer.status).toBe(403)
    await open.close()
  })

  test('with the interaction of another person allows nothing', async () => {
    const attacker = await makePerson(t)
    const page = await authorize(t, client, { state: 'of the attacker' }, attacker.cookie)
    const shown = await visit(t, page.to ?? '', { cookie: attacker.cookie })
    const answer = await send(fieldsOf(shown))
    expect([answer.status, answer.to]).toEqual([403, undefined])
    expect(textOf(answer)).toContain('You are signed in with another account now')
    expect((await visit(t, page.to ?? '', { cookie: person.cookie })).status).toBe(403)
    expect(await count('grants')).toBe(0)
  })

  test('with the interaction of another session of the same person allows nothing', async () => {
    const shown = await consentOf()
    const email = String(
      (await t.deps.db.$client.execute({ sql: 'SELECT email FROM users WHERE id = ?', args: [person.userId] })).rows[0]
        ?.email,
    )
    const { headers } = await call(t, 'POST /v1/auth/sign-in', {
      headers: { origin: ORIGIN },
      body: { email, password: 'correct horse battery staple', useCookie: true },
    })
    const cookie = /__Host-session=([^;]+)/.exec(headers.get('set-cookie') ?? '')?.[1] ?? ''
    expect((await send(fieldsOf(shown), { cookie })).status).toBe(403)
  })

  test.each(['', 'x', 'a.b'])('with the interaction %j is a page', async (interaction) => {
    const { status, to } = await send({ interaction })
    expect([status, to]).toEqual([400, undefined])
  })

  test('with an interaction of the sign-in page, or an old one, is a page', async () => {
    const page = await authorize(t, client)
    const sealed =
      new URLSearchParams((page.to?.searchParams.get('return_to') ?? '').split('?')[1]).get('interaction') ?? ''
    expect((await send({ interaction: sealed })).status).toBe(400)
    const shown = await consentOf()
    t.clock.advance(15 * 60_000)
    const late = await send(fieldsOf(shown))
    expect([late.status, textOf(late).includes('This took too long')]).toEqual([400, true])
  })

  test('without a session leads to the sign-in page, and allows nothing', async () => {
    const shown = await consentOf()
    await call(t, 'POST /v1/auth/sign-out', { cookie: person.cookie })
    expect(leadsTo(await send(fieldsOf(shown)))).toBe('/sign-in')
    expect(await count('grants')).toBe(0)
  })

  test('without a decision, or with another one, shows the page again', async () => {
    const shown = await consentOf()
    for (const decision of ['', 'maybe', 'ALLOW'])
      expect(leadsTo(await send({ ...fieldsOf(shown), decision }))).toBe('/oauth/consent')
    expect(await count('grants')).toBe(0)
  })

  test('as JSON is refused', async () => {
    const { status } = await call(t, 'POST /oauth/consent', { cookie: person.cookie, body: { decision: 'allow' } })
    expect([400, 415, 303]).toContain(status)
    expect(await count('grants')).toBe(0)
  })
})

describe('between the page and the answer', () => {
  test('a client that lost its redirect URI gets nothing', async () => {
    const shown = await consentOf()
    await t.deps.db.$client.execute({
      sql: `UPDATE oauth_clients SET redirect_uris = '[]' WHERE id = ?`,
      args: [client.id],
    })
    t.deps.principals.forget(client.id)
    const { status, to } = await send(fieldsOf(shown))
    expect([status, to]).toEqual([400, undefined])
  })

  test('a client that was disabled gets nothing', async () => {
    const shown = await consentOf()
    await t.deps.db.$client.execute({
      sql: `UPDATE oauth_clients SET status = 'disabled' WHERE id = ?`,
      args: [client.id],
    })
    // Also while this process does not know it yet.
    expect(answerTo(await send(fieldsOf(shown))).error).toBe('access_denied')
    t.deps.principals.forget(client.id)
    expect((await send(fieldsOf(shown))).status).toBe(400)
    expect(await count('grants')).toBe(0)
  })

  test('a scope that is gone is not allowed', async () => {
    const notes = await makeResource(t)
    const shown = await consentOf({ scope: 'notes:read', resource: notes })
    await t.deps.db.$client.execute(`UPDATE resources SET scopes = '[]'`)
    t.deps.principals.forget(notes)
    expect(answerTo(await send(fieldsOf(shown))).error).toBe('invalid_scope')
  })

  test('the same answer again gives another code of the same content, and each works once', async () => {
    const shown = await consentOf()
    const codes = [answerTo(await send(fieldsOf(shown))).code ?? '', answerTo(await send(fieldsOf(shown))).code ?? '']
    expect(new Set(codes).size).toBe(2)
    const [one, two] = await Promise.all(codes.map((code) => openCode(t.deps, code)))
    expect(one).toEqual(two)
    for (const code of codes) expect((await redeem(t, client, code)).status).toBe(200)
    for (const code of codes) expect((await redeem(t, client, code)).status).toBe(400)
  })
})

test('a grant of an account whose trust it lost counts no more, and a new one takes its place', async () => {
  await makeGrant(t, person, client)
  await t.deps.db.$client.execute({
    sql: 'UPDATE grants SET trust_epoch = -1 WHERE user_id = ?',
    args: [person.userId],
  })
  const page = await ask()
  expect(leadsTo(page)).toBe('/oauth/consent')
  const { code = '' } = answerTo(await decideOn(t, page, 'allow', person.cookie))
  expect((await redeem(t, client, code)).status).toBe(200)
})
