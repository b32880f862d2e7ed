/** OpenID Connect RP-Initiated Logout 1.0. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { signJwt } from '../../../src/lib/jwt.ts'
import { PASSWORD, call } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { page } from '../device/support/device.ts'
import { type ClientRow, connect, makeClient, makePerson, type Person, payloadOf } from '../token/support/oauth.ts'
import { forged } from '../../support/forged.ts'

const AFTER = 'https://app.example/signed-out'
let t: TestApp
let client: ClientRow
let ada: Person
let idToken: string
beforeEach(async () => {
  t = await createTestApp()
  client = await makeClient(t, { post_logout_redirect_uris: JSON.stringify([AFTER, `${AFTER}?a=1`, 'com.app.x:/out']) })
  ada = await makePerson(t)
  idToken = (await connect(t, client, undefined, ada)).tokens.id_token
})
afterEach(() => t.close())

const ask = (fields: Record<string, string>, person: Pick<Person, 'cookie'> | undefined = ada) =>
  page(t, `GET /oauth/logout?${new URLSearchParams(fields)}`, person === undefined ? {} : { cookie: person.cookie })
const nobody = { cookie: '' }
const isSignedIn = async () => (await call(t, 'GET /v1/me', { cookie: ada.cookie })).status === 200

test('a fresh ID token of this session ends it at once, and leads back with state', async () => {
  const answer = await ask({ id_token_hint: idToken, post_logout_redirect_uri: AFTER, state: 'a b&c' })
  expect(answer.status, answer.text).toBe(302)
  expect(answer.headers.get('location')).toBe(`${AFTER}?state=a+b%26c`)
  expect(answer.headers.get('set-cookie')).toMatch(/^__Host-session=; Max-Age=0/)
  expect(await isSignedIn()).toBeFalse()
  const { rows } = await t.deps.db.$client.execute("SELECT user_id, actor_id FROM events WHERE type = 'session.ended'")
  expect(rows.map((row) => [row.user_id, row.actor_id])).toEqual([[ada.userId, ada.userId]])
})

test('unknown metadata documents are paid for by the network that asks, as at /oauth/authorize', async () => {
  const limited = await createTestApp({ env: { RATE_LIMIT: 'on' } })
  let fetched = 0
  limited.foreign.answer = async () => {
    fetched++
    return new Response(null, { status: 404 })
  }
  for (let number = 0; number < 40; number++)
    await page(limited, `GET /oauth/logout?client_id=https%3A%2F%2Fvictim.example%2F${number}`)
  expect(fetched).toBe(30)
  await limited.close()
})

test('an expired ID token is a hint too, and one with another key that has retired', async () => {
  t.clock.advance(3_000_000)
  await call(t, 'GET /v1/me', { cookie: ada.cookie })
  await t.deps.keys.rotate('EdDSA')
  t.clock.advance(3_000_000)
  expect(await isSignedIn()).toBeTrue()
  expect((await ask({ id_token_hint: idToken, post_logout_redirect_uri: AFTER })).headers.get('location')).toBe(AFTER)
  expect(await isSignedIn()).toBeFalse()
})

test.each([
  ['https://app.example/signed-out?a=1', `${AFTER}?a=1&state=s`],
  ['com.app.x:/out', 'com.app.x:/out?state=s'],
])('the query of %s stays, and custom schemes work', async (uri, expected) => {
  const answer = await ask({ id_token_hint: idToken, post_logout_redirect_uri: uri, state: 's' })
  expect(answer.headers.get('location')).toBe(expected)
})

describe('a person is asked first', () => {
  const asked: [string, () => Promise<Record<string, string>>][] = [
    ['without a hint', async () => ({})],
    ['with a client_id alone', async () => ({ client_id: client.id, post_logout_redirect_uri: AFTER })],
    [
      'with the hint of another person',
      async () => {
        const other = await connect(t, client)
        return { id_token_hint: other.tokens.id_token, post_logout_redirect_uri: AFTER }
      },
    ],
    [
      'with the hint of another session of the same person',
      async () => {
        const { user_id } = { user_id: ada.userId }
        const answer = await call(t, 'POST /v1/auth/sign-in', {
          headers: { origin: ORIGIN },
          body: { email: await emailOf(user_id), password: PASSWORD, useCookie: true },
        })
        expect(answer.status).toBe(200)
        const { rows } = await t.deps.db.$client.execute(
          "SELECT id FROM sessions WHERE kind = 'cookie' ORDER BY id DESC",
        )
        await t.deps.db.$client.execute({ sql: 'UPDATE token_families SET sid = ?', args: [String(rows[0]?.id)] })
        return { id_token_hint: idToken, post_logout_redirect_uri: AFTER }
      },
    ],
    [
      'with an old hint',
      async () => {
        await t.deps.db.$client.execute('UPDATE sessions SET expires_at = expires_at + 200000000')
        for (let hours = 0; hours < 50; hours++) {
          t.clock.advance(1_800_000)
          await call(t, 'GET /v1/me', { cookie: ada.cookie })
          await t.settle()
        }
        return { id_token_hint: idToken, post_logout_redirect_uri: AFTER }
      },
    ],
  ]
  test.each(asked)('%s', async (_, fields) => {
    const given = await fields()
    const answer = await ask(given)
    expect(answer.status, answer.text).toBe(200)
    expect(answer.text).toContain('>Sign out<')
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(await isSignedIn()).toBeTrue()

    const done = await page(t, 'POST /oauth/logout', { cookie: ada.cookie, form: { ...given, decision: 'sign-out' } })
    expect(await isSignedIn()).toBeFalse()
    if ('post_logout_redirect_uri' in given) {
      expect([done.status, done.headers.get('location')]).toEqual([303, AFTER])
      expect(answer.headers.get('content-security-policy')).toContain('https://app.example')
    } else if ('client_id' in given || 'id_token_hint' in given)
      expect([done.status, done.text.includes('You are signed out')]).toEqual([200, true])
    else expect([done.status, done.headers.get('location')]).toEqual([303, `${ORIGIN}/sign-in?from=signed-out`])
    expect(done.headers.getSetCookie().join()).toMatch(/session=;.*Max-Age=0/)
  })

  test('and a form of another site ends nothing (CSRF)', async () => {
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    const answer = await page(t, 'POST /oauth/logout', { cookie: ada.cookie, form: { decision: 'sign-out' }, headers })
    expect(answer.status).toBe(403)
    expect(await isSignedIn()).toBeTrue()
  })
})

const emailOf = async (id: string) =>
  String((await t.deps.db.$client.execute({ sql: 'SELECT email FROM users WHERE id = ?', args: [id] })).rows[0]?.email)

test('a form of an app goes on as a GET, with the parameters that it knows and nothing else', async () => {
  const answer = await page(t, 'POST /oauth/logout', {
    form: {
      id_token_hint: idToken,
      post_logout_redirect_uri: AFTER,
      state: 's',
      evil: 'x',
      url: 'https://evil.example',
    },
    headers: { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' },
  })
  expect(answer.status).toBe(303)
  const to = new URL(answer.headers.get('location') ?? '')
  expect([to.origin, to.pathname]).toEqual([ORIGIN, '/oauth/logout'])
  expect([...to.searchParams.keys()].sort()).toEqual(['id_token_hint', 'post_logout_redirect_uri', 'state'])
  expect((await page(t, `GET ${to.pathname}${to.search}`, { cookie: ada.cookie })).headers.get('location')).toBe(
    `${AFTER}?state=s`,
  )
})

describe('never an open redirect', () => {
  const EVIL = [
    'https://evil.example',
    'https://app.example/signed-out/',
    'https://app.example/signed-out#x',
    'https://app.example/signed-out?x=1',
    'https://app.example/signed-outx',
    'https://app.example/signed-out/../evil',
    'https://app.example/SIGNED-OUT',
    'https://APP.example/signed-out',
    'https://app.example:443/signed-out',
    'http://app.example/signed-out',
    'https://app.example.evil.example/signed-out',
    'https://app.example@evil.example/signed-out',
    'https://evil.example/https://app.example/signed-out',
    '//app.example/signed-out',
    '/signed-out',
    '\\\\evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://app.example/%73igned-out',
    ' https://app.example/signed-out',
    'https://app.example/callback', // a redirect URI of the client
  ]
  test.each(EVIL)('to %p', async (uri) => {
    for (const fields of [
      { id_token_hint: idToken },
      { client_id: client.id },
      { id_token_hint: idToken, client_id: client.id },
      {},
    ]) {
      const given: Record<string, string> = { ...fields, post_logout_redirect_uri: uri, state: 's' }
      const shown = await ask(given)
      expect([shown.status, shown.headers.get('location')]).toEqual([400, null])
      expect(shown.text).toContain('>Sign out<')
      // Its links to other languages are of this page, with its own parameters.
      expect(shown.text.replace(/ href="\?[^"]*"/g, '')).not.toContain('evil')
      expect((await ask(given, nobody)).headers.get('location')).toBeNull()
    }
    expect(await isSignedIn()).toBeTrue()
    const done = await page(t, 'POST /oauth/logout', {
      cookie: ada.cookie,
      form: { client_id: client.id, post_logout_redirect_uri: uri, decision: 'sign-out' },
    })
    expect(done.headers.get('location')).toBeNull()
    expect(await isSignedIn()).toBeFalse() // the person wanted to sign out
  })

  test('with a hint for another client, an unknown client, or a disabled one', async () => {
    const other = await makeClient(t, { post_logout_redirect_uris: '["https://other.example/out"]' })
    for (const fields of [
      { id_token_hint: idToken, client_id: other.id, post_logout_redirect_uri: 'https://other.example/out' },
      { id_token_hint: idToken, client_id: other.id, post_logout_redirect_uri: AFTER },
      { client_id: 'cli_unknown', post_logout_redirect_uri: AFTER },
      { id_token_hint: idToken, post_logout_redirect_uri: 'https://other.example/out' },
    ]) {
      const { status, headers } = await ask(fields)
      expect([status, headers.get('location')]).toEqual([400, null])
    }
    await t.deps.db.$client.execute("UPDATE oauth_clients SET status = 'disabled'")
    t.deps.principals.forgetAll()
    expect((await ask({ id_token_hint: idToken, post_logout_redirect_uri: AFTER })).headers.get('location')).toBeNull()
  })
})

describe('no hint is', () => {
  const forge = async (change: (claims: Record<string, unknown>) => object, typ = 'JWT') => {
    const { id, sign } = await t.deps.keys.signing()
    return signJwt({ alg: 'EdDSA', typ, kid: id }, { ...change(payloadOf(idToken)) }, sign)
  }
  const noHints: [string, () => Promise<string>][] = [
    ['an access token of a session', async () => ada.accessToken],
    ['an access token of a client', async () => (await connect(t, client)).tokens.access_token],
    ['a token of another type', () => forge((claims) => claims, 'logout+jwt')],
    ['a token of another issuer', () => forge((claims) => ({ ...claims, iss: 'https://evil.example' }))],
    ['a token for two audiences', () => forge((claims) => ({ ...claims, aud: [client.id, 'x'] }))],
    [
      'a token without alg',
      async () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${idToken.split('.')[1]}.`,
    ],
    ['a token with another signature', async () => forged(idToken)],
    ['a token of 10 KB', async () => `${idToken}${'A'.repeat(10_000)}`],
    ['nonsense', async () => 'nonsense'],
  ]
  test.each(noHints)('%s', async (_, make) => {
    const url = { id_token_hint: await make(), post_logout_redirect_uri: AFTER }
    const { status, headers } = await ask(url)
    expect([400, 422]).toContain(status)
    expect(headers.get('location')).toBeNull()
    expect(await isSignedIn()).toBeTrue()
  })

  test('a token of a key that was revoked', async () => {
    const [head = ''] = idToken.split('.')
    await t.deps.keys.revoke((JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string }).kid)
    expect((await ask({ id_token_hint: idToken, post_logout_redirect_uri: AFTER })).status).toBe(400)
  })
})

test('without a session the browser goes on at once, and forgets its cookie', async () => {
  const answer = await ask({ client_id: client.id, post_logout_redirect_uri: AFTER, state: 's' }, nobody)
  expect(answer.headers.get('location')).toBe(`${AFTER}?state=s`)
  expect((await ask({}, nobody)).text).toContain('You are signed out')
  expect(await isSignedIn()).toBeTrue()
})

test('a parameter that comes twice is refused, and 20 requests at once end one session once', async () => {
  const twice = await page(t, `GET /oauth/logout?client_id=${client.id}&client_id=x`, { cookie: ada.cookie })
  expect(twice.status).toBe(400)
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => ask({ id_token_hint: idToken, post_logout_redirect_uri: AFTER })),
  )
  for (const answer of answers) expect(answer.headers.get('location')).toBe(AFTER)
  const { rows } = await t.deps.db.$client.execute("SELECT id FROM events WHERE type = 'session.ended'")
  expect(rows.length).toBe(1)
})

test('after a step-up the ID token of the session before is still a hint for the new one', async () => {
  const answer = await call(t, 'POST /v1/auth/step-up', {
    cookie: ada.cookie,
    body: { password: PASSWORD },
  })
  expect(answer.status, answer.text).toBe(200)
  const cookie = /__Host-session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? ''
  expect(
    (await ask({ id_token_hint: idToken, post_logout_redirect_uri: AFTER }, { cookie })).headers.get('location'),
  ).toBe(AFTER)
  expect((await call(t, 'GET /v1/me', { cookie })).status).toBe(401)
})

test('the name of an app is text', async () => {
  const evil = await makeClient(t, { name: '<script>alert(1)</script>' })
  const { text } = await ask({ client_id: evil.id })
  expect(text).not.toContain('<script')
})
