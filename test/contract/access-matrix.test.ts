/** Who may call what (security.md 31, ASVS 8.2.1). The features say it (`contract.ts`); a route that is missing fails here. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Type } from '@sinclair/typebox'
import { type AnyElysia, Elysia } from 'elysia'
import type { Feature } from '../../src/core/feature.ts'
import type { Deps } from '../../src/deps.ts'
import * as features from '../../src/features.ts'
import { access, assertMarked, atOnce, sessionMarks } from '../../src/http/access.ts'
import { permissionInOrg } from '../../src/http/marks.ts'
import { problems } from '../../src/http/problems.ts'
import { requests } from '../../src/http/requests.ts'
import { pathFor, type Route, routesOf } from '../http/support/routes.ts'
import { expectProblem, type ProblemBody, send } from '../http/support/send.ts'
import { call, setUpAdmin, signInWithCookie, signUp, type User } from '../support/client.ts'
import { contracts } from '../support/contracts.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'

/** Of the features that this configuration serves. */
const tableOf = ({ config }: Deps): Record<string, string> =>
  Object.fromEntries(
    Object.values(features).flatMap((feature: Feature) =>
      feature.served?.(config) === false ? [] : Object.entries(contracts.get(feature.name)?.access ?? {}),
    ),
  )
const marksOf = async ({ app }: TestApp): Promise<Record<string, unknown>> =>
  Object.fromEntries((await routesOf(app)).map(({ name, mark }) => [name, mark]))

let t: TestApp
let admin: string
let user: string
let cookie: string
let victim: User
/** Credentials that are not valid (any more). */
const invalid: Record<string, Record<string, string>> = {
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
  invalid['an expired token'] = bearer(first.accessToken)
  t.clock.advance(301_000)
  admin = (
    await call<{ accessToken: string }>(t, 'POST /v1/auth/refresh', { body: { refreshToken: first.refreshToken } })
  ).body.accessToken
  const disabled = await signUp(t, 'disabled@example.com')
  expect((await call(t, 'GET /v1/me', { token: disabled.accessToken })).status).toBe(200) // and is now in the cache
  await call(t, `POST /v1/users/${disabled.user.id}/disable`, { token: admin })
  invalid['a disabled user’s token'] = bearer(disabled.accessToken)
  const ended = await signUp(t, 'ended@example.com')
  await call(t, 'POST /v1/auth/sign-out', { token: ended.accessToken })
  invalid['an ended session’s token'] = bearer(ended.accessToken)
  invalid['a refresh token as an access token'] = bearer(ended.refreshToken)
  user = (await signUp(t, 'user@example.com')).accessToken
  cookie = await signInWithCookie(t, 'user@example.com')
  invalid['a cookie’s value as a bearer token'] = bearer(cookie)
  invalid['an access token as a cookie'] = { cookie: `__Host-session=${admin}`, origin: ORIGIN }
  victim = (await signUp(t, 'victim@example.com')).user
})
afterAll(() => t.close())

/** A body no schema takes, so a request that passes the guards gets 422 and changes nothing. */
const knock = (route: Route, headers: Record<string, string>, id?: string) =>
  send(t, `${route.method} ${pathFor(route, id)}?nonsense=1`, {
    headers: { ...headers, ...(route.body ? { 'content-type': 'application/json' } : {}) },
    ...(route.body ? { body: '{"nonsense":1}' } : {}),
  })

const guarded = async () => (await routesOf(t.app)).filter(({ mark }) => mark !== 'public')
/** Open to every session, or to every principal. */
const isPersonal = ({ mark }: Route) => mark === 'principal' || sessionMarks.some((known) => known === mark)
/** AuthZEN answers 400 for a form that does not fit. */
const formRefused = ({ path }: Route): number => (path.startsWith('/access/') ? 400 : 422)

test('the table names the guard of every route of the app', async () => {
  expect(Object.keys(await marksOf(t)).length).toBeGreaterThan(70)
  expect(await marksOf(t)).toEqual(tableOf(t.deps))
})

test('the table names the guards of the development server too', async () => {
  const development = await createTestApp({ env: { NODE_ENV: 'development' } })
  expect(await marksOf(development)).toEqual(tableOf(development.deps))
  await development.close()
  expect(Object.keys(tableOf(development.deps)).length).toBeGreaterThan(Object.keys(tableOf(t.deps)).length)
})

test('every guarded route answers 401 to invalid credentials, before it checks the schema', async () => {
  for (const [who, headers] of Object.entries(invalid))
    for (const route of await guarded()) {
      const answer = await knock(route, headers)
      expect(answer.status, `${who}: ${route.name}`).toBe(401)
      const { code } = expectProblem(answer)
      expect(['auth.required', 'session.expired'] satisfies ProblemBody['code'][] as string[]).toContain(code)
      if (route.method === 'GET') expect((await knock({ ...route, method: 'HEAD' }, headers)).status).toBe(401)
    }
})

test('sign-out refuses invalid credentials, and public routes answer every request without a 5xx', async () => {
  for (const [who, headers] of Object.entries(invalid))
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
      if (isPersonal(route)) expect([200, 201, 204, 404, 409, formRefused(route)], route.name).toContain(answer.status)
      else if (permissionInOrg(route.mark) !== undefined)
        expect(expectProblem(answer).code, route.name).toBe('org.not_found') // see org-matrix.test.ts
      else {
        expect(answer.status, route.name).toBe(403)
        expect(expectProblem(answer).code).toBe('auth.forbidden')
      }
    }
})

test('an administrator passes every guard', async () => {
  for (const route of await guarded()) {
    const answer = await knock(route, bearer(admin))
    expect([401, 403], `${route.name} ${answer.status}`).not.toContain(answer.status)
    expect(answer.status, route.name).toBeLessThan(500)
  }
})

describe('the id of another user', () => {
  test('on every route that takes one is 403 for a user, and changes nothing', async () => {
    for (const route of await guarded()) {
      if (!route.path.includes(':') || isPersonal(route)) continue
      const answer = await send(t, `${route.method} ${pathFor(route, victim.id)}`, {
        headers: { ...bearer(user), 'content-type': 'application/json' },
        ...(route.method === 'PATCH' ? { body: JSON.stringify({ name: 'Taken' }) } : {}),
      })
      expect(answer.status, route.name).toBe(permissionInOrg(route.mark) === undefined ? 403 : 404)
    }
    expect((await call(t, `GET /v1/users/${victim.id}`, { token: admin })).body).toEqual({
      ...victim,
      privateMetadata: {},
    })
  })

  test('a route that is open to every session and takes an id is tested here with a foreign id (ASVS 8.2.2)', async () => {
    const swapped = await signUp(t, 'swapped@example.com')
    const theirs: Record<string, string> = {}
    for (const { swappedIds } of contracts.values()) Object.assign(theirs, await swappedIds?.(t, swapped))
    const found = (await guarded()).filter((route) => isPersonal(route) && route.path.includes(':'))
    expect(found.map(({ name }) => name).sort()).toEqual(Object.keys(theirs).sort())
    for (const route of found) {
      const answer = await send(t, `${route.method} ${pathFor(route, theirs[route.name])}`, {
        headers: { ...bearer(user), 'content-type': 'application/json' },
        ...(route.method === 'PATCH' ? { body: JSON.stringify({ name: 'Taken' }) } : {}),
      })
      expect(answer.status, route.name).toBe(404)
    }
    expect((await call(t, 'GET /v1/me', { token: swapped.accessToken })).status).toBe(200)
  })
})

test('a user cannot give an administrator role to the own account (ASVS 15.3.3)', async () => {
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
    ['requires a session', { requires: 'session' }],
    ["actor: ''", { actor: '' }],
    ['actor: undefined', { actor: undefined }],
    ['actor: null', { actor: null }],
    ['actor: false', { actor: false }],
    ['actor: true', { actor: true }],
    ['actor: an unknown mark', { actor: 'api-key' }],
    ['actor: a permission', { actor: 'users:read' }],
    ['actor: a list', { actor: ['session'] }],
    ['both marks', { actor: 'session', requires: 'users:read' }],
    ['both marks, the other way round', { requires: 'users:read', actor: 'session' }],
    ['a misspelt macro', { require: 'session' }],
    ['a requirement and public: true', { actor: 'session', public: true }],
    ['a false macro before the mark', { public: false, actor: 'session' }],
    ['a mark in the detail alone', { detail: { 'x-access': 'session' } }],
  ])('%s', (_, hooks) => {
    expect(starts(() => base().get('/x', handler, wrong(hooks)))).toThrow()
    expect(starts(() => base().post('/x', handler, wrong({ detail: { summary: 'x' }, ...hooks })))).toThrow()
  })

  test('a guard in the handler that is missing, differs from the mark, or comes after the input', () => {
    const guarded = atOnce(t.deps, 'session', handler)
    const query = Type.Object({ wanted: Type.String() })
    expect(starts(() => base().get('/x', guarded, { actorInHandler: 'session' }))).not.toThrow()
    for (const build of [
      () => base().get('/x', handler, { actorInHandler: 'session' }),
      () => base().get('/x', guarded, { actorInHandler: 'fresh-session' }),
      () => base().get('/x', guarded, wrong({ actorInHandler: 'users:read' })),
      () => base().get('/x', guarded, { public: true }),
      () => base().get('/x', guarded, wrong({ actorInHandler: 'everything' })),
      () => base().get('/x', guarded, {}),
      () => base().get('/x', guarded, { actorInHandler: 'session', query }),
      () => base().get('/x/:id', guarded, { actorInHandler: 'session', params: Type.Object({ id: Type.String() }) }),
      () => base().delete('/x', guarded, { actorInHandler: 'session' }),
      () => base().post('/x', guarded, { actorInHandler: 'session' }),
    ])
      expect(starts(build)).toThrow()
  })

  test('routes of a plugin without marks, of a group, of a mount, of OPTIONS', () => {
    expect(starts(() => base().use(new Elysia().get('/x', handler)))).toThrow('no access mark')
    expect(starts(() => base().group('/g', (group) => group.get('/x', handler)))).toThrow('no access mark')
    expect(starts(() => base().mount('/m', () => new Response('open')))).toThrow('no access mark')
    expect(starts(() => base().options('/x', handler))).toThrow('no access mark')
    expect(starts(() => base().all('/x', handler))).toThrow('no access mark')
  })

  test('an app with right marks starts', () => {
    const build = () =>
      base()
        .get('/open', handler, { public: true })
        .get('/mine', handler, { actor: 'session' })
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
