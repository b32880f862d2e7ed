/**
 * Features are loaded by the first request that is for them, and answer as one app of all of them does. The reference is one
 * Elysia that holds every route.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Elysia } from 'elysia'
import { createApp } from '../../src/app.ts'
import type { Feature, Mark, RoutePlugin } from '../../src/core/feature.ts'
import { catalogue } from '../../src/errors.ts'
import * as known from '../../src/features.ts'
import { access } from '../../src/http/access.ts'
import { createFeatureApps } from '../../src/http/feature-app.ts'
import { createRouteTable } from '../../src/http/route-table.ts'
import { createTestApp, ORIGIN, type TestApp } from '../support/test-app.ts'
import { pathFor, routesOf } from './support/routes.ts'

type Paths = NonNullable<Feature['paths']>

const GOOD = 'https://good.example'
const features: readonly Feature[] = Object.values(known)

let t: TestApp
let open: TestApp
beforeAll(async () => {
  t = await createTestApp()
  open = await createTestApp({ env: { CORS_ORIGINS: GOOD } })
})
afterAll(() => Promise.all([t.close(), open.close()]))

/** A feature that counts how often its route files are imported. */
function feature(name: string, paths: Paths, plugin: RoutePlugin) {
  const made = { imports: 0, fail: undefined as Error | undefined }
  const declared: Feature = {
    name,
    paths,
    async routes() {
      made.imports++
      await Bun.sleep(0)
      if (made.fail) throw made.fail
      return [{ routes: plugin }]
    },
  }
  return Object.assign(made, { declared })
}

const hello = (name: string, paths: Paths = { [`GET /${name}`]: 'public', [`POST /${name}`]: 'session' } as Paths) =>
  feature(name, paths, (deps) =>
    new Elysia({ name })
      .use(access(deps))
      .get(`/${name}`, () => ({ hello: name }), { public: true })
      .post(`/${name}`, () => ({ hello: name }), { actor: 'session' }),
  )

const ask = (app: { handle(request: Request): Promise<Response> }, head: string, init: RequestInit = {}) => {
  const [method = '', path = ''] = head.split(' ')
  return app.handle(new Request(`${ORIGIN}${path}`, { method, ...init }))
}

describe('nothing is loaded', () => {
  test('by making the app, and of other features by a request', async () => {
    const [one, two] = [hello('one'), hello('two')]
    const app = createApp(t.deps, { features: [one.declared, two.declared] })
    expect(one.imports + two.imports).toBe(0)
    expect(await (await ask(app, 'GET /one')).json()).toEqual({ hello: 'one' })
    expect([one.imports, two.imports]).toEqual([1, 0])
    await app.allRoutes()
    expect([one.imports, two.imports]).toEqual([1, 1])
  })

  test('by requests that no route takes', async () => {
    const one = hello('one')
    const app = createApp(open.deps, { features: [one.declared] })
    const problemOf = async (answer: Response) => ({ status: answer.status, ...((await answer.json()) as object) })
    expect(await problemOf(await ask(app, 'GET /none'))).toMatchObject({ status: 404, code: 'request.not_found' })
    const wrongMethod = await ask(app, 'DELETE /one')
    expect(wrongMethod.headers.get('allow')).toBe('GET, HEAD, POST')
    expect(await problemOf(wrongMethod)).toMatchObject({ status: 405, code: 'request.method_not_allowed' })
    const form = { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
    expect((await ask(app, 'POST /one', form)).status).toBe(415)
    const large = { body: '{}', headers: { 'content-type': 'application/json', 'content-length': '2000000' } }
    expect((await ask(app, 'POST /one', large)).status).toBe(413)
    expect((await ask(app, 'GET /one?q=%00')).status).toBe(422)
    expect((await ask(app, 'OPTIONS /one', { headers: { origin: GOOD } })).status).toBe(204)
    expect(one.imports).toBe(0)
  })

  test('twice by requests at once', async () => {
    const one = hello('one')
    const app = createApp(t.deps, { features: [one.declared] })
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(app, 'GET /one')))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(one.imports).toBe(1)
  })
})

describe('a feature that cannot be loaded', () => {
  test('is a 500 of its own routes, logged, and tried again', async () => {
    const [one, two] = [hello('one'), hello('two')]
    const app = createApp(t.deps, { features: [one.declared, two.declared] })
    one.fail = new Error('the chunk did not arrive')
    t.logged.length = 0
    const answer = await ask(app, 'GET /one')
    expect(answer.status).toBe(500)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await answer.json()).toMatchObject({ code: 'server.error', requestId: answer.headers.get('x-request-id') })
    const errors = t.logged.filter(({ level }) => level === 'error')
    expect(errors).toMatchObject([{ message: 'request failed', fields: { method: 'GET' } }])
    expect(String(errors[0]?.fields.cause)).toContain('the feature one cannot be loaded')
    expect((await ask(app, 'GET /two')).status).toBe(200)
    await expect(app.allRoutes()).rejects.toThrow('the chunk did not arrive')
    one.fail = undefined
    expect((await ask(app, 'GET /one')).status).toBe(200)
    expect((await ask(app, 'DELETE /one')).status).toBe(405)
  })

  test('is a 500 of its own routes too when its router cannot be compiled', async () => {
    // The framework reads the source of a hook when it is added, and again when it compiles the router.
    let compiling = false
    const hook = Object.assign(() => {}, {
      toString() {
        if (compiling) throw new Error('the build generated no such function')
        return '() => {}'
      },
    })
    const one = feature('one', { 'GET /one': 'public' }, (deps) => {
      compiling = false
      queueMicrotask(() => {
        compiling = true
      })
      return new Elysia({ name: 'one' })
        .use(access(deps))
        .onRequest(hook)
        .get('/one', () => 'one', { public: true })
    })
    const app = createApp(t.deps, { features: [one.declared, hello('two').declared] })
    for (let times = 0; times < 2; times++) {
      const answer = await ask(app, 'GET /one')
      expect([answer.status, answer.headers.get('content-type')]).toEqual([500, 'application/problem+json'])
      const logged = t.logged.findLast(({ level }) => level === 'error')
      expect(String(logged?.fields.cause)).toContain('the feature one cannot be loaded')
    }
    expect((await ask(app, 'GET /two')).status).toBe(200)
  })

  test('the framework itself: every request is told so by a problem document, logged, and it is tried again', async () => {
    let fail = true
    const app = createApp(t.deps, {
      features: [hello('one').declared],
      async framework() {
        if (fail) throw new Error('the chunk did not arrive')
        return {}
      },
    })
    for (const head of ['GET /one', 'POST /one', 'GET /none', 'HEAD /one']) {
      const before = t.logged.length
      const answer = await ask(app, head)
      expect(answer.status, head).toBe(500)
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(await answer.json()).toEqual({
        type: `${ORIGIN}/docs/errors#server.error`,
        title: catalogue['server.error'].title,
        status: 500,
        code: 'server.error',
        requestId: answer.headers.get('x-request-id'),
      })
      expect(t.logged.slice(before)).toMatchObject([{ level: 'error', message: 'request failed' }])
    }
    fail = false
    expect((await ask(app, 'GET /one')).status).toBe(200)
    expect((await ask(app, 'GET /none')).status).toBe(404)
  })

  test.each<[string, Paths, string]>([
    ['has another mark', { 'GET /one': 'session', 'POST /one': 'session' }, 'GET /one'],
    ['is open where it was to be guarded', { 'GET /one': 'users:read', 'POST /one': 'session' }, 'GET /one'],
    ['is guarded where it was to be open', { 'GET /one': 'public', 'POST /one': 'public' }, 'POST /one'],
    ['has a route more', { 'GET /one': 'public' }, 'GET /one'],
    ['has a route less', { 'GET /one': 'public', 'POST /one': 'session', 'PUT /one': 'session' }, 'PUT /one'],
    ['is elsewhere', { 'GET /one': 'public', 'POST /other': 'session' }, 'POST /other'],
  ])('as it is declared, because a route %s, answers nothing but 500', async (_, paths, head) => {
    const app = createApp(t.deps, { features: [hello('one', paths).declared] })
    for (const asked of [head, ...Object.keys(paths)])
      for (let times = 0; times < 2; times++) expect((await ask(app, asked)).status, asked).toBe(500)
  })

  test('as it is declared, and the log says which side has what', async () => {
    const paths: Paths = { 'GET /one': 'session', 'PUT /one': 'session' }
    const app = createApp(t.deps, { features: [hello('one', paths).declared] })
    await expect(app.allRoutes()).rejects.toThrow(
      'feature.ts of one and its routes differ: only feature.ts has GET /one session, only feature.ts has PUT /one session, ' +
        'only the routes have GET /one public, only the routes have POST /one session',
    )
  })
})

describe('the table refuses', () => {
  const refused = (reason: string, ...declared: Partial<Feature>[]) =>
    expect(() =>
      createRouteTable(declared.map((one, index) => ({ name: `f${index}`, routes: async () => [], ...one }))),
    ).toThrow(reason)
  const marked = (mark: unknown): Paths => ({ 'GET /x': mark as Mark }) // what a mistake makes of it

  test('a route without a mark that a guard knows', () => {
    for (const mark of [undefined, null, true, '', 'private', 'sessions', 'users:everything', 'Public'])
      refused('no access mark', { paths: marked(mark) })
  })

  test('two routes for one request', () => {
    refused('of f0 already', { paths: { 'GET /a/:id': 'public' } }, { paths: { 'GET /a/:name': 'session' } })
    refused('already', { paths: { 'GET /a': 'public' } }, { paths: { 'GET /a/': 'session' } })
  })

  test('a declaration that is no route, a form without a route, and a missing route file', () => {
    refused('write METHOD /path', { paths: { 'get /a': 'public' } as Paths })
    refused('is no route', { forms: ['POST /a'] })
    expect(() => createRouteTable([{ name: 'f', paths: { 'GET /a': 'public' } }])).toThrow('imports none')
  })
})

describe('the app of all features', () => {
  test('has the routes that are declared, with their marks', async () => {
    const served = features.filter((one) => one.served?.(t.deps.config) !== false)
    const declared = served.flatMap(({ paths = {} }) => Object.entries(paths).map(([name, mark]) => `${name} ${mark}`))
    expect((await routesOf(t.app)).map(({ name, mark }) => `${name} ${mark}`).sort()).toEqual(declared.sort())
    expect(declared.length).toBeGreaterThan(60)
  })

  /** All of them as one feature, asked without the table. */
  async function oneElysia({ deps }: TestApp) {
    const served = features.filter((one) => one.served?.(deps.config) !== false)
    const whole: Feature = { name: 'all', paths: Object.assign({}, ...served.map(({ paths }) => paths)) }
    const modules = (await Promise.all(served.map(({ routes = async () => [] }) => routes()))).flat()
    const { of } = createFeatureApps(deps, createRouteTable(served), {})
    return of(whole, modules, { allRoutes: async () => [] })
  }

  const METHODS = ['GET', 'HEAD', 'POST', 'DELETE', 'PROPFIND']
  const variants = (path: string) => [
    path,
    `${path}/`,
    `${path}//`,
    `/${path}`,
    `${path}?a=1&b=/v1/me`,
    `${path}/more`,
    path.toUpperCase(),
    path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    path.replace(/[^/]+$/, ''),
    path.replace(/[^/]+$/, '%2F'),
    path.replace(/\/[^/]+$/, '/..'),
    path.replace(/(?<=.)\//, '%2f'),
    `${path};x=1`,
    `${path}#part`,
  ]

  test('answers every method, at every path and near it, as one Elysia with all routes does', async () => {
    for (const world of [t, open]) {
      const reference = await oneElysia(world)
      const app = createApp(world.deps)
      const known = [...new Set((await routesOf(world.app)).map((route) => pathFor(route)))]
      const paths = ['/', '/*', '//', '/v1', '/nope', '/v1/users/import', '/:name', ...known]
      const differing: unknown[] = []
      for (const path of new Set(world === t ? paths.flatMap(variants) : paths))
        for (const method of METHODS) {
          const sent = method === 'POST' || method === 'PUT' ? '{"nonsense":1}' : undefined
          const send = async (to: { handle(request: Request): Promise<Response> }) => {
            const init = {
              method,
              headers: { origin: GOOD, 'x-request-id': 'the-same-for-both', 'content-type': 'application/json' },
              ...(sent !== undefined && { body: sent }),
            }
            const answer = await to.handle(new Request(`${ORIGIN}${path}`, init))
            // The id of a decision is a new one each time.
            const body = (await answer.text()).replace(/dec_[0-9a-f]{32}/, 'dec_')
            return { status: answer.status, headers: Object.fromEntries(answer.headers), body }
          }
          if (path.startsWith('/openapi.json')) continue // it shows the routes of the app it is asked of
          const [ours, theirs] = [await send(app), await send(reference)]
          if (!Bun.deepEquals(ours, theirs)) differing.push({ method, path, ours, theirs })
        }
      expect(differing).toEqual([])
    }
  }, 300_000)
})
