import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import type { PublicJwk } from '../../../src/lib/key-ring.ts'
import { signJwt } from '../../../src/lib/jwt.ts'
import type { SigningAlg } from '../../../src/lib/primitives/primitives.ts'
import { createKeyRing } from '../../../src/modules/signing-keys/key-ring.ts'
import { call } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

const ALGS: SigningAlg[] = ['EdDSA', 'RS256', 'ES256']
const jwks = async () => (await call<{ keys: PublicJwk[] }>(t, 'GET /.well-known/jwks.json')).body.keys
const rows = async (table: string) => (await t.deps.db.$client.execute(`SELECT * FROM ${table}`)).rows
const clientExists = () =>
  t.deps.db.$client.execute(
    `INSERT INTO oauth_clients (id, source, name, status, first_party, redirect_uris, post_logout_redirect_uris, grant_types, auth_method, subject_type, id_token_alg, requires_pushed_requests, requires_dpop, about, version, created_at, updated_at)
      VALUES ('cli_1', 'administrator', 'App', 'active', 0, '[]', '[]', '[]', 'none', 'public', 'RS256', 0, 0, '{}', 1, 1, 1)`,
  )

test.each(ALGS)(
  'a token that %s signs verifies by the JWKS with jose, and its header says the algorithm',
  async (alg) => {
    const { id, alg: signs, sign } = await t.deps.keys.signing(alg)
    expect(signs).toBe(alg)
    const claims = { iss: 'https://api.test', aud: 'app', sub: 'usr_1', iat: 1, exp: 9_999_999_999 }
    const token = await signJwt({ alg, typ: 'JWT', kid: id }, claims, sign)
    const keys = createLocalJWKSet({ keys: await jwks() } as unknown as JSONWebKeySet)
    const { payload, protectedHeader } = await jwtVerify(token, keys, { algorithms: [alg] })
    expect(payload).toEqual(claims)
    expect(protectedHeader).toEqual({ alg, typ: 'JWT', kid: id })
    for (const other of ALGS)
      expect((await t.deps.keys.verification(id, 'id-token', other)) !== undefined).toBe(other === alg)
  },
)

describe('the first key of an algorithm', () => {
  test.each(ALGS)('of %s is made once, also if 20 ask at once in each of 4 processes', async (alg) => {
    const rings = Array.from({ length: 4 }, () => createKeyRing(t.deps))
    const ids = await Promise.all(rings.flatMap((ring) => Array.from({ length: 20 }, () => ring.signing(alg))))
    expect(new Set(ids.map(({ id }) => id)).size).toBe(1)
    expect((await rows(alg === 'EdDSA' ? 'signing_keys' : 'id_token_keys')).length).toBe(1)
  })

  test('is there for everyone who asked, also while the key of another algorithm is being made', async () => {
    const rings = Array.from({ length: 4 }, () => createKeyRing(t.deps))
    const made = await Promise.all(rings.flatMap((ring) => ALGS.map((alg) => ring.signing(alg))))
    expect(new Set(made.map(({ id }) => id)).size).toBe(ALGS.length)
  })

  test('is made for readers of the JWKS as soon as there is an OAuth client, and not before', async () => {
    expect((await jwks()).map(({ alg }) => alg)).toEqual(['EdDSA'])
    await clientExists()
    t.clock.advance(60_000)
    expect((await jwks()).map(({ alg }) => alg).sort()).toEqual(['ES256', 'EdDSA', 'RS256'])
    expect((await jwks()).length).toBe(3)
  })

  test('that cannot be made now does not keep readers from the others', async () => {
    await clientExists()
    await t.deps.keys.signing()
    t.clock.advance(60_000)
    await t.deps.keys.signing()
    const batch = t.deps.db.$client.batch.bind(t.deps.db.$client)
    let tries = 0
    Object.assign(t.deps.db.$client, {
      batch: async () => {
        tries++
        throw Object.assign(new Error('locked'), { code: 'SQLITE_BUSY' })
      },
    })
    expect((await jwks()).map(({ alg }) => alg)).toEqual(['EdDSA'])
    expect((await jwks()).map(({ alg }) => alg)).toEqual(['EdDSA'])
    expect(tries).toBeLessThanOrEqual(2) // for RS256 and ES256, by the first reader alone
    Object.assign(t.deps.db.$client, { batch })
    t.clock.advance(5_000)
    expect((await jwks()).length).toBe(3)
  })
})

test('RS256 keys have 2048 bits, exponent 65537 and no private member; the previous release does not meet them', async () => {
  const { id } = await t.deps.keys.signing('RS256')
  await t.deps.keys.signing()
  const found = (await jwks()).find(({ kid }) => kid === id)
  expect(Object.keys(found ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
  expect(found).toMatchObject({ kty: 'RSA', e: 'AQAB', alg: 'RS256', use: 'sig' })
  expect(Buffer.from(found?.n ?? '', 'base64url').length).toBe(256)
  expect((await rows('signing_keys')).length).toBe(1)
  expect(JSON.stringify(await rows('id_token_keys'))).not.toContain('"d"')
})

test('each algorithm rotates by itself: its new key is published before it signs, and no other key retires', async () => {
  const before = await Promise.all(ALGS.map(async (alg) => (await t.deps.keys.signing(alg)).id))
  const { id, activeAt } = await t.deps.keys.rotate('RS256')
  expect((await t.deps.keys.rotate('RS256')).id).toBe(id)
  expect((await jwks()).map(({ kid }) => kid).sort()).toEqual([...before, id].sort())
  expect((await t.deps.keys.signing('RS256')).id).toBe(before[1] as string)
  t.clock.advance(activeAt - t.clock.now())
  const after = await Promise.all(ALGS.map(async (alg) => (await t.deps.keys.signing(alg)).id))
  expect(after).toEqual([before[0], id, before[2]] as string[])
  t.clock.advance(300_000 + 60_000)
  expect((await jwks()).map(({ kid }) => kid).sort()).toEqual([...after].sort())
  const event = (await rows('events')).find(({ type }) => type === 'key.rotated')
  expect(JSON.parse(String(event?.data))).toEqual({ keyId: id, alg: 'RS256' })
})

test('a key retires later while the access tokens of a resource live longer than ours', async () => {
  await t.deps.keys.signing()
  await t.deps.db.$client.execute(
    `INSERT INTO resources (id, audience, name, scopes, detail_types, access_ttl_seconds, version, created_at, updated_at)
      VALUES ('res_1', 'https://mcp.test', 'MCP', '[]', '[]', 3600, 1, 1, 1)`,
  )
  const old = (await t.deps.keys.signing()).id
  const { activeAt } = await t.deps.keys.rotate()
  t.clock.advance(activeAt - t.clock.now() + 3_600_000)
  expect(await t.deps.keys.verification(old)).toBeDefined()
  t.clock.advance(60_000)
  expect(await t.deps.keys.verification(old)).toBeUndefined()
})

test('the first rotation of an algorithm without a key makes its first key, which signs at once', async () => {
  const { id, activeAt } = await t.deps.keys.rotate('ES256')
  expect(activeAt).toBe(t.clock.now())
  expect((await t.deps.keys.signing('ES256')).id).toBe(id)
})

test('an ID token is a hint long after its key retired, and other tokens are not', async () => {
  const { id } = await t.deps.keys.signing('RS256')
  await t.deps.keys.rotate('RS256')
  t.clock.advance(86_400_000)
  expect(await t.deps.keys.verification(id, 'id-token', 'RS256')).toBeDefined()
  expect(await t.deps.keys.verification(id, 'access-token', 'RS256')).toBeUndefined()
  expect(await t.deps.keys.verification(id, 'api-key', 'RS256')).toBeUndefined()
})
