/** The userinfo endpoint: OpenID Connect Core §5.3 to §5.5, RFC 6750, RFC 9449 §7. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { call } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { makeDpopKey, nonceOf, proofFor } from '../token/support/dpop.ts'
import {
  type ClientRow,
  connect,
  insert,
  makeClient,
  makeCode,
  makeGrant,
  makePerson,
  payloadOf,
  postForm,
  redeem,
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
const userinfo = (token: string, headers: Record<string, string> = {}) =>
  call(t, 'GET /oauth/userinfo', { headers: { authorization: `Bearer ${token}`, ...headers } })

describe('the claims', () => {
  test('are those of the scopes', async () => {
    const person = await makePerson(t, 'ada@example.com')
    await run(
      `UPDATE users SET name = 'Ada', username = 'ada', username_skeleton = 'ada', locale = 'pt', email_verified = 1 WHERE id = ?`,
      [person.userId],
    )
    const sub = person.userId
    const seconds = Math.floor(t.clock.now() / 1000)
    const profile = { name: 'Ada', preferred_username: 'ada', locale: 'pt', updated_at: seconds }
    const email = { email: 'ada@example.com', email_verified: true }
    for (const [scopes, claims] of [
      [['openid'], { sub }],
      [['openid', 'profile'], { sub, ...profile }],
      [['openid', 'email'], { sub, ...email }],
      [['openid', 'profile', 'email'], { sub, ...profile, ...email }],
    ] as const) {
      const { tokens } = await connect(t, await makeClient(t), { [ORIGIN]: [...scopes] }, person)
      const answer = await userinfo(tokens.access_token)
      expect([answer.status, answer.body]).toEqual([200, claims])
      expect(answer.headers.get('cache-control')).toBe('no-store')
      // §5.4: with an access token for this endpoint, they are not in the ID token too.
      expect(payloadOf(tokens.id_token)).not.toHaveProperty('email')
    }
  })

  test('have no text for what a person has not', async () => {
    const person = await makePerson(t)
    await run(`UPDATE users SET name = '', anonymous = 1 WHERE id = ?`, [person.userId])
    const { tokens } = await connect(t, client, { [ORIGIN]: ['openid', 'profile', 'email'] }, person)
    expect(Object.keys((await userinfo(tokens.access_token)).body).sort()).toEqual(['sub', 'updated_at'])
  })

  test('are those of the claims parameter too, each at its place (§5.5)', async () => {
    const { tokens } = await connect(t, client, { [ORIGIN]: ['openid'] }, undefined, {
      claims: {
        userinfo: { email: { essential: true }, unknown: null },
        id_token: { email_verified: null, acr: null },
      },
    })
    expect(Object.keys((await userinfo(tokens.access_token)).body).sort()).toEqual(['email', 'sub'])
    expect(payloadOf(tokens.id_token)).toHaveProperty('email_verified')
    expect(payloadOf(tokens.id_token)).not.toHaveProperty('email')
  })

  test('have the pairwise subject of the ID token (§8.1)', async () => {
    await run(`INSERT INTO pairwise_sectors (host, salt) VALUES ('a.example', 'salt of a'), ('b.example', 'salt of b')`)
    const person = await makePerson(t)
    const sids: unknown[] = []
    const at = async (sector: string) => {
      const pairwise = await makeClient(t, { subject_type: 'pairwise', sector })
      const { tokens } = await connect(t, pairwise, { [ORIGIN]: ['openid'] }, person)
      const { sub } = (await userinfo(tokens.access_token)).body
      expect([payloadOf(tokens.id_token).sub, payloadOf(tokens.access_token).sub]).toEqual([sub, sub])
      const tokensOf = JSON.stringify([payloadOf(tokens.access_token), payloadOf(tokens.id_token)])
      // Two sectors could compare the session too.
      for (const known of [person.userId, person.sessionId]) expect(tokensOf).not.toContain(known)
      sids.push(payloadOf(tokens.id_token).sid)
      return sub
    }
    const [one, same, other] = [await at('a.example'), await at('a.example'), await at('b.example')]
    expect(one).toBe(same)
    expect(new Set([one, other, person.userId]).size).toBe(3)
    expect([sids[0], new Set(sids).size]).toEqual([sids[1], 2])
  })

  test('that the claims parameter named are for the client that asked for them, and for no token in exchange (RFC 8693)', async () => {
    const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
    const type = 'urn:ietf:params:oauth:token-type:access_token'
    const auth = { auth_method: 'client_secret_basic' }
    const front = await makeClient(t, { ...auth, grant_types: JSON.stringify(['authorization_code', EXCHANGE]) })
    const next = await makeClient(t, {
      ...auth,
      audiences: JSON.stringify(['https://next.example']),
      grant_types: JSON.stringify([EXCHANGE, 'client_credentials']),
    })
    await insert(t, 'resources', {
      id: 'res_next',
      audience: 'https://next.example',
      name: 'API',
      scopes: '[]',
      detail_types: '[]',
      version: 1,
      created_at: 0,
      updated_at: 0,
    })
    const { tokens } = await connect(t, front, { [ORIGIN]: ['openid'] }, undefined, {
      claims: { userinfo: { email: null } },
    })
    const ask = async (by: ClientRow, fields: Record<string, string>) =>
      (await postForm<{ access_token: string }>(t, '/oauth/token', fields, { client: by })).body.access_token
    const subject = { grant_type: EXCHANGE, subject_token_type: type }
    const named = await ask(front, { ...subject, subject_token: tokens.access_token, may_act: next.id })
    const own = await ask(next, { grant_type: 'client_credentials', resource: 'https://next.example' })
    const exchanged = { ...subject, subject_token: named, actor_token: own, actor_token_type: type }
    expect(Object.keys((await userinfo(tokens.access_token)).body).sort()).toEqual(['email', 'sub'])
    expect(Object.keys((await userinfo(await ask(next, exchanged))).body)).toEqual(['sub'])
  })

  test('are never shown with the salt of a sector missing', async () => {
    const broken = await makeClient(t, { subject_type: 'pairwise', sector: 'c.example' })
    const person = await makePerson(t)
    const code = await makeCode(t, person, broken, await makeGrant(t, person, broken))
    expect((await redeem(t, broken, code)).status).toBe(500)
  })
})

describe('a request', () => {
  test('may use POST, with the token in the header or in a form (RFC 6750 §2.2)', async () => {
    const { tokens, person } = await connect(t, client, { [ORIGIN]: ['openid'] })
    const authorization = `Bearer ${tokens.access_token}`
    for (const answer of [
      await postForm(t, '/oauth/userinfo', {}, { headers: { authorization } }),
      await postForm(t, '/oauth/userinfo', { access_token: tokens.access_token }),
      await call(t, 'POST /oauth/userinfo', { headers: { authorization } }),
    ])
      expect([answer.status, answer.body as unknown]).toEqual([200, { sub: person.userId }])
  })

  test('of a page of every origin is answered, without cookies', async () => {
    const { tokens, person } = await connect(t, client, { [ORIGIN]: ['openid'] })
    const answer = await userinfo(tokens.access_token, { origin: 'https://spa.example' })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, '*'])
    const byCookie = await call(t, 'GET /oauth/userinfo', { cookie: person.cookie })
    expect([byCookie.status, byCookie.headers.get('www-authenticate')]).toEqual([
      401,
      `Bearer resource_metadata="${ORIGIN}/.well-known/oauth-protected-resource"`,
    ])
  })

  test('is refused with what RFC 6750 §3 says', async () => {
    const challengeOf = async (token: string) => {
      const { status, headers } = await userinfo(token)
      return [status, /error="(\w+)"/.exec(headers.get('www-authenticate') ?? '')?.[1]]
    }
    const { tokens, person } = await connect(t, client, { [ORIGIN]: ['openid'] })
    expect(await challengeOf('nonsense')).toEqual([401, 'invalid_token'])
    expect(await challengeOf(person.accessToken)).toEqual([401, 'invalid_token'])
    expect(await challengeOf(tokens.id_token)).toEqual([401, 'invalid_token'])
    const without = await connect(t, await makeClient(t), { [ORIGIN]: ['users:read'] })
    expect(await challengeOf(without.tokens.access_token)).toEqual([403, 'insufficient_scope'])
    await insert(t, 'resources', {
      id: 'res_1',
      audience: 'https://api.example',
      name: 'API',
      scopes: '[]',
      detail_types: '[]',
      version: 1,
      created_at: 0,
      updated_at: 0,
    })
    const other = await connect(t, await makeClient(t), { 'https://api.example': ['openid'], [ORIGIN]: ['openid'] })
    expect(await challengeOf(other.tokens.access_token)).toEqual([401, 'invalid_token'])
    await run('UPDATE grants SET ended_at = 1 WHERE user_id = ?', [person.userId])
    t.deps.principals.forget(person.userId)
    expect(await challengeOf(tokens.access_token)).toEqual([401, 'invalid_token'])
  })

  test('with a token that is bound to a key proves the key', async () => {
    const key = await makeDpopKey()
    const nonce = await nonceOf(t, key)
    const person = await makePerson(t)
    const code = await makeCode(t, person, client, await makeGrant(t, person, client))
    const dpop = await proofFor(t, key, 'POST /oauth/token', { nonce })
    const { access_token: accessToken } = (await redeem(t, client, code, {}, { dpop })).body
    const ask = async (method: 'GET' | 'POST', proof?: string) =>
      call(t, `${method} /oauth/userinfo`, {
        headers: { authorization: `DPoP ${accessToken}`, ...(proof === undefined ? {} : { dpop: proof }) },
      })
    for (const method of ['GET', 'POST'] as const) {
      const proof = await proofFor(t, key, `${method} /oauth/userinfo`, { nonce, accessToken })
      expect((await ask(method, proof)).status).toBe(200)
      expect((await ask(method, proof)).status).toBe(401)
    }
    expect((await ask('GET')).status).toBe(401)
    expect((await userinfo(accessToken)).status).toBe(401)
    expect((await postForm(t, '/oauth/userinfo', { access_token: accessToken })).status).toBe(401)
  })
})
