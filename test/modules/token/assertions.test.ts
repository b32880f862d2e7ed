/** private_key_jwt at the endpoints of tokens (RFC 7523 §3, draft-ietf-oauth-rfc7523bis): an assertion works once, anywhere. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { makeDpopKey, nonceOf, proofFor } from './support/dpop.ts'
import {
  type ClientRow,
  makeClient,
  makeCode,
  makeGrant,
  makePerson,
  type Person,
  postForm,
  redeem,
  type Tokens,
} from './support/oauth.ts'

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

let t: TestApp
let privateKey: CryptoKey
let jwks: string
let client: ClientRow
let person: Person
let grantId: string
beforeAll(async () => {
  t = await createTestApp()
  const pair = await generateKeyPair('ES256')
  privateKey = pair.privateKey
  jwks = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'one' }] })
})
afterAll(() => t.close())
beforeEach(async () => {
  client = await makeClient(t, { auth_method: 'private_key_jwt', jwks })
  person = await makePerson(t)
  grantId = await makeGrant(t, person, client)
})

let count = 0
const assertion = (claims: Record<string, unknown> = {}, key: CryptoKey = privateKey) => {
  const seconds = Math.floor(t.clock.now() / 1000)
  const all = {
    iss: client.id,
    sub: client.id,
    aud: ORIGIN,
    iat: seconds,
    exp: seconds + 60,
    jti: `jti ${++count}`,
    ...claims,
  }
  return new SignJWT(all).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(key)
}
const by = (text: string) => ({ client_assertion: text, client_assertion_type: TYPE })
const code = () => makeCode(t, person, client, grantId)
const errorOf = ({ status, body }: { status: number; body: unknown }) => [status, (body as { error?: string }).error]

test('an assertion is used up by each endpoint, and by one of 20 parallel requests', async () => {
  const text = await assertion()
  const answers = await Promise.all(Array.from({ length: 20 }, async () => redeem(t, client, await code(), by(text))))
  expect(answers.filter(({ status }) => status === 200).length).toBe(1)
  for (const answer of answers.filter(({ status }) => status !== 200))
    expect(errorOf(answer)).toEqual([401, 'invalid_client'])
  const tokens = answers.find(({ status }) => status === 200)?.body as Tokens
  const ask = (path: string, fields: Record<string, string>, used: string) =>
    postForm(t, path, { ...fields, ...by(used) })
  for (const [path, fields] of [
    ['/oauth/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }],
    ['/oauth/introspect', { token: tokens.access_token }],
    ['/oauth/introspect', { token: tokens.refresh_token }],
    ['/oauth/introspect', { token: 'unknown' }],
    ['/oauth/revoke', { token: 'unknown' }],
    ['/oauth/revoke', { token: tokens.refresh_token }],
  ] as const) {
    expect(errorOf(await ask(path, fields, text)), path).toEqual([401, 'invalid_client'])
    const fresh = await assertion()
    expect((await ask(path, fields, fresh)).status, path).toBe(200)
    expect(errorOf(await ask(path, fields, fresh)), path).toEqual([401, 'invalid_client'])
  }
})

test('a refused request of a replayed assertion uses up nothing else', async () => {
  const used = await assertion()
  expect((await redeem(t, client, await code(), by(used))).status).toBe(200)
  const text = await code()
  expect(errorOf(await redeem(t, client, text, by(used)))).toEqual([401, 'invalid_client'])
  expect((await redeem(t, client, text, by(await assertion()))).status).toBe(200)
})

test('an assertion for another server, of another client or key, or without a signature is refused', async () => {
  const seconds = Math.floor(t.clock.now() / 1000)
  const { privateKey: other } = await generateKeyPair('ES256')
  const good = await assertion()
  const [, body] = good.split('.')
  const none = `${Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')}.${body}.`
  for (const [name, text] of [
    ['another audience', await assertion({ aud: 'https://other.example' })],
    ['the token endpoint of another server beside ours', await assertion({ aud: [ORIGIN, 'https://other.example'] })],
    ['no audience', await assertion({ aud: undefined })],
    ['another client', await assertion({ sub: 'cli_other' })],
    ['another key', await assertion({}, other)],
    ['expired', await assertion({ exp: seconds - 1 })],
    ['without an end', await assertion({ exp: undefined })],
    ['that lives too long', await assertion({ exp: seconds + 3600 })],
    ['without a jti', await assertion({ jti: undefined })],
    ['alg none', none],
  ] as const)
    expect(errorOf(await redeem(t, client, await code(), by(text))), name).toEqual([401, 'invalid_client'])
  expect((await redeem(t, client, await code(), by(good))).status).toBe(200)
})

test('with a DPoP proof, a replay of either is refused', async () => {
  const key = await makeDpopKey()
  const nonce = await nonceOf(t, key)
  const proof = () => proofFor(t, key, 'POST /oauth/token', { nonce })
  const [used, dpop] = [await assertion(), await proof()]
  expect((await redeem(t, client, await code(), by(used), { dpop })).status).toBe(200)
  expect(errorOf(await redeem(t, client, await code(), by(used), { dpop: await proof() }))).toEqual([
    401,
    'invalid_client',
  ])
  expect(errorOf(await redeem(t, client, await code(), by(await assertion()), { dpop }))).toEqual([
    400,
    'invalid_dpop_proof',
  ])
})
