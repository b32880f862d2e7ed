/** No handler runs before its guard has let the request through, whether the guard answers at once or by a promise. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Elysia, type ElysiaConfig, t as schema } from 'elysia'
import { isAsync } from 'elysia/compose'
import type { Deps } from '../../src/deps.ts'
import { access, atOnce, guardOf } from '../../src/http/access.ts'

import { problems } from '../../src/http/problems.ts'
import { requests } from '../../src/http/requests.ts'
import { PASSWORD, call, setUpAdmin, signUp } from '../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'
import { expectProblem } from './support/send.ts'

let tested: TestApp
let production: TestApp
let debug: TestApp

beforeAll(async () => {
  const env = {
    NODE_ENV: 'production',
    EMAIL_VERIFICATION: 'optional',
    RATE_LIMIT: 'on',
    RATE_LIMIT_PER_MINUTE: '1000',
  }
  tested = await createTestApp()
  production = await createTestApp({ env })
  debug = await createTestApp({ env: { ...env, LOG_LEVEL: 'debug' } })
})
afterAll(() => Promise.all([tested.close(), production.close(), debug.close()]))

const ask = (token: string, method = 'GET', path = '/v1/me') =>
  new Request(`${ORIGIN}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'x-request-id': 'the-same-id' },
  })

/** Every load of a principal waits for `open`, or fails with what it is given. */
function gated(t: TestApp) {
  const gate = Promise.withResolvers<void>()
  const { principals } = t.deps
  const deps: Deps = {
    ...t.deps,
    principals: {
      ...principals,
      get: () => undefined,
      async load(...[key, load]: Parameters<typeof principals.load>) {
        await gate.promise
        return principals.load(key, load)
      },
    },
  }
  return { deps, open: () => gate.resolve(), fail: (error: Error) => gate.reject(error) }
}

/** Routes of each kind over such deps. `reached` lists the handlers that ran. */
function guardedApp({ deps }: { deps: Deps }, config: ElysiaConfig<''> = {}) {
  const reached: string[] = []
  const reach = (name: string) => () => {
    reached.push(name)
    return { name }
  }
  const app = new Elysia({ normalize: false, ...config })
    .use(problems(deps, () => []))
    .use(requests(deps))
    .use(access(deps))
    .get('/hook', reach('hook'), { actor: 'session' })
    .get('/input', reach('input'), { actor: 'session', query: schema.Object({ wanted: schema.String() }) })
    .delete('/write', reach('write'), { actor: 'any-session' })
    .get('/at-once', atOnce(deps, 'session', reach('at once')), { actorInHandler: 'session' })
  return { app, reached }
}

/** Long enough for every promise that is settled already. */
const turns = async () => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
  await new Promise((done) => setImmediate(done))
}

describe.each([
  ['compiled', () => tested, {}],
  ['compiled, as in production', () => production, {}],
  ['not compiled', () => tested, { aot: false }],
  ['not compiled, as in production', () => production, { aot: false }],
] as const)('a guard that waits for the database, %s', (what, world, config) => {
  let token: string
  beforeAll(async () => {
    token = (await signUp(world(), `ada-${what.replace(/\W+/g, '-')}@example.com`)).accessToken
  })

  const routes = [
    ['GET', '/hook'],
    ['GET', '/input?wanted=x'],
    ['DELETE', '/write'],
    ['GET', '/at-once'],
  ] as const

  test.each(routes)('%s %s reaches its handler after the guard', async (method, path) => {
    const gate = gated(world())
    const { app, reached } = guardedApp(gate, config)
    const answer = app.handle(ask(token, method, path))
    await turns()
    expect(reached).toEqual([])
    gate.open()
    expect((await answer).status).toBe(200)
    expect(reached.length).toBe(1)
  })

  test.each(routes)('%s %s is refused, and its handler not reached, when the load fails', async (method, path) => {
    const gate = gated(world())
    const { app, reached } = guardedApp(gate, config)
    const answer = app.handle(ask(token, method, path))
    gate.fail(new Error('the disk is on fire'))
    const { status, headers } = await answer
    expect([status, headers.get('content-type')]).toEqual([500, 'application/problem+json'])
    expect(reached).toEqual([])
  })

  test.each(routes)('%s %s without a token is 401, before its input is looked at', async (method, path) => {
    const { app, reached } = guardedApp(gated(world()), config)
    for (const headers of [{}, { authorization: 'Bearer nonsense' }]) {
      const answer = await app.handle(new Request(`${ORIGIN}${path.split('?')[0]}`, { method, headers }))
      expect(answer.status).toBe(401)
    }
    expect(reached).toEqual([])
  })
})

test('Elysia treats every guard as asynchronous, also when the source is minified', () => {
  for (const { deps } of [tested, production]) {
    const { app } = guardedApp({ deps })
    for (const { path, hooks } of app.routes) {
      const guard = guardOf(hooks)
      expect(guard === undefined, path).toBe(path === '/at-once')
      if (guard === undefined) continue
      expect(isAsync(guard), path).toBe(true)
      Object.assign(guard, { toString: () => 'a=>{}' })
      expect(isAsync(guard), path).toBe(true)
    }
  }
})

test('a guard that the framework does not await gives no access', async () => {
  const gate = gated(tested)
  const { app, reached } = guardedApp(gate)
  const { accessToken } = await signUp(tested, 'unawaited@example.com')
  const route = app.routes.find(({ path }) => path === '/hook')
  const guard = route && guardOf(route.hooks)
  if (!route || !guard) throw new Error('the route has no guard')
  // What an Elysia would do that no longer looked at the constructor.
  route.hooks.transform = [{ fn: (context: Parameters<typeof guard>[0]) => guard(context), isAsync: false }]
  const answer = await app.handle(ask(accessToken, 'GET', '/hook'))
  expect(answer.status).toBe(500)
  gate.open()
  await turns()
  expect(reached).toEqual([])
})

describe('GET /v1/me in production', () => {
  test('is answered without waiting when the principal is in memory, with the same answer', async () => {
    const { accessToken } = await setUpAdmin(production)
    const first = production.app.fetch(ask(accessToken))
    expect(first).toBeInstanceOf(Promise)
    const loaded = await first
    const second = production.app.fetch(ask(accessToken))
    if (second instanceof Promise) throw new Error('it was waited for')
    expect([loaded.status, second.status]).toEqual([200, 200])
    expect(await second.json()).toEqual(await loaded.json())
    const told = ({ headers }: Response) => [...headers].map(([name, value]) => [name, value.replace(/;r=\d+/, ';r=…')])
    expect(told(second).sort()).toEqual(told(loaded).sort())
    expect(second.headers.get('etag')).toBe('"1"')
    expect(second.headers.get('x-request-id')).toBe('the-same-id')
    const head = await production.app.fetch(ask(accessToken, 'HEAD'))
    expect([head.status, await head.text(), head.headers.get('etag')]).toEqual([200, '', '"1"'])
  })

  test('a refusal is the same problem document, in memory or not', async () => {
    const { accessToken: token } = await signUp(production, 'refused@example.com')
    const unknown = await call(production, 'GET /v1/me', { token: `${token}x` })
    expect(expectProblem(unknown).code).toBe('session.expired')
    expect(expectProblem(await call(production, 'GET /v1/me')).code).toBe('auth.required')

    const asked = await Promise.all(Array.from({ length: 1001 }, () => call(production, 'GET /v1/me', { token })))
    const limited = asked.filter(({ status }) => status === 429)
    expect(limited.length).toBe(1)
    const again = await call(production, 'GET /v1/me', { token })
    for (const answer of [...limited, again]) {
      expect(expectProblem(answer).code).toBe('request.rate_limited')
      expect(answer.headers.get('ratelimit')).toStartWith('"requests:account";r=0;')
    }
  })

  test('ends with its session, from the next request on', async () => {
    const { accessToken: token } = await signUp(production, 'ended@example.com')
    expect((await call(production, 'GET /v1/me', { token })).status).toBe(200)
    expect((await call(production, 'POST /v1/auth/sign-out', { token })).status).toBe(204)
    expect((await call(production, 'GET /v1/me', { token })).status).toBe(401)
  })

  test('a failure of the database is logged once and answered with a problem document', async () => {
    const { accessToken: token } = await signUp(production, 'unlucky@example.com')
    const { $client } = production.deps.db
    const { execute, batch } = $client
    const broken = () => Promise.reject(new Error('SQLITE_IOERR: disk I/O error'))
    Object.assign($client, { execute: broken, batch: broken })
    const before = production.logged.length
    try {
      const answer = await call(production, 'GET /v1/me', { token })
      expect(answer.status).toBeGreaterThanOrEqual(500)
      expectProblem(answer)
      const lines = production.logged.slice(before).filter(({ level }) => level === 'error' || level === 'warning')
      expect(lines.map(({ fields }) => [fields.method, fields.route, fields.requestId])).toEqual([
        ['GET', '/v1/me/', answer.headers.get('x-request-id')],
      ])
    } finally {
      Object.assign($client, { execute, batch })
    }
  })
})

test('the log of requests says what was answered, in memory or not', async () => {
  const { accessToken: token } = await signUp(debug, 'logged@example.com', PASSWORD)
  const before = debug.logged.length
  for (const sent of [token, token, `${token}x`]) await call(debug, 'GET /v1/me', { token: sent })
  await turns()
  const lines = debug.logged.slice(before).filter(({ message }) => message === 'GET /v1/me/')
  expect(lines.map(({ fields }) => fields.status)).toEqual([200, 200, 401])
})
