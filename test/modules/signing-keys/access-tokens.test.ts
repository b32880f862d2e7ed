import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import {
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose'
import type { PublicJwk } from '../../../src/lib/key-ring.ts'
import { call, type Session, signIn, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let session: Session
beforeAll(async () => {
  t = await createTestApp()
  await signUp(t, 'ada@example.com')
})
beforeEach(async () => {
  session = await signIn(t, 'ada@example.com') // a token of now: tests let time pass
})
afterAll(() => t.close())

const me = (token: string) => call(t, 'GET /v1/me', { token })
const jwks = async () => (await call<{ keys: PublicJwk[] }>(t, 'GET /.well-known/jwks.json')).body.keys

test('an access token is an at+jwt with the claims of RFC 9068, verifiable by our published keys alone', async () => {
  expect(decodeProtectedHeader(session.accessToken)).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt' })
  const { kid } = decodeProtectedHeader(session.accessToken)
  const key = (await jwks()).find((published) => published.kid === kid)
  const { payload } = await jwtVerify(session.accessToken, await importJWK({ ...key }, 'EdDSA'), {
    issuer: ORIGIN,
    audience: ORIGIN,
    typ: 'at+jwt',
    currentDate: new Date(t.clock.now()),
  })
  expect(payload).toMatchObject({
    sub: session.user.id,
    client_id: 'threeger',
    exp: Math.floor(t.clock.now() / 1000) + 300,
  })
  for (const claim of ['iat', 'jti', 'sid', 'auth_time']) expect(payload).toHaveProperty(claim)
})

test('the published keys hold no private part', async () => {
  const answer = await call(t, 'GET /.well-known/jwks.json')
  expect(answer.text).not.toContain('"d"')
})

/** Signed by our own key, with any claims. */
async function signed(header: Record<string, unknown>, payload: string): Promise<string> {
  const { sign } = await t.deps.keys.signing()
  const input = `${base64url(header)}.${payload}`
  return `${input}.${Buffer.from(await sign(new TextEncoder().encode(input))).toString('base64url')}`
}

/** Our own key and claims, with something changed: only the change can be the reason of a refusal. */
async function forged(
  header: Record<string, unknown>,
  claims: Partial<JWTPayload> = {},
  without: string[] = [],
): Promise<string> {
  const { id } = await t.deps.keys.signing()
  const payload = { ...decodeJwt(session.accessToken), ...claims }
  for (const claim of without) delete payload[claim]
  return signed({ alg: 'EdDSA', typ: 'at+jwt', kid: id, ...header }, base64url(payload))
}

test('the forging helper makes a valid token when it changes nothing', async () => {
  expect((await me(await forged({}))).status).toBe(200)
})

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test.each<[string, () => Promise<string>]>([
  [
    'alg none',
    async () =>
      `${base64url({ alg: 'none', typ: 'at+jwt', kid: (await jwks())[0]?.kid })}.${session.accessToken.split('.')[1]}.`,
  ],
  [
    'HS256 keyed with the public key',
    async () => {
      const [key] = await jwks()
      const input = `${base64url({ alg: 'HS256', typ: 'at+jwt', kid: key?.kid })}.${session.accessToken.split('.')[1]}`
      return `${input}.${createHmac('sha256', Buffer.from(key?.x ?? '', 'base64url'))
        .update(input)
        .digest('base64url')}`
    },
  ],
  [
    'a key of its own in jwk',
    async () => {
      const pair = await generateKeyPair('EdDSA', { extractable: true })
      return new SignJWT(decodeJwt(session.accessToken))
        .setProtectedHeader({
          alg: 'EdDSA',
          typ: 'at+jwt',
          kid: (await jwks())[0]?.kid ?? '',
          jwk: await exportJWK(pair.publicKey),
        })
        .sign(pair.privateKey)
    },
  ],
  ['a foreign jku', () => forged({ jku: 'https://evil.example/jwks', kid: 'theirs' })],
  ['a foreign x5u', () => forged({ x5u: 'https://evil.example/cert', kid: 'theirs' })],
  ['an unknown kid', () => forged({ kid: 'key_unknown' })],
  ['no kid', () => forged({ kid: undefined })],
  ['a kid that is a path', () => forged({ kid: '../../etc/passwd' })],
  ['an unknown crit', () => forged({ crit: ['exp'] })],
  ['typ JWT, an ID token', () => forged({ typ: 'JWT' })],
  ['another issuer', () => forged({}, { iss: 'https://evil.example' })],
  ['another audience', () => forged({}, { aud: 'https://other.example' })],
  ['an audience list without us', () => forged({}, { aud: ['https://other.example'] })],
  ['no exp', () => forged({}, {}, ['exp'])],
  ['no sub', () => forged({}, {}, ['sub'])],
  ['no sid', () => forged({}, {}, ['sid'])],
  ['an sid that is a number', () => forged({}, { sid: 5 })],
  ['expired a second ago', () => forged({}, { exp: Math.floor(t.clock.now() / 1000) - 1 })],
  ['issued in the future', () => forged({}, { iat: Math.floor(t.clock.now() / 1000) + 120 })],
  ['not valid yet', () => forged({}, { nbf: Math.floor(t.clock.now() / 1000) + 120 })],
  ['an unknown session', () => forged({}, { sid: 'ses_00000000000000000000000000000000' })],
])('a token with %s is 401', async (_, make) => {
  const answer = await me(await make())
  expect(answer.status).toBe(401)
  expect(answer.headers.get('www-authenticate')).toStartWith('Bearer')
})

test.each<[string, Record<string, unknown>, (payload: string) => string]>([
  ['a crit header', { crit: ['unheard-of'], 'unheard-of': true }, (payload) => payload],
  ['an empty crit header', { crit: [] }, (payload) => payload],
  ['a payload that is not encoded', { b64: false, crit: ['b64'] }, () => '{}'],
  ['a payload that is a list', {}, () => base64url([])],
  ['a payload that is no JSON', {}, () => Buffer.from('claims').toString('base64url')],
  [
    'a payload that is not UTF-8',
    {},
    () => Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('base64url'),
  ],
  ['a payload with padding', {}, (payload) => `${payload}=`],
])('%s is refused even when it is signed by our key', async (_, header, payload) => {
  const { id } = await t.deps.keys.signing()
  const claims = session.accessToken.split('.')[1] ?? ''
  expect((await me(await signed({ alg: 'EdDSA', typ: 'at+jwt', kid: id }, claims))).status).toBe(200)
  const token = await signed({ alg: 'EdDSA', typ: 'at+jwt', kid: id, ...header }, payload(claims))
  expect((await me(token)).status).toBe(401)
})

test('a second spelling of a token is refused (RFC 4648 §3.5)', async () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const parts = session.accessToken.split('.')
  let spellings = 0
  for (const [index, part] of parts.entries()) {
    const last = alphabet.indexOf(part.at(-1) ?? '')
    for (const other of [last ^ 1, last ^ 3]) {
      const spelled = part.slice(0, -1) + alphabet[other]
      if (!Buffer.from(spelled, 'base64url').equals(Buffer.from(part, 'base64url'))) continue
      spellings++
      expect((await me(parts.with(index, spelled).join('.'))).status).toBe(401)
    }
  }
  expect(spellings).toBeGreaterThan(0)
})

test('a token with one changed character is refused', async () => {
  const { accessToken } = session
  for (let at = 0; at < accessToken.length; at += 7) {
    const swapped = accessToken[at] === 'A' ? 'B' : 'A'
    const changed = accessToken.slice(0, at) + swapped + accessToken.slice(at + 1)
    if (changed !== accessToken) expect((await me(changed)).status).toBe(401)
  }
})

test('a token is valid until the second it expires, cached or not', async () => {
  const fresh = await signUp(t, 'expiry@example.com')
  t.clock.advance(299_000)
  expect((await me(fresh.accessToken)).status).toBe(200)
  t.clock.advance(1_000)
  expect((await me(fresh.accessToken)).status).toBe(401)
})

test.each([
  'Basic YTpi',
  'Bearer',
  'Bearer a b',
  'bearer',
  'Token x',
  `Bearer ${'a'.repeat(5000)}`,
  'Bearer ..',
  'Bearer é',
])('Authorization %p is 401 and no cookie is tried instead', async (authorization) => {
  expect((await call(t, 'GET /v1/me', { headers: { authorization, cookie: '__Host-session=x' } })).status).toBe(401)
})
