/** Identity assertion grants, issued and received: draft-ietf-oauth-identity-assertion-authz-grant, RFC 7523 §2.1. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { createLocalJWKSet, exportJWK, generateKeyPair, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose'
import { call } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { makeOrg } from '../api-keys/support/keys.ts'
import {
  type ClientRow,
  connect,
  insert,
  makeClient,
  makePerson,
  payloadOf,
  type Person,
  postForm,
  type Tokens,
} from './support/oauth.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag'
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token'
const IDP = 'https://idp.example'
const OTHER_IDP = 'https://other-idp.example'
const CHAT = 'https://chat.example'
const API = 'https://api.example'

let t: TestApp
let idpKey: CryptoKey
let client: ClientRow
beforeAll(async () => {
  const providers = [IDP, OTHER_IDP].map((issuer, at) => ({
    id: `idp${at}`,
    issuer,
    clientId: 'threeger',
    clientSecret: 'secret',
  }))
  t = await createTestApp({
    env: { OIDC_PROVIDERS: JSON.stringify(providers), RETURN_URLS: 'https://app.example/', ID_JAG_PROVIDERS: 'idp0' },
  })
  const pair = await generateKeyPair('RS256')
  idpKey = pair.privateKey
  const keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'idp key' }] }
  t.foreign.answer = async (url) => {
    const { origin, pathname } = new URL(url)
    if (pathname === '/.well-known/openid-configuration')
      return Response.json({ issuer: origin, jwks_uri: `${origin}/keys` })
    return pathname === '/keys' ? Response.json(keys) : new Response(null, { status: 404 })
  }
  for (const [id, audience, scopes] of [
    ['res_chat', CHAT, ['chat.read', 'chat.history']],
    ['res_api', API, ['read', 'write']],
  ] as const)
    await insert(t, 'resources', {
      id,
      audience,
      name: id,
      scopes: JSON.stringify(scopes.map((name) => ({ name, description: name }))),
      detail_types: '[]',
      version: 1,
      created_at: 0,
      updated_at: 0,
    })
})
afterAll(() => t.close())
beforeEach(async () => {
  client = await makeClient(t, {
    auth_method: 'client_secret_basic',
    grant_types: JSON.stringify(['authorization_code', 'refresh_token', EXCHANGE, BEARER]),
    audiences: JSON.stringify([CHAT, API, ORIGIN]),
  })
})

const run = async (sql: string, args: (string | number)[] = []) => (await t.deps.db.$client.execute({ sql, args })).rows
type Fields = Record<string, string | string[] | undefined>
const post = (fields: Fields, by = client) =>
  postForm<Tokens & { error: string; issued_token_type: string }>(t, '/oauth/token', fields, { client: by })

describe('issued here', () => {
  const ask = (idToken: string, more: Fields = {}, by = client) =>
    post(
      {
        grant_type: EXCHANGE,
        requested_token_type: ID_JAG,
        subject_token: idToken,
        subject_token_type: ID_TOKEN,
        audience: CHAT,
        scope: 'chat.read',
        ...more,
      },
      by,
    )
  const signedIn = () => connect(t, client, { [ORIGIN]: ['openid'] }, undefined, { amr: ['pwd', 'otp', 'mfa'] })

  test('is a statement for one authorization server, and no access token', async () => {
    const { tokens, person } = await signedIn()
    const answer = await ask(tokens.id_token, { resource: 'https://api.chat.example/' })
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        access_token: expect.any(String),
        issued_token_type: ID_JAG,
        token_type: 'N_A',
        expires_in: 300,
        scope: 'chat.read',
      } as never,
    ])
    const keys = (await call(t, 'GET /.well-known/jwks.json')).body as unknown as JSONWebKeySet
    const { payload } = await jwtVerify(answer.body.access_token, createLocalJWKSet(keys), {
      currentDate: new Date(t.clock.now()),
      issuer: ORIGIN,
      audience: CHAT,
      typ: 'oauth-id-jag+jwt',
    })
    const seconds = Math.floor(t.clock.now() / 1000)
    expect(payload).toEqual({
      iss: ORIGIN,
      sub: person.userId,
      aud: CHAT,
      client_id: client.id,
      jti: expect.any(String),
      iat: seconds,
      exp: seconds + 300,
      resource: 'https://api.chat.example/',
      scope: 'chat.read',
      auth_time: seconds,
      acr: 'aal2',
      amr: ['pwd', 'otp', 'mfa'],
    })
    expect((await call(t, 'GET /v1/users', { token: answer.body.access_token })).status).toBe(401)
    // §Cross-Domain Use: not accepted by whoever issued it.
    expect((await post({ grant_type: BEARER, assertion: answer.body.access_token })).body.error).toBe('invalid_grant')
    const [event] = await run(`SELECT data FROM events WHERE user_id = ? AND type = 'grant.assertion_issued'`, [
      person.userId,
    ])
    expect(JSON.parse(String(event?.data))).toMatchObject({
      clientId: client.id,
      audience: CHAT,
      scopes: ['chat.read'],
    })
  })

  test('to no pairwise client, which could read the id of the person in it', async () => {
    await insert(t, 'pairwise_sectors', { host: 'app.example', salt: 'salt' })
    const pairwise = await makeClient(t, {
      auth_method: 'client_secret_basic',
      grant_types: JSON.stringify(['authorization_code', EXCHANGE]),
      audiences: JSON.stringify([CHAT]),
      subject_type: 'pairwise',
      sector: 'app.example',
    })
    const { tokens, person } = await connect(t, pairwise, { [ORIGIN]: ['openid'] })
    const answer = await ask(tokens.id_token, {}, pairwise)
    expect([answer.status, answer.body.error]).toEqual([400, 'unauthorized_client'])
    expect(answer.text).not.toContain(person.userId)
  })

  test('after a step-up too, which replaces the session', async () => {
    const { tokens, person } = await signedIn()
    await run(
      `UPDATE sessions SET ended_at = ?, renewed_by = (SELECT id FROM sessions WHERE user_id = ? AND kind <> 'cookie') WHERE id = ?`,
      [t.clock.now(), person.userId, person.sessionId],
    )
    expect((await ask(tokens.id_token)).status).toBe(200)
  })

  test('only to the client of the ID token, for servers and scopes that an administrator named', async () => {
    const { tokens, person } = await signedIn()
    const stranger = await makeClient(t, {
      auth_method: 'client_secret_basic',
      grant_types: JSON.stringify([EXCHANGE]),
      audiences: JSON.stringify([CHAT]),
    })
    const open = await makeClient(t, { auth_method: 'client_secret_basic', grant_types: JSON.stringify([EXCHANGE]) })
    const orgId = await makeOrg(t, person.accessToken)
    const ofOrg = await makeClient(t, {
      auth_method: 'client_secret_basic',
      grant_types: JSON.stringify([EXCHANGE]),
      audiences: JSON.stringify([CHAT]),
      org_id: orgId,
    })
    for (const [name, answer, error] of [
      ['a client of an organisation, which anybody can make', await ask(tokens.id_token, {}, ofOrg), 'invalid_target'],
      ['the token of another client', await ask(tokens.id_token, {}, stranger), 'invalid_request'],
      ['a client that may ask for every audience', await ask(tokens.id_token, {}, open), 'invalid_target'],
      ['an unknown server', await ask(tokens.id_token, { audience: 'https://unknown.example' }), 'invalid_target'],
      ['ourselves', await ask(tokens.id_token, { audience: ORIGIN, scope: 'users:read' }), 'invalid_target'],
      ['two servers', await ask(tokens.id_token, { audience: [CHAT, API] }), 'invalid_target'],
      ['no server', await ask(tokens.id_token, { audience: undefined }), 'invalid_request'],
      ['a scope that it does not have', await ask(tokens.id_token, { scope: 'chat.read read' }), 'invalid_scope'],
      ['an access token', await ask(tokens.access_token), 'invalid_request'],
      [
        'an access token by its type',
        await ask(tokens.access_token, { subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' }),
        'invalid_request',
      ],
      ['the token of a session', await ask(person.accessToken), 'invalid_request'],
      [
        'an actor',
        await ask(tokens.id_token, { actor_token: tokens.access_token, actor_token_type: 'urn:x' }),
        'invalid_request',
      ],
    ] as const)
      expect([answer.status, answer.body.error], name).toEqual([400, error])
    t.clock.advance(300_000)
    expect((await ask(tokens.id_token)).body.error).toBe('invalid_request')
  })

  test('not once the sign-in has ended', async () => {
    const { tokens, person } = await signedIn()
    await call(t, 'POST /v1/auth/sign-out', { cookie: person.cookie, headers: { origin: ORIGIN } })
    expect((await ask(tokens.id_token)).body.error).toBe('invalid_request')
  })
})

describe('received from a trusted provider', () => {
  let person: Person
  let count = 0
  beforeEach(async () => {
    person = await makePerson(t)
    await insert(t, 'identities', {
      id: `idn_${person.userId}`,
      user_id: person.userId,
      provider: 'idp0',
      issuer: IDP,
      subject: `sub of ${person.userId}`,
      created_at: 0,
      last_used_at: 0,
    })
  })

  const jag = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}, key: CryptoKey = idpKey) => {
    const seconds = Math.floor(t.clock.now() / 1000)
    return new SignJWT({
      iss: IDP,
      sub: `sub of ${person.userId}`,
      aud: ORIGIN,
      client_id: client.id,
      jti: `jag ${++count}`,
      iat: seconds,
      exp: seconds + 300,
      resource: API,
      scope: 'read',
      ...claims,
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'idp key', typ: 'oauth-id-jag+jwt', ...header } as { alg: string })
      .sign(key)
  }
  const redeem = (assertion: string, more: Fields = {}, by = client) =>
    post({ grant_type: BEARER, assertion, ...more }, by)

  test('gives an access token for the person of the linked identity, and no refresh token', async () => {
    const answer = await redeem(await jag())
    expect(answer.status, answer.text).toBe(200)
    expect(answer.body).not.toHaveProperty('refresh_token')
    expect(answer.body).not.toHaveProperty('id_token')
    expect(payloadOf(answer.body.access_token)).toMatchObject({
      sub: person.userId,
      aud: API,
      scope: 'read',
      client_id: client.id,
      amr: ['fed'],
    })
    const [grant] = await run('SELECT id, scopes FROM grants WHERE user_id = ?', [person.userId])
    expect(JSON.parse(String(grant?.scopes))).toEqual({ [API]: ['read'] })
    expect(payloadOf(answer.body.access_token).gid).toBe(String(grant?.id))
    const more = await redeem(await jag({ scope: 'read write' }))
    expect(payloadOf(more.body.access_token)).toMatchObject({ gid: String(grant?.id), scope: 'read write' })
    const events = await run(`SELECT type FROM events WHERE user_id = ? AND type LIKE 'grant.%' ORDER BY id`, [
      person.userId,
    ])
    expect(events.map(({ type }) => type)).toEqual([
      'grant.vouched_for',
      'grant.redeemed',
      'grant.vouched_for',
      'grant.redeemed',
    ])
    // The person ends it like any other grant.
    const active = async (token: string) => (await postForm(t, '/oauth/introspect', { token }, { client })).body.active
    expect(await active(more.body.access_token)).toBeTrue()
    await run('UPDATE grants SET ended_at = 1 WHERE user_id = ?', [person.userId])
    expect(await active(more.body.access_token)).toBeFalse()
  })

  test('works once, also in parallel', async () => {
    const assertion = await jag()
    const answers = await Promise.all(Array.from({ length: 10 }, () => redeem(assertion)))
    expect(answers.filter(({ status }) => status === 200).length).toBe(1)
    for (const { body } of answers.filter(({ status }) => status !== 200)) expect(body.error).toBe('invalid_grant')
  })

  test('narrows to what the request asks for, and is never widened', async () => {
    const both = { scope: 'read write' }
    expect((await redeem(await jag(both), { scope: 'read' })).body.scope).toBe('read')
    expect((await redeem(await jag(), { scope: 'read write' })).body.error).toBe('invalid_scope')
    expect((await redeem(await jag({ scope: 'admin' }))).body.error).toBe('invalid_scope')
    expect((await redeem(await jag({ scope: 'openid' }))).body.error).toBe('invalid_scope')
    expect((await redeem(await jag({ scope: 'read offline_access' }))).body.error).toBe('invalid_scope')
    expect((await redeem(await jag(), { resource: ORIGIN })).body.error).toBe('invalid_target')
    expect((await redeem(await jag({ resource: 'https://unknown.example' }))).body.error).toBe('invalid_target')
  })

  test('is refused alike in every way in which it is not for this client', async () => {
    const seconds = Math.floor(t.clock.now() / 1000)
    const { privateKey: stranger } = await generateKeyPair('RS256')
    const good = await jag()
    const none = `${Buffer.from(JSON.stringify({ alg: 'none', typ: 'oauth-id-jag+jwt' })).toString('base64url')}.${good.split('.')[1]}.`
    for (const [name, assertion] of [
      ['another typ', await jag({}, { typ: 'JWT' })],
      ['no typ', await jag({}, { typ: undefined })],
      ['an issuer that nobody trusts', await jag({ iss: OTHER_IDP })],
      ['an issuer that nobody knows', await jag({ iss: 'https://evil.example' })],
      ['our own issuer', await jag({ iss: ORIGIN })],
      ['another audience', await jag({ aud: `${ORIGIN}/oauth/token` })],
      ['another audience beside ours', await jag({ aud: [ORIGIN, CHAT] })],
      ['another client', await jag({ client_id: 'cli_other' })],
      ['no client', await jag({ client_id: undefined })],
      ['expired', await jag({ exp: seconds })],
      ['without an end', await jag({ exp: undefined })],
      ['that lives too long', await jag({ exp: seconds + 3600 })],
      ['of the future', await jag({ iat: seconds + 120, exp: seconds + 200 })],
      ['no jti', await jag({ jti: undefined })],
      ['nobody', await jag({ sub: 'unknown' })],
      ['no subject', await jag({ sub: undefined })],
      ['another key', await jag({}, {}, stranger)],
      ['an unknown kid', await jag({}, { kid: 'unknown' })],
      ['alg none', none],
      ['no JWT', 'nonsense'],
    ] as const) {
      const answer = await redeem(assertion)
      expect([answer.status, answer.body.error], name).toEqual([400, 'invalid_grant'])
    }
    expect((await redeem(good)).status).toBe(200)
    await run(`UPDATE users SET status = 'disabled' WHERE id = ?`, [person.userId])
    expect((await redeem(await jag())).body.error).toBe('invalid_grant')
  })

  test('RFC 7523 §2.1: of the type authorization-grant+jwt it need not name the client or the scopes', async () => {
    const plain = (claims: Record<string, unknown> = {}) =>
      jag({ client_id: undefined, scope: undefined, ...claims }, { typ: 'authorization-grant+jwt' })
    const answer = await redeem(await plain(), { scope: 'read' })
    expect(answer.status, answer.text).toBe(200)
    expect(payloadOf(answer.body.access_token)).toMatchObject({ sub: person.userId, aud: API, scope: 'read' })
    const assertion = await plain()
    const twice = await Promise.all([1, 2].map(() => redeem(assertion, { scope: 'read' })))
    expect(twice.filter(({ status }) => status === 200).length).toBe(1)
    for (const [name, sent, error] of [
      ['of another client', redeem(await plain({ client_id: 'cli_other' }), { scope: 'read' }), 'invalid_grant'],
      ['of another audience', redeem(await plain({ aud: 'https://app.example' }), { scope: 'read' }), 'invalid_grant'],
      ['with fewer scopes', redeem(await plain({ scope: 'read' }), { scope: 'read write' }), 'invalid_scope'],
      ['for an unknown scope', redeem(await plain(), { scope: 'admin' }), 'invalid_scope'],
      ['for a refresh token', redeem(await plain(), { scope: 'read offline_access' }), 'invalid_scope'],
      [
        'that is an identity assertion grant',
        redeem(await jag({ scope: undefined }), { scope: 'read' }),
        'invalid_scope',
      ],
    ] as const) {
      const { status, body } = await sent
      expect([status, body.error], name).toEqual([400, error])
    }
  })

  test('only by a confidential client of an administrator', async () => {
    for (const columns of [{ auth_method: 'none' }, { auth_method: 'client_secret_basic', source: 'registration' }]) {
      const other = await makeClient(t, { grant_types: JSON.stringify([BEARER]), ...columns })
      expect((await redeem(await jag({ client_id: other.id }), {}, other)).body.error).toBe('unauthorized_client')
    }
  })
})
