/** RFC 9700 §2.1, §4.1, §4.11: nothing is redirected until the client and its redirect URI are certain. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { type ClientRow, makeClient, makePerson, type Person } from '../token/support/oauth.ts'
import { answerTo, authorize, leadsTo, request, textOf, toParameters, visit } from './support/browser.ts'

const REGISTERED = 'https://app.example/callback?tenant=1'

let t: TestApp
let client: ClientRow
let person: Person
beforeEach(async () => {
  t = await createTestApp({ env: { EMAIL_VERIFICATION: 'optional' } })
  client = await makeClient(t, {
    redirect_uris: JSON.stringify([
      REGISTERED,
      'http://127.0.0.1/cb',
      'http://[::1]:7000/cb',
      'com.example.app:/cb',
      'com.example.app://host/cb',
    ]),
  })
  person = await makePerson(t)
})
afterEach(() => t.close())

describe('RFC 9700 §4.1.3: a redirect URI is compared as text', () => {
  test.each([
    'https://app.example/callback',
    'https://app.example/callback?tenant=1&x=2',
    'https://app.example/callback?tenant=1#',
    'https://app.example/callback/?tenant=1',
    'https://app.example/Callback?tenant=1',
    'https://APP.example/callback?tenant=1',
    'https://app.example:443/callback?tenant=1',
    'http://app.example/callback?tenant=1',
    'https://app.example./callback?tenant=1',
    'https://www.app.example/callback?tenant=1',
    'https://app.example.evil.example/callback?tenant=1',
    'https://app.example@evil.example/callback?tenant=1',
    'https://evil.example/https://app.example/callback?tenant=1',
    'https://app.example/x/../callback?tenant=1',
    'https://app.example/%63allback?tenant=1',
    'https://app.example\\callback?tenant=1',
    '//app.example/callback?tenant=1',
    '/callback',
    ' https://app.example/callback?tenant=1',
    'https://app.example/callback?tenant=1 ',
    'https://app.example/callback?tenant=1\r\nset-cookie: a=b',
    'https://*.example/callback?tenant=1',
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'http://127.0.0.1.evil.example/cb',
    'http://127.0.0.1:99999/cb',
    'http://127.0.0.1:8080@evil.example/cb',
    'http://localhost:8080/cb',
    'http://0.0.0.0:8080/cb',
    'http://127.1:8080/cb',
    'https://127.0.0.1:8080/cb',
    'http://127.0.0.1:8080/cb2',
    'com.example.app:/cb2',
    'com.example.app:cb',
    'COM.example.app:/cb',
    'com.example.app.evil:/cb',
    'urn:ietf:wg:oauth:2.0:oob',
  ])('%j is never redirected to', async (redirectUri) => {
    const page = await authorize(t, client, { redirect_uri: redirectUri }, person.cookie)
    expect([page.status, page.to]).toEqual([400, undefined])
    expect(textOf(page)).toContain('This sign-in cannot go on')
    // The text of a stranger is in no page.
    expect(page.text).not.toContain('evil')
  })

  test.each([
    'http://127.0.0.1:51004/cb',
    'http://127.0.0.1/cb',
    'http://[::1]:1/cb',
    'com.example.app:/cb',
    'com.example.app://host/cb',
  ])('RFC 8252 §7.3: %s is one of them, with any port of the loopback', async (redirectUri) => {
    const page = await authorize(t, client, { redirect_uri: redirectUri, prompt: 'none' }, person.cookie)
    expect(page.to?.href).toStartWith(`${redirectUri}?error=consent_required`)
  })

  test('the query of a registered URI stays (RFC 6749 §3.1.2)', async () => {
    const page = await authorize(t, client, { redirect_uri: REGISTERED, prompt: 'none' })
    expect(page.to?.href).toStartWith(`${REGISTERED}&error=login_required&`)
  })
})

describe('an answer that goes nowhere', () => {
  test.each<[string, Record<string, string | string[] | undefined>]>([
    ['no client', { client_id: undefined }],
    ['an unknown client', { client_id: 'cli_00000000000000000000000000000000' }],
    ['a strange client', { client_id: "' OR 1=1 --" }],
    ['a client of 5000 letters', { client_id: 'a'.repeat(5000) }],
    ['two clients', { client_id: ['a', 'b'] }],
    ['no redirect URI', { redirect_uri: undefined }],
    ['two redirect URIs', { redirect_uri: [REGISTERED, 'https://evil.example/'] }],
  ])('to a request with %s is a page for people, and the log says why', async (_, more) => {
    t.logged.length = 0
    const page = await authorize(t, client, { redirect_uri: REGISTERED, ...more }, person.cookie)
    expect([page.status, page.to, page.headers.get('content-type')]).toEqual([
      400,
      undefined,
      'text/html; charset=utf-8',
    ])
    const requestId = page.headers.get('x-request-id') ?? ''
    expect(textOf(page)).toContain(requestId)
    const line = t.logged.find(({ message }) => message === 'authorization not answered')
    expect(line?.fields).toMatchObject({ requestId, reason: expect.stringMatching(/client|redirect_uri/) })
  })

  test.each([
    ['disabled', { status: 'disabled' }],
    ['expired', { expires_at: 1 }],
    ['without the grant of codes', { grant_types: '["client_credentials"]' }],
  ])('to a client that is %s is the same', async (_, columns) => {
    const other = await makeClient(t, columns)
    expect((await authorize(t, other, {}, person.cookie)).status).toBe(400)
  })

  test('RFC 9700 §4.16: is in no frame, loads nothing, and has no script', async () => {
    const { headers, text } = await authorize(t, client, { redirect_uri: 'https://evil.example/' })
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(text).not.toMatch(/<script|\son\w+=|<iframe/)
  })

  test('is in the language of the person', async () => {
    const page = await visit(t, '/oauth/authorize', { headers: { 'accept-language': 'pt-BR' } })
    expect(textOf(page)).toContain('Não é possível continuar esta entrada')
  })
})

describe('RFC 9207: iss is in every answer to the client', () => {
  test.each<[string, Record<string, string | undefined>, string]>([
    ['response_type', { response_type: undefined }, 'invalid_request'],
    ['scope', { scope: 'nothing:here' }, 'invalid_scope'],
    ['prompt=none', { prompt: 'none' }, 'login_required'],
  ])('also in an error by %s, with the state', async (_, more, error) => {
    const page = await authorize(t, client, { redirect_uri: REGISTERED, ...more })
    expect(answerTo(page, 'https://app.example/callback')).toMatchObject({ error, iss: ORIGIN, state: 'a-state' })
  })

  test('RFC 9700 §4.4: and it is byte for byte the issuer of the metadata', async () => {
    const metadata = await visit(t, '/.well-known/oauth-authorization-server')
    const { issuer, authorization_response_iss_parameter_supported: supported } = JSON.parse(metadata.text) as Record<
      string,
      unknown
    >
    const page = await authorize(t, client, { redirect_uri: REGISTERED, prompt: 'none' })
    expect([answerTo(page, 'https://app.example/callback').iss, supported]).toEqual([String(issuer), true])
  })

  test('an error without a state has none', async () => {
    const page = await authorize(t, client, { redirect_uri: REGISTERED, state: undefined, prompt: 'none' })
    expect(page.to?.searchParams.has('state')).toBe(false)
  })
})

test('RFC 9700 §4.12: a redirect after a form is 303, so the form is not sent again', async () => {
  const page = await visit(t, '/oauth/authorize', {
    form: Object.fromEntries(request(client, { redirect_uri: REGISTERED })),
  })
  expect(page.status).toBe(303)
  const failed = await visit(t, '/oauth/authorize', {
    form: Object.fromEntries(request(client, { redirect_uri: REGISTERED, scope: 'nothing:here' })),
  })
  expect(failed.status).toBe(303)
})

test('100 generated requests are answered by a page or a redirect to the app, and never by a 5xx', async () => {
  const names = [
    ...request(client).keys(),
    'prompt',
    'max_age',
    'claims',
    'resource',
    'request',
    'request_uri',
    'form',
    'interaction',
  ]
  const values = [
    '',
    '0',
    '-1',
    'none',
    '{}',
    '[]',
    '\u202e',
    'é',
    '%',
    '<script>',
    '"',
    'a b',
    'null',
    'a'.repeat(3000),
    '💥',
  ]
  for (let round = 0; round < 100; round++) {
    const fields = Object.fromEntries(request(client, { redirect_uri: REGISTERED }))
    for (let change = 0; change <= round % 3; change++) {
      const name = names[(round * 7 + change * 11) % names.length] ?? ''
      fields[name] = values[(round * 3 + change * 5) % values.length] ?? ''
    }
    const page = await visit(t, `/oauth/authorize?${toParameters(fields)}`, { cookie: person.cookie })
    expect([302, 400, 422]).toContain(page.status)
    if (page.to !== undefined && leadsTo(page) === 'client') expect(page.to.href).toStartWith(REGISTERED)
  }
})
