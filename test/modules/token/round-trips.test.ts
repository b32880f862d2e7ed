/** What a request costs once its client is in memory (issue 12, "Budgets"). */
import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { call } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { makeDpopKey, nonceOf, proofFor } from './support/dpop.ts'
import {
  type ClientRow,
  connect,
  insert,
  makeClient,
  makeCode,
  postForm,
  redeem,
  type Tokens,
} from './support/oauth.ts'

const RESOURCE = 'https://api.example'
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

let t: TestApp
let client: ClientRow
let trips = 0
beforeAll(async () => {
  t = await createTestApp()
  await insert(t, 'resources', {
    id: 'res_1',
    audience: RESOURCE,
    name: 'API',
    scopes: '[{"name":"read","description":"Read"}]',
    detail_types: '[]',
    version: 1,
    created_at: 0,
    updated_at: 0,
  })
  for (const door of ['execute', 'batch'] as const) {
    const database = t.deps.db.$client
    const original = database[door] as (...given: unknown[]) => unknown // each has its own parameters
    Object.defineProperty(database, door, {
      value(...given: unknown[]) {
        trips++
        return original.apply(database, given)
      },
    })
  }
})
afterAll(() => t.close())
beforeEach(async () => {
  const grantTypes = JSON.stringify(['authorization_code', 'refresh_token', 'client_credentials', EXCHANGE])
  client = await makeClient(t, { auth_method: 'client_secret_basic', grant_types: grantTypes, id_token_alg: 'RS256' })
})

async function costOf(asked: () => Promise<{ status: number; text: string }>): Promise<number> {
  await t.settle()
  trips = 0
  const answer = await asked()
  const cost = trips
  expect(answer.status, answer.text).toBe(200)
  return cost
}

test('a code costs one, a refresh one, introspection one, revocation one, client credentials nothing', async () => {
  // The first one makes the keys and reads the client and the resource.
  const scopes = { [ORIGIN]: ['openid', 'email'], [RESOURCE]: ['read'] }
  const { person, grantId, tokens } = await connect(t, client, scopes)
  const post = (path: string, fields: Record<string, string>) => postForm<Tokens>(t, path, fields, { client })
  const credentials = () =>
    post('/oauth/token', { grant_type: 'client_credentials', resource: RESOURCE, scope: 'read' })
  await credentials()

  const code = await makeCode(t, person, client, grantId, { scopes })
  expect(await costOf(() => redeem(t, client, code, { resource: RESOURCE }))).toBe(1)
  const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
  expect(await costOf(() => post('/oauth/token', refresh))).toBe(1)
  expect(await costOf(() => post('/oauth/token', refresh))).toBe(1)
  expect(await costOf(() => post('/oauth/introspect', { token: tokens.access_token }))).toBe(1)
  expect(await costOf(() => post('/oauth/introspect', { token: tokens.refresh_token }))).toBe(1)
  expect(await costOf(credentials)).toBe(0)
  const userinfo = () => call(t, 'GET /oauth/userinfo', { headers: { authorization: `Bearer ${tokens.access_token}` } })
  expect(await costOf(userinfo)).toBe(2)
  expect(await costOf(userinfo)).toBe(1)
  const exchange = {
    grant_type: EXCHANGE,
    subject_token: tokens.access_token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  }
  expect(await costOf(() => post('/oauth/token', exchange))).toBe(2)
  expect(await costOf(() => post('/oauth/revoke', { token: tokens.access_token }))).toBe(1)
  expect(await costOf(() => post('/oauth/revoke', { token: tokens.refresh_token }))).toBe(1)
})

test('a DPoP proof costs nothing at our own API, and nothing more with a code', async () => {
  const key = await makeDpopKey()
  const nonce = await nonceOf(t, key)
  const { person, grantId } = await connect(t, client)
  const scopes = { [ORIGIN]: ['openid'] }
  const proof = (route: string, accessToken?: string) =>
    proofFor(t, key, route, { nonce, ...(accessToken === undefined ? {} : { accessToken }) })
  const dpop = await proof('POST /oauth/token')
  const code = await makeCode(t, person, client, grantId, { scopes })
  let tokens: Tokens | undefined
  expect(
    await costOf(async () => {
      const answer = await redeem(t, client, code, {}, { dpop })
      tokens = answer.body
      return answer
    }),
  ).toBe(1)
  const token = tokens?.access_token ?? ''
  const ask = async () => {
    const headers = { authorization: `DPoP ${token}`, dpop: await proof('GET /oauth/userinfo', token) }
    return call(t, 'GET /oauth/userinfo', { headers })
  }
  await ask()
  expect(await costOf(ask)).toBe(1)
})

test('a token that is none costs nothing', async () => {
  await connect(t, client)
  const post = (path: string, fields: Record<string, string>) => postForm(t, path, fields, { client })
  for (const [path, fields] of [
    ['/oauth/introspect', { token: 'nonsense' }],
    ['/oauth/revoke', { token: 'nonsense' }],
  ] as const)
    expect(await costOf(() => post(path, fields))).toBe(0)
  trips = 0
  for (const fields of [
    { grant_type: 'authorization_code', code: 'nonsense', code_verifier: 'a'.repeat(43) },
    { grant_type: 'refresh_token', refresh_token: 'nonsense' },
  ])
    expect((await post('/oauth/token', fields)).status).toBe(400)
  expect(trips).toBe(0)
})
