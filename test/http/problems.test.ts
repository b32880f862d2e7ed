/** Methods, paths, queries and ids of requests: every refusal is a problem document (RFC 9457). */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { permissionInOrg } from '../../src/http/marks.ts'
import { setUpAdmin, signUp } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { NOBODY_ID, pathFor, type Route, routesOf } from './support/routes.ts'
import { expectProblem, json, send } from './support/send.ts'

let t: TestApp
let token: string
let routes: Route[]

beforeAll(async () => {
  t = await createTestApp()
  token = (await setUpAdmin(t)).accessToken
  await signUp(t, 'ada@example.com')
  routes = await routesOf(t.app)
})
afterAll(() => t.close())

const get = (path: string) => send(t, `GET ${path}`, { headers: { authorization: `Bearer ${token}` } })

describe('methods', () => {
  const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']

  test('a wrong method is 405 with an exact Allow, on every path', async () => {
    // `/v1/users/import` is a `/v1/users/:id` too.
    const isOf = (path: string) => (route: Route) =>
      new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+')}$`).test(path)
    for (const path of new Set(routes.map((route) => route.path))) {
      const own = [...new Set(routes.filter(isOf(path)).map(({ method }) => method))]
      const allowed = own.includes('GET') ? [...own, 'HEAD'] : own
      for (const method of METHODS) {
        if (allowed.includes(method)) continue
        const answer = await send(t, `${method} ${pathFor({ path })}`)
        expect(answer.status, `${method} ${path}`).toBe(405)
        expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(allowed.sort())
        expect(expectProblem(answer).code).toBe('request.method_not_allowed')
      }
    }
  })

  /** These answers stay open, and end when asked to. */
  const ENDING: Record<string, string> = { '/v1/events': '?wait=0', '/v1/revocations': '?follow=false' }

  test('HEAD answers as GET does, without a body, and with the same guard', async () => {
    for (const { path, method, mark } of routes) {
      if (method !== 'GET') continue
      const head = `${pathFor({ path })}${ENDING[path] ?? ''}`
      const [got, headed] = [await get(head), await send(t, `HEAD ${head}`, { headers: json(token) })]
      expect(headed.status, path).toBe(got.status)
      expect(headed.headers.get('content-type')).toBe(got.headers.get('content-type'))
      expect(headed.headers.get('etag')).toBe(got.headers.get('etag'))
      if (got.status === 200) expect(headed.text).toBe('')
      if (mark !== 'public') expect((await send(t, `HEAD ${head}`)).status).toBe(401)
    }
  })
})

describe('paths', () => {
  test.each([
    '/v1',
    '/nope',
    '/v1/me/nope',
    '/V1/me',
    '//v1/me',
    '/v1//me',
    '/v1/me/..',
    '/v1/users/%2e%2e',
    '/%',
    '/%ff',
    '/__proto__',
    '/constructor',
    '/toString',
    '/v1/me;admin=1',
    '/v1%2fme',
  ])('there is nothing at %s', async (path) => {
    const answer = await get(path)
    expect(answer.status).toBe(404)
    expect(expectProblem(answer).code).toBe('request.not_found')
  })

  test.each([
    '%',
    '%E0%A4%A',
    '%2e%2e%2f',
    '__proto__',
    '%C3%A9',
    '%0d%0aset-cookie:a=b',
    `${NOBODY_ID}%20`,
    'me',
    '*',
  ])('the id %s is 422 wherever a path takes an id', async (id) => {
    for (const route of routes) {
      if (!route.path.includes(':id') || route.method === 'PATCH') continue
      if (id === 'me' && route.path.startsWith('/v1/auth/providers/')) continue // a provider may be called so
      if (/^\/(?:oauth\/register|v1\/oauth-clients)\//.test(route.path)) continue // the operator chooses ids of clients
      const answer = await send(t, `${route.method} ${pathFor(route, id)}`, { headers: json(token) })
      // Its guard asks for the organisation before the form is checked.
      if (permissionInOrg(route.mark) !== undefined)
        expect(expectProblem(answer).code, route.name).toBe('org.not_found')
      else {
        expect(answer.status, route.name).toBe(422)
        expect(expectProblem(answer).errors?.[0]?.path).toBe('/id')
      }
    }
  })

  test('%00 is 422 anywhere in a URL', async () => {
    for (const path of ['/v1/users/%00', '/v1/me?a=%00', '/v1/users?q=a%00b', '/%00', '/v1/users?%00=1'])
      expect(expectProblem(await get(path)).code).toBe('request.invalid')
  })
})

describe('queries', () => {
  const lists = ['/v1/users', '/v1/audit-events']

  test.each([
    'abc',
    '',
    '0',
    '-1',
    '-0',
    '101',
    '5.5',
    '1e999',
    'NaN',
    'Infinity',
    '9007199254740993',
    '٣',
    '5;q=1',
    '[1]',
  ])('limit=%s is 422 and comes with a reason', async (limit) => {
    for (const list of lists) {
      const answer = await get(`${list}?limit=${encodeURIComponent(limit)}`)
      expect(answer.status, list).toBe(422)
      const { errors = [], requestId } = expectProblem(answer)
      expect(errors.length).toBe(1)
      if (limit.length > 3) expect(answer.text.replace(requestId, '')).not.toContain(limit) // an id may have 1e999
    }
  })

  test('a number out of its bounds is refused with the name of its parameter', async () => {
    for (const list of lists)
      for (const limit of ['0', '-1', '101'])
        expect(expectProblem(await get(`${list}?limit=${limit}`)).errors).toEqual([
          { path: '/limit', message: expect.stringContaining(limit === '101' ? '100' : '1') },
        ])
  })

  test('no spelling of a number gets more than a page', async () => {
    for (const limit of [
      '1e2',
      '0x10',
      '+5',
      '05',
      ' 7',
      '1e1',
      '0b11',
      '1_0',
      '1&limit=1000',
      '100&limit=100',
      '1000&limit=1',
    ])
      for (const list of lists) {
        const answer = await get(`${list}?limit=${limit}`)
        if (answer.status !== 200) expect(expectProblem(answer).code).toBe('request.invalid')
        else expect((JSON.parse(answer.text) as { items: unknown[] }).items.length).toBeLessThanOrEqual(100)
      }
  })

  test.each(['unknown=1', '__proto__=x', 'constructor=x', 'limit[]=5', 'q[a]=b', '[q]=b', 'LIMIT=5'])(
    'the unknown parameter %s is 422',
    async (query) => {
      for (const list of lists) expect(expectProblem(await get(`${list}?${query}`)).code).toBe('request.invalid')
      expect(({} as Record<string, unknown>).x).toBeUndefined()
    },
  )

  test.each(['', 'e30', 'x', '%', 'WyJpZCIsMCwiIl0', 'a'.repeat(1025), '../..', '-1'])(
    'the cursor %s, which this server did not make, is 422',
    async (cursor) => {
      for (const list of lists) {
        const { errors } = expectProblem(await get(`${list}?cursor=${cursor}`))
        expect(errors?.[0]?.path).toBe('/cursor')
      }
    },
  )

  test('a cursor of one list or one sort is refused by the others', async () => {
    const { nextCursor } = JSON.parse((await get('/v1/users?limit=1&sort=name')).text) as { nextCursor: string }
    expect(nextCursor).toBeString()
    for (const other of ['/v1/users?sort=email&', '/v1/users?', '/v1/audit-events?'])
      expect(expectProblem(await get(`${other}cursor=${nextCursor}`)).errors?.[0]?.path).toBe('/cursor')
  })

  test('the special characters of LIKE and of full-text search are plain text', async () => {
    for (const q of [
      '"',
      "'",
      '%',
      '_',
      '\\',
      '***',
      'aaa*',
      'a"b"c',
      'AND',
      'NOT x',
      'NEAR(a b)',
      'email:ada',
      '^ada',
      '-ada',
      'a_a',
      '{a b}',
      '(((',
      ')))',
      '%25%25',
      '\u0301\u0301\u0301',
      '😀😀😀',
      '"""""',
    ])
      for (const [key, list] of [
        ['q', '/v1/users'],
        ['role', '/v1/users'],
      ] as const) {
        const answer = await get(`${list}?${key}=${encodeURIComponent(q)}`)
        expect(answer.status, q).toBe(200)
        expect((JSON.parse(answer.text) as { items: unknown[] }).items, q).toEqual([])
      }
  })
})

describe('request ids', () => {
  const idOf = async (given: string) => {
    const answer = await send(t, 'GET /nope', { headers: { 'x-request-id': given } })
    return expectProblem(answer).requestId
  }

  test.each(['abcdefgh', 'A-b_c-1234', 'x'.repeat(64), crypto.randomUUID()])('%s is echoed', async (id) => {
    expect(await idOf(id)).toBe(id)
  })

  test.each([
    '',
    'short',
    'x'.repeat(65),
    'a b c d e f',
    'abcdefgh;',
    'abcdefgh\u00e9',
    '<script>alert(1)',
    'abcdefgh\t',
    '{requestId}',
    'abcdefg"',
  ])('%j is replaced by one of ours', async (id) => {
    expect(await idOf(id)).toMatch(/^req_[0-9a-z]{16,}$|^abcdefgh$/) // white space at the end is not part of a header
  })

  test('a request without one gets a new one each time', async () => {
    const ids = await Promise.all(
      Array.from({ length: 50 }, async () => (await send(t, 'GET /livez')).headers.get('x-request-id')),
    )
    expect(new Set(ids).size).toBe(50)
  })
})
