/** Token revocation: RFC 7009. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { call } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import {
  type ClientRow,
  connect,
  makeClient,
  makeCode,
  payloadOf,
  postForm,
  redeem,
  type Tokens,
} from '../token/support/oauth.ts'

let t: TestApp
let client: ClientRow
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())
beforeEach(async () => {
  client = await makeClient(t)
})

const run = async (sql: string, args: (string | number)[] = []) => (await t.deps.db.$client.execute({ sql, args })).rows
const revoke = (token: string, by = client, more: Record<string, string> = {}) =>
  postForm(t, '/oauth/revoke', { token, ...more }, { client: by })
const refresh = (token: string) =>
  postForm<Tokens>(t, '/oauth/token', { grant_type: 'refresh_token', refresh_token: token }, { client })
const works = async (token: string) =>
  (await call(t, 'GET /oauth/userinfo', { headers: { authorization: `Bearer ${token}` } })).status === 200
const eventsOf = (userId: string) =>
  run(`SELECT data, actor_id, acting_for FROM events WHERE user_id = ? AND type = 'grant.tokens_revoked'`, [userId])

describe('a refresh token', () => {
  test('ends with every token of its family, used or not, and with no other', async () => {
    for (const used of [false, true]) {
      client = await makeClient(t)
      const { tokens, person, grantId } = await connect(t, client)
      const other = await redeem(
        t,
        client,
        await makeCode(t, person, client, grantId, { scopes: { [ORIGIN]: ['openid'] } }),
      )
      const newest = used ? (await refresh(tokens.refresh_token)).body : tokens
      expect(await works(newest.access_token)).toBeTrue()
      const answer = await revoke(tokens.refresh_token, client, { token_type_hint: 'access_token' })
      expect([answer.status, answer.body as unknown]).toEqual([200, {}])
      expect(await works(newest.access_token)).toBeFalse()
      expect((await refresh(newest.refresh_token)).body as unknown).toMatchObject({ error: 'invalid_grant' })
      expect(await works(other.body.access_token)).toBeTrue()
      expect((await refresh(other.body.refresh_token)).status).toBe(200)
      const [event, ...more] = await eventsOf(person.userId)
      expect(more).toEqual([])
      expect(event).toMatchObject({ actor_id: client.id })
      expect(JSON.parse(String(event?.data))).toMatchObject({ clientId: client.id, grantId })
      expect((await revoke(tokens.refresh_token)).status).toBe(200)
      expect((await eventsOf(person.userId)).length).toBe(1)
    }
  })
})

describe('an access token', () => {
  test('ends alone, at once', async () => {
    const { tokens, person } = await connect(t, client)
    const next = (await refresh(tokens.refresh_token)).body
    expect([await works(tokens.access_token), await works(next.access_token)]).toEqual([true, true])
    expect((await revoke(tokens.access_token)).status).toBe(200)
    expect([await works(tokens.access_token), await works(next.access_token)]).toEqual([false, true])
    expect(JSON.parse(String((await eventsOf(person.userId))[0]?.data))).toMatchObject({
      tokenId: payloadOf(tokens.access_token).jti,
    })
    expect((await refresh(next.refresh_token)).status).toBe(200)
  })

  test('of a client that acts for itself ends too', async () => {
    const resource = { id: 'res_r', audience: 'https://r.example', name: 'R' }
    await run(
      `INSERT INTO resources (id, audience, name, scopes, detail_types, version, created_at, updated_at) VALUES (?, ?, ?, '[]', '[]', 1, 0, 0)`,
      Object.values(resource),
    )
    const robot = await makeClient(t, { auth_method: 'client_secret_basic', grant_types: '["client_credentials"]' })
    const { body } = await postForm<Tokens>(
      t,
      '/oauth/token',
      { grant_type: 'client_credentials', resource: resource.audience },
      { client: robot },
    )
    const active = async () =>
      (await postForm(t, '/oauth/introspect', { token: body.access_token }, { client: robot })).body.active
    expect(await active()).toBeTrue()
    await revoke(body.access_token, robot)
    expect(await active()).toBeFalse()
  })
})

test('a token of another client stays, and the answer does not tell', async () => {
  const { tokens, person } = await connect(t, client)
  const thief = await makeClient(t)
  for (const token of [
    tokens.access_token,
    tokens.refresh_token,
    tokens.id_token,
    person.accessToken,
    'unknown',
    'a'.repeat(43),
  ])
    expect((await revoke(token, thief)).status).toBe(200)
  expect(await works(tokens.access_token)).toBeTrue()
  expect((await refresh(tokens.refresh_token)).status).toBe(200)
  expect((await call(t, 'GET /v1/me', { token: person.accessToken })).status).toBe(200)
  expect(await eventsOf(person.userId)).toEqual([])
})

test('parallel revocations and refreshes leave nothing alive', async () => {
  const { tokens } = await connect(t, client)
  const answers = await Promise.all([
    ...Array.from({ length: 10 }, () => refresh(tokens.refresh_token)),
    ...Array.from({ length: 5 }, () => revoke(tokens.refresh_token)),
    ...Array.from({ length: 10 }, () => refresh(tokens.refresh_token)),
  ])
  for (const { status, body } of answers) {
    if (status !== 200 || !('access_token' in body)) continue
    expect(await works(String(body.access_token))).toBeFalse()
    expect((await refresh(String(body.refresh_token))).status).toBe(400)
  }
})

test('a request without a token or a client is refused', async () => {
  expect((await postForm(t, '/oauth/revoke', {}, { client })).body).toMatchObject({ error: 'invalid_request' })
  expect((await postForm(t, '/oauth/revoke', { token: 'x' })).status).toBe(401)
})
