/** Access tokens of OAuth clients at our own API: RFC 6750, RFC 9068 §4, RFC 9449 §7, RFC 9470, RFC 9728 §5.1. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import type { Asked } from '../../src/modules/actions/ask-actions.ts'
import { signClientToken } from '../../src/modules/signing-keys/access-tokens.ts'
import { makeDpopKey, nonceOf, proofFor } from '../modules/token/support/dpop.ts'
import {
  type ClientRow,
  connect,
  insert,
  makeClient,
  makeCode,
  makeGrant,
  makePerson,
  payloadOf,
  type Person,
  postForm,
  redeem,
  type Tokens,
} from '../modules/token/support/oauth.ts'
import { call } from '../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'

const METADATA = `resource_metadata="${ORIGIN}/.well-known/oauth-protected-resource"`

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

async function makeAdmin(): Promise<Person> {
  const person = await makePerson(t)
  await run(`INSERT INTO user_roles (user_id, role) VALUES (?, 'admin')`, [person.userId])
  t.deps.principals.forgetAll()
  return person
}

const users = (token: string, more: { headers?: Record<string, string> } = {}) =>
  call(t, 'GET /v1/users', { token, ...more })

describe('a token of a person', () => {
  test('may do what the person may do and its scopes name', async () => {
    const admin = await makeAdmin()
    const { tokens } = await connect(t, client, { [ORIGIN]: ['openid', 'users:read'] }, admin)
    expect((await users(tokens.access_token)).status).toBe(200)
    const write = await call(t, 'POST /v1/users', { token: tokens.access_token, body: { email: 'made@example.com' } })
    expect([write.status, write.body.code]).toEqual([403, 'auth.forbidden'])
    // RFC 6750 §3.1
    expect(write.headers.get('www-authenticate')).toBe(
      `Bearer error="insufficient_scope", scope="users:write", ${METADATA}`,
    )
    const explained = await call(t, 'POST /v1/authz/explain', {
      token: admin.accessToken,
      body: { decisionId: write.body.decisionId },
    })
    expect(explained.body).toMatchObject({
      decision: false,
      decidedBy: { kind: 'scope', permission: 'users:write' },
      change: { kind: 'permission', permission: 'users:write', of: 'client' },
    })
    const ordinary = await connect(t, client, { [ORIGIN]: ['users:read'] })
    expect((await users(ordinary.tokens.access_token)).status).toBe(403)
  })

  test('is no session, so routes of a person refuse it', async () => {
    const { tokens } = await connect(t, client, { [ORIGIN]: ['openid', 'profile'] })
    for (const route of ['GET /v1/me', 'GET /v1/me/sessions', 'DELETE /v1/me'])
      expect((await call(t, route, { token: tokens.access_token })).status, route).toBe(403)
    expect((await call(t, 'POST /v1/auth/sign-out', { token: tokens.access_token })).status).not.toBe(204)
  })

  test('stands in the audit log with its client and its person', async () => {
    const admin = await makeAdmin()
    const { tokens } = await connect(t, client, { [ORIGIN]: ['users:write'] }, admin)
    const made = await call(t, 'POST /v1/users', { token: tokens.access_token, body: { email: 'audited@example.com' } })
    expect(made.status, made.text).toBe(201)
    const [event] = await run(`SELECT actor_id, acting_for FROM events WHERE type = 'user.created' AND user_id = ?`, [
      String(made.body.id),
    ])
    expect(event).toMatchObject({ actor_id: client.id })
    expect(JSON.parse(String(event?.acting_for))).toEqual([
      { kind: 'client', id: client.id },
      { kind: 'user', id: admin.userId },
    ])
  })

  test('has idempotency keys of its own for each person', async () => {
    const scopes = { [ORIGIN]: ['users:write'] }
    const one = await connect(t, client, scopes, await makeAdmin())
    const other = await connect(t, client, scopes, await makeAdmin())
    const ask = (token: string) =>
      call(t, 'POST /v1/users', { token, headers: { 'idempotency-key': 'same' }, body: { email: 'twice@example.com' } })
    expect((await ask(one.tokens.access_token)).status).toBe(201)
    const answer = await ask(other.tokens.access_token)
    expect([answer.status, answer.body.code]).toEqual([409, 'user.email_taken'])
    expect(answer.headers.get('idempotency-replayed')).toBeNull()
  })

  test('ends with the next request, whatever ends it', async () => {
    const endings: Record<string, (made: { admin: Person; grantId: string; tokens: Tokens }) => Promise<unknown>> = {
      'sign-out of the browser session': ({ admin }) =>
        call(t, 'POST /v1/auth/sign-out', { cookie: admin.cookie, headers: { origin: ORIGIN } }),
      'the person ends the session': ({ admin }) =>
        call(t, `DELETE /v1/me/sessions/${admin.sessionId}`, { token: admin.accessToken }),
      'the person ends all other sessions': ({ admin }) =>
        call(t, 'DELETE /v1/me/sessions', { token: admin.accessToken }),
      'an administrator ends the sessions': async ({ admin }) =>
        call(t, `DELETE /v1/users/${admin.userId}/sessions`, { token: (await makeAdmin()).accessToken }),
      'an administrator disables the person': async ({ admin }) =>
        call(t, `POST /v1/users/${admin.userId}/disable`, { token: (await makeAdmin()).accessToken }),
      'the account is deleted': ({ admin }) => call(t, 'DELETE /v1/me', { token: admin.accessToken }),
      'a refresh token comes again': async ({ tokens }) => {
        const refresh = () =>
          postForm<Tokens>(
            t,
            '/oauth/token',
            { grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
            { client },
          )
        const next = (await refresh()).body.refresh_token
        await postForm(t, '/oauth/token', { grant_type: 'refresh_token', refresh_token: next }, { client })
        t.clock.advance(11_000)
        expect((await refresh()).status).toBe(400)
      },
      'it expires': async () => t.clock.advance(300_000),
    }
    for (const [name, end] of Object.entries(endings)) {
      client = await makeClient(t)
      const admin = await makeAdmin()
      const { tokens, grantId } = await connect(t, client, { [ORIGIN]: ['users:read'] }, admin)
      expect((await users(tokens.access_token)).status, name).toBe(200)
      const ended = (await end({ admin, grantId, tokens })) as { status?: number; text?: string } | undefined
      expect(ended?.status ?? 200, `${name} ${ended?.text}`).toBeLessThan(300)
      const answer = await users(tokens.access_token)
      expect(answer.status, name).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe(`Bearer error="invalid_token", ${METADATA}`)
    }
  })

  test('with offline_access outlives the session, and loses a role with the person', async () => {
    const admin = await makeAdmin()
    const { tokens } = await connect(t, client, { [ORIGIN]: ['users:read', 'offline_access'] }, admin)
    await call(t, 'POST /v1/auth/sign-out', { cookie: admin.cookie, headers: { origin: ORIGIN } })
    expect((await users(tokens.access_token)).status).toBe(200)
    const other = await makeAdmin()
    const changed = await call(t, `PATCH /v1/users/${admin.userId}`, {
      token: other.accessToken,
      body: { roles: ['user'] },
    })
    expect(changed.status, changed.text).toBe(200)
    expect((await users(tokens.access_token)).status).toBe(403)
  })

  test('dies with its session at the hour at which the session expires', async () => {
    const admin = await makeAdmin()
    const { tokens } = await connect(t, client, { [ORIGIN]: ['users:read'] }, admin)
    await run('UPDATE sessions SET expires_at = ? WHERE id = ?', [t.clock.now() + 60_000, admin.sessionId])
    expect((await users(tokens.access_token)).status).toBe(200)
    t.clock.advance(60_000)
    expect((await users(tokens.access_token)).status).toBe(401)
  })

  test('of a client of an organisation has no right outside of it', async () => {
    const admin = await makeAdmin()
    const org = await call<{ id: string }>(t, 'POST /v1/orgs', { token: admin.accessToken, body: { name: 'Theirs' } })
    const other = await call<{ id: string }>(t, 'POST /v1/orgs', { token: admin.accessToken, body: { name: 'Other' } })
    client = await makeClient(t, { org_id: org.body.id })
    const { tokens } = await connect(t, client, { [ORIGIN]: ['users:read', 'members:read'] }, admin)
    const ask = (path: string) => call(t, `GET ${path}`, { token: tokens.access_token })
    expect((await ask(`/v1/orgs/${org.body.id}/members`)).status).toBe(200)
    expect((await ask(`/v1/orgs/${other.body.id}/members`)).status).toBe(404)
    expect((await users(tokens.access_token)).status).toBe(403)
  })

  test('shows how its person signed in to an organisation that asks for it', async () => {
    const owner = await makePerson(t)
    const org = await call<{ id: string }>(t, 'POST /v1/orgs', { token: owner.accessToken, body: { name: 'Strict' } })
    const weak = await connect(t, client, { [ORIGIN]: ['members:read'] }, owner)
    const ask = (token: string) => call(t, `GET /v1/orgs/${org.body.id}/members`, { token })
    expect((await ask(weak.tokens.access_token)).status).toBe(200)
    await run(`UPDATE organisations SET settings = '{"mfaRequired":true}' WHERE id = ?`, [org.body.id])
    t.deps.principals.forgetAll()
    expect((await ask(weak.tokens.access_token)).body.code).toBe('org.second_factor_required')
  })
})

describe('a token', () => {
  test('of another audience is refused', async () => {
    await insert(t, 'resources', {
      id: 'res_1',
      audience: 'https://mcp.example',
      name: 'MCP',
      scopes: '[]',
      detail_types: '[]',
      version: 1,
      created_at: 0,
      updated_at: 0,
    })
    const admin = await makeAdmin()
    const { tokens } = await connect(t, client, { 'https://mcp.example': ['users:read'] }, admin)
    expect(payloadOf(tokens.access_token).aud).toBe('https://mcp.example')
    expect((await users(tokens.access_token)).status).toBe(401)
  })

  test('that is an ID token is refused', async () => {
    const { tokens } = await connect(t, client, { [ORIGIN]: ['openid', 'users:read'] }, await makeAdmin())
    expect((await users(tokens.id_token)).status).toBe(401)
  })

  test('needs its own client, grant and family', async () => {
    const admin = await makeAdmin()
    const { tokens, grantId } = await connect(t, client, { [ORIGIN]: ['users:read'] }, admin)
    const other = await connect(t, await makeClient(t), { [ORIGIN]: ['users:read'] }, await makePerson(t))
    const [mine, theirs] = [payloadOf(tokens.access_token), payloadOf(other.tokens.access_token)]
    const forge = (parts: { clientId?: string; grantId?: string; familyId?: string }) =>
      signClientToken(t.deps, {
        audience: ORIGIN,
        subject: admin.userId,
        clientId: parts.clientId ?? client.id,
        scopes: ['users:read'],
        ttlSeconds: 300,
        person: {
          authenticatedAt: t.clock.now(),
          amr: ['pwd'],
          grantId: parts.grantId ?? grantId,
          familyId: parts.familyId ?? String(mine.fam),
          orgId: null,
        },
        jkt: null,
        act: null,
        details: [],
        asked: { claims: {}, idTokenClaims: {} } as unknown as Asked, // no server with actions
      })
    expect((await users(await forge({}))).status).toBe(200)
    for (const parts of [
      { clientId: String(theirs.client_id) },
      { grantId: String(theirs.gid) },
      { familyId: String(theirs.fam) },
      { familyId: 'fam_unknown' },
    ])
      expect((await users(await forge(parts))).status, JSON.stringify(parts)).toBe(401)
  })

  test('tells a request without one where to get it', async () => {
    const answer = await call(t, 'GET /v1/users')
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, `Bearer ${METADATA}`])
  })
})

describe('what asks for a fresh session', () => {
  const patch = (token: string, userId: string) =>
    call(t, `PATCH /v1/users/${userId}`, { token, body: { roles: ['admin'] } })

  test('takes a token of a recent sign-in, and else says what to ask for (RFC 9470 §3)', async () => {
    const admin = await makeAdmin()
    const user = await makePerson(t)
    const scopes = { [ORIGIN]: ['users:write', 'users:read', 'roles:write', 'offline_access'] }
    const { tokens } = await connect(t, client, scopes, admin, { authenticatedAt: t.clock.now() - 601_000 })
    const old = await patch(tokens.access_token, user.userId)
    expect([old.status, old.body.code]).toEqual([401, 'accesstoken.step_up_required'])
    expect(old.headers.get('www-authenticate')).toBe(
      `Bearer error="insufficient_user_authentication", max_age="600", ${METADATA}`,
    )
    const grantId = payloadOf(tokens.access_token).gid as string
    const recent = await redeem(t, client, await makeCode(t, admin, client, grantId, { scopes }))
    const answer = await patch(recent.body.access_token, user.userId)
    expect(answer.body.code).not.toBe('accesstoken.step_up_required')
    // With a factor, the sign-in must have shown it.
    await run(
      `INSERT INTO totp_secrets (user_id, secret, key_id, last_step, confirmed_at, created_at) VALUES (?, 'x', 'x', 0, 1, 1)`,
      [admin.userId],
    )
    t.deps.principals.forgetAll()
    const weak = await patch(recent.body.access_token, user.userId)
    expect(weak.headers.get('www-authenticate')).toBe(
      `Bearer error="insufficient_user_authentication", acr_values="aal2", max_age="600", ${METADATA}`,
    )
    const strong = await redeem(
      t,
      client,
      await makeCode(t, admin, client, grantId, { scopes, amr: ['pwd', 'otp', 'mfa'] }),
    )
    expect((await patch(strong.body.access_token, user.userId)).status).not.toBe(401)
  })
})

describe('a token that is bound to a key (RFC 9449 §7)', () => {
  test('needs a proof of that key for this method, URL and token', async () => {
    const key = await makeDpopKey()
    const admin = await makeAdmin()
    const scopes = { [ORIGIN]: ['users:read'] }
    const grantId = await makeGrant(t, admin, client, scopes)
    const nonce = await nonceOf(t, key)
    const dpop = await proofFor(t, key, 'POST /oauth/token', { nonce })
    const { access_token: token } = (
      await redeem(t, client, await makeCode(t, admin, client, grantId, { scopes }), {}, { dpop })
    ).body
    const ask = async (proof: string | undefined, scheme = 'DPoP') =>
      call(t, 'GET /v1/users?limit=2', {
        headers: { authorization: `${scheme} ${token}`, ...(proof === undefined ? {} : { dpop: proof }) },
      })
    const proof = (parts: Parameters<typeof proofFor>[3] = {}, by = key) =>
      proofFor(t, by, 'GET /v1/users', { nonce, accessToken: token, ...parts })

    expect((await ask(await proof())).status).toBe(200)
    const used = await proof()
    expect((await ask(used)).status).toBe(200)
    for (const [name, refused] of [
      ['replayed', used],
      ['none', undefined],
      ['of another key', await proof({}, await makeDpopKey())],
      ['for another method', await proof({ claims: { htm: 'POST' } })],
      ['for another URL', await proof({ claims: { htu: `${ORIGIN}/v1/roles` } })],
      ['for another token', await proof({ accessToken: `${token}x` })],
      ['for no token', await proof({ claims: { ath: undefined } })],
      ['too old', await proof({ claims: { iat: Math.floor(t.clock.now() / 1000) - 61 } })],
    ] as const) {
      const answer = await ask(refused)
      expect([answer.status, answer.body.code], name).toEqual([401, 'accesstoken.proof_invalid'])
      expect(answer.headers.get('www-authenticate'), name).toStartWith('DPoP error="invalid_')
    }
    const nonceless = await ask(await proof({ nonce: undefined }))
    expect([nonceless.status, nonceless.headers.get('dpop-nonce')]).toEqual([401, nonce])
    expect(nonceless.headers.get('www-authenticate')).toBe(
      `DPoP error="use_dpop_nonce", algs="EdDSA Ed25519 ES256 RS256", ${METADATA}`,
    )
    // §7.1: as a bearer token it is refused, with a proof too.
    for (const sent of [undefined, await proof()]) {
      const answer = await ask(sent, 'Bearer')
      expect([answer.status, answer.body.code]).toEqual([401, 'accesstoken.invalid'])
    }
    // A bearer token is not accepted with the scheme of proofs.
    const bearer = await connect(t, await makeClient(t), scopes, admin)
    const answer = await call(t, 'GET /v1/users', {
      headers: {
        authorization: `DPoP ${bearer.tokens.access_token}`,
        dpop: await proofFor(t, key, 'GET /v1/users', { nonce, accessToken: bearer.tokens.access_token }),
      },
    })
    expect([answer.status, answer.body.code]).toEqual([401, 'accesstoken.invalid'])
    const session = await call(t, 'GET /v1/me', { headers: { authorization: `DPoP ${admin.accessToken}` } })
    expect(session.status).toBe(401)
  })
})

describe('a client that acts for itself', () => {
  const secretClient = (more: Record<string, string | null>) =>
    makeClient(t, { auth_method: 'client_secret_basic', grant_types: '["client_credentials"]', ...more })
  const ask = (by: ClientRow, fields: Record<string, string> = {}) =>
    postForm<Tokens>(t, '/oauth/token', { grant_type: 'client_credentials', ...fields }, { client: by })

  async function makeAccount(id: string, role: string): Promise<void> {
    await insert(t, 'service_accounts', {
      id,
      org_id: null,
      name: 'Robot',
      description: '',
      status: 'active',
      version: 1,
      created_at: 0,
      updated_at: 0,
    })
    await insert(t, 'service_account_roles', { service_account_id: id, role })
  }

  test('has the rights of its service account, within its scopes', async () => {
    await makeAccount('sva_1', 'admin')
    const robot = await secretClient({ service_account_id: 'sva_1' })
    const { status, body, text } = await ask(robot, { scope: 'users:read' })
    expect(status, text).toBe(200)
    expect(payloadOf(body.access_token)).toMatchObject({ sub: robot.id, client_id: robot.id, scope: 'users:read' })
    expect(payloadOf(body.access_token)).not.toHaveProperty('gid')
    expect((await users(body.access_token)).status).toBe(200)
    expect(
      (await call(t, 'POST /v1/users', { token: body.access_token, body: { email: 'r@example.com' } })).status,
    ).toBe(403)
    // It signed in as nobody, so it is never fresh.
    const write = await ask(robot, { scope: 'users:write roles:write' })
    const user = await makePerson(t)
    const fresh = await call(t, `PATCH /v1/users/${user.userId}`, {
      token: write.body.access_token,
      body: { roles: ['admin'] },
    })
    expect([fresh.status, fresh.body.code]).toEqual([403, 'auth.fresh_session_required'])
    await postForm(t, '/oauth/revoke', { token: write.body.access_token }, { client: robot })
    expect((await call(t, 'GET /v1/users', { token: write.body.access_token })).status).toBe(401)
    await run(`UPDATE service_accounts SET status = 'disabled' WHERE id = 'sva_1'`)
    t.deps.principals.forget('sva_1')
    expect((await users(body.access_token)).status).toBe(401)
  })

  test('needs a service account for our own API, and never the scopes of OpenID Connect', async () => {
    await makeAccount('sva_2', 'admin')
    expect((await ask(await secretClient({}))).body as unknown).toMatchObject({ error: 'invalid_target' })
    const robot = await secretClient({ service_account_id: 'sva_2' })
    expect((await ask(robot, { scope: 'openid' })).body as unknown).toMatchObject({ error: 'invalid_scope' })
    expect((await ask(robot, { scope: 'nothing:known' })).body as unknown).toMatchObject({ error: 'invalid_scope' })
    const open = await makeClient(t, { grant_types: '["client_credentials"]', service_account_id: 'sva_2' })
    expect((await ask(open, { scope: 'users:read' })).body as unknown).toMatchObject({ error: 'unauthorized_client' })
  })

  test('is in one event for each minute, with the number of tokens', async () => {
    await makeAccount('sva_3', 'admin')
    const robot = await secretClient({ service_account_id: 'sva_3', scopes: '["users:read"]' })
    for (let i = 0; i < 5; i++) expect((await ask(robot)).body.scope).toBe('users:read')
    await t.settle()
    t.clock.advance(60_000)
    await ask(robot)
    await t.settle()
    const events = await run(
      `SELECT data FROM events WHERE type = 'client.tokens_issued' AND actor_id = ? ORDER BY id`,
      [robot.id],
    )
    expect(events.map(({ data }) => JSON.parse(String(data)))).toEqual([
      { clientId: robot.id, tokens: 1 },
      { clientId: robot.id, tokens: 5 },
    ])
  })
})
