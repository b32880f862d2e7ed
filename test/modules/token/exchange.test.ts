/** Token exchange: RFC 8693. What other providers got wrong: a wrong or missing actor, wider scopes, audiences and times. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { call } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { makeDpopKey, nonceOf, proofFor } from './support/dpop.ts'
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
} from './support/oauth.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const A = 'https://a.example'
const B = 'https://b.example'

let t: TestApp
/** The client at which the person signed in. */
let front: ClientRow
/** The server of A, which calls B for the person. */
let server: ClientRow
let person: Person
beforeAll(async () => {
  t = await createTestApp()
  for (const [id, audience] of [
    ['res_a', A],
    ['res_b', B],
    ['res_c', 'https://c.example'],
  ] as const)
    await insert(t, 'resources', {
      id,
      audience,
      name: id,
      scopes: JSON.stringify(['read', 'write', 'admin'].map((name) => ({ name, description: name }))),
      detail_types: '[]',
      version: 1,
      created_at: 0,
      updated_at: 0,
    })
})
afterAll(() => t.close())

const confidential = (grantTypes: string[], more: Record<string, string | number | null> = {}) =>
  makeClient(t, { auth_method: 'client_secret_basic', grant_types: JSON.stringify(grantTypes), ...more })
const run = async (sql: string, args: (string | number)[] = []) => (await t.deps.db.$client.execute({ sql, args })).rows

beforeEach(async () => {
  front = await confidential(['authorization_code', 'refresh_token', EXCHANGE])
  server = await confidential([EXCHANGE, 'client_credentials'], { audiences: JSON.stringify([A, B]) })
  person = await makePerson(t)
})

type Fields = Record<string, string | string[] | undefined>
const exchange = (by: ClientRow, subject: string, fields: Fields = {}, headers: Record<string, string> = {}) =>
  postForm<Tokens & { issued_token_type: string; error: string }>(
    t,
    '/oauth/token',
    { grant_type: EXCHANGE, subject_token: subject, subject_token_type: ACCESS_TOKEN, ...fields },
    { client: by, headers },
  )
const acting = (token: string): Fields => ({ actor_token: token, actor_token_type: ACCESS_TOKEN })
const ownToken = async (by: ClientRow, resource = B) =>
  (await postForm<Tokens>(t, '/oauth/token', { grant_type: 'client_credentials', resource }, { client: by })).body
    .access_token
const scopes = { [A]: ['read', 'write'], [B]: ['read'], [ORIGIN]: ['openid', 'offline_access'] }
const subjectOf = async (more: Record<string, string[]> = scopes) =>
  (await connect(t, front, more, person)).tokens.access_token
const active = async (by: ClientRow, token: string) =>
  (await postForm(t, '/oauth/introspect', { token }, { client: by })).body.active

describe('the client of a token', () => {
  test('makes a smaller one of it, which ends with its grant', async () => {
    const subject = await subjectOf()
    t.clock.advance(100_000)
    const answer = await exchange(front, subject, { scope: 'read', requested_token_type: ACCESS_TOKEN })
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        access_token: expect.any(String),
        issued_token_type: ACCESS_TOKEN,
        token_type: 'Bearer',
        expires_in: 200,
        scope: 'read',
      } as never,
    ])
    const [before, after] = [payloadOf(subject), payloadOf(answer.body.access_token)]
    expect(after).toEqual({ ...before, scope: 'read', jti: after.jti, iat: after.iat })
    expect(after.jti).not.toBe(before.jti)
    const [event] = await run(
      `SELECT actor_id, data FROM events WHERE user_id = ? AND type = 'grant.token_exchanged'`,
      [person.userId],
    )
    expect(event?.actor_id).toBe(front.id)
    expect(JSON.parse(String(event?.data))).toMatchObject({
      grantId: before.gid,
      familyId: before.fam,
      from: front.id,
      audience: A,
    })
    expect(await active(front, answer.body.access_token)).toBeTrue()
    await run('UPDATE grants SET ended_at = 1 WHERE user_id = ?', [person.userId])
    expect(await active(front, answer.body.access_token)).toBeFalse()
  })

  test('never makes a larger one: no scope, audience or time', async () => {
    const subject = await subjectOf()
    const small = (await exchange(front, subject, { scope: 'read' })).body.access_token
    for (const [token, fields, error] of [
      [subject, { scope: 'read admin' }, 'invalid_scope'],
      [small, { scope: 'write' }, 'invalid_scope'],
      [small, { scope: 'openid' }, 'invalid_scope'],
      [subject, { resource: B }, 'invalid_target'],
      [subject, { audience: ORIGIN }, 'invalid_target'],
      [subject, { resource: 'https://c.example' }, 'invalid_target'],
      [subject, { resource: [A, B] }, 'invalid_target'],
    ] as const) {
      const answer = await exchange(front, token, fields as Fields)
      expect([answer.status, answer.body.error], JSON.stringify(fields)).toEqual([400, error])
    }
    t.clock.advance(299_000)
    const last = await exchange(front, subject)
    expect(last.body.expires_in).toBe(1)
    expect(payloadOf(last.body.access_token).exp).toBe(payloadOf(subject).exp)
    t.clock.advance(1_000)
    expect((await exchange(front, subject)).body.error).toBe('invalid_request')
  })
})

describe('another client', () => {
  test('needs a token of the actor, which is its own', async () => {
    const subject = await subjectOf()
    const stranger = await confidential([EXCHANGE, 'client_credentials'], { audiences: JSON.stringify([B]) })
    const refusals: [string, ClientRow, Fields][] = [
      ['no actor', server, {}],
      ['the token of another client', server, acting(await ownToken(stranger))],
      ['the token of the person', server, acting(subject)],
      ['the token of a session', server, acting(person.accessToken)],
      ['nonsense', server, acting('nonsense')],
      ['a type that is none', server, { actor_token: await ownToken(server), actor_token_type: 'urn:x' }],
      ['no type', server, { actor_token: await ownToken(server) }],
      ['a type without a token', server, { actor_token_type: ACCESS_TOKEN }],
      ['a client that is not the server of the audience', stranger, acting(await ownToken(stranger))],
    ]
    for (const [name, by, fields] of refusals) {
      const answer = await exchange(by, subject, fields)
      expect([answer.status, answer.body.error], name).toEqual([400, 'invalid_request'])
    }
    const own = await ownToken(server)
    await postForm(t, '/oauth/revoke', { token: own }, { client: server })
    expect((await exchange(server, subject, acting(own))).body.error).toBe('invalid_request')
    const answer = await exchange(server, subject, acting(await ownToken(server)))
    expect(answer.status, answer.text).toBe(200)
    expect(payloadOf(answer.body.access_token)).toMatchObject({
      sub: person.userId,
      client_id: server.id,
      aud: A,
      scope: 'read write',
      act: { sub: server.id },
      gid: payloadOf(subject).gid,
      fam: payloadOf(subject).fam,
    })
  })

  test('reaches another audience only as the registered server of both, where the person allowed it', async () => {
    const subject = await subjectOf()
    const actor = acting(await ownToken(server))
    const answer = await exchange(server, subject, { ...actor, resource: B })
    expect(payloadOf(answer.body.access_token)).toMatchObject({ aud: B, scope: 'read', act: { sub: server.id } })
    expect((await exchange(server, subject, { ...actor, resource: B, scope: 'write' })).body.error).toBe(
      'invalid_scope',
    )
    expect((await exchange(server, subject, { ...actor, resource: 'https://c.example' })).body.error).toBe(
      'invalid_target',
    )
    expect((await exchange(server, subject, { ...actor, resource: ORIGIN })).body.error).toBe('invalid_target')
    const without = await confidential([EXCHANGE, 'client_credentials'], {
      audiences: JSON.stringify([A, 'https://c.example']),
    })
    const own = acting(await ownToken(without, A))
    expect((await exchange(without, subject, { ...own, resource: B })).body.error).toBe('invalid_target')
    // The server of A has both, and the person did not allow C.
    expect((await exchange(without, subject, { ...own, resource: 'https://c.example' })).body.error).toBe(
      'invalid_target',
    )
  })

  test('acts by may_act, and then for nothing else and nobody else', async () => {
    const agent = await confidential([EXCHANGE, 'client_credentials'])
    const subject = await subjectOf()
    const handed = (await exchange(front, subject, { scope: 'read', may_act: agent.id })).body.access_token
    expect(payloadOf(handed).may_act).toEqual({ sub: agent.id, client_id: agent.id })
    const actor = acting(await ownToken(agent))
    const answer = await exchange(agent, handed, actor)
    expect(payloadOf(answer.body.access_token)).toMatchObject({
      scope: 'read',
      act: { sub: agent.id },
      client_id: agent.id,
    })
    expect(payloadOf(answer.body.access_token)).not.toHaveProperty('may_act')
    // The registered server of the audience is not the one that is named.
    expect((await exchange(server, handed, acting(await ownToken(server)))).body.error).toBe('invalid_request')
    expect((await exchange(agent, handed, { ...actor, scope: 'write' })).body.error).toBe('invalid_scope')
    expect((await exchange(agent, handed, { ...actor, resource: B })).body.error).toBe('invalid_target')
    expect((await exchange(agent, subject, actor)).body.error).toBe('invalid_request')
    // Nobody names an actor for the token of another client.
    expect((await exchange(agent, handed, { ...actor, may_act: agent.id })).body.error).toBe('invalid_request')
  })

  test('makes a chain of five actors at most, each in the one before', async () => {
    let token = await subjectOf()
    const chain: string[] = []
    let by = front
    for (let depth = 1; depth <= 6; depth++) {
      const next = await confidential([EXCHANGE, 'client_credentials'])
      const handed = (await exchange(by, token, { may_act: next.id })).body.access_token
      const answer = await exchange(next, handed, acting(await ownToken(next)))
      if (depth === 6) {
        expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request'])
        break
      }
      expect(answer.status, answer.text).toBe(200)
      token = answer.body.access_token
      by = next
      chain.unshift(next.id)
    }
    let act = payloadOf(token).act as { sub: string; act?: unknown } | undefined
    for (const id of chain) {
      expect(act?.sub).toBe(id)
      act = act?.act as typeof act
    }
    expect(act).toBeUndefined()
    expect(token.length).toBeLessThan(4096)
    expect(await active(by, token)).toBeTrue()
    // Whoever is in the chain last: without its client the token ends.
    await run(`UPDATE oauth_clients SET status = 'disabled' WHERE id = ?`, [by.id])
    expect(await active(front, token)).toBeFalse()
  })

  test('acts in our own API with every actor in the audit log, and is never fresh', async () => {
    await run(`INSERT INTO user_roles (user_id, role) VALUES (?, 'admin')`, [person.userId])
    const agent = await confidential([EXCHANGE, 'client_credentials'])
    const subject = await subjectOf({ [ORIGIN]: ['users:read', 'users:write', 'roles:write'] })
    const handed = (await exchange(front, subject, { may_act: agent.id })).body.access_token
    const { access_token: token } = (await exchange(agent, handed, acting(await ownToken(agent)))).body
    expect((await call(t, 'GET /v1/users', { token })).status).toBe(200)
    const made = await call(t, 'POST /v1/users', { token, body: { email: `by-agent-${agent.id}@example.com` } })
    expect(made.status, made.text).toBe(201)
    const [event] = await run(`SELECT acting_for FROM events WHERE type = 'user.created' AND actor_id = ?`, [agent.id])
    expect(JSON.parse(String(event?.acting_for))).toEqual([
      { kind: 'client', id: agent.id },
      { kind: 'client', id: front.id },
      { kind: 'user', id: person.userId },
    ])
    const fresh = await call(t, `PATCH /v1/users/${String(made.body.id)}`, { token, body: { roles: ['admin'] } })
    expect([fresh.status, fresh.body.code]).toEqual([403, 'auth.fresh_session_required'])
    // What ends the first token ends this one.
    await run('UPDATE token_families SET ended_at = 1 WHERE id = ?', [String(payloadOf(subject).fam)])
    t.deps.principals.forget(String(payloadOf(subject).fam))
    expect((await call(t, 'GET /v1/users', { token })).status).toBe(401)
  })
})

describe('the token of a session', () => {
  test('is exchanged by a first-party client alone', async () => {
    const first = await confidential([EXCHANGE, 'authorization_code', 'refresh_token'], { first_party: 1 })
    const answer = await exchange(first, person.accessToken, { resource: A, scope: 'read' })
    expect(answer.status, answer.text).toBe(200)
    expect(answer.body).not.toHaveProperty('refresh_token')
    expect(answer.body).not.toHaveProperty('id_token')
    expect(payloadOf(answer.body.access_token)).toMatchObject({
      aud: A,
      scope: 'read',
      client_id: first.id,
      sub: person.userId,
    })
    const again = await exchange(first, person.accessToken, { resource: A, scope: 'read' })
    expect(payloadOf(again.body.access_token).gid).toBe(payloadOf(answer.body.access_token).gid)
    expect((await exchange(first, person.accessToken, { resource: A, scope: 'offline_access' })).body.error).toBe(
      'invalid_scope',
    )
    expect((await exchange(first, person.accessToken, { resource: A, scope: 'nothing' })).body.error).toBe(
      'invalid_scope',
    )
    expect(
      (await exchange(first, person.accessToken, { resource: A, ...acting(await ownToken(server)) })).body.error,
    ).toBe('invalid_request')
    for (const by of [front, server])
      expect((await exchange(by, person.accessToken, { resource: A })).body.error).toBe('invalid_request')
    t.clock.advance(200_000)
    expect((await exchange(first, person.accessToken, { resource: A })).body.expires_in).toBe(100)
    await call(t, 'POST /v1/auth/sign-out', { token: person.accessToken })
    expect(await active(first, answer.body.access_token)).toBeFalse()
    expect((await exchange(first, person.accessToken, { resource: A })).body.error).toBe('invalid_request')
  })
})

test.each([
  ['an anonymous account', 'UPDATE users SET anonymous = 1 WHERE id = ?'],
  [
    'a person whose role requires a second factor',
    `INSERT INTO role_requirements (role, mfa_required, updated_at) SELECT 'user', 1, 0 WHERE ? IS NOT NULL`,
  ],
])('the token of a session that may not sign in to apps is not exchanged: of %s', async (_, change) => {
  const first = await confidential([EXCHANGE], { first_party: 1 })
  await run(change, [person.userId])
  const answer = await exchange(first, person.accessToken, { resource: A, scope: 'read' })
  expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request'])
  expect(await run('SELECT id FROM grants WHERE user_id = ?', [person.userId])).toEqual([])
  await run('DELETE FROM role_requirements')
})

test('what is no exchange is refused', async () => {
  const subject = await subjectOf()
  for (const [name, fields] of [
    ['no subject', { subject_token: undefined, subject_token_type: undefined }],
    ['an ID token as subject', { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' }],
    ['a refresh token as subject', { subject_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }],
    ['a refresh token wanted', { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }],
    ['an ID token wanted', { requested_token_type: 'urn:ietf:params:oauth:token-type:id_token' }],
    ['a token that no person allowed', { subject_token: await ownToken(server) }],
  ] as const) {
    const answer = await exchange(front, subject, fields as Fields)
    expect([answer.status, answer.body.error], name).toEqual([400, 'invalid_request'])
  }
  const open = await makeClient(t, { grant_types: JSON.stringify([EXCHANGE]) })
  expect((await exchange(open, subject)).body.error).toBe('unauthorized_client')
})

test('a token that is bound to a key is exchanged with that key, and the new one is bound to it', async () => {
  const key = await makeDpopKey()
  const nonce = await nonceOf(t, key)
  const proof = (by = key) => proofFor(t, by, 'POST /oauth/token', { nonce })
  const grantId = await makeGrant(t, person, front, scopes)
  const code = await makeCode(t, person, front, grantId, { scopes })
  const subject = (await redeem(t, front, code, {}, { dpop: await proof() })).body.access_token
  expect((await exchange(front, subject)).body.error).toBe('invalid_dpop_proof')
  expect((await exchange(front, subject, {}, { dpop: await proof(await makeDpopKey()) })).body.error).toBe(
    'invalid_dpop_proof',
  )
  const answer = await exchange(front, subject, {}, { dpop: await proof() })
  expect(answer.body.token_type).toBe('DPoP')
  expect(payloadOf(answer.body.access_token).cnf).toEqual({ jkt: key.jkt })
})
