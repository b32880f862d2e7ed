/** A provider with false answers of every known kind: each answer is refused, and only the event of the refusal is written. */
import { describe, expect, test } from 'bun:test'
import { exportSPKI, generateKeyPair, SignJWT } from 'jose'
import { utf8 } from '../../../src/lib/encoding.ts'
import { call } from '../../support/client.ts'
import type { TestApp } from '../../support/test-app.ts'
import { openBrowser } from './support/browser.ts'
import { type FakeProvider, type Lies, unsigned } from './support/fake-provider.ts'
import { besideFakeProvider, eventsOf, outcomeOf, rowsOf, START } from './support/world.ts'

let fake: FakeProvider
let t: TestApp
besideFakeProvider((provider, app) => {
  fake = provider
  t = app
})

/** A whole sign-in with these lies. */
async function signIn(lies: Lies): Promise<string> {
  fake.lies = lies
  return outcomeOf(await openBrowser(t).go(START))
}

async function expectNothingWritten(code: string): Promise<void> {
  expect(await rowsOf(t, 'users')).toEqual([])
  expect(await rowsOf(t, 'identities')).toEqual([])
  expect(await rowsOf(t, 'sessions')).toEqual([])
  expect(await eventsOf(t, 'auth.failed', 'user.created', 'identity.linked', 'session.created')).toEqual([
    ['auth.failed', 'failure', { reason: code, provider: 'acme' }],
  ])
}

test('a correct answer is accepted', async () => {
  expect(await signIn({})).toBe('signed in')
  expect(await rowsOf(t, 'identities')).toHaveLength(1)
})

const now = () => Math.floor(Date.now() / 1000)
const WRONG_KEY = generateKeyPair('RS256')

const liars: [name: string, lies: () => Lies][] = [
  ['a wrong nonce', () => ({ claims: { nonce: 'another' } })],
  ['no nonce', () => ({ claims: { nonce: undefined } })],
  ['another audience', () => ({ claims: { aud: 'another-client' } })],
  ['two audiences and another authorized party', () => ({ claims: { aud: ['threeger', 'other'], azp: 'other' } })],
  ['another issuer in the token', () => ({ claims: { iss: 'https://accounts.google.com' } })],
  ['another issuer in the answer (mix-up)', () => ({ answer: { iss: 'https://accounts.google.com' } })],
  ['no issuer in the answer, where it was promised', () => ({ answer: { iss: undefined } })],
  ['an expired token', () => ({ claims: { exp: now() - 600, iat: now() - 900 } })],
  ['no expiry', () => ({ claims: { exp: undefined } })],
  ['a token of the future', () => ({ claims: { nbf: now() + 3600 } })],
  ['no subject', () => ({ claims: { sub: undefined } })],
  ['an empty subject', () => ({ claims: { sub: '' } })],
  ['a number for a subject', () => ({ claims: { sub: 5 } })],
  ['a subject longer than any', () => ({ claims: { sub: 'x'.repeat(256) } })],
  ['a subject with U+0000', () => ({ claims: { sub: 'ada\0-1' } })],
  ['alg none', () => ({ idToken: (honest) => unsigned(honest) })],
  [
    'alg none, announced in the metadata',
    () => ({
      idToken: (honest) => unsigned(honest),
      metadata: { id_token_signing_alg_values_supported: ['RS256', 'none'] },
    }),
  ],
  [
    'HS256 with the public key as the secret',
    () => ({
      metadata: { id_token_signing_alg_values_supported: ['RS256', 'HS256'] },
      idToken: async (honest, { publicKey }, kid) =>
        new SignJWT(honest).setProtectedHeader({ alg: 'HS256', kid }).sign(utf8(await exportSPKI(publicKey))),
    }),
  ],
  [
    'HS256 with the client secret',
    () => ({
      metadata: { id_token_signing_alg_values_supported: ['HS256'] },
      idToken: (honest) => new SignJWT(honest).setProtectedHeader({ alg: 'HS256' }).sign(utf8('secret'.repeat(8))),
    }),
  ],
  [
    'another key under the same id',
    () => ({
      idToken: async (honest, _, kid) =>
        new SignJWT(honest).setProtectedHeader({ alg: 'RS256', kid }).sign((await WRONG_KEY).privateKey),
    }),
  ],
  [
    'an unknown key',
    () => ({
      idToken: async (honest) =>
        new SignJWT(honest).setProtectedHeader({ alg: 'RS256', kid: 'key-2' }).sign((await WRONG_KEY).privateKey),
    }),
  ],
  [
    'a changed claim under an honest signature',
    () => ({
      async idToken(honest, { privateKey }, kid) {
        const [head, , seal] = (
          await new SignJWT(honest).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey)
        ).split('.')
        return `${head}.${Buffer.from(JSON.stringify({ ...honest, sub: 'eve' })).toString('base64url')}.${seal}`
      },
    }),
  ],
  ['no ID token', () => ({ idToken: () => undefined })],
  ['an ID token that is none', () => ({ idToken: () => 'not a token' })],
  [
    'another subject in the UserInfo',
    () => ({ claims: { email: undefined }, userinfo: { sub: 'eve', email: 'e@e.example' } }),
  ],
  [
    'a token endpoint that redirects',
    () => ({ respond: at('/token', () => Response.redirect(`${fake.issuer}/token2`, 307)) }),
  ],
  ['keys that redirect', () => ({ respond: at('/jwks', () => Response.redirect(`${fake.issuer}/other`, 302)) })],
  ['10 MB from the token endpoint', () => ({ respond: at('/token', () => new Response('x'.repeat(10_000_000))) })],
  ['10 MB of keys', () => ({ respond: at('/jwks', () => Response.json({ keys: [], x: 'x'.repeat(10_000_000) })) })],
  ['HTML from the token endpoint', () => ({ respond: at('/token', () => new Response('<p>Hello</p>')) })],
  ['JSON that is a list', () => ({ respond: at('/token', () => Response.json([])) })],
  ['no access token', () => ({ respond: at('/token', () => Response.json({ id_token: 'x' })) })],
  ['a code it does not know', () => ({ answer: { code: 'made-up' } })],
  ['a token endpoint elsewhere without TLS', () => ({ metadata: { token_endpoint: 'http://example.com/token' } })],
  ['an ID token in the answer (a downgrade to the implicit flow)', () => ({ answer: { id_token: 'x' } })],
]

const at =
  (wanted: string, response: () => Response | Promise<Response>): NonNullable<Lies['respond']> =>
  (path) =>
    path === wanted ? response() : undefined

describe('an answer is refused for', () => {
  test.each(liars)('%s', async (_, lies) => {
    expect(await signIn(lies())).toBe('provider.answer_invalid')
    await expectNothingWritten('provider.answer_invalid')
  })

  test('access denied, without further details', async () => {
    const answer = { code: undefined, error: 'access_denied', error_description: '<script>alert(1)</script>' }
    fake.lies = { answer }
    const page = await openBrowser(t).go(START)
    expect(page.url).toBe('https://app.example.com/signed-in?error=provider.denied')
    await expectNothingWritten('provider.denied')
  })
})

describe('while a provider is away', () => {
  const away: [name: string, response: () => Response | Promise<Response>][] = [
    ['answers 500', () => new Response('', { status: 500 })],
    ['answers 429', () => new Response('', { status: 429 })],
  ]
  test.each(away)('and its token endpoint %s, the sign-in ends with what to do', async (_, response) => {
    expect(await signIn({ respond: at('/token', response) })).toBe('provider.unavailable')
    await expectNothingWritten('provider.unavailable')
  })

  test('its metadata is requested again ten seconds later, and the rest of the API still works', async () => {
    fake.lies = { respond: () => new Response('', { status: 503 }) }
    const answer = await call(t, 'GET /v1/auth/providers/acme/start')
    expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([
      503,
      'provider.unavailable',
      '30',
    ])
    t.clock.advance(10_000)
    expect((await call(t, 'GET /v1/auth/providers')).body).toEqual({ items: [{ id: 'acme', name: 'Acme' }] })
    expect((await call(t, 'GET /readyz')).status).toBe(200)
    expect(await signIn({})).toBe('signed in')
  })

  test('it may answer never: each request to it ends by itself', async () => {
    const signals: (AbortSignal | null | undefined)[] = []
    t.foreign.answer = (url, init) => {
      signals.push(init?.signal)
      return fetch(url, init)
    }
    expect(await signIn({})).toBe('signed in')
    expect(signals.length).toBeGreaterThanOrEqual(3)
    for (const signal of signals) expect(signal).toBeInstanceOf(AbortSignal)
    t.foreign.answer = () => Promise.reject(new DOMException('The operation timed out.', 'TimeoutError'))
    expect(await signIn({})).toBe('provider.unavailable')
  })

  test('a token endpoint that sends half an answer and then nothing is given up', async () => {
    const half = () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(utf8('{"access_token":')),
        }),
        { headers: { 'content-type': 'application/json' } },
      )
    expect(await signIn({ respond: at('/token', half) })).toBe('provider.unavailable')
    await expectNothingWritten('provider.unavailable')
  }, 300_000)
})

describe('metadata are refused', () => {
  const wrong: [name: string, lies: Lies][] = [
    ['of another issuer', { metadata: { issuer: 'https://accounts.google.com' } }],
    ['of 10 MB', { metadata: { padding: 'x'.repeat(10_000_000) } }],
    ['that redirect', { respond: () => Response.redirect('https://example.com/', 302) }],
    ['that are none', { respond: () => new Response('<html>') }],
    ['without an authorization endpoint', { metadata: { authorization_endpoint: undefined } }],
    ['with a script for an endpoint', { metadata: { authorization_endpoint: 'javascript:alert(1)' } }],
  ]
  test.each(wrong)('%s', async (_, lies) => {
    fake.lies = lies
    const answer = await call(t, 'GET /v1/auth/providers/acme/start')
    expect([answer.status, answer.body.code, answer.headers.get('set-cookie')]).toEqual([
      502,
      'provider.answer_invalid',
      null,
    ])
  })
})
