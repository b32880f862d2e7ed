import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { Feature } from '../../../src/core/feature.ts'
import * as listed from '../../../src/features.ts'
import { call } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { insert, makeClient, postForm } from '../token/support/oauth.ts'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

type Metadata = Record<string, unknown> & {
  grant_types_supported: string[]
  scopes_supported: string[]
  token_endpoint_auth_methods_supported: string[]
  id_token_signing_alg_values_supported: string[]
}
const OPENID = 'GET /.well-known/openid-configuration'
const OAUTH = 'GET /.well-known/oauth-authorization-server'
const RESOURCE = 'GET /.well-known/oauth-protected-resource'
const metadata = async (at: TestApp = t) => (await call<Metadata>(at, OPENID)).body
const routes = new Set((Object.values(listed) as Feature[]).flatMap(({ paths = {} }) => Object.keys(paths)))

test('both places have the same document, which everybody may cache and pages of every origin may read', async () => {
  const documents = []
  for (const path of [OPENID, OAUTH]) {
    const answer = await call(t, path, { headers: { origin: 'https://spa.example' } })
    expect(answer.status, answer.text).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('public, max-age=3600, s-maxage=300, stale-while-revalidate=3600')
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('content-type')).toStartWith('application/json')
    documents.push(answer.body)
  }
  expect(documents[0]).toEqual(documents[1])
})

test('the issuer is APP_URL byte for byte, and every URL is of this server', async () => {
  const found = await metadata()
  expect(found.issuer).toBe(ORIGIN)
  for (const [name, value] of Object.entries(found))
    if (typeof value === 'string' && name !== 'issuer') expect(value).toStartWith(`${ORIGIN}/`)
})

test('no member is null or an empty list (RFC 8414 §2), and no method is advertised that OAuth 2.1 removed', async () => {
  const found = await metadata()
  for (const value of Object.values(found)) {
    expect(value).not.toBeNull()
    if (Array.isArray(value)) expect(value.length).toBeGreaterThan(0)
  }
  expect(found.code_challenge_methods_supported).toEqual(['S256'])
  expect(found.response_types_supported).toEqual(['code'])
  for (const gone of ['implicit', 'password']) expect(found.grant_types_supported).not.toContain(gone)
  for (const list of Object.values(found))
    if (Array.isArray(list))
      for (const weak of ['none', 'HS256']) if (list.includes('RS256')) expect(list).not.toContain(weak)
  expect(found.authorization_response_iss_parameter_supported).toBeTrue()
  expect(found.client_id_metadata_document_supported).toBeTrue()
})

test('each endpoint is a route of this server', async () => {
  const found = await metadata()
  const endpoints = Object.entries(found).filter(([name]) => /_endpoint$|^jwks_uri$/.test(name))
  expect(endpoints.length).toBe(9)
  for (const [name, url] of endpoints) {
    const path = new URL(String(url)).pathname
    const method =
      /authorization_endpoint|userinfo|jwks|end_session/.test(name) && !/device|pushed/.test(name) ? 'GET' : 'POST'
    expect(routes, name).toContain(`${method} ${path}`)
  }
})

test('registration is named while it is open, and else it is absent', async () => {
  expect('registration_endpoint' in (await metadata())).toBeFalse()
  const open = await createTestApp({ env: { OAUTH_REGISTRATION: 'open' } })
  try {
    expect((await metadata(open)).registration_endpoint).toBe(`${ORIGIN}/oauth/register`)
    expect(routes).toContain('POST /oauth/register')
  } finally {
    await open.close()
  }
})

describe('each value is accepted, and others are not', () => {
  const IANA = [
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'password',
    'implicit',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'urn:ietf:params:oauth:grant-type:saml2-bearer',
    'urn:openid:params:grant-type:ciba',
  ]
  test.each(IANA)('grant_type %s', async (type) => {
    const client = await makeClient(t, { grant_types: JSON.stringify(IANA) })
    const { body } = await postForm(t, '/oauth/token', { grant_type: type }, { client })
    const isSupported = body.error !== 'unsupported_grant_type'
    expect((await metadata()).grant_types_supported.includes(type)).toBe(isSupported)
  })

  test('a method of authentication: a client can be registered with each, and the endpoint takes it', async () => {
    for (const method of (await metadata()).token_endpoint_auth_methods_supported) {
      const client = await makeClient(t, { auth_method: method })
      const fields = method === 'client_secret_post' ? { client_id: client.id, client_secret: client.secret ?? '' } : {}
      const used = method === 'client_secret_post' ? {} : { client }
      if (method === 'private_key_jwt') continue // test/modules/oauth-clients
      const { body } = await postForm(t, '/oauth/token', { grant_type: 'refresh_token', ...fields }, used)
      expect(body.error, method).not.toBe('invalid_client')
    }
  })

  test('the algorithm of an ID token: its key is in the JWKS as soon as the description was read', async () => {
    const { id_token_signing_alg_values_supported: algs } = await metadata()
    expect(algs[0]).toBe('RS256')
    const { keys } = (await call<{ keys: { alg: string }[] }>(t, 'GET /.well-known/jwks.json')).body
    expect(keys.map(({ alg }) => alg).sort()).toEqual(algs.toSorted())
  })

  test('types of authorization_details are those of the resources, each once', async () => {
    expect('authorization_details_types_supported' in (await metadata())).toBeFalse()
    const types = (...names: string[]) => JSON.stringify(names.map((type) => ({ type, description: type, fields: [] })))
    for (const [id, detailTypes] of [
      ['a', types('payment', 'account')],
      ['b', types('payment')],
    ])
      await insert(t, 'resources', {
        id: `res_${id}`,
        audience: `https://${id}.example`,
        name: 'API',
        scopes: '[]',
        detail_types: detailTypes ?? '',
        version: 1,
        created_at: 1,
        updated_at: 1,
      })
    expect((await metadata()).authorization_details_types_supported).toEqual(['account', 'payment'])
  })
})

test('our own API says which tokens it accepts and where they come from (RFC 9728)', async () => {
  const answer = await call<Metadata>(t, RESOURCE, { headers: { origin: 'https://spa.example' } })
  expect(answer.status, answer.text).toBe(200)
  expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  expect(answer.body).toMatchObject({
    resource: ORIGIN,
    authorization_servers: [ORIGIN],
    bearer_methods_supported: ['header'],
    dpop_bound_access_tokens_required: false,
  })
  expect(answer.body.scopes_supported).toContain('openid')
  expect(answer.body.scopes_supported).toContain('users:read')
})

test.each([OPENID, OAUTH, RESOURCE])('%s takes no other method and no longer path', async (name) => {
  const path = name.slice(4)
  expect((await call(t, `POST ${path}`, { body: {} })).status).toBe(405)
  expect((await call(t, `GET ${path}/tenant`)).status).toBe(404)
})

test('while no key can be stored the description is served all the same', async () => {
  Object.assign(t.deps.db.$client, {
    batch: async () => {
      throw Object.assign(new Error('locked'), { code: 'SQLITE_BUSY' })
    },
  })
  expect((await call(t, OPENID)).status).toBe(200)
})

test('20 readers at once make one key of each algorithm', async () => {
  await Promise.all(Array.from({ length: 20 }, () => call(t, OPENID)))
  const { rows } = await t.deps.db.$client.execute('SELECT alg FROM id_token_keys ORDER BY alg')
  expect(rows.map(({ alg }) => alg)).toEqual(['ES256', 'RS256'])
})
