/** Client ID metadata documents: draft-ietf-oauth-client-id-metadata-document-03. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { commit } from '../../../src/core/events/commit.ts'
import type { Client } from '../../../src/modules/oauth-clients/client.ts'
import { findClient } from '../../../src/modules/oauth-clients/find-client.ts'
import { keepClient } from '../../../src/modules/oauth-clients/keep-client.ts'
import type { OAuthClient } from '../../../src/modules/oauth-clients/schema.ts'
import { PublicFetchError } from '../../../src/lib/public-addresses.ts'
import { OAuthError } from '../../../src/lib/oauth-error.ts'
import { Problem } from '../../../src/errors.ts'
import { runJobs } from '../../../src/jobs.ts'
import { call, setUpAdmin } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { readClient } from './support/clients.ts'

const ID = 'https://app.example/oauth/client.json'
const DOCUMENT = {
  client_id: ID,
  client_name: 'App',
  redirect_uris: ['https://app.example/callback', 'http://127.0.0.1/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
}

let t: TestApp
let served: { body: unknown; status?: number; headers?: Record<string, string> }
beforeEach(async () => {
  t = await createTestApp({ env: { RATE_LIMIT: 'on' } })
  served = { body: DOCUMENT }
  t.foreign.answer = async () =>
    new Response(typeof served.body === 'string' ? served.body : JSON.stringify(served.body), {
      status: served.status ?? 200,
      headers: { 'content-type': 'application/json', ...served.headers },
    })
})
afterEach(() => t.close())

/** The client, or why there is none. */
async function ask(id = ID, address = '198.51.100.7'): Promise<Client | string> {
  try {
    return (await findClient(t.deps, id, { address })) ?? 'none'
  } catch (error) {
    if (error instanceof OAuthError)
      return error.message.replace('The metadata document of the client is refused: ', '')
    if (error instanceof Problem) return error.code
    throw error
  }
}

test('a URL with a document is a client, whose host is known', async () => {
  expect(await ask()).toMatchObject({
    id: ID,
    source: 'metadata',
    name: 'App',
    host: 'app.example',
    firstParty: false,
    redirectUris: DOCUMENT.redirect_uris,
    grantTypes: ['authorization_code', 'refresh_token'],
    authMethod: 'none',
    scopes: null,
    audiences: null,
    subjectType: 'public',
    secrets: [],
  })
  expect(t.asked).toEqual([ID])
})

describe('a document is refused', () => {
  const refusals: [string, object, string][] = [
    ['that names another client', { client_id: 'https://other.example/client.json' }, 'its client_id is not its URL.'],
    [
      'that names its client in another spelling',
      { client_id: 'https://APP.example/oauth/client.json' },
      'its client_id is not its URL.',
    ],
    ['that names no client', { client_id: undefined }, 'its client_id is not its URL.'],
    ['with a secret', { client_secret: 'x' }, 'it has a secret.'],
    [
      'with a shared secret method',
      { token_endpoint_auth_method: 'client_secret_basic' },
      'token_endpoint_auth_method: Expected one of none, private_key_jwt.',
    ],
    [
      'without redirect URIs',
      { redirect_uris: undefined },
      'redirect_uris: Expected a redirect URI, because the client uses authorization_code.',
    ],
    [
      'with a redirect URI that is no text',
      { redirect_uris: [7] },
      'redirect_uris: Expected a list of at most 50 texts.',
    ],
    [
      'whose second redirect URI is of another host',
      { redirect_uris: ['https://app.example/cb', 'https://evil.example/cb'] },
      'redirect_uris[1]: Expected the origin of the client.',
    ],
    [
      'whose last redirect URI is of another port',
      { redirect_uris: ['https://app.example/cb', 'http://127.0.0.1/', 'https://app.example:8443/cb'] },
      'redirect_uris[2]: Expected the origin of the client.',
    ],
    [
      'whose redirect URI is of a subdomain',
      { redirect_uris: ['https://x.app.example/cb'] },
      'redirect_uris[0]: Expected the origin of the client.',
    ],
    [
      'with a plain http redirect URI',
      { redirect_uris: ['http://app.example/cb'] },
      'redirect_uris[0]: The URI must be https, or http on 127.0.0.1, [::1] or localhost.',
    ],
    [
      'with a javascript: redirect URI',
      { redirect_uris: ['https://app.example/cb', 'javascript:alert(1)'] },
      'redirect_uris[1]: The URI must have another scheme.',
    ],
    [
      'with a wildcard',
      { redirect_uris: ['https://app.example/*'] },
      'redirect_uris[0]: The URI must not have a wildcard.',
    ],
    [
      'with a scheme that nobody vouches for',
      { redirect_uris: ['app://cb'] },
      'redirect_uris[0]: The URI must have a scheme of its own with a dot, such as com.example.app:/callback.',
    ],
    [
      'for keys without keys',
      { token_endpoint_auth_method: 'private_key_jwt' },
      'jwks: Expected keys or their URL, because the client authenticates with private_key_jwt.',
    ],
    [
      'with keys on a private host',
      { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://127.0.0.1/jwks' },
      'jwks_uri: Expected an https URL of a public host, without a fragment.',
    ],
    [
      'with a private key',
      {
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: {
          keys: [
            {
              kty: 'OKP',
              crv: 'Ed25519',
              x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
              d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
            },
          ],
        },
      },
      'jwks[0]: Expected a public key for EdDSA, ES256, PS256 or RS256.',
    ],
    ['for the implicit flow', { response_types: ['token'] }, 'response_types: Expected code.'],
    [
      'for itself alone',
      { grant_types: ['client_credentials'] },
      'grant_types: Expected one of authorization_code, refresh_token, urn:ietf:params:oauth:grant-type:device_code.',
    ],
  ]
  test.each(refusals)('%s', async (_, change, why) => {
    served.body = { ...DOCUMENT, ...change }
    expect(await ask()).toBe(why)
  })

  test('that is no JSON object, is no JSON, is too long, or is not there', async () => {
    for (const [answer, why] of [
      [{ body: '[]' }, 'it is no JSON object.'],
      [{ body: 'null' }, 'it is no JSON object.'],
      [{ body: '{' }, 'it is not JSON.'],
      [{ body: '' }, 'it is not JSON.'],
      [{ body: DOCUMENT, headers: { 'content-type': 'text/html' } }, 'it is not JSON.'],
      [{ body: { ...DOCUMENT, x: 'x'.repeat(66_000) } }, 'it cannot be read.'],
      [{ body: DOCUMENT, status: 404 }, 'its URL answers 404, not 200.'],
      [{ body: DOCUMENT, status: 301, headers: { location: ID } }, 'its URL answers 301, not 200.'],
      [{ body: DOCUMENT, status: 201 }, 'its URL answers 201, not 200.'],
      [{ body: DOCUMENT, status: 503 }, 'it cannot be read.'],
    ] as const) {
      served = answer
      expect(await ask()).toBe(why)
      t.clock.advance(120_000)
    }
  })
})

test('only a canonical https URL with a path is asked', async () => {
  for (const id of [
    'https://app.example',
    'http://app.example/client.json',
    'https://app.example/#x',
    'https://user@app.example/client.json',
    'https://app.example:443/client.json',
    'https://APP.example/client.json',
    'https://app.example/a/../client.json',
    'https://app.example/%2e%2e/client.json',
    'https://app.example/./client.json',
    'https://app.example/\\client.json',
    'https:/app.example/client.json',
    'https:///client.json',
    ' https://app.example/client.json',
    `https://app.example/${'x'.repeat(500)}`,
    'ftp://app.example/client.json',
  ])
    expect(await ask(id), id).toBe('none')
  expect(t.asked).toEqual([])
})

describe('a document is kept', () => {
  test('an hour, or as its Cache-Control says: a minute at least, a day at most', async () => {
    const kept = [
      [undefined, 3600],
      ['max-age=600', 600],
      ['public, max-age="1200"', 1200],
      ['max-age=1', 60],
      ['no-store', 60],
      ['no-cache, max-age=9999', 60],
      ['max-age=999999', 86_400],
      ['nonsense', 3600],
    ] as const
    for (const [control, seconds] of kept) {
      served.headers = control === undefined ? {} : { 'cache-control': control }
      t.asked.length = 0
      await ask()
      t.clock.advance((seconds - 1) * 1000)
      await ask()
      expect(t.asked, control).toHaveLength(1)
      t.clock.advance(1000)
      await ask()
      expect(t.asked, control).toHaveLength(2)
      t.clock.advance(200_000_000)
    }
  })

  test('and 50 requests at the same time read it once', async () => {
    await Promise.all(Array.from({ length: 50 }, () => ask()))
    expect(t.asked).toHaveLength(1)
  })

  test('and a failure too, for a minute: nobody makes the server flood a host', async () => {
    served.status = 500
    for (let at = 0; at < 100; at++) expect(await ask(ID, `192.0.2.${at}`)).toBe('it cannot be read.')
    expect(t.asked).toHaveLength(1)
    t.clock.advance(60_000)
    served.status = 200
    expect(await ask()).toMatchObject({ id: ID })
  })
})

test('a network asks for 30 unknown documents a minute', async () => {
  const answers: unknown[] = []
  for (let at = 0; at < 32; at++) {
    const id = `https://h${at}.example/c`
    served.body = { ...DOCUMENT, client_id: id, redirect_uris: ['http://127.0.0.1/'] }
    answers.push(await ask(id))
  }
  expect(answers.slice(30)).toEqual(['request.rate_limited', 'request.rate_limited'])
  expect(t.asked).toHaveLength(30)
  expect(await ask('https://h0.example/c')).toMatchObject({ host: 'h0.example' }) // known
  expect(await ask('https://h31.example/c', '203.0.113.1')).toMatchObject({ host: 'h31.example' })
})

test('a name has no characters that nobody sees, and there is one', async () => {
  for (const [name, shown] of [
    ['  My\u202e App\u200b\n', 'My App'],
    ['\u200b\u3164', 'app.example'],
    [undefined, 'app.example'],
    ['x'.repeat(300), 'x'.repeat(100)],
  ]) {
    served.body = { ...DOCUMENT, client_name: name }
    expect(await ask()).toMatchObject({ name: shown })
    t.clock.advance(4_000_000)
  }
})

test('links to other hosts are not shown', async () => {
  served.body = { ...DOCUMENT, logo_uri: 'https://bank.example/logo.png', client_uri: 'https://app.example/about' }
  const client = await ask()
  expect(client).toMatchObject({ about: { clientUri: 'https://app.example/about' } })
  expect(JSON.stringify(client)).not.toContain('bank.example')
})

describe('the row of a client', () => {
  const keep = async (consented: boolean) => {
    const client = await ask()
    if (typeof client === 'string') throw new Error(client)
    await commit(t.deps, { client: keepClient(t.deps, client, { consented }) })
  }
  const rows = async () => (await t.deps.db.$client.execute('SELECT * FROM oauth_clients')).rows

  test('is made when a person allows it, and never before', async () => {
    await ask()
    expect(await rows()).toEqual([])
    await keep(true)
    await keep(true)
    expect(await rows()).toMatchObject([{ id: ID, source: 'metadata', status: 'active', expires_at: null }])
  })

  test('lasts a day for a device or a pushed request, and stays once a person allowed it', async () => {
    await keep(false)
    expect(await rows()).toMatchObject([{ expires_at: t.clock.now() + 86_400_000 }])
    await keep(true)
    await keep(false)
    expect(await rows()).toMatchObject([{ expires_at: null }])
  })

  test('follows the document', async () => {
    await keep(true)
    await ask()
    served.body = { ...DOCUMENT, client_name: 'App 2' }
    t.clock.advance(3_600_000)
    expect(await ask()).toMatchObject({ name: 'App 2' })
    await t.settle()
    expect(await rows()).toMatchObject([{ name: 'App 2', version: 2 }])
  })

  test('stands in while the host does not answer, and not for a document that is gone or wrong', async () => {
    await keep(true)
    t.clock.advance(3_600_000)
    t.foreign.answer = async () => {
      throw new PublicFetchError('the host does not answer')
    }
    expect(await ask()).toMatchObject({ name: 'App', host: 'app.example' })
    t.clock.advance(60_000)
    t.foreign.answer = async () => new Response('', { status: 404 })
    expect(await ask()).toBe('its URL answers 404, not 200.')
  })

  test('lets an administrator see and disable the client, and nothing else', async () => {
    await keep(true)
    const { accessToken: token } = await setUpAdmin(t)
    expect(await readClient(t, token, ID)).toMatchObject({ clientId: ID, source: 'metadata', name: 'App' })
    const path = `/v1/oauth-clients/${encodeURIComponent(ID)}`
    const patch = (body: object) => call<OAuthClient>(t, `PATCH ${path}`, { token, body })
    for (const body of [{ name: 'Bank' }, { firstParty: true }, { redirectUris: ['https://evil.example/'] }])
      expect((await patch(body)).body).toMatchObject({ code: 'oauthclient.described_elsewhere' })
    expect((await patch({ status: 'disabled' })).status).toBe(200)
    expect(await ask()).toBe('none')
    // Consent that was given a moment ago does not enable it.
    await commit(t.deps, { client: keepClient(t.deps, { ...(await enabled()) }, { consented: true }) })
    expect(await rows()).toMatchObject([{ status: 'disabled' }])
    expect((await patch({ status: 'active' })).status).toBe(200)
    expect(await ask()).toMatchObject({ id: ID })
    expect((await call(t, `DELETE ${path}`, { token })).status).toBe(204)
    expect(await rows()).toEqual([])
  })

  test('stays while it is disabled: nobody waits until it is swept to use the document again', async () => {
    await keep(false)
    const { accessToken: token } = await setUpAdmin(t)
    const path = `/v1/oauth-clients/${encodeURIComponent(ID)}`
    expect((await call(t, `PATCH ${path}`, { token, body: { status: 'disabled' } })).status).toBe(200)
    t.clock.advance(2 * 86_400_000)
    await runJobs(t.deps, 'sweep-keys')
    expect(await ask()).toBe('none')
    expect(await rows()).toMatchObject([{ status: 'disabled' }])
  })

  async function enabled(): Promise<Client> {
    const other = await createTestApp()
    other.foreign.answer = t.foreign.answer
    const client = await findClient(other.deps, ID)
    await other.close()
    if (client === undefined) throw new Error('no client')
    return client
  }
})

test('development may ask a host of this machine, over http', async () => {
  const local = await createTestApp({ env: { PRIVATE_TARGETS: 'allow' } })
  const id = 'http://localhost:4000/client.json'
  local.foreign.answer = async () => Response.json({ ...DOCUMENT, client_id: id, redirect_uris: ['http://127.0.0.1/'] })
  expect((await findClient(local.deps, id))?.host).toBe('localhost:4000')
  await local.close()
})
