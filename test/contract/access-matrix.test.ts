/** Who may call what (security.md 31, ASVS 8.2.1). A route that is missing from the table fails here. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type AnyElysia, Elysia } from 'elysia'
import { decodeJwt } from 'jose'
import { identities, passkeys, rememberedDevices } from '../../db/tables/index.ts'
import { access, assertMarked, sessionMarks } from '../../src/http/access.ts'
import { problems } from '../../src/http/problems.ts'
import { requests } from '../../src/http/requests.ts'
import { pathFor, type Route, routesOf } from '../http/support/routes.ts'
import { expectProblem, type ProblemBody, send } from '../http/support/send.ts'
import { call, setUpAdmin, signInWithCookie, signUp, type User } from '../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'

const TABLE: Record<string, string> = {
  'GET /livez': 'public',
  'GET /readyz': 'public',
  'GET /.well-known/jwks.json': 'public',
  'GET /docs': 'public',
  'GET /docs/assets/:name': 'public',
  'GET /docs/errors': 'public',
  'GET /openapi.json': 'public',
  // Opening a page of a link in a mail uses nothing up.
  'GET /verify-email': 'public',
  'GET /confirm-email': 'public',
  'GET /reset-password': 'public',
  'GET /sign-in': 'public',
  'GET /pages/assets/:name': 'public',
  'POST /v1/setup': 'public',
  'GET /.well-known/webauthn': 'public',
  'POST /v1/auth/passkey/options': 'public', // asks nothing and stores nothing
  'POST /v1/auth/passkey': 'public',
  'POST /v1/auth/passkey/sign-up/options': 'public',
  'POST /v1/auth/passkey/sign-up': 'public',
  'POST /v1/auth/mfa/passkey/options': 'public', // its credential is the challenge of a first factor
  'POST /v1/auth/step-up/passkey/options': 'any-session',
  // The first three also for who must have a second factor and has none yet.
  'GET /v1/me/passkeys': 'any-session',
  'POST /v1/me/passkeys/options': 'fresh-any-session',
  'POST /v1/me/passkeys': 'fresh-any-session',
  'PATCH /v1/me/passkeys/:id': 'session', // of one's own, or it is 404
  'DELETE /v1/me/passkeys/:id': 'fresh-session',
  'POST /v1/auth/anonymous': 'public',
  'POST /v1/me/upgrade': 'fresh-session', // of an anonymous account, or it is 409
  'POST /v1/auth/sign-up': 'public',
  'POST /v1/auth/sign-in': 'public',
  'POST /v1/auth/refresh': 'public', // its credential is the refresh token
  'POST /v1/auth/sign-out': 'public', // checks and ends the session in one statement
  'POST /v1/auth/verify-email': 'public', // the credential of these is what a mail carried
  'POST /v1/auth/verify-email/resend': 'public',
  'POST /v1/auth/forgot-password': 'public',
  'POST /v1/auth/reset-password': 'public',
  'POST /v1/auth/email-code': 'public',
  'POST /v1/auth/email-code/verify': 'public',
  'GET /v1/auth/providers': 'public',
  'GET /v1/auth/providers/:id/start': 'public',
  'GET /v1/auth/providers/:id/callback': 'public', // its credential is the encrypted cookie, and what the provider says
  'POST /v1/auth/providers/:id/callback': 'public', // sends on to the GET
  'GET /v1/me/identities': 'session',
  'POST /v1/me/identities/:provider/start': 'fresh-session',
  'DELETE /v1/me/identities/:id': 'fresh-session', // of one's own, or it is 404
  'POST /v1/auth/mfa/verify': 'public', // its credential is the challenge
  'POST /v1/me/email': 'fresh-session',
  'POST /v1/auth/step-up': 'any-session', // shows what a role asks for
  'GET /v1/me': 'any-session',
  'PATCH /v1/me': 'session',
  'GET /v1/me/export': 'fresh-session',
  'DELETE /v1/me': 'fresh-session',
  'POST /v1/me/password': 'session', // the current password is the proof
  'GET /v1/me/sessions': 'session',
  'DELETE /v1/me/sessions': 'session',
  'DELETE /v1/me/sessions/:id': 'session', // of one's own, or it is 404
  'GET /v1/me/mfa': 'any-session',
  'POST /v1/me/mfa/totp': 'fresh-any-session',
  'POST /v1/me/mfa/totp/confirm': 'fresh-any-session',
  'DELETE /v1/me/mfa/totp': 'fresh-session',
  'POST /v1/me/mfa/recovery-codes': 'fresh-session',
  'GET /v1/me/mfa/devices': 'session',
  'DELETE /v1/me/mfa/devices': 'session',
  'DELETE /v1/me/mfa/devices/:id': 'session', // of one's own, or it is 404
  'GET /v1/roles': 'roles:read',
  'PATCH /v1/roles/:role': 'roles:write',
  'GET /v1/users': 'users:read',
  'POST /v1/users': 'users:write',
  'POST /v1/users/import': 'users:write',
  'GET /v1/users/:id': 'users:read',
  'PATCH /v1/users/:id': 'users:write',
  'DELETE /v1/users/:id': 'users:write',
  'DELETE /v1/users/:id/mfa': 'users:write',
  'POST /v1/users/:id/disable': 'users:write',
  'POST /v1/users/:id/enable': 'users:write',
  'GET /v1/users/:id/sessions': 'users:read',
  'DELETE /v1/users/:id/sessions': 'users:write',
  'GET /v1/audit-events': 'audit:read',
  'GET /v1/jobs': 'jobs:read',
  'POST /v1/jobs/:id/retry': 'jobs:write',
  'POST /v1/jobs/:id/discard': 'jobs:write',
}

let t: TestApp
let admin: string
let user: string
let cookie: string
let victim: User
/** Credentials of somebody who is nobody (any more). */
const nobody: Record<string, Record<string, string>> = {
  'a stranger': {},
  'a garbage token': { authorization: 'Bearer aaaa.bbbb.cccc' },
  'an API key of no one': { authorization: `Bearer key_${'0'.repeat(40)}` },
  'an empty token': { authorization: 'Bearer ' },
  'another scheme': { authorization: 'Basic YWRtaW46YWRtaW4=' },
  'a garbage cookie': { cookie: `__Host-session=${'A'.repeat(43)}`, origin: ORIGIN },
  'a cookie of another name': { cookie: 'session=x', origin: ORIGIN },
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

beforeAll(async () => {
  t = await createTestApp()
  const first = await setUpAdmin(t)
  nobody['an expired token'] = bearer(first.accessToken)
  t.clock.advance(301_000)
  admin = (
    await call<{ accessToken: string }>(t, 'POST /v1/auth/refresh', { body: { refreshToken: first.refreshToken } })
  ).body.accessToken
  const disabled = await signUp(t, 'disabled@example.com')
  expect((await call(t, 'GET /v1/me', { token: disabled.accessToken })).status).toBe(200) // and is now in the cache
  await call(t, `POST /v1/users/${disabled.user.id}/disable`, { token: admin })
  nobody['a disabled user’s token'] = bearer(disabled.accessToken)
  const ended = await signUp(t, 'ended@example.com')
  await call(t, 'POST /v1/auth/sign-out', { token: ended.accessToken })
  nobody['an ended session’s token'] = bearer(ended.accessToken)
  nobody['a refresh token as an access token'] = bearer(ended.refreshToken)
  user = (await signUp(t, 'user@example.com')).accessToken
  cookie = await signInWithCookie(t, 'user@example.com')
  nobody['a cookie’s value as a bearer token'] = bearer(cookie)
  nobody['an access token as a cookie'] = { cookie: `__Host-session=${admin}`, origin: ORIGIN }
  victim = (await signUp(t, 'victim@example.com')).user
})
afterAll(() => t.close())

/** A body no schema takes, so that whoever gets past the lock is told 422 and changes nothing. */
const knock = (route: Route, headers: Record<string, string>, id?: string) =>
  send(t, `${route.method} ${pathFor(route, id)}?nonsense=1`, {
    headers: { ...headers, ...(route.body ? { 'content-type': 'application/json' } : {}) },
    ...(route.body ? { body: '{"nonsense":1}' } : {}),
  })

const guarded = async () => (await routesOf(t.app)).filter(({ mark }) => mark !== 'public')
/** Open to everybody who is signed in. */
const isPersonal = ({ mark }: Route) => sessionMarks.some((known) => known === mark)

test('the table is the app, mark for mark', async () => {
  expect(Object.fromEntries((await routesOf(t.app)).map(({ name, mark }) => [name, mark]))).toEqual(TABLE)
})

test('nobody gets 401 from every guarded route, before any word about the schema', async () => {
  for (const [who, headers] of Object.entries(nobody))
    for (const route of await guarded()) {
      const answer = await knock(route, headers)
      expect(answer.status, `${who}: ${route.name}`).toBe(401)
      const { code } = expectProblem(answer)
      expect(['auth.required', 'session.expired'] satisfies ProblemBody['code'][] as string[]).toContain(code)
      if (route.method === 'GET') expect((await knock({ ...route, method: 'HEAD' }, headers)).status).toBe(401)
    }
})

test('nobody cannot sign out, and public routes answer everybody without a 5xx', async () => {
  for (const [who, headers] of Object.entries(nobody))
    for (const route of await routesOf(t.app)) {
      if (route.mark !== 'public') continue
      const { status } = await knock(route, headers)
      expect(status, `${who}: ${route.name}`).toBeLessThan(500)
      if (route.path === '/v1/auth/sign-out') expect(status, who).toBe(401)
    }
})

test('a user gets 403 wherever a permission is asked for, by token and by cookie', async () => {
  for (const headers of [bearer(user), { cookie: `__Host-session=${cookie}`, origin: ORIGIN }])
    for (const route of await guarded()) {
      if (['DELETE /v1/me', 'DELETE /v1/me/sessions'].includes(route.name)) continue // they take no form to refuse
      const answer = await knock(route, headers, victim.id)
      // Past the lock: done, or refused for its form, or for what the account has.
      if (isPersonal(route)) expect([200, 201, 204, 404, 409, 422], route.name).toContain(answer.status)
      else {
        expect(answer.status, route.name).toBe(403)
        expect(expectProblem(answer).code).toBe('auth.forbidden')
      }
    }
})

test('an administrator passes every lock', async () => {
  for (const route of await guarded()) {
    const answer = await knock(route, bearer(admin))
    expect([401, 403], `${route.name} ${answer.status}`).not.toContain(answer.status)
    expect(answer.status, route.name).toBeLessThan(500)
  }
})

describe('another one’s id', () => {
  test('on every route that takes one is 403 for a user, and changes nothing', async () => {
    for (const route of await guarded()) {
      if (!route.path.includes(':') || isPersonal(route)) continue
      const answer = await send(t, `${route.method} ${pathFor(route, victim.id)}`, {
        headers: { ...bearer(user), 'content-type': 'application/json' },
        ...(route.method === 'PATCH' ? { body: JSON.stringify({ name: 'Taken' }) } : {}),
      })
      expect(answer.status, route.name).toBe(403)
    }
    expect((await call(t, `GET /v1/users/${victim.id}`, { token: admin })).body).toEqual({ ...victim })
  })

  test('no route open to every session takes an id, or it is tested here for swapped ids (ASVS 8.2.2)', async () => {
    const { accessToken, user: swapped } = await signUp(t, 'swapped@example.com')
    const { sid } = decodeJwt<{ sid: string }>(accessToken)
    const identityId = t.deps.random.id('idn')
    const passkeyId = t.deps.random.id('pky')
    await t.deps.db.insert(passkeys).values({
      id: passkeyId,
      userId: swapped.id,
      credentialId: 'swapped',
      publicKey: 'swapped',
      signCount: 0,
      transports: [],
      aaguid: '',
      backedUp: false,
      name: 'Swapped',
      createdAt: t.clock.now(),
    })
    await t.deps.db.insert(identities).values({
      id: identityId,
      userId: swapped.id,
      provider: 'acme',
      issuer: 'https://acme.example',
      subject: 'swapped',
      createdAt: t.clock.now(),
      lastUsedAt: t.clock.now(),
    })
    const deviceId = t.deps.random.id('dev')
    await t.deps.db.insert(rememberedDevices).values({
      id: deviceId,
      userId: swapped.id,
      hash: 'swapped',
      device: 'Swapped',
      address: null,
      createdAt: t.clock.now(),
      lastUsedAt: t.clock.now(),
      expiresAt: t.clock.now() + 60_000,
    })
    const theirs: Record<string, string> = {
      'DELETE /v1/me/identities/:id': identityId,
      'DELETE /v1/me/sessions/:id': sid,
      'DELETE /v1/me/mfa/devices/:id': deviceId,
      'PATCH /v1/me/passkeys/:id': passkeyId,
      'DELETE /v1/me/passkeys/:id': passkeyId,
      'POST /v1/me/identities/:provider/start': 'acme', // which this app does not know
    }
    const found = (await guarded()).filter((route) => isPersonal(route) && route.path.includes(':'))
    expect(found.map(({ name }) => name).sort()).toEqual(Object.keys(theirs).sort())
    for (const route of found) {
      const answer = await send(t, `${route.method} ${pathFor(route, theirs[route.name])}`, {
        headers: { ...bearer(user), 'content-type': 'application/json' },
        ...(route.method === 'PATCH' ? { body: JSON.stringify({ name: 'Taken' }) } : {}),
      })
      expect(answer.status, route.name).toBe(404)
    }
    expect((await call(t, 'GET /v1/me', { token: accessToken })).status).toBe(200)
  })
})

test('what makes an administrator cannot be given to oneself (ASVS 15.3.3)', async () => {
  for (const field of [
    { roles: ['admin'] },
    { emailVerified: true },
    { status: 'active' },
    { permissions: ['users:read'] },
  ])
    for (const [head, body] of [
      ['PATCH /v1/me', { name: 'x', ...field }],
      ['POST /v1/auth/sign-up', { email: 'x@example.com', password: 'a good long password', ...field }],
    ] as const)
      expect((await call(t, head, { token: user, body })).status).toBe(422)
})

test('a role that was taken away is gone from the next request (ASVS 8.3.2)', async () => {
  const { accessToken, user: second } = await signUp(t, 'second-admin@example.com')
  await call(t, `PATCH /v1/users/${second.id}`, { token: admin, body: { roles: ['admin', 'user'] } })
  expect((await call(t, 'GET /v1/users', { token: accessToken })).status).toBe(200)
  await call(t, `PATCH /v1/users/${second.id}`, { token: admin, body: { roles: ['user'] } })
  expect((await call(t, 'GET /v1/users', { token: accessToken })).status).toBe(403)
})

/** The traps of Elysia 1.4.30 (architecture.md, Access): every one must end in a refusal to start. */
describe('an app with a wrong mark does not start', () => {
  const base = () => new Elysia({ normalize: false }).use(access(t.deps))
  const handler = () => 'open'
  // biome-ignore lint/suspicious/noExplicitAny: what the type checker refuses is the point of these tests
  const wrong = (hooks: object) => hooks as any
  const starts = (build: () => unknown) => () => assertMarked(build() as AnyElysia) // apps of many shapes

  test.each<[string, object]>([
    ['no mark', {}],
    ['public: false', { public: false }],
    ['public: undefined', { public: undefined }],
    ['public: 0', { public: 0 }],
    ["public: 'yes'", { public: 'yes' }],
    ["requires: ''", { requires: '' }],
    ['requires: undefined', { requires: undefined }],
    ['requires: null', { requires: null }],
    ['requires: false', { requires: false }],
    ['requires: true', { requires: true }],
    ['requires an unknown permission', { requires: 'users:everything' }],
    ['requires a list', { requires: ['users:read'] }],
    ['a misspelt macro', { require: 'session' }],
    ['a requirement and public: true', { requires: 'session', public: true }],
    ['a false macro before the mark', { public: false, requires: 'session' }],
    ['a mark in the detail alone', { detail: { 'x-access': 'session' } }],
  ])('%s', (_, hooks) => {
    expect(starts(() => base().get('/x', handler, wrong(hooks)))).toThrow()
    expect(starts(() => base().post('/x', handler, wrong({ detail: { summary: 'x' }, ...hooks })))).toThrow()
  })

  test('routes of a plugin without marks, of a group, of a mount, of OPTIONS', () => {
    expect(starts(() => base().use(new Elysia().get('/x', handler)))).toThrow('no access mark')
    expect(starts(() => base().group('/g', (group) => group.get('/x', handler)))).toThrow('no access mark')
    expect(starts(() => base().mount('/m', () => new Response('open')))).toThrow('no access mark')
    expect(starts(() => base().options('/x', handler))).toThrow('no access mark')
    expect(starts(() => base().all('/x', handler))).toThrow('no access mark')
  })

  test('and one with right marks does', () => {
    const build = () =>
      base()
        .get('/open', handler, { public: true })
        .get('/mine', handler, { requires: 'session' })
        .get('/all', handler, { requires: 'users:read' })
    expect(starts(build)).not.toThrow()
  })

  /** Refused at the start, or locked all the same. */
  async function expectShut(hooks: object) {
    const app = new Elysia({ normalize: false })
      .use(problems(t.deps, () => []))
      .use(requests(t.deps))
      .use(access(t.deps))
      .macro('cached', (seconds: unknown) => (seconds ? { detail: { summary: 'cached' } } : undefined))
    try {
      assertMarked(app.get('/x', handler, wrong(hooks)))
    } catch {
      return
    }
    const what = JSON.stringify(hooks)
    expect((await app.handle(new Request(`${ORIGIN}/x`))).status, what).toBe(401)
    expect((await app.handle(new Request(`${ORIGIN}/x`, { headers: bearer(user) }))).status, what).toBe(403)
  }

  test('another macro before the mark, with a false or an empty value, does not open the route', async () => {
    for (const cached of [false, '', undefined, null, 0, true, 'x'])
      await expectShut({ cached, requires: 'users:read' })
  })

  test('a mark that says public over a guard does not open the route', async () => {
    await expectShut({ public: true, requires: 'users:read' })
    await expectShut({ requires: 'users:read', detail: { 'x-access': 'public' } })
  })
})
