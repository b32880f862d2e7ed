/** Token introspection: RFC 7662, RFC 9700 §4.10. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import {
  type ClientRow,
  connect,
  insert,
  makeClient,
  payloadOf,
  postForm,
  type Tokens,
} from '../token/support/oauth.ts'

const RESOURCE = 'https://api.example'

let t: TestApp
let client: ClientRow
let server: ClientRow
beforeAll(async () => {
  t = await createTestApp()
  await insert(t, 'resources', {
    id: 'res_1',
    audience: RESOURCE,
    name: 'API',
    scopes: JSON.stringify([{ name: 'invoices:read', description: 'Read invoices' }]),
    detail_types: '[]',
    version: 1,
    created_at: 0,
    updated_at: 0,
  })
})
afterAll(() => t.close())
beforeEach(async () => {
  client = await makeClient(t, { auth_method: 'client_secret_basic' })
  server = await makeClient(t, {
    auth_method: 'client_secret_post',
    audiences: JSON.stringify([RESOURCE]),
    grant_types: '[]',
  })
})

const run = async (sql: string, args: (string | number)[] = []) => (await t.deps.db.$client.execute({ sql, args })).rows
const introspect = (by: ClientRow, token: string, more: Record<string, string> = {}) =>
  by === server
    ? postForm(t, '/oauth/introspect', { token, client_id: by.id, client_secret: by.secret, ...more })
    : postForm(t, '/oauth/introspect', { token, ...more }, { client: by })
const scopes = { [RESOURCE]: ['invoices:read'], [ORIGIN]: ['openid'] }

describe('an access token', () => {
  test('is described to its client and to the server of its audience', async () => {
    const { tokens, person } = await connect(t, client, scopes, undefined, {
      amr: ['pwd', 'otp', 'mfa'],
      orgId: 'org_1',
    })
    const { iat, exp, jti } = payloadOf(tokens.access_token)
    const expected = {
      active: true,
      iss: ORIGIN,
      aud: RESOURCE,
      sub: person.userId,
      client_id: client.id,
      jti,
      token_type: 'Bearer',
      iat,
      exp,
      scope: 'invoices:read',
      auth_time: iat,
      acr: 'aal2',
      amr: ['pwd', 'otp', 'mfa'],
      org_id: 'org_1',
    }
    for (const by of [client, server]) {
      const answer = await introspect(by, tokens.access_token, { token_type_hint: 'refresh_token' })
      expect([answer.status, answer.body as unknown]).toEqual([200, expected])
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
  })

  test('is inactive for every other client, also with an open list of audiences', async () => {
    const { tokens, person } = await connect(t, client, scopes)
    const stranger = await makeClient(t, { auth_method: 'client_secret_basic' })
    const elsewhere = await makeClient(t, {
      auth_method: 'client_secret_basic',
      audiences: '["https://other.example"]',
    })
    for (const token of [tokens.access_token, tokens.refresh_token])
      for (const by of [stranger, elsewhere])
        expect((await introspect(by, token)).body as unknown).toEqual({ active: false })
    // The token of a session is of no client.
    for (const token of [person.accessToken, tokens.id_token, 'nonsense', `${tokens.access_token}x`])
      for (const by of [client, server])
        expect((await introspect(by, token)).body as unknown).toEqual({ active: false })
  })

  test('is inactive from the moment at which anything that it rests on has ended', async () => {
    const now = () => t.clock.now()
    const endings: Record<string, (ids: Record<'user' | 'session' | 'client' | 'grant', string>) => [string, string]> =
      {
        'the grant': ({ grant }) => [`UPDATE grants SET ended_at = ${now()} WHERE id = ?`, grant],
        'the family': ({ grant }) => [`UPDATE token_families SET ended_at = ${now()} WHERE grant_id = ?`, grant],
        'the session': ({ session }) => [`UPDATE sessions SET ended_at = ${now()} WHERE id = ?`, session],
        'the user': ({ user }) => [`UPDATE users SET status = 'disabled' WHERE id = ?`, user],
        'the trust of the account': ({ user }) => [
          'UPDATE users SET trust_epoch = trust_epoch + 1, trusted_from = trust_epoch + 1 WHERE id = ?',
          user,
        ],
        'the client': ({ client: id }) => [`UPDATE oauth_clients SET status = 'disabled' WHERE id = ?`, id],
      }
    for (const [name, ending] of Object.entries(endings)) {
      client = await makeClient(t, { auth_method: 'client_secret_basic' })
      const { tokens, person, grantId } = await connect(t, client, scopes)
      expect((await introspect(server, tokens.access_token)).body.active, name).toBeTrue()
      const [sql, id] = ending({ user: person.userId, session: person.sessionId, client: client.id, grant: grantId })
      await run(sql, [id])
      expect((await introspect(server, tokens.access_token)).body as unknown, name).toEqual({ active: false })
    }
    const { tokens } = await connect(t, await makeClient(t), scopes)
    t.clock.advance(300_000)
    expect((await introspect(server, tokens.access_token)).body as unknown).toEqual({ active: false })
  })

  test('with which a client acts for itself ends with the client', async () => {
    const robot = await makeClient(t, { auth_method: 'client_secret_basic', grant_types: '["client_credentials"]' })
    const { body } = await postForm<Tokens>(
      t,
      '/oauth/token',
      { grant_type: 'client_credentials', resource: RESOURCE },
      { client: robot },
    )
    const answer = await introspect(server, body.access_token)
    expect(answer.body).toMatchObject({ active: true, sub: robot.id, client_id: robot.id })
    expect(answer.body).not.toHaveProperty('auth_time')
    await run(`UPDATE oauth_clients SET status = 'disabled' WHERE id = ?`, [robot.id])
    expect((await introspect(server, body.access_token)).body as unknown).toEqual({ active: false })
  })
})

test('a refresh token is described to its client alone, until it is used', async () => {
  const { tokens, person } = await connect(t, client, scopes)
  const seconds = Math.floor(t.clock.now() / 1000)
  expect((await introspect(client, tokens.refresh_token)).body as unknown).toEqual({
    active: true,
    iss: ORIGIN,
    sub: person.userId,
    client_id: client.id,
    iat: seconds,
    exp: seconds + t.deps.config.refreshTtlSeconds,
    scope: 'invoices:read openid',
  })
  expect((await introspect(server, tokens.refresh_token)).body as unknown).toEqual({ active: false })
  await postForm(t, '/oauth/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }, { client })
  expect((await introspect(client, tokens.refresh_token)).body as unknown).toEqual({ active: false })
})

test('the token of a client that acts for itself ends with the organisation of the client', async () => {
  const orgId = `org_${'1'.repeat(32)}`
  await insert(t, 'organisations', {
    id: orgId,
    name: 'Acme',
    slug: 'acme',
    settings: '{}',
    version: 1,
    created_at: 0,
    updated_at: 0,
  })
  await run('UPDATE resources SET org_id = ? WHERE audience = ?', [orgId, RESOURCE])
  t.deps.principals.forgetAll()
  const robot = await makeClient(t, {
    auth_method: 'client_secret_basic',
    org_id: orgId,
    grant_types: JSON.stringify(['client_credentials']),
  })
  const fields = { grant_type: 'client_credentials', resource: RESOURCE }
  const { access_token: token } = (await postForm<Tokens>(t, '/oauth/token', fields, { client: robot })).body
  expect((await introspect(server, token)).body.active).toBe(true)
  await run('UPDATE organisations SET deleted_at = ? WHERE id = ?', [t.clock.now(), orgId])
  expect((await introspect(server, token)).body as unknown).toEqual({ active: false })
  await run('UPDATE resources SET org_id = NULL')
  t.deps.principals.forgetAll()
})

test('only a client that proves who it is may ask', async () => {
  const { tokens } = await connect(t, client, scopes)
  const open = await makeClient(t)
  expect((await introspect(open, tokens.access_token)).status).toBe(401)
  expect((await postForm(t, '/oauth/introspect', { token: tokens.access_token })).status).toBe(401)
  expect((await introspect({ id: client.id, secret: 'wrong' }, tokens.access_token)).status).toBe(401)
  expect((await postForm(t, '/oauth/introspect', {}, { client })).body).toMatchObject({ error: 'invalid_request' })
  const preflight = await t.app.handle(
    new Request(`${ORIGIN}/oauth/introspect`, {
      method: 'OPTIONS',
      headers: { origin: 'https://spa.example', 'access-control-request-method': 'POST' },
    }),
  )
  expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
})
