/** What a client may be: hostile and impossible descriptions are refused, with the place of the fault and without its value. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import type { OAuthClient } from '../../../src/modules/oauth-clients/schema.ts'
import { call, setUpAdmin } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { askClient, makeClient } from './support/clients.ts'

let t: TestApp
let token: string
beforeAll(async () => {
  t = await createTestApp()
  token = (await setUpAdmin(t)).accessToken
})
afterAll(() => t.close())
beforeEach(() => {
  t.asked.length = 0
})

const publicJwk = (type: 'ed25519' | 'ec' | 'rsa', more: object = {}) => {
  const { publicKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048, ...more })
      : type === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256', ...more })
        : generateKeyPairSync('ed25519')
  return publicKey.export({ format: 'jwk' })
}
const keyed = (...keys: object[]) => ({ tokenEndpointAuthMethod: 'private_key_jwt', jwks: { keys } })

describe('is refused', () => {
  const { d: _, ...publicPart } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const privateJwk = { ...publicPart, d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A' }

  test.each<[string, object, string]>([
    ['javascript: to redirect to', { redirectUris: ['https://a.example/', 'javascript:alert(1)'] }, '/redirectUris/1'],
    ['data: to redirect to', { redirectUris: ['data:text/html,x'] }, '/redirectUris/0'],
    ['http to redirect to', { redirectUris: ['http://a.example/'] }, '/redirectUris/0'],
    ['a fragment to redirect to', { redirectUris: ['https://a.example/#x'] }, '/redirectUris/0'],
    ['a wildcard to redirect to', { redirectUris: ['https://*.a.example/'] }, '/redirectUris/0'],
    ['a user to redirect to', { redirectUris: ['https://a.example@evil.example/'] }, '/redirectUris/0'],
    ['a relative URI to redirect to', { redirectUris: ['/callback'] }, '/redirectUris/0'],
    ['no URI to redirect to', { redirectUris: [] }, '/redirectUris'],
    [
      '51 URIs to redirect to',
      { redirectUris: Array.from({ length: 51 }, (_, at) => `https://a.example/${at}`) },
      '/redirectUris',
    ],
    ['one URI twice', { redirectUris: ['https://a.example/', 'https://a.example/'] }, '/redirectUris'],
    ['javascript: after logout', { postLogoutRedirectUris: ['javascript:alert(1)'] }, '/postLogoutRedirectUris/0'],
    ['a grant that OAuth 2.1 has not', { grantTypes: ['implicit'] }, '/grantTypes/0'],
    ['the password grant', { grantTypes: ['password'] }, '/grantTypes/0'],
    ['no grant', { grantTypes: [] }, '/grantTypes'],
    ['refresh tokens alone', { grantTypes: ['refresh_token'], redirectUris: [] }, '/grantTypes'],
    [
      'a public client that acts for itself',
      { grantTypes: ['client_credentials'], tokenEndpointAuthMethod: 'none' },
      '/grantTypes',
    ],
    [
      'a public client that exchanges tokens',
      { grantTypes: ['urn:ietf:params:oauth:grant-type:token-exchange'], tokenEndpointAuthMethod: 'none' },
      '/grantTypes',
    ],
    ['a method that does not exist', { tokenEndpointAuthMethod: 'tls_client_auth' }, '/tokenEndpointAuthMethod'],
    ['keys without keys', { tokenEndpointAuthMethod: 'private_key_jwt' }, '/jwks'],
    ['an empty key set', keyed(), '/jwks/keys'],
    ['a private key', keyed(privateJwk), '/jwks/keys/0'],
    ['a symmetric key', keyed({ kty: 'oct', k: 'c2VjcmV0' }), '/jwks/keys/0'],
    ['an RSA key of 1024 bits', keyed(publicJwk('ed25519'), publicJwk('rsa', { modulusLength: 1024 })), '/jwks/keys/1'],
    ['a key on another curve', keyed(publicJwk('ec', { namedCurve: 'P-384' })), '/jwks/keys/0'],
    ['a key for encryption', keyed({ ...publicJwk('rsa'), use: 'enc' }), '/jwks/keys/0'],
    ['keys and their URL', { ...keyed(publicJwk('ed25519')), jwksUri: 'https://a.example/jwks' }, '/jwksUri'],
    [
      'keys at a private address',
      { tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: 'https://169.254.169.254/latest' },
      '/jwksUri',
    ],
    ['keys over http', { tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: 'http://a.example/jwks' }, '/jwksUri'],
    ['logout notices to this machine', { backchannelLogoutUri: 'https://localhost/' }, '/backchannelLogoutUri'],
    ['logout notices with a fragment', { backchannelLogoutUri: 'https://a.example/#x' }, '/backchannelLogoutUri'],
    ['a link that is a script', { logoUri: 'javascript:alert(1)' }, '/logoUri'],
    ['a link over http', { policyUri: 'http://a.example/' }, '/policyUri'],
    ['a scope with a blank', { scopes: ['a b'] }, '/scopes/0'],
    ['a name that nobody sees', { name: '\u200b \u3164' }, '/name'],
    [
      'pairwise ids of two hosts',
      { subjectType: 'pairwise', redirectUris: ['https://a.example/', 'https://b.example/'] },
      '/sectorIdentifierUri',
    ],
    [
      'pairwise ids of an app',
      { subjectType: 'pairwise', redirectUris: ['com.example.app:/cb'] },
      '/sectorIdentifierUri',
    ],
    ['a field of the server', { clientId: 'mine' }, '/clientId'],
    ['a secret of its own', { clientSecret: 'mine' }, '/clientSecret'],
    ['a source', { source: 'administrator' }, '/source'],
  ])('%s', async (_, change, path) => {
    const answer = await askClient(t, token, change)
    expect(answer.status, answer.text).toBe(422)
    const { errors = [] } = answer.body as unknown as { errors?: { path: string }[] }
    expect(errors.map((error) => error.path)).toContain(path)
    for (const secret of ['alert', 'evil', 'nWGxne', '169.254']) expect(answer.text).not.toContain(secret)
    expect(t.asked.filter((url) => !url.includes('pwned'))).toEqual([])
  })
})

test('a key of each algorithm is accepted', async () => {
  const keys = [
    publicJwk('ed25519'),
    publicJwk('ec'),
    publicJwk('rsa'),
    { ...publicJwk('rsa'), alg: 'PS256', use: 'sig' },
  ]
  expect((await askClient(t, token, keyed(...keys))).status).toBe(201)
})

test('a change is judged with what stays', async () => {
  const { clientId } = await makeClient(t, token)
  const patch = (body: object) =>
    call<{ errors: { path: string }[] }>(t, `PATCH /v1/oauth-clients/${clientId}`, { token, body })
  expect((await patch({ redirectUris: [] })).body.errors).toMatchObject([{ path: '/redirectUris' }])
  expect((await patch({ tokenEndpointAuthMethod: 'private_key_jwt' })).body.errors).toMatchObject([{ path: '/jwks' }])
  expect((await patch({ tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: 'https://a.example/jwks' })).status).toBe(
    200,
  )
  expect((await patch({ jwksUri: null })).body.errors).toMatchObject([{ path: '/jwks' }])
  expect((await patch({ tokenEndpointAuthMethod: 'none', jwksUri: null })).status).toBe(200)
  expect((await patch({ grantTypes: ['client_credentials'], redirectUris: [] })).body.errors).toMatchObject([
    { path: '/grantTypes' },
  ])
})

test('a secret does not come back: another way of authentication ends it', async () => {
  const { clientId } = await makeClient(t, token)
  const patch = (tokenEndpointAuthMethod: string) =>
    call<OAuthClient>(t, `PATCH /v1/oauth-clients/${clientId}`, { token, body: { tokenEndpointAuthMethod } })
  expect((await patch('client_secret_post')).body.secrets).toHaveLength(1)
  expect((await patch('none')).body.secrets).toEqual([])
  expect((await patch('client_secret_post')).body.secrets).toEqual([])
})

describe('pairwise ids', () => {
  const salts = async () => (await t.deps.db.$client.execute('SELECT * FROM pairwise_sectors ORDER BY host')).rows

  test('of one host have the sector of that host, whose salt never changes', async () => {
    const body = { subjectType: 'pairwise', redirectUris: ['https://one.example/a', 'https://one.example:8443/b'] }
    const first = await makeClient(t, token, body)
    expect(first.sector).toBe('one.example')
    const before = await salts()
    expect(String(before[0]?.salt)).toMatch(/^[\w-]{43}$/)
    expect((await makeClient(t, token, body)).sector).toBe('one.example')
    const path = `PATCH /v1/oauth-clients/${first.clientId}`
    const moved = await call<OAuthClient>(t, path, { token, body: { name: 'Other' } })
    expect(moved.body.sector).toBe('one.example')
    expect(await salts()).toEqual(before)
  })

  test('cost a request to a host that the administrator chose: a network makes 30 a minute', async () => {
    const limited = await createTestApp({ env: { RATE_LIMIT: 'on' } })
    const { accessToken } = await setUpAdmin(limited)
    const body = { subjectType: 'pairwise', sectorIdentifierUri: 'https://victim.example/' }
    const answers = await Promise.all(Array.from({ length: 40 }, () => askClient(limited, accessToken, body)))
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10)
    expect(limited.asked.filter((url) => url.startsWith('https://victim'))).toHaveLength(30)
    await limited.close()
  })

  test('of many hosts need a list of their redirect URIs at an https URL', async () => {
    const redirectUris = ['https://a.example/cb', 'com.example.app:/cb']
    const body = { subjectType: 'pairwise', redirectUris, sectorIdentifierUri: 'https://sector.example/list.json' }
    for (const answer of [
      () => Response.json(['https://a.example/cb']),
      () => Response.json({ redirectUris }),
      () => new Response('{'),
      () => new Response('', { status: 404 }),
    ]) {
      t.foreign.answer = async () => answer()
      expect((await askClient(t, token, body)).body as object).toMatchObject({
        errors: [{ path: '/sectorIdentifierUri' }],
      })
    }
    t.foreign.answer = async () => Response.json([...redirectUris, 'https://c.example/cb'])
    const made = await makeClient(t, token, body)
    expect(made.sector).toBe('sector.example')
    const patch = (change: object) =>
      call<OAuthClient>(t, `PATCH /v1/oauth-clients/${made.clientId}`, { token, body: change })
    // Its own URIs, or fewer of them, need no list again. Others do.
    expect((await patch({ redirectUris: ['com.example.app:/cb'] })).body.sector).toBe('sector.example')
    expect((await patch({ redirectUris: ['com.example.other:/cb'] })).status).toBe(422)
    expect((await patch({ subjectType: 'public' })).body).toMatchObject({ subjectType: 'public', sector: null })
  })
})
