/** The code grant: OAuth 2.1 §4.1.3, RFC 7636, RFC 9700 §2.1.1, OpenID Connect Core §3.1.3. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { call } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import {
  connect,
  makeClient,
  makeCode,
  makeGrant,
  makePerson,
  payloadOf,
  postForm,
  REDIRECT,
  redeem,
  VERIFIER,
} from './support/oauth.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

const rows = async (sql: string, args: string[] = []) => (await t.deps.db.$client.execute({ sql, args })).rows
/** The same bytes with other unused bits, if the last character has any. */
function respelled(code: string): string {
  const bytes = Buffer.from(code.split('.')[1] ?? '', 'base64url')
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  for (const letter of alphabet) {
    const other = `${code.slice(0, -1)}${letter}`
    if (other !== code && Buffer.from(other.split('.')[1] ?? '', 'base64url').equals(bytes)) return other
  }
  return `${code}A`
}

const eventsOf = (userId: string) =>
  rows(`SELECT type, result, actor_id FROM events WHERE user_id = ? AND type LIKE 'grant.%' ORDER BY id`, [userId])

describe('a code', () => {
  test('gives an access token, a refresh token and an ID token', async () => {
    const client = await makeClient(t)
    const { person, grantId, tokens } = await connect(t, client, { [ORIGIN]: ['openid', 'profile'] }, undefined, {
      nonce: 'n-0S6_WzA2Mj',
      amr: ['pwd', 'otp', 'mfa'],
    })
    expect(tokens).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 300,
      refresh_token: expect.stringMatching(/^[\w-]{43}$/),
      scope: 'openid profile',
      id_token: expect.any(String),
    })
    const keys = (await call(t, 'GET /.well-known/jwks.json')).body as unknown as JSONWebKeySet
    const verify = { currentDate: new Date(t.clock.now()), issuer: ORIGIN }
    const access = await jwtVerify(tokens.access_token, createLocalJWKSet(keys), {
      ...verify,
      typ: 'at+jwt',
      audience: ORIGIN,
    })
    const [family] = await rows('SELECT id, session_id FROM token_families WHERE grant_id = ?', [grantId])
    const seconds = Math.floor(t.clock.now() / 1000)
    expect(access.payload).toEqual({
      iss: ORIGIN,
      aud: ORIGIN,
      sub: person.userId,
      client_id: client.id,
      scope: 'openid profile',
      iat: seconds,
      exp: seconds + 300,
      jti: expect.stringMatching(/^tok_/),
      auth_time: seconds,
      acr: 'aal2',
      amr: ['pwd', 'otp', 'mfa'],
      gid: grantId,
      fam: String(family?.id),
    })
    const id = await jwtVerify(tokens.id_token, createLocalJWKSet(keys), { ...verify, audience: client.id, typ: 'JWT' })
    expect(id.payload).toEqual({
      iss: ORIGIN,
      sub: person.userId,
      aud: client.id,
      iat: seconds,
      exp: seconds + 300,
      auth_time: seconds,
      nonce: 'n-0S6_WzA2Mj',
      acr: 'aal2',
      amr: ['pwd', 'otp', 'mfa'],
      sid: person.sessionId,
      // Ed25519: the left half of SHA-512.
      at_hash: createHash('sha512').update(tokens.access_token).digest().subarray(0, 32).toString('base64url'),
    })
    expect(await eventsOf(person.userId)).toEqual([
      expect.objectContaining({ type: 'grant.redeemed', result: 'success', actor_id: client.id }),
    ])
  })

  test('is answered with the headers of RFC 6749 §5.1, for a page of every origin', async () => {
    const client = await makeClient(t)
    const person = await makePerson(t)
    const code = await makeCode(t, person, client, await makeGrant(t, person, client))
    const answer = await redeem(t, client, code, {}, { origin: 'https://spa.example' })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
  })

  test('is redeemed by one of 50 parallel requests', async () => {
    const client = await makeClient(t)
    const person = await makePerson(t)
    const code = await makeCode(t, person, client, await makeGrant(t, person, client))
    const answers = await Promise.all(Array.from({ length: 50 }, () => redeem(t, client, code)))
    expect(answers.filter(({ status }) => status === 200).length).toBe(1)
    for (const { status, body } of answers.filter(({ status }) => status !== 200))
      expect([status, body]).toEqual([400, { error: 'invalid_grant', error_description: expect.any(String) } as never])
    expect((await rows('SELECT count(*) AS n FROM token_families WHERE user_id = ?', [person.userId]))[0]?.n).toBe(1)
  })

  test('ends the tokens that it gave when it is sent again (RFC 6749 §4.1.2)', async () => {
    const client = await makeClient(t)
    const { person, code, grantId, tokens } = await connect(t, client)
    const again = await redeem(t, client, code)
    expect([again.status, again.body]).toEqual([400, expect.objectContaining({ error: 'invalid_grant' })])
    const [family] = await rows('SELECT ended_at FROM token_families WHERE grant_id = ?', [grantId])
    expect(family?.ended_at).toBe(t.clock.now())
    expect((await rows('SELECT ended_at FROM grants WHERE id = ?', [grantId]))[0]?.ended_at).toBeNull()
    expect((await eventsOf(person.userId)).map(({ type, result }) => [type, result])).toEqual([
      ['grant.redeemed', 'success'],
      ['grant.code_reused', 'failure'],
    ])
    expect(tokens.access_token).not.toBe('')
    await redeem(t, client, code)
    expect((await eventsOf(person.userId)).length).toBe(2)
  })

  test('is refused alike for everything that it was not made for, and ends nothing then', async () => {
    const client = await makeClient(t)
    const other = await makeClient(t)
    const { person, code, grantId } = await connect(t, client)
    const fresh = await makeCode(t, person, client, grantId)
    const refusals = [
      await redeem(t, other, code),
      await redeem(t, client, code, { redirect_uri: `${REDIRECT}/` }),
      await redeem(t, client, code, { code_verifier: `${VERIFIER}x` }),
      await redeem(t, client, code, { code_verifier: undefined }),
      await redeem(t, client, code, { code_verifier: 'short' }),
      await redeem(t, other, fresh),
      await redeem(t, client, fresh, { redirect_uri: 'https://app.example/callback?x' }),
      await redeem(t, client, fresh, { code_verifier: VERIFIER.toUpperCase() }),
      await redeem(t, client, 'nonsense'),
      // A second spelling would be a second use.
      ...(await Promise.all(
        [`${fresh}=`, `${fresh}.`, `${fresh}.AAAA`, fresh.replace('.', '.\n'), respelled(fresh)].map((spelled) =>
          redeem(t, client, spelled),
        ),
      )),
    ]
    for (const { status, body } of refusals) {
      expect(status).toBe(400)
      expect(body as unknown).toEqual({
        error: 'invalid_grant',
        error_description: 'The code is not valid for this request.',
      })
    }
    expect((await rows('SELECT ended_at FROM token_families WHERE grant_id = ?', [grantId]))[0]?.ended_at).toBeNull()
    expect((await redeem(t, client, fresh)).status).toBe(200)
  })

  test('expires', async () => {
    const client = await makeClient(t)
    const person = await makePerson(t)
    const code = await makeCode(t, person, client, await makeGrant(t, person, client))
    t.clock.advance(60_000)
    expect((await redeem(t, client, code)).body as unknown).toMatchObject({ error: 'invalid_grant' })
  })

  test('is void when what it rests on has ended', async () => {
    const now = () => t.clock.now()
    const endings: Record<
      string,
      (made: { userId: string; sessionId: string; clientId: string; grantId: string }) => [string, string]
    > = {
      'the grant ended': ({ grantId }) => [`UPDATE grants SET ended_at = ${now()} WHERE id = ?`, grantId],
      'the session ended': ({ sessionId }) => [`UPDATE sessions SET ended_at = ${now()} WHERE id = ?`, sessionId],
      'the session expired': ({ sessionId }) => [`UPDATE sessions SET expires_at = ${now()} WHERE id = ?`, sessionId],
      'the session is an impersonation': ({ sessionId }) => [
        `UPDATE sessions SET impersonator_id = 'usr_1' WHERE id = ?`,
        sessionId,
      ],
      'the user is disabled': ({ userId }) => [`UPDATE users SET status = 'disabled' WHERE id = ?`, userId],
      'the account trusts nothing before': ({ userId }) => [
        'UPDATE users SET trust_epoch = trust_epoch + 1, trusted_from = trust_epoch + 1 WHERE id = ?',
        userId,
      ],
      'the client is disabled': ({ clientId }) => [
        `UPDATE oauth_clients SET status = 'disabled' WHERE id = ?`,
        clientId,
      ],
      'the registration expired': ({ clientId }) => [
        `UPDATE oauth_clients SET expires_at = ${now()} WHERE id = ?`,
        clientId,
      ],
    }
    for (const [name, ending] of Object.entries(endings)) {
      const client = await makeClient(t)
      const person = await makePerson(t)
      const grantId = await makeGrant(t, person, client)
      const code = await makeCode(t, person, client, grantId)
      // The client is in memory, as another process has it that did not see the change yet.
      await redeem(t, client, 'nonsense')
      const [sql, id] = ending({ ...person, clientId: client.id, grantId })
      await rows(sql, [id])
      const answer = await redeem(t, client, code)
      expect([answer.status, answer.body as unknown], name).toEqual([
        400,
        expect.objectContaining({ error: 'invalid_grant' }),
      ])
    }
  })

  test('is bound to its audiences', async () => {
    const client = await makeClient(t)
    const person = await makePerson(t)
    const grantId = await makeGrant(t, person, client)
    await rows(
      `INSERT INTO resources (id, audience, name, scopes, detail_types, access_ttl_seconds, version, created_at, updated_at)
       VALUES ('res_1', 'https://mcp.example/mcp', 'MCP', '[{"name":"mcp:read","description":"Read"}]', '[]', 120, 1, 0, 0)`,
    )
    const scopes = { 'https://mcp.example/mcp': ['mcp:read'], [ORIGIN]: ['openid', 'profile'] }
    const code = () => makeCode(t, person, client, grantId, { scopes, claims: { id_token: { email: null } } })
    const first = await redeem(t, client, await code(), { resource: 'https://mcp.example/mcp' })
    expect(payloadOf(first.body.access_token)).toMatchObject({ aud: 'https://mcp.example/mcp', scope: 'mcp:read' })
    expect([first.body.expires_in, first.body.scope]).toEqual([120, 'mcp:read openid profile'])
    // Userinfo is of no use with this token, so the claims are in the ID token (OpenID Connect Core §5.4).
    expect(payloadOf(first.body.id_token)).toMatchObject({ updated_at: expect.any(Number), email: expect.any(String) })
    expect(payloadOf(first.body.id_token)).not.toHaveProperty('email_verified')
    const own = await redeem(t, client, await code(), { resource: ORIGIN })
    expect(payloadOf(own.body.access_token)).toMatchObject({ aud: ORIGIN, scope: 'openid profile' })
    expect(payloadOf(own.body.id_token)).not.toHaveProperty('updated_at')
    expect(payloadOf((await redeem(t, client, await code())).body.access_token).aud).toBe('https://mcp.example/mcp')
    for (const resource of ['https://other.example', `${ORIGIN}/`, ['https://mcp.example/mcp', ORIGIN]])
      expect((await redeem(t, client, await code(), { resource })).body as unknown).toMatchObject({
        error: 'invalid_target',
      })
  })
})

test('the endpoint refuses what is no token request', async () => {
  const client = await makeClient(t, { grant_types: '["refresh_token"]' })
  const ask = async (fields: Record<string, string | string[]>) => {
    const { status, body } = await postForm(t, '/oauth/token', fields, { client })
    return [status, body.error]
  }
  expect(await ask({})).toEqual([400, 'invalid_request'])
  expect(await ask({ grant_type: 'password', username: 'a', password: 'b' })).toEqual([400, 'unsupported_grant_type'])
  expect(await ask({ grant_type: 'toString' })).toEqual([400, 'unsupported_grant_type'])
  expect(await ask({ grant_type: 'authorization_code', code: 'x' })).toEqual([400, 'unauthorized_client'])
  expect(await ask({ grant_type: ['refresh_token', 'refresh_token'] })).toEqual([400, 'invalid_request'])
})
