/** OpenID Connect Back-Channel Logout 1.0. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { call, PASSWORD, setUpAdmin } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import {
  type ClientRow,
  connect,
  insert,
  makeClient,
  makePerson,
  type Person,
  payloadOf,
  postForm,
} from '../token/support/oauth.ts'

const HOOK = 'https://app.example/backchannel'
let t: TestApp
let client: ClientRow
let woken: number
let received: { url: string; token: string; contentType: string | null }[]
beforeEach(async () => {
  woken = 0
  received = []
  const queue = { wake: () => void woken++, idle: async () => {} }
  t = await createTestApp({ env: { BREACHED_PASSWORDS: 'ignore' }, deps: { queue } })
  t.foreign.answer = async (url, init) => {
    const body = new URLSearchParams(String(init?.body))
    received.push({
      url,
      token: body.get('logout_token') ?? '',
      contentType: new Headers(init?.headers).get('content-type'),
    })
    return new Response(null, { status: 200 })
  }
  client = await makeClient(t, { backchannel_logout_uri: HOOK })
})
afterEach(() => t.close())

const sql = async (text: string) => (await t.deps.db.$client.execute(text)).rows
const jobs = () => sql("SELECT state, attempts, last_error FROM jobs WHERE kind = 'backchannel-logout'")
const signOut = ({ cookie }: Pick<Person, 'cookie'>) => call(t, 'POST /v1/auth/sign-out', { cookie })

test('the client gets a logout token that verifies by the JWKS and is no ID token (§2.4)', async () => {
  const { person, tokens } = await connect(t, client)
  const { sid, sub } = payloadOf(tokens.id_token)
  woken = 0
  expect((await signOut(person)).status).toBe(204)
  expect(woken).toBe(1)
  await t.work()
  expect(received.map(({ url, contentType }) => [url, contentType])).toEqual([
    [HOOK, 'application/x-www-form-urlencoded'],
  ])
  const token = received[0]?.token ?? ''
  const keys = (await call<JSONWebKeySet>(t, 'GET /.well-known/jwks.json')).body
  const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
    issuer: ORIGIN,
    audience: client.id,
    typ: 'logout+jwt',
    currentDate: new Date(t.clock.now()),
  })
  expect(payload).toEqual({
    iss: ORIGIN,
    aud: client.id,
    iat: Math.floor(t.clock.now() / 1000),
    exp: Math.floor(t.clock.now() / 1000) + 120,
    jti: expect.stringMatching(/^lgt_[0-9a-f]{32}$/),
    sub: sub as string,
    sid: sid as string,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  })
  expect(payload).not.toHaveProperty('nonce')
  await t.work()
  expect(received.length).toBe(1)
  expect((await sql('SELECT delivered_at FROM logout_notices'))[0]?.delivered_at).toBe(t.clock.now())
})

test.each(['RS256', 'ES256', 'EdDSA'])('it is signed as the ID tokens of the client are: %s', async (alg) => {
  const other = await makeClient(t, { backchannel_logout_uri: HOOK, id_token_alg: alg })
  const { person, tokens } = await connect(t, other)
  await signOut(person)
  await t.work()
  expect(decodeProtectedHeader(received[0]?.token ?? '')).toMatchObject({ alg, typ: 'logout+jwt' })
  expect(decodeProtectedHeader(tokens.id_token).alg).toBe(alg)
})

test('a pairwise client gets the subject that it knows, and never the id of the person', async () => {
  await insert(t, 'pairwise_sectors', { host: 'app.example', salt: 'c2FsdA' })
  const pairwise = await makeClient(t, {
    backchannel_logout_uri: HOOK,
    subject_type: 'pairwise',
    sector: 'app.example',
  })
  const { person, tokens } = await connect(t, pairwise)
  await signOut(person)
  await t.work()
  expect(payloadOf(received[0]?.token ?? '').sub).toBe(payloadOf(tokens.id_token).sub)
  expect(received[0]?.token).not.toContain(person.userId)
  expect(JSON.stringify(payloadOf(received[0]?.token ?? ''))).not.toContain(person.userId)
})

describe('whatever ends the session, its clients are told, and a worker is woken', () => {
  const doors: [string, (person: Person, email: string) => Promise<unknown>][] = [
    ['a sign-out', (person) => signOut(person)],
    [
      'the list of own sessions',
      ({ accessToken, sessionId }) => call(t, `DELETE /v1/me/sessions/${sessionId}`, { token: accessToken }),
    ],
    ['the end of all other sessions', ({ accessToken }) => call(t, 'DELETE /v1/me/sessions', { token: accessToken })],
    [
      'a new password',
      ({ accessToken }) =>
        call(t, 'POST /v1/me/password', {
          token: accessToken,
          body: { currentPassword: PASSWORD, newPassword: 'another long password of mine' },
        }),
    ],
    [
      'an administrator who ends the sessions',
      async ({ userId }) => {
        const { accessToken } = await setUpAdmin(t)
        woken = 0
        return call(t, `DELETE /v1/users/${userId}/sessions`, { token: accessToken })
      },
    ],
    [
      'an administrator who disables the account',
      async ({ userId }) => {
        const { accessToken } = await setUpAdmin(t)
        woken = 0
        return call(t, `POST /v1/users/${userId}/disable`, { token: accessToken })
      },
    ],
    [
      'an administrator who deletes the account',
      async ({ userId }) => {
        const { accessToken } = await setUpAdmin(t)
        woken = 0
        return call(t, `DELETE /v1/users/${userId}`, { token: accessToken })
      },
    ],
    [
      'the deletion of the own account',
      ({ accessToken }) => call(t, 'DELETE /v1/me', { token: accessToken, body: { password: PASSWORD } }),
    ],
  ]
  test.each(doors)('%s', async (_, end) => {
    const { person } = await connect(t, client)
    woken = 0
    const answer = (await end(person, '')) as { status: number; text: string }
    expect(answer.status, answer.text).toBeLessThan(300)
    expect(woken).toBeGreaterThan(0)
    await t.work()
    expect(received.map(({ token }) => payloadOf(token).sid)).toEqual([person.sessionId])
    expect((await jobs()).map(({ state }) => state)).toEqual(['done'])
  })
})

describe('only clients of this session are told, and once', () => {
  test('of three clients two, and of two families of one client one message', async () => {
    const person = await makePerson(t)
    const other = await makeClient(t, { backchannel_logout_uri: 'https://other.example/out' })
    const without = await makeClient(t)
    for (const each of [client, other, without]) await connect(t, each, undefined, person)
    await insertSecondFamily(person)
    await connect(t, await makeClient(t, { backchannel_logout_uri: 'https://third.example' })) // another person
    await signOut(person)
    await t.work()
    expect(received.map(({ url }) => url).sort()).toEqual([HOOK, 'https://other.example/out'])
  })

  test('20 sign-outs at once tell it once', async () => {
    const { person } = await connect(t, client)
    await Promise.all(Array.from({ length: 20 }, () => signOut(person)))
    await Promise.all([t.work(), t.work(), t.work()])
    expect(received.length).toBe(1)
  })

  test('a client that was deleted, disabled or set to no URI gets nothing, and the job ends', async () => {
    for (const change of [
      "UPDATE oauth_clients SET status = 'disabled'",
      'UPDATE oauth_clients SET backchannel_logout_uri = NULL',
      'DELETE FROM oauth_clients',
    ]) {
      const each = await makeClient(t, { backchannel_logout_uri: HOOK })
      const { person } = await connect(t, each)
      await signOut(person)
      await sql(change)
      t.deps.principals.forgetAll()
      await t.work()
    }
    expect(received).toEqual([])
    expect((await jobs()).every(({ state }) => state === 'done')).toBeTrue()
  })
})

const insertSecondFamily = async ({ sessionId }: Person) => {
  await sql(`INSERT INTO token_families SELECT 'fam_second', grant_id, user_id, client_id, 'another origin', session_id, sid, offline, scopes, details, claims, org_id, authenticated_at, amr, jkt, created_at, last_used_at, expires_at, ended_at, trust_epoch
    FROM token_families WHERE session_id = '${sessionId}' LIMIT 1`)
}

describe('a client that does not accept the token', () => {
  test.each([
    ['400', async () => new Response('{"error":"invalid_request"}', { status: 400 })],
    ['500', async () => new Response(null, { status: 500 })],
    ['302', async () => new Response(null, { status: 302, headers: { location: 'http://127.0.0.1/' } })],
    ['no answer', async () => Promise.reject(new TypeError('fetch failed'))],
  ])('(%s) is tried again with the same jti, and the job says which client it was', async (_, answer) => {
    const ok = t.foreign.answer
    const { person } = await connect(t, client)
    await signOut(person)
    let tries = 0
    t.foreign.answer = (...given) => {
      tries++
      return ok(...given).then(answer)
    }
    await t.work()
    expect(tries).toBe(1)
    const [job] = await jobs()
    expect([job?.state, job?.attempts]).toEqual(['pending', 1])
    expect(String(job?.last_error)).toContain(client.id)
    t.foreign.answer = ok
    t.clock.advance(20_000)
    await t.work()
    expect(received.length).toBe(2)
    const jtis = received.map(({ token }) => payloadOf(token).jti)
    expect(new Set(jtis).size).toBe(1)
    expect((await jobs())[0]?.state).toBe('done')
  })

  test('delays no other client', async () => {
    const { promise: never, resolve } = Promise.withResolvers<Response>()
    const ok = t.foreign.answer
    const slow = await makeClient(t, { backchannel_logout_uri: 'https://slow.example' })
    const person = await makePerson(t)
    for (const each of [slow, client]) await connect(t, each, undefined, person)
    t.foreign.answer = (url, init) => (url === 'https://slow.example' ? never : ok(url, init))
    await signOut(person)
    const working = t.work()
    while (received.length === 0) await new Promise((next) => setImmediate(next))
    expect(received[0]?.url).toBe(HOOK)
    resolve(new Response())
    await working
  })
})

test('a step-up tells nobody: the tokens go on, and the end of the new session names the old sid', async () => {
  const { person, tokens } = await connect(t, client)
  const answer = await call(t, 'POST /v1/auth/step-up', { cookie: person.cookie, body: { password: PASSWORD } })
  expect(answer.status, answer.text).toBe(200)
  await t.work()
  expect(received).toEqual([])
  const refreshed = await postForm<{ access_token: string; id_token: string }>(
    t,
    '/oauth/token',
    { grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
    { client },
  )
  expect(refreshed.status, refreshed.text).toBe(200)
  const { sid } = payloadOf(tokens.id_token)
  if (refreshed.body.id_token !== undefined) expect(payloadOf(refreshed.body.id_token).sid).toBe(sid)

  const cookie = /__Host-session=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? ''
  expect((await signOut({ cookie })).status).toBe(204)
  await t.work()
  expect(received.map(({ token }) => payloadOf(token).sid)).toEqual([sid])
})

test('a logout token is accepted nowhere: not as an access token, not as a hint', async () => {
  const { person } = await connect(t, client)
  await signOut(person)
  await t.work()
  const token = received[0]?.token ?? ''
  expect((await call(t, 'GET /v1/me', { token })).status).toBe(401)
  expect((await call(t, `GET /oauth/logout?id_token_hint=${token}`)).status).toBe(400)
})

test('old notices are swept, and those of the last month are not', async () => {
  const { person } = await connect(t, client)
  await signOut(person)
  await t.work()
  const { runJobs } = await import('../../../src/jobs.ts')
  await runJobs(t.deps, 'sweep-sessions')
  expect(await sql('SELECT id FROM logout_notices')).toHaveLength(1)
  t.clock.advance(31 * 86_400_000)
  await runJobs(t.deps, 'sweep-sessions')
  expect(await sql('SELECT id FROM logout_notices')).toHaveLength(0)
})
