/** `/v1/oauth-clients`: who makes, reads, changes and deletes which client. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { CreatedClientSecret, OAuthClient } from '../../../src/modules/oauth-clients/schema.ts'
import { isVouchedFor } from '../../../src/modules/oauth-clients/client-model.ts'
import { findClient } from '../../../src/modules/oauth-clients/find-client.ts'
import { call, type Session, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { join, makeAccount, makeOrg } from '../api-keys/support/keys.ts'
import { askClient, BODY, CALLBACK, eventsOf, makeClient, readClient } from './support/clients.ts'

let t: TestApp
let admin: Session
beforeEach(async () => {
  t = await createTestApp()
  admin = await setUpAdmin(t)
})
afterEach(() => t.close())

describe('an administrator of the instance', () => {
  test('makes a client; its secret is in that answer and nowhere else', async () => {
    const answer = await askClient(t, admin.accessToken)
    expect(answer.status, answer.text).toBe(201)
    const { clientId, clientSecret, ...client } = answer.body
    expect(clientId).toMatch(/^cli_[0-9a-f]{32}$/)
    expect(clientSecret).toMatch(/^tcs_[\w-]{43}$/)
    expect(answer.headers.get('location')).toBe(`/v1/oauth-clients/${clientId}`)
    expect(answer.headers.get('etag')).toBe('"1"')
    expect(client).toMatchObject({
      name: 'Notes',
      source: 'administrator',
      orgId: null,
      status: 'active',
      firstParty: false,
      redirectUris: [CALLBACK],
      grantTypes: ['authorization_code', 'refresh_token'],
      tokenEndpointAuthMethod: 'client_secret_basic',
      scopes: ['openid', 'profile'],
      audiences: null,
      subjectType: 'public',
      sector: null,
      idTokenSignedResponseAlg: 'RS256',
      jwks: null,
      contacts: [],
      secrets: [{ hint: clientSecret?.slice(-4), expiresAt: null }],
    })
    const read = await call<OAuthClient>(t, `GET /v1/oauth-clients/${clientId}`, { token: admin.accessToken })
    expect(read.body).toEqual({ clientId, ...client })
    expect(read.text).not.toContain(clientSecret ?? '')
    const rows = await t.deps.db.$client.execute('SELECT * FROM client_secrets')
    expect(JSON.stringify(rows.rows)).not.toContain(clientSecret ?? '')
    const [event] = await eventsOf(t, 'oauth_client.created')
    expect(event?.data).toEqual({
      clientId,
      firstParty: false,
      grantTypes: BODY.grantTypes,
      authMethod: 'client_secret_basic',
    })
    expect(event?.actor_id).toBe(admin.user.id)
  })

  test('makes a public client without a secret, and one with keys of its own', async () => {
    const open = await makeClient(t, admin.accessToken, { tokenEndpointAuthMethod: 'none' })
    expect(open).not.toHaveProperty('clientSecret')
    expect(open.secrets).toEqual([])
    const jwks = { keys: [{ kty: 'OKP', crv: 'Ed25519', kid: 'a', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }] }
    const keyed = await makeClient(t, admin.accessToken, { tokenEndpointAuthMethod: 'private_key_jwt', jwks })
    expect(keyed.jwks).toEqual(jwks)
    expect(keyed).not.toHaveProperty('clientSecret')
  })

  test('has defaults of RFC 7591 for what is not named', async () => {
    const answer = await call<OAuthClient>(t, 'POST /v1/oauth-clients', {
      token: admin.accessToken,
      body: { name: 'Small', redirectUris: [CALLBACK] },
    })
    expect(answer.status, answer.text).toBe(201)
    expect(answer.body).toMatchObject({
      grantTypes: ['authorization_code'],
      tokenEndpointAuthMethod: 'client_secret_basic',
      scopes: null,
    })
  })

  test('lists them page by page, without those of organisations', async () => {
    const orgId = await makeOrg(t, admin.accessToken)
    for (const name of ['A', 'B', 'C']) await makeClient(t, admin.accessToken, { name })
    await makeClient(t, admin.accessToken, { name: 'D', orgId })
    const list = async (query: string) =>
      (
        await call<{ items: OAuthClient[]; nextCursor: string | null }>(t, `GET /v1/oauth-clients${query}`, {
          token: admin.accessToken,
        })
      ).body
    const first = await list('?limit=2')
    const second = await list(`?limit=2&cursor=${first.nextCursor}`)
    expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(['C', 'B', 'A'])
    expect(second.nextCursor).toBeNull()
    expect((await list(`?orgId=${orgId}`)).items.map(({ name }) => name)).toEqual(['D'])
  })

  test('repeats a request with an Idempotency-Key: one client, and the secret once', async () => {
    const key = { 'idempotency-key': 'again' }
    const first = await askClient(t, admin.accessToken, {}, key)
    const second = await askClient(t, admin.accessToken, {}, key)
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.headers.get('idempotency-replayed')).toBe('true')
    expect(second.body.clientId).toBe(first.body.clientId)
    expect(second.body).not.toHaveProperty('clientSecret')
    const other = await askClient(t, admin.accessToken, { name: 'Other' }, key)
    expect(other.body).toMatchObject({ code: 'idempotency.key_reused' })
  })

  test('changes what the request names, and nothing else', async () => {
    const {
      clientId,
      clientSecret: _,
      ...before
    } = await makeClient(t, admin.accessToken, { policyUri: 'https://notes.example/p' })
    t.clock.advance(1000)
    const answer = await call<OAuthClient>(t, `PATCH /v1/oauth-clients/${clientId}`, {
      token: admin.accessToken,
      body: { name: 'Notes 2', audiences: ['https://api.notes.example'], policyUri: null },
    })
    expect(answer.status, answer.text).toBe(200)
    expect(answer.headers.get('etag')).toBe('"2"')
    expect(answer.body).toEqual({
      clientId,
      ...before,
      name: 'Notes 2',
      audiences: ['https://api.notes.example'],
      policyUri: null,
      updatedAt: new Date(t.clock.now()).toISOString(),
    })
  })

  test('changes the version that they read: a stale one is 412', async () => {
    const { clientId } = await makeClient(t, admin.accessToken)
    const patch = (name: string, version: number) =>
      call(t, `PATCH /v1/oauth-clients/${clientId}`, {
        token: admin.accessToken,
        headers: { 'if-match': `"${version}"` },
        body: { name },
      })
    expect((await patch('One', 1)).status).toBe(200)
    const stale = await patch('Two', 1)
    expect(stale.status).toBe(412)
    expect(stale.body).toMatchObject({ code: 'oauthclient.changed' })
    expect((await readClient(t, admin.accessToken, clientId)).name).toBe('One')
  })

  test('20 changes at the same time: each one happened whole or not at all', async () => {
    const { clientId } = await makeClient(t, admin.accessToken)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        call(t, `PATCH /v1/oauth-clients/${clientId}`, { token: admin.accessToken, body: { name: `N${at}` } }),
      ),
    )
    const done = answers.filter(({ status }) => status === 200).length
    expect(answers.every(({ status }) => status === 200 || status === 412)).toBe(true)
    expect(done).toBeGreaterThan(0)
    expect(await eventsOf(t, 'oauth_client.updated')).toHaveLength(done)
  })

  test('disables a client: no endpoint finds it from then on', async () => {
    const { clientId } = await makeClient(t, admin.accessToken)
    expect((await findClient(t.deps, clientId))?.name).toBe('Notes')
    const body = { status: 'disabled' }
    expect((await call(t, `PATCH /v1/oauth-clients/${clientId}`, { token: admin.accessToken, body })).status).toBe(200)
    expect(await findClient(t.deps, clientId)).toBeUndefined()
    const again = { token: admin.accessToken, body: { status: 'active' } }
    await call(t, `PATCH /v1/oauth-clients/${clientId}`, again)
    expect((await findClient(t.deps, clientId))?.name).toBe('Notes')
  })

  test('deletes a client, with its secrets', async () => {
    const { clientId } = await makeClient(t, admin.accessToken)
    await findClient(t.deps, clientId)
    const remove = () => call(t, `DELETE /v1/oauth-clients/${clientId}`, { token: admin.accessToken })
    expect((await remove()).status).toBe(204)
    expect((await remove()).status).toBe(404)
    expect(await findClient(t.deps, clientId)).toBeUndefined()
    expect((await t.deps.db.$client.execute('SELECT * FROM client_secrets')).rows).toEqual([])
    expect(await eventsOf(t, 'oauth_client.deleted')).toHaveLength(1)
  })

  test('needs a fresh session for every change', async () => {
    const { clientId } = await makeClient(t, admin.accessToken)
    t.clock.advance(11 * 60_000)
    const refresh = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: admin.refreshToken } })
    const token = refresh.body.accessToken
    for (const [route, body] of [
      ['POST /v1/oauth-clients', BODY],
      [`PATCH /v1/oauth-clients/${clientId}`, { name: 'X' }],
      [`POST /v1/oauth-clients/${clientId}/secrets`, {}],
      [`DELETE /v1/oauth-clients/${clientId}`, undefined],
    ] as const)
      expect((await call(t, route, { token, body })).body).toMatchObject({ code: 'auth.fresh_session_required' })
    expect((await readClient(t, token, clientId)).name).toBe('Notes')
  })
})

describe('secrets', () => {
  const add = (clientId: string, body: object = {}) =>
    call<CreatedClientSecret>(t, `POST /v1/oauth-clients/${clientId}/secrets`, { token: admin.accessToken, body })

  test('two at a time: the old one stays until it is removed', async () => {
    const { clientId, secrets } = await makeClient(t, admin.accessToken)
    const second = await add(clientId)
    expect(second.status, second.text).toBe(201)
    expect(second.body.clientSecret).toMatch(/^tcs_/)
    const third = await add(clientId)
    expect(third.body).toMatchObject({ status: 409, code: 'oauthclient.too_many_secrets' })
    expect((await readClient(t, admin.accessToken, clientId)).secrets).toHaveLength(2)
    const path = `DELETE /v1/oauth-clients/${clientId}/secrets/${secrets[0]?.id}`
    expect((await call(t, path, { token: admin.accessToken })).status).toBe(204)
    expect((await call(t, path, { token: admin.accessToken })).status).toBe(404)
    expect((await add(clientId)).status).toBe(201)
  })

  test('20 made at the same time: one', async () => {
    const { clientId } = await makeClient(t, admin.accessToken)
    const answers = await Promise.all(Array.from({ length: 20 }, () => add(clientId)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(await eventsOf(t, 'oauth_client.secret_added')).toHaveLength(1)
  })

  test('the old one ends at overlapUntil, and its place is free then', async () => {
    const { clientId } = await makeClient(t, admin.accessToken)
    const overlapUntil = new Date(t.clock.now() + 60_000).toISOString()
    await add(clientId, { overlapUntil })
    const { secrets } = await readClient(t, admin.accessToken, clientId)
    expect(secrets.map(({ expiresAt }) => expiresAt)).toEqual([overlapUntil, null])
    t.clock.advance(60_001)
    expect((await add(clientId)).status).toBe(201)
    expect((await readClient(t, admin.accessToken, clientId)).secrets).toHaveLength(2)
  })

  test('a secret of another client is not found', async () => {
    const one = await makeClient(t, admin.accessToken)
    const other = await makeClient(t, admin.accessToken)
    const path = `DELETE /v1/oauth-clients/${one.clientId}/secrets/${other.secrets[0]?.id}`
    expect((await call(t, path, { token: admin.accessToken })).status).toBe(404)
    expect((await readClient(t, admin.accessToken, other.clientId)).secrets).toHaveLength(1)
  })

  test('a public client gets none', async () => {
    const { clientId } = await makeClient(t, admin.accessToken, { tokenEndpointAuthMethod: 'none' })
    expect((await add(clientId)).body).toMatchObject({ status: 409, code: 'oauthclient.no_secret' })
  })
})

describe('in an organisation', () => {
  let orgId: string
  let owner: Session
  beforeEach(async () => {
    owner = await signUp(t, 'owner@example.com')
    orgId = await makeOrg(t, owner.accessToken)
  })

  test('its administrators make and change its clients; its members and strangers do not', async () => {
    const member = await signUp(t, 'member@example.com')
    await join(t, orgId, member, ['member'])
    const stranger = await signUp(t, 'stranger@example.com')
    const { clientId } = await makeClient(t, owner.accessToken, { orgId })
    expect((await askClient(t, member.accessToken, { orgId })).status).toBe(403)
    expect((await askClient(t, stranger.accessToken, { orgId })).status).toBe(404)
    expect((await askClient(t, owner.accessToken)).status).toBe(403) // the instance
    for (const token of [member.accessToken, stranger.accessToken])
      for (const [route, body] of [
        [`GET /v1/oauth-clients/${clientId}`, undefined],
        [`PATCH /v1/oauth-clients/${clientId}`, { name: 'Mine' }],
        [`POST /v1/oauth-clients/${clientId}/secrets`, {}],
        [`DELETE /v1/oauth-clients/${clientId}`, undefined],
      ] as const)
        expect((await call(t, route, { token, body })).body).toMatchObject({ code: 'oauthclient.not_found' })
    expect((await readClient(t, owner.accessToken, clientId)).name).toBe('Notes')
  })

  test('a first-party client has no permission that its maker lacks: administrators would not be asked either', async () => {
    const { accessToken: token, user } = await signUp(t, 'registrar@example.com')
    await t.deps.db.$client.batch([
      `INSERT INTO custom_roles (id, org_id, name, permissions, mfa_required, created_at, updated_at) VALUES ('rol_x', NULL, 'registrar', '["oauth-clients:write"]', 0, 0, 0)`,
      { sql: `INSERT INTO user_roles (user_id, role) VALUES (?, 'registrar')`, args: [user.id] },
    ])
    t.deps.principals.forgetAll()
    const refused = { code: 'oauthclient.scope_refused' }
    for (const scopes of [null, ['openid', 'users:write']])
      expect((await askClient(t, token, { firstParty: true, scopes })).body as object).toMatchObject(refused)
    await makeClient(t, token, { firstParty: true, scopes: ['openid', 'oauth-clients:write', 'notes:read'] })
    const plain = await makeClient(t, token, { scopes: null })
    const ours = await makeClient(t, admin.accessToken, { firstParty: true, scopes: null })
    for (const [route, body] of [
      [`PATCH /v1/oauth-clients/${plain.clientId}`, { firstParty: true }],
      [`PATCH /v1/oauth-clients/${ours.clientId}`, { redirectUris: ['https://evil.example/cb'] }],
      [`POST /v1/oauth-clients/${ours.clientId}/secrets`, {}],
    ] as const)
      expect((await call(t, route, { token, body })).body, route).toMatchObject(refused)
    expect(await readClient(t, admin.accessToken, ours.clientId)).toMatchObject({ redirectUris: [CALLBACK] })
  })

  test('nobody there makes a client first-party, or changes one that is', async () => {
    expect((await askClient(t, owner.accessToken, { orgId, firstParty: true })).status).toBe(403)
    const { clientId } = await makeClient(t, admin.accessToken, { orgId, firstParty: true })
    const patch = (body: object) => call(t, `PATCH /v1/oauth-clients/${clientId}`, { token: owner.accessToken, body })
    expect((await patch({ redirectUris: ['https://evil.example/cb'] })).status).toBe(403)
    expect(
      (await call(t, `POST /v1/oauth-clients/${clientId}/secrets`, { token: owner.accessToken, body: {} })).status,
    ).toBe(403)
    expect((await patch({ status: 'disabled' })).status).toBe(200)
    expect((await patch({ status: 'active' })).status).toBe(403)
    expect(await readClient(t, owner.accessToken, clientId)).toMatchObject({
      redirectUris: [CALLBACK],
      firstParty: true,
    })
  })

  test('nobody vouches for the name of its client: anybody can make an organisation', async () => {
    const own = await findClient(t.deps, (await makeClient(t, owner.accessToken, { orgId })).clientId)
    const ours = await findClient(t.deps, (await makeClient(t, admin.accessToken)).clientId)
    expect([own, ours].map((client) => client && isVouchedFor(client))).toEqual([false, true])
  })

  test('it has 500 clients at most, also of 20 made at the same time', async () => {
    await t.deps.db.$client.execute({
      sql: `INSERT INTO oauth_clients (id, source, org_id, name, status, first_party, redirect_uris, post_logout_redirect_uris, grant_types, auth_method, subject_type, id_token_alg, requires_pushed_requests, requires_dpop, about, version, created_at, updated_at)
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 499)
        SELECT 'many_' || i, 'administrator', ?, 'x', 'active', 0, '[]', '[]', '[]', 'none', 'public', 'RS256', 0, 0, '{}', 1, 0, 0 FROM n`,
      args: [orgId],
    })
    const answers = await Promise.all(Array.from({ length: 20 }, () => askClient(t, owner.accessToken, { orgId })))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.find(({ status }) => status !== 201)?.body as object).toMatchObject({ code: 'oauthclient.too_many' })
    const { rows } = await t.deps.db.$client.execute('SELECT count(*) AS n FROM client_secrets')
    expect(rows[0]?.n).toBe(1)
  })

  test('its clients end with it', async () => {
    const { clientId } = await makeClient(t, owner.accessToken, { orgId })
    expect(await findClient(t.deps, clientId)).toBeDefined()
    expect((await call(t, `DELETE /v1/orgs/${orgId}`, { token: owner.accessToken })).status).toBe(204)
    expect(await findClient(t.deps, clientId)).toBeUndefined()
    expect((await call(t, `POST /v1/orgs/${orgId}/restore`, { token: owner.accessToken })).status).toBe(200)
    expect(await findClient(t.deps, clientId)).toBeDefined()
  })

  test('a client acts as a service account only with what its maker may do there', async () => {
    const account = await makeAccount(t, owner.accessToken, { roles: ['owner'], orgId })
    const robot = { grantTypes: ['client_credentials'], redirectUris: [], serviceAccountId: account.id, orgId }
    const made = await makeClient(t, owner.accessToken, { ...robot, scopes: ['members:read', 'openid'] })
    expect(made.serviceAccountId).toBe(account.id)
    const refused = await askClient(t, owner.accessToken, { ...robot, scopes: ['users:read'] })
    expect(refused.body).toMatchObject({ status: 403, code: 'oauthclient.scope_refused' })
    const every = await askClient(t, owner.accessToken, { ...robot, scopes: null })
    expect(every.body).toMatchObject({ code: 'request.invalid', errors: [{ path: '/scopes' }] })
    const stranger = await signUp(t, 'other@example.com')
    const elsewhere = await makeOrg(t, stranger.accessToken, 'Elsewhere')
    const stolen = await askClient(t, stranger.accessToken, { ...robot, scopes: ['members:read'], orgId: elsewhere })
    expect(stolen.body).toMatchObject({ code: 'serviceaccount.not_found' })
    const taken = await askClient(t, owner.accessToken, { ...robot, scopes: ['members:read'], orgId: undefined })
    expect(taken.status).toBe(403)
  })

  test('an administrator who may not change the account gets no secret of its client', async () => {
    const account = await makeAccount(t, admin.accessToken, { roles: [], orgId })
    const { clientId } = await makeClient(t, admin.accessToken, {
      grantTypes: ['client_credentials'],
      redirectUris: [],
      serviceAccountId: account.id,
      orgId,
      scopes: ['orgs:delete'], // administrators of an organisation lack it
    })
    const deputy = await signUp(t, 'deputy@example.com')
    await join(t, orgId, deputy, ['admin'])
    const answer = await call(t, `POST /v1/oauth-clients/${clientId}/secrets`, { token: deputy.accessToken, body: {} })
    expect(answer.body).toMatchObject({ status: 403, code: 'oauthclient.scope_refused' })
    expect((await readClient(t, admin.accessToken, clientId)).secrets).toHaveLength(1)
  })
})
