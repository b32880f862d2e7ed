/**
 * What a hostile body costs (security.md 47): it is refused before anything is built from it, who may not call the route
 * before a byte of it is read, and who sends nothing else comes to an end. `bun run bench flood` has the milliseconds.
 */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, spyOn, test } from 'bun:test'
import type { TObject } from '@sinclair/typebox'
import { permissionInOrg } from '../../src/http/marks.ts'
import { signUp } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { pathFor, type Route, routesOf, validBody } from './support/routes.ts'
import { expectProblem, json, send } from './support/send.ts'

setDefaultTimeout(300_000) // thousands of requests, on a machine that runs other tests too

const POINTS = 1200
const MINUTE = 60_000

let t: TestApp
let address: string | undefined

async function open(env: Record<string, string> = {}): Promise<void> {
  address = '198.51.100.20'
  t = await createTestApp({ env, deps: { peerAddress: () => address } })
}
beforeEach(() => open())
afterEach(() => t.close())

/** A body that records whether the server has begun to read it. */
function watched(text: string) {
  const seen = { read: false }
  const body = new ReadableStream(
    {
      pull(controller) {
        seen.read = true
        controller.enqueue(new TextEncoder().encode(text))
        controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return { seen, body }
}

const writes = async (app: TestApp['app']): Promise<Route[]> =>
  (await routesOf(app)).filter(({ method }) => method !== 'GET')
const many = (times: number, one: string) => Array.from({ length: times }, () => one).join(',')

describe('nothing is built from', () => {
  const wide = `{${Array.from({ length: 101 }, (_, index) => `"f${index}":1`).join(',')}}`
  test.each([
    ['more than 100 fields', wide, 'An object has more than 100 fields'],
    ['more than 100 fields within', `{"a":[${wide}]}`, 'An object has more than 100 fields'],
    ['one field 101 times', `{${many(101, '"a":1')}}`, 'An object has more than 100 fields'],
    ['more than 100 items', `{"a":[${many(101, '1')}]}`, 'A list has more than 100 items'],
    [
      'lists of lists',
      `{"a":[${many(90, `[${many(90, '1')}]`)}]}`.slice(0, 16_384),
      'The body holds more than 1000 values',
    ],
    ['deep lists', `${'['.repeat(8_000)}${']'.repeat(8_000)}`, 'The body is nested too deeply'],
    ['deep objects', `${'{"a":'.repeat(2_500)}1${'}'.repeat(2_500)}`, 'The body is nested too deeply'],
    ['a long name', `{"${'n'.repeat(257)}":1}`, 'A field name is longer than 256 bytes'],
    ['a long name, escaped', `{"${'\\u0061'.repeat(50)}" \n : 1}`, 'A field name is longer than 256 bytes'],
    ['a long number', `{"a":${'9'.repeat(65)}}`, 'A number is longer than 64 characters'],
  ])('%s', async (_, body, message) => {
    const parse = spyOn(JSON, 'parse')
    try {
      const answer = await send(t, 'POST /v1/auth/sign-in', { headers: json(), body })
      expect(answer.status).toBe(422)
      expect(JSON.parse(answer.text).errors).toEqual([{ path: '/', message }])
      expect(parse.mock.calls.filter(([text]) => text === body)).toEqual([])
    } finally {
      parse.mockRestore()
    }
  })

  test('a body with a declared length above the limit of the route: no byte is read', async () => {
    for (const { method, path, name, mark } of await writes(t.app)) {
      if (mark !== 'public') continue
      const { seen, body } = watched('{}'.padEnd(16_385))
      const headers = { ...json(), 'content-length': '16385' }
      const answer = await send(t, `${method} ${pathFor({ path })}`, { headers, body })
      expect([answer.status, seen.read], name).toEqual([413, false])
    }
  })

  test('two fields with the same name, in any spelling', async () => {
    for (const body of [
      '{"email":"a@b.example","email":"c@d.example"}',
      '{"a":1,"\\u0061":1}',
      '{"a":[{"b":1,"b":1}]}',
    ]) {
      const answer = await send(t, 'POST /v1/auth/sign-in', { headers: json(), body })
      expect(answer.status).toBe(422)
      expect(expectProblem(answer).errors).toEqual([
        { path: '/', message: 'An object has two fields of the same name' },
      ])
    }
  })
})

test('an answer does not repeat unknown field names', async () => {
  for (const secret of ['my password', 'hunter2!', 'x'.repeat(65), 'a/b', 'é', '']) {
    const body = JSON.stringify({ email: 'a@example.com', password: 'p', [secret]: 1 })
    const answer = await send(t, 'POST /v1/auth/sign-in', { headers: json(), body })
    expect(answer.status).toBe(422)
    expect(expectProblem(answer).errors?.map(({ path }) => path)).toEqual(['/'])
    if (secret !== '') expect(answer.text).not.toContain(secret)
  }
})

describe('a URL', () => {
  test.each([
    ['with 101 parameters', `?${many(101, 'a=1').replaceAll(',', '&')}`],
    ['with a thousand empty ones', `?${'&'.repeat(1000)}`],
    ['of 8 KiB', `?q=${'a'.repeat(8192)}`],
  ])('%s is 422 on every route, also without credentials', async (_, query) => {
    for (const { method, path, name } of await routesOf(t.app)) {
      const answer = await send(t, `${method} ${pathFor({ path })}${query}`)
      expect(answer.status, name).toBe(422)
      expect(expectProblem(answer).errors?.[0]?.message).toBe('The URL has more than 8192 characters or 100 parameters')
    }
  })

  test('with 100 parameters is looked at', async () => {
    const answer = await send(t, `GET /v1/me?${many(100, 'a=1').replaceAll(',', '&')}`)
    expect(answer.status).toBe(401)
  })
})

test('of a header with thousands of cookies only ours is looked at, wherever it stands', async () => {
  const cookies = Array.from({ length: 3_000 }, (_, index) => `c${index}=1`).join('; ')
  for (const cookie of [`__Host-session=none; ${cookies}`, `${cookies}; __Host-session=none`])
    expect((await send(t, 'GET /v1/me', { headers: { cookie } })).status).toBe(401)
  const { text } = await send(t, 'GET /v1/me', { headers: { cookie: cookies } })
  expect(JSON.parse(text).code).toBe('auth.required')
})

test('a caller without access is refused before a byte of the body is read', async () => {
  const { accessToken } = await signUp(t, 'ada@example.com')
  let asked = 0
  for (const { method, path, name, mark } of await writes(t.app)) {
    if (mark === 'public') continue
    asked++
    const stranger = watched('{')
    const unknown = await send(t, `${method} ${pathFor({ path })}`, { headers: json(), body: stranger.body })
    expect([unknown.status, stranger.seen.read], name).toEqual([401, false])
    if (!String(mark).includes(':')) continue
    const member = watched('{')
    const forbidden = await send(t, `${method} ${pathFor({ path })}`, {
      headers: json(accessToken),
      body: member.body,
    })
    // An organisation in which they are no member does not exist for them.
    expect([forbidden.status, member.seen.read], name).toEqual([permissionInOrg(mark) === undefined ? 403 : 404, false])
  }
  expect(asked).toBeGreaterThan(20)
})

describe('an address', () => {
  const invalid = () => send(t, 'POST /v1/auth/refresh', { headers: json(), body: '{"refreshToken":5}' })
  const exhaust = async (points = POINTS) => {
    for (let turn = 0; turn < points; turn++) expect((await invalid()).status).toBe(422)
  }

  beforeEach(async () => {
    await t.close()
    await open({ RATE_LIMIT: 'on' })
  })

  test('has a limit of invalid bodies a minute, then gets 429 before a byte of the next body is read', async () => {
    await exhaust()
    for (const { method, path, name, mark } of await writes(t.app)) {
      if (mark !== 'public') continue
      const { seen, body } = watched('{')
      const answer = await send(t, `${method} ${pathFor({ path })}`, { headers: json(), body })
      expect([answer.status, seen.read], name).toEqual([429, false])
      expect(answer.headers.get('retry-after')).toBe('60')
    }
    t.clock.advance(MINUTE)
    expect((await invalid()).status).toBe(422)
  })

  test('spends its points by every kind of such a body', async () => {
    const bodies = ['{', '[]', '{"a":1,"a":2}', '{"refreshToken":5}', '\uffff', `{"a":"${'x'.repeat(20_000)}"}`]
    for (let turn = 0; turn < POINTS; turn++) {
      const body = bodies[turn % bodies.length] ?? ''
      expect([400, 413, 422]).toContain((await send(t, 'POST /v1/auth/refresh', { headers: json(), body })).status)
    }
    expect((await invalid()).status).toBe(429)
  })

  test('spends none by valid bodies, with any answer', async () => {
    const routes = (await writes(t.app)).flatMap((route) =>
      // Registration is closed here: such a body costs its point.
      route.mark === 'public' && !/\/providers\/:id\/callback$|^\/oauth\/register/.test(route.path)
        ? route.bodies.slice(0, 1).map((body: TObject) => ({ ...route, body }))
        : [],
    )
    for (const { method, path, body } of routes)
      await send(t, `${method} ${pathFor({ path })}`, { headers: json(), body: JSON.stringify(validBody(body)) })
    await exhaust()
  })

  test('behind the same /24 shares them, and another network has its own', async () => {
    await exhaust(POINTS - 1)
    address = '198.51.100.77'
    expect((await invalid()).status).toBe(422)
    expect((await invalid()).status).toBe(429)
    address = '198.51.101.77'
    expect((await invalid()).status).toBe(422)
  })

  test('does not block requests with a session: the account pays for those', async () => {
    const { accessToken } = await signUp(t, 'ada@example.com')
    await exhaust()
    const answer = await send(t, 'PATCH /v1/me', { headers: json(accessToken), body: '{"name":5}' })
    expect(answer.status).toBe(422)
  })
})
