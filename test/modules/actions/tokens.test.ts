/** What a program decides about tokens: at each door through which one is issued. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { type Answer, call, cookieOf, PASSWORD, type Session, signUp } from '../../support/client.ts'
import { ORIGIN, type TestApp } from '../../support/test-app.ts'
import {
  type ClientRow,
  makeClient,
  makeCode,
  makeGrant,
  makePerson,
  payloadOf,
  postForm,
  redeem,
  type Tokens,
} from '../token/support/oauth.ts'
import { decides, type Program, startProgram } from './support/program.ts'
import { createWorld, endActions, eventsOf, makeAction, setUpAdmin } from './support/world.ts'

let t: TestApp
let admin: string
let program: Program
let client: ClientRow
let confidential: ClientRow
beforeAll(async () => {
  t = await createWorld()
  admin = (await setUpAdmin(t)).accessToken
  program = await startProgram()
  client = await makeClient(t)
  confidential = await makeClient(t, {
    auth_method: 'client_secret_basic',
    grant_types: '["client_credentials"]',
    service_account_id: null,
    scopes: '["read"]',
  })
})
afterEach(async () => {
  await endActions(t, admin)
  program.asked.length = 0
  program.answer = decides({ decision: 'allow' })
})
afterAll(async () => {
  program.stop()
  await t.close()
})

let people = 0
const newEmail = () => `holder${++people}@example.com`
const ask = (body: object = {}) => makeAction(t, admin, { trigger: 'token_issue', url: program.url, ...body })
const signIn = (email: string, more: object = {}) =>
  call<Session & { code: string; detail: string }>(t, 'POST /v1/auth/sign-in', {
    body: { email, password: PASSWORD, ...more },
    headers: { origin: ORIGIN, 'user-agent': 'Tests/1' },
  })
/** Short for a program that hangs. One that answers has the time that a busy machine needs. */
async function giveTime(id: string, timeoutMs: number): Promise<void> {
  expect((await call(t, `PATCH /v1/actions/${id}`, { token: admin, body: { timeoutMs } })).status).toBe(200)
}
const claimsOf = (token: string) => payloadOf(token) as Record<string, unknown>
const livingSessions = async (userId: string) =>
  Number(
    (
      await t.deps.db.$client.execute({
        sql: 'SELECT count(*) AS n FROM sessions WHERE user_id = ? AND ended_at IS NULL',
        args: [userId],
      })
    ).rows[0]?.n,
  )

describe('the session of a person', () => {
  test('begins and goes on with the claims of the program, which is told who it is for', async () => {
    const email = newEmail()
    const { user } = await signUp(t, email)
    await ask()
    program.answer = decides({ decision: 'allow', claims: { plan: 'gold', 'https://example.com/seats': [1, 2] } })
    const { body } = await signIn(email)
    expect(claimsOf(body.accessToken)).toMatchObject({
      plan: 'gold',
      'https://example.com/seats': [1, 2],
      sub: user.id,
    })
    expect(program.asked.at(-1)?.question).toMatchObject({
      type: 'action.token_issue',
      data: {
        kind: 'session',
        userId: user.id,
        sessionId: claimsOf(body.accessToken).sid,
        clientId: null,
        orgId: null,
        audience: ORIGIN,
        scopes: null,
        amr: ['pwd'],
        address: '203.0.113.7',
        userAgent: 'Tests/1',
      },
    })
    program.answer = decides({ decision: 'allow', claims: { plan: 'silver' } })
    const next = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: body.refreshToken } })
    expect(claimsOf(next.body.accessToken).plan).toBe('silver')
    expect((await call(t, 'GET /v1/me', { token: next.body.accessToken })).status).toBe(200)
    const org = await call<{ id: string }>(t, 'POST /v1/orgs', { token: next.body.accessToken, body: { name: 'Acme' } })
    const switched = await call<{ accessToken: string }>(t, 'POST /v1/me/active-org', {
      token: next.body.accessToken,
      body: { orgId: org.body.id },
    })
    expect(claimsOf(switched.body.accessToken)).toMatchObject({ plan: 'silver', org_id: org.body.id })
    expect(program.asked.at(-1)?.question.data.orgId).toBe(org.body.id)
  })

  test('that is refused does not stay open, with a token or with a cookie', async () => {
    const email = newEmail()
    const { user } = await signUp(t, email)
    await ask()
    program.answer = decides({ decision: 'deny', reason: 'Not at night' })
    for (const more of [{}, { useCookie: true }]) {
      const refused = await signIn(email, more)
      expect([refused.status, refused.body.code, refused.body.detail]).toEqual([403, 'action.denied', 'Not at night'])
      expect(refused.headers.get('set-cookie')).toBeNull()
      expect(await livingSessions(user.id)).toBe(1)
    }
    expect(program.asked.map(({ question }) => question.data.kind)).toEqual(['session', 'cookie'])
    const denied = (await eventsOf(t, 'action.denied')).filter(({ user_id }) => user_id === user.id)
    expect(denied).toHaveLength(1) // one a minute
  })

  test('that goes on may be refused and asked for again: nothing is lost', async () => {
    const email = newEmail()
    const { refreshToken, user } = await signUp(t, email)
    const { id } = await ask()
    const refresh = () => call<Session & { code: string }>(t, 'POST /v1/auth/refresh', { body: { refreshToken } })
    program.answer = () => {}
    await giveTime(id, 100)
    expect((await refresh()).body.code).toBe('action.unavailable')
    await giveTime(id, 2000)
    program.answer = decides({ decision: 'deny' })
    expect((await refresh()).body.code).toBe('action.denied')
    expect(await livingSessions(user.id)).toBe(1)
    program.answer = decides({ decision: 'allow' })
    expect((await refresh()).status).toBe(200)
  })

  test('that is made fresh is asked for before it is replaced: a refusal signs nobody out', async () => {
    const email = newEmail()
    const { accessToken, user } = await signUp(t, email)
    await ask()
    program.answer = decides({ decision: 'deny' })
    const stepUp = () =>
      call<Session & { code: string }>(t, 'POST /v1/auth/step-up', {
        token: accessToken,
        body: { password: 'correct horse battery staple' },
      })
    expect((await stepUp()).body.code).toBe('action.denied')
    expect(await livingSessions(user.id)).toBe(1)
    expect((await call(t, 'GET /v1/me', { token: accessToken })).status).toBe(200)
    program.answer = decides({ decision: 'allow', claims: { plan: 'gold' } })
    const before = program.asked.length
    const fresh = await stepUp()
    expect(fresh.status, fresh.text).toBe(200)
    expect(claimsOf(fresh.body.accessToken)).toMatchObject({ plan: 'gold' })
    expect(program.asked.length).toBe(before + 1)
    expect((await call(t, 'GET /v1/me', { token: accessToken })).status).toBe(401)
  })

  test('in a cookie is asked for when it goes on', async () => {
    const email = newEmail()
    await signUp(t, email)
    const cookie = cookieOf(await signIn(email, { useCookie: true }))
    await ask()
    program.answer = decides({ decision: 'deny' })
    const answer = await call(t, 'POST /v1/auth/refresh', { cookie, body: {} })
    expect([answer.status, answer.body.code, answer.headers.get('set-cookie')]).toEqual([403, 'action.denied', null])
    program.answer = decides({ decision: 'allow', claims: { ignored: true } })
    expect((await call(t, 'POST /v1/auth/refresh', { cookie, body: {} })).status).toBe(200)
  })
})

describe('a client', () => {
  const scopes = { [ORIGIN]: ['openid', 'profile', 'offline_access'] }
  const redeemed = (code: string) =>
    redeem(t, client, code) as unknown as Promise<Answer<Tokens & { error: string; error_description: string }>> // or a refusal
  const newCode = async () => {
    const person = await makePerson(t)
    const grantId = await makeGrant(t, person, client, scopes)
    return { person, code: await makeCode(t, person, client, grantId, { scopes }) }
  }

  test('gets what is for the client in the ID token alone, and what is for APIs in the access token alone', async () => {
    const { person, code } = await newCode()
    await ask()
    program.answer = decides({ decision: 'allow', claims: { tier: 2 }, idTokenClaims: { plan: 'gold' } })
    const { body } = await redeemed(code)
    const [access, id] = [claimsOf(body.access_token), claimsOf(body.id_token ?? '')]
    expect(access).toMatchObject({ tier: 2, sub: person.userId })
    expect(id).toMatchObject({ plan: 'gold', sub: person.userId, aud: client.id })
    expect(['plan' in access, 'tier' in id]).toEqual([false, false])
    program.answer = decides({ decision: 'allow' })
    const form = { grant_type: 'refresh_token', refresh_token: body.refresh_token }
    const next = await postForm<Tokens>(t, '/oauth/token', form, { client })
    expect(claimsOf(next.body.id_token ?? '').sub).toBe(person.userId)
    expect('plan' in claimsOf(next.body.id_token ?? '')).toBe(false)
  })

  test.each([
    ...['sub', 'aud', 'nonce', 'at_hash', 'auth_time', 'acr', 'sid', 'email', 'email_verified', 'events'],
    ...[
      'name',
      'preferred_username',
      'phone_number',
      'picture',
      'verified_claims',
      'updated_at',
      'locale',
      'EMAIL',
      'Phone_Number',
    ],
  ])('gets no ID token with %s of a program', async (name) => {
    const { code } = await newCode()
    await ask()
    program.answer = decides({ decision: 'allow', idTokenClaims: { [name]: 'x' } })
    const failed = await redeemed(code)
    expect([failed.status, failed.body.error]).toEqual([503, 'temporarily_unavailable'])
    program.answer = decides({ decision: 'allow', idTokenClaims: { [`${name}_of_ours`]: 'x' } })
    expect(claimsOf((await redeemed(code)).body.id_token ?? '')[`${name}_of_ours`]).toBe('x')
  })

  test('gets no claims for ID tokens that are no object or too long', async () => {
    const { code } = await newCode()
    await ask()
    for (const idTokenClaims of [null, 'plan', ['plan'], { plan: 'x'.repeat(1024) }, { 'a b': 1 }]) {
      program.answer = decides({ decision: 'allow', idTokenClaims })
      expect([idTokenClaims, (await redeemed(code)).status]).toEqual([idTokenClaims, 503])
    }
    // 1 KB in each token is no 2 KB in one.
    program.answer = decides({
      decision: 'allow',
      claims: { a: 'x'.repeat(900) },
      idTokenClaims: { b: 'x'.repeat(900) },
    })
    expect((await redeemed(code)).status).toBe(200)
  })

  test('gets the claims of the program with a code and with a refresh token', async () => {
    const { person, code } = await newCode()
    await ask()
    program.answer = decides({ decision: 'allow', claims: { tier: 2 } })
    const { body } = await redeemed(code)
    expect(claimsOf(body.access_token)).toMatchObject({ tier: 2, client_id: client.id })
    expect(program.asked.at(-1)?.question.data).toMatchObject({
      kind: 'client',
      clientId: client.id,
      userId: person.userId,
    })
    program.answer = decides({ decision: 'allow' })
    const form = { grant_type: 'refresh_token', refresh_token: body.refresh_token }
    const next = await postForm<{ access_token: string }>(t, '/oauth/token', form, { client })
    expect('tier' in claimsOf(next.body.access_token)).toBe(false)
  })

  test('keeps its code when the program fails, and is told in the words of OAuth', async () => {
    const { code } = await newCode()
    const { id } = await ask({ timeoutMs: 100 })
    program.answer = () => {}
    const failed = await redeemed(code)
    await giveTime(id, 2000)
    expect([failed.status, failed.body.error, failed.headers.get('retry-after')]).toEqual([
      503,
      'temporarily_unavailable',
      '5',
    ])
    program.answer = decides({ decision: 'deny', reason: 'Not "yet"' })
    const denied = await redeemed(code)
    expect([denied.status, denied.body.error, denied.body.error_description]).toEqual([
      400,
      'access_denied',
      'The operator of this server does not allow this token.', // quotes may not be in a description
    ])
    program.answer = decides({ decision: 'deny', reason: 'Not yet' })
    expect((await redeemed(code)).body.error_description).toBe('Not yet')
    program.answer = decides({ decision: 'allow' })
    expect((await redeemed(code)).status).toBe(200)
  })

  test('with a wrong code or secret asks nobody', async () => {
    await ask()
    await redeemed('nothing')
    const wrong = { ...confidential, secret: 'wrong' }
    await postForm(t, '/oauth/token', { grant_type: 'client_credentials' }, { client: wrong })
    expect(program.asked).toHaveLength(0)
  })
})

describe('claims', () => {
  const refused: [string, unknown][] = [
    ...['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'client_id', 'scope', 'sid', 'gid', 'fam', 'act', 'cnf', 'amr', 'acr']
      .concat([
        'roles',
        'org_id',
        'org_role',
        'permissions_hash',
        'auth_time',
        'authorization_details',
        'email_verified',
      ])
      .map((name): [string, unknown] => [name, { [name]: 'usr_00000000000000000000000000000000' }]),
    ['Sub, which programs in Go read as sub', { Sub: 'usr_00000000000000000000000000000000' }],
    ['a name with a blank', { 'a b': 1 }],
    ['a name of nothing', { '': 1 }],
    ['more than 1 KB', { pad: 'x'.repeat(1024) }],
    ['half of a surrogate pair', { plan: { names: ['\ud800'] } }],
    ['half of a surrogate pair in a name', { plan: { '\udc00': 1 } }],
    ['a list', ['roles']],
    ['a text', 'roles'],
    ['null', null],
  ]
  test.each(refused)('that are refused are a failure, and no token has them: %s', async (_, claims) => {
    const email = newEmail()
    await signUp(t, email)
    await ask()
    program.answer = decides({ decision: 'allow', claims })
    expect((await signIn(email)).body.code).toBe('action.unavailable')
  })

  test('of several programs are put together, and are too long together', async () => {
    const email = newEmail()
    await signUp(t, email)
    await ask()
    await ask()
    let asked = 0
    program.answer = (_, response) => {
      const name = `n${++asked}`
      response.end(JSON.stringify({ decision: 'allow', claims: { [name]: 'x'.repeat(400) } }))
    }
    expect(Object.keys(claimsOf((await signIn(email)).body.accessToken))).toEqual(expect.arrayContaining(['n1', 'n2']))
    program.answer = (_, response) =>
      void response.end(JSON.stringify({ decision: 'allow', claims: { [`n${++asked}`]: 'x'.repeat(600) } }))
    expect((await signIn(email)).body.code).toBe('action.unavailable')
  })

  test('with a hostile prototype change nothing', async () => {
    const email = newEmail()
    await signUp(t, email)
    await ask()
    program.answer = (_, response) => void response.end('{"decision":"allow","claims":{"__proto__":{"sub":"x"}}}')
    expect((await signIn(email)).body.code).toBe('action.unavailable')
    expect(({} as Record<string, unknown>).sub).toBeUndefined()
  })
})
