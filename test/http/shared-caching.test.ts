/** Public documents are kept by browsers and shared caches, and asked for again at no cost: RFC 9111, RFC 5861, RFC 9110 §13.1.2. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { ofRelease, sharedCaching } from '../../src/http/shared-caching.ts'
import {
  createKeyRing,
  JWKS_MAX_AGE_SECONDS,
  JWKS_SHARED_SECONDS,
  JWKS_STALE_SECONDS,
} from '../../src/modules/signing-keys/key-ring.ts'
import { call, setUpAdmin } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

let t: TestApp
let token: string
beforeAll(async () => {
  t = await createTestApp()
  token = (await setUpAdmin(t)).accessToken
})
afterAll(() => t.close())

const DOCUMENTS = [
  '/.well-known/jwks.json',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/.well-known/oauth-protected-resource',
  '/.well-known/authzen-configuration',
  '/openapi.json',
  '/asyncapi.json',
]

describe('a public document', () => {
  for (const path of DOCUMENTS)
    test(`${path} is answered with 304 while it is the same`, async () => {
      const first = await call(t, `GET ${path}`)
      const etag = first.headers.get('etag') ?? ''
      expect([first.status, etag]).toEqual([200, expect.stringMatching(/^"[\w-]{16}"$/)])
      expect(first.headers.get('content-type')).toStartWith('application/json')
      for (const offered of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await call(t, `GET ${path}`, { headers: { 'if-none-match': offered } })
        expect([offered, again.status, again.text]).toEqual([offered, 304, ''])
        // RFC 9110 §15.4.5: what the 200 would have said.
        for (const name of ['etag', 'cache-control', 'access-control-allow-origin', 'strict-transport-security'])
          expect([name, again.headers.get(name)]).toEqual([name, first.headers.get(name)])
      }
      for (const other of ['"0000000000000000"', etag.slice(1, -1), '', ','])
        expect((await call(t, `GET ${path}`, { headers: { 'if-none-match': other } })).status).toBe(200)
    })

  test('has another tag when it has changed', async () => {
    const path = 'GET /.well-known/jwks.json'
    const before = await call(t, path)
    await t.deps.keys.rotate()
    const after = await call(t, path, { headers: { 'if-none-match': before.headers.get('etag') ?? '' } })
    expect(after.status).toBe(200)
    expect(after.headers.get('etag')).not.toBe(before.headers.get('etag'))
  })

  test('of a person is kept by nobody', async () => {
    for (const path of ['/v1/me', '/v1/users', '/v1/stats'])
      expect([path, (await call(t, `GET ${path}`, { token })).headers.get('cache-control')]).toEqual([path, 'no-store'])
  })
})

test('no cache keeps a set of keys until every algorithm has its first key, which signs at once', async () => {
  const own = await createTestApp()
  try {
    const read = async (path: string) => (await call<{ keys: { alg: string }[] }>(own, `GET ${path}`)).headers
    const caching = async () => (await read('/.well-known/jwks.json')).get('cache-control')
    expect(await caching()).toBe('no-cache')
    await own.deps.keys.signing('ES256')
    expect(await caching()).toBe('no-cache')
    // What another process does is seen by the next reader, whenever this one read the keys before.
    const { id } = await createKeyRing(own.deps).signing('RS256')
    const answer = await call<{ keys: { kid: string }[] }>(own, 'GET /.well-known/jwks.json')
    expect(answer.body.keys.map(({ kid }) => kid)).toContain(id)
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300, s-maxage=60, stale-while-revalidate=60')
    // A key that follows waits for the caches. One that takes the place of a revoked key cannot: the set stays whole.
    await own.deps.keys.rotate('RS256')
    await own.deps.keys.revoke(id)
    expect(await caching()).toStartWith('public, ')
  } finally {
    await own.close()
  }
})

test('a description that could not make the first keys is kept by nobody', async () => {
  const own = await createTestApp()
  try {
    const path = 'GET /.well-known/openid-configuration'
    const client = own.deps.db.$client
    const batch = client.batch.bind(client)
    Object.assign(client, {
      batch: async () => {
        throw Object.assign(new Error('locked'), { code: 'SQLITE_BUSY' })
      },
    })
    const failed = await call(own, path)
    expect([failed.status, failed.headers.get('cache-control')]).toEqual([200, 'no-cache'])
    Object.assign(client, { batch })
    expect((await call(own, path)).headers.get('cache-control')).toStartWith('public, max-age=3600')
  } finally {
    await own.close()
  }
})

test('every cache between a verifier and a new signing key has read it before the key signs', () => {
  const reloadSeconds = 60 // of the key ring in another process
  const oldest = JWKS_MAX_AGE_SECONDS + JWKS_SHARED_SECONDS + JWKS_STALE_SECONDS + reloadSeconds
  expect(oldest).toBeLessThan(2 * JWKS_MAX_AGE_SECONDS)
})

test('what a release changes is kept in production alone, and asked for again by every browser', () => {
  expect(ofRelease({ production: false })).toBe('no-cache')
  expect(ofRelease({ production: true })).toBe('public, max-age=0, s-maxage=300, stale-while-revalidate=600')
  expect(sharedCaching({ maxAge: 1, shared: 2, stale: 3 })).toBe(
    'public, max-age=1, s-maxage=2, stale-while-revalidate=3',
  )
})
