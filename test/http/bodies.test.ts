/** Bodies that every route refuses. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { TObject, TSchema } from '@sinclair/typebox'
import type { Feature } from '../../src/core/feature.ts'
import * as features from '../../src/features.ts'
import { HAS_VISIBLE_TEXT } from '../../src/lib/storable-text.ts'
import { call, setUpAdmin } from '../support/client.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { inOrg, pathFor, type Route, routesOf, validBody } from './support/routes.ts'
import { expectProblem, json, send } from './support/send.ts'

/** Of a body, for routes that say no more. */
const CAP = 16_384
const MEBIBYTE = 1_048_576
const CANARY = 'canary-9f1d07'

let t: TestApp
let token: string
let everyBody: (Route & { body: TObject })[]
/** AuthZEN requires 400 of a body that does not fit, and that unknown fields are ignored: test/modules/access has its bodies. */
let withBody: (Route & { body: TObject })[]

/** Routes that take forms. */
const forms: readonly string[] = Object.values<Feature>(features).flatMap(({ forms: taken = [] }) => taken)

let orgId: string
/** With an organisation that exists: the guard asks for it before the body is read. */
const routesHere = async () => (await routesOf(t.app)).map((route) => ({ ...route, path: inOrg(route.path, orgId) }))

beforeAll(async () => {
  t = await createTestApp()
  token = (await setUpAdmin(t)).accessToken
  orgId = (await call<{ id: string }>(t, 'POST /v1/orgs', { token, body: { name: 'Acme' } })).body.id
  everyBody = (await routesHere()).flatMap((route) => route.bodies.map((body) => ({ ...route, body })))
  // AuthZEN and RFC 7591 decide there, and have tests of their own.
  withBody = everyBody.filter(({ path }) => !/^\/(?:access|oauth)\//.test(path))
})
afterAll(() => t.close())

const post = (route: Route, body: string) =>
  send(t, `${route.method} ${pathFor(route)}`, { headers: json(token), body })

const refresh = (body: string | Uint8Array<ArrayBuffer> | ReadableStream, headers: Record<string, string> = {}) =>
  send(t, 'POST /v1/auth/refresh', { headers: { ...json(), ...headers }, body })

describe('every route with a body', () => {
  test('exists, so the tests below have routes to test', () => {
    expect(withBody.length).toBeGreaterThanOrEqual(7)
  })

  test('refuses an unknown field with 422, names it and does not echo its value', async () => {
    for (const route of withBody) {
      const answer = await post(route, JSON.stringify({ ...validBody(route.body), isAdmin: CANARY }))
      expect(answer.status, route.name).toBe(422)
      expect(expectProblem(answer).errors?.map(({ path }) => path)).toContain('/isAdmin')
      expect(answer.text).not.toContain(CANARY)
    }
  })

  const isListOfTexts = ({ type, items }: TSchema): boolean => type === 'array' && items?.type === 'string'

  /** A text field takes any text of its length, some fields take null or a list of texts, and metadata takes any object. */
  const mayBeRight = (schema: TSchema, value: unknown): boolean =>
    typeof value === 'string'
      ? schema.type === 'string'
      : value === null
        ? schema.anyOf?.some(({ type }: TSchema) => type === 'null')
        : Array.isArray(value)
          ? [schema, ...(schema.anyOf ?? [])].some(isListOfTexts) && value.every((each) => typeof each === 'string')
          : typeof value === 'object' && schema.patternProperties !== undefined

  test('refuses a value of the wrong type in any field with 422 and does not echo it', async () => {
    const wrong = [{ nested: CANARY }, [CANARY], [[CANARY]], CANARY.repeat(100), 271_828_182.5, null]
    for (const route of withBody)
      for (const [field, schema] of Object.entries(route.body.properties)) {
        for (const value of wrong.filter((value) => !mayBeRight(schema, value))) {
          const answer = await post(route, JSON.stringify({ ...validBody(route.body), [field]: value }))
          expect(answer.status, `${route.name} ${field} ${JSON.stringify(value)}`).toBe(422)
          const { errors = [] } = expectProblem(answer)
          const isNamed = errors.some(({ path }) => path === `/${field}` || path.startsWith(`/${field}/`))
          expect(isNamed, `${route.name} ${field} ${JSON.stringify(value)} ${answer.text}`).toBeTrue()
          expect(answer.text).not.toContain(CANARY)
          expect(answer.text).not.toContain('271828182')
        }
      }
  })

  test('does not echo one canary of a body that has them everywhere', async () => {
    for (const route of withBody) {
      const everywhere = Object.fromEntries(Object.keys(route.body.properties).map((name) => [name, [CANARY]]))
      // A body without fields has no place for it, and one of lists of texts alone is right.
      if (Object.values(route.body.properties).every(isListOfTexts)) continue
      const answer = await post(route, JSON.stringify(everywhere))
      expect(answer.status, route.name).toBe(422)
      expect(answer.text).not.toContain(CANARY)
    }
  })

  test.each(['[]', '[{}]', 'null', '"x"', '5', 'true', '1e999'])('refuses %s with 422', async (body) => {
    for (const route of withBody) {
      const answer = await post(route, body)
      expect(answer.status, route.name).toBe(422)
      expect(expectProblem(answer).errors).toEqual([{ path: '/', message: 'Expected object' }])
    }
  })

  test.each([' ', '{', '{"a":}', "{'a':1}", '{"a":1,}', 'undefined', 'NaN', '{"email":"raw\0nul"}', '{}{}'])(
    'refuses the malformed %j with 400',
    async (body) => {
      for (const route of everyBody) {
        const answer = await post(route, body)
        expect(answer.status, route.name).toBe(400)
        expect(expectProblem(answer).code).toBe('request.malformed')
      }
    },
  )

  test('takes no body for an empty object, with a content type or without', async () => {
    for (const route of withBody)
      for (const headers of [json(token), { authorization: `Bearer ${token}` }]) {
        const answer = await send(t, `${route.method} ${pathFor(route)}`, { headers })
        const none = await post(route, '{}')
        expect(answer.status, route.name).toBe(none.status)
        if (none.status >= 400) expect(expectProblem(answer).errors).toEqual(expectProblem(none).errors)
      }
  })

  test.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'refuses the key %s and stays unpolluted',
    async (key) => {
      for (const route of withBody) {
        const body = JSON.stringify({ ...validBody(route.body), x: 0 }).replace(
          /"x":0\}$/,
          `"${key}":{"polluted":"yes"}}`,
        )
        const answer = await post(route, body)
        expect(answer.status, route.name).toBe(422)
        expectProblem(answer)
      }
      expect(({} as Record<string, unknown>).polluted).toBeUndefined()
      expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted')
    },
  )

  test('refuses U+0000 and lone surrogates in every text, escaped, and in keys', async () => {
    for (const route of withBody)
      for (const written of ['\\u0000', 'a\\u0000b', '\\ud800', 'x\\udfff', '\\udc00\\ud800'])
        for (const field of Object.keys(route.body.properties)) {
          const valid = { ...validBody(route.body), [field]: '@' }
          const inValue = await post(route, JSON.stringify(valid).replace('"@"', `"${written}"`))
          expect(inValue.status, `${route.name} ${field} ${written}`).toBe(422)
          expect(expectProblem(inValue).errors?.[0]?.path).toBe(`/${field}`)
          const inKey = await post(route, JSON.stringify(valid).replace(`"${field}"`, `"${field}${written}"`))
          expect(inKey.status).toBe(422)
          expectProblem(inKey)
        }
  })

  test('refuses a name or a reason without one visible character, and takes those of all scripts', async () => {
    const shown = new RegExp(HAS_VISIBLE_TEXT)
    for (const text of ['a', ' a ', '名', 'ญ', '\u200fשלום', '👩\u200d🚀', 'e\u0301', '-'])
      expect(shown.test(text), text).toBeTrue()
    let asked = 0
    for (const route of withBody)
      for (const [field, { pattern }] of Object.entries(route.body.properties)) {
        if (pattern !== HAS_VISIBLE_TEXT) continue
        for (const text of [' ', '\u200b', '\u00ad\ufeff', '\u202e\u2066', '\u3164', '\u2800\n']) {
          const answer = await post(route, JSON.stringify({ ...validBody(route.body), [field]: text }))
          expect(answer.status, `${route.name} ${field}`).toBe(422)
          expect(expectProblem(answer).errors?.map(({ path }) => path)).toEqual([`/${field}`])
          asked++
        }
      }
    expect(asked).toBeGreaterThanOrEqual(6 * 5)
  })

  test('refuses deep nesting', async () => {
    for (const route of everyBody)
      for (const depth of [32, 65, 1000, 8_000]) {
        const answer = await post(route, `{"name":${'['.repeat(depth)}${']'.repeat(depth)}}`)
        expect(answer.status).toBe(422)
        expect(expectProblem(answer).errors).toEqual([{ path: '/', message: 'The body is nested too deeply' }])
      }
  })

  test('names at most twenty errors for a body of any size', async () => {
    const many = JSON.stringify(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`field${index}`, 1])))
    for (const route of withBody) {
      const answer = await post(route, many)
      expect(answer.status).toBe(422)
      expect(expectProblem(answer).errors?.length).toBeLessThanOrEqual(20)
    }
  })
})

describe('content types', () => {
  const refused = [
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'text/plain; charset=utf-8',
    'text/json',
    'application/json; charset=latin1',
    'application/json; charset=utf-16',
    'application/json; boundary=x',
    'application/jsonp',
    'application/json, text/plain',
    'application/x-json+json+xml',
    'json',
    '*/*',
  ]
  test.each(refused)('%s is 415, on every route with a method that may have a body', async (contentType) => {
    for (const { name, method, path } of await routesOf(t.app)) {
      // They read no session by themselves, or ask where the form came from.
      const takesForms = forms.includes(name) && contentType === refused[0]
      // RFC 8058 §3.2: mail programs send this one in either encoding.
      if (name === 'POST /unsubscribe' && contentType === refused[1]) continue
      if (method === 'GET' || takesForms) continue
      const answer = await send(t, `${method} ${pathFor({ path })}`, {
        headers: { ...json(token), 'content-type': contentType },
        body: '{}',
      })
      expect(answer.status, name).toBe(415)
      expect(expectProblem(answer).code).toBe('request.unsupported_media_type')
    }
  })

  test('a body without a content type is 415', async () => {
    const answer = await send(t, 'POST /v1/auth/refresh', { body: new TextEncoder().encode('{}') })
    expect(answer.status).toBe(415)
    expectProblem(answer)
  })

  test.each(['gzip', 'GZIP', 'br', 'deflate, gzip', 'zstd', 'aws-chunked'])(
    'sent as %s, or said to be, is 415 and told why',
    async (encoding) => {
      for (const body of [Bun.gzipSync('{"refreshToken":"x"}'), '{"refreshToken":"x"}']) {
        const answer = await refresh(body, { 'content-encoding': encoding })
        expect(answer.status).toBe(415)
        expect(expectProblem(answer).detail).toBe('Send the body as it is, without Content-Encoding.')
      }
      expect((await refresh('{"refreshToken":"x"}', { 'content-encoding': 'identity' })).status).toBe(401)
    },
  )

  test('real forms are 415', async () => {
    const form = new FormData()
    form.set('refreshToken', 'x')
    for (const body of [form, new URLSearchParams({ refreshToken: 'x' })])
      expect((await send(t, 'POST /v1/auth/refresh', { body })).status).toBe(415)
  })

  test.each([
    'application/json',
    'Application/JSON',
    'application/json;charset=utf-8',
    'application/json; charset="UTF-8"',
    'application/merge-patch+json',
    'application/vnd.api+json; charset=utf-8',
  ])('%s is read as JSON', async (contentType) => {
    const answer = await refresh('{"refreshToken":"x"}', { 'content-type': contentType })
    expect(expectProblem(answer).code).toBe('session.expired')
  })

  test('bytes that are not UTF-8 are 400', async () => {
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]) {
      const answer = await refresh(Uint8Array.from([...Buffer.from('{"a":"'), ...bytes, ...Buffer.from('"}')]))
      expect(answer.status).toBe(400)
      expect(expectProblem(answer).code).toBe('request.malformed')
    }
  })
})

describe('the size of a body', () => {
  const padded = (bytes: number) => '{"refreshToken":"x"}'.padEnd(bytes)
  const stream = (text: string) =>
    new ReadableStream({
      start(controller) {
        const bytes = new TextEncoder().encode(text)
        for (let at = 0; at < bytes.length; at += 65_536) controller.enqueue(bytes.subarray(at, at + 65_536))
        controller.close()
      },
    })

  /** What a route takes: its mark, `bodyUpTo`, says so. */
  const caps: Record<string, number> = {
    'POST /v1/users/import': MEBIBYTE,
    'POST /v1/users': 3 * CAP, // twice 8 KB of metadata, also if its client escapes characters
    'PATCH /v1/users/:id': 3 * CAP,
    'POST /v1/bulk-actions': 4 * CAP,
    'POST /access/v1/evaluations': 16 * CAP,
  }
  const capOf = ({ name }: Pick<Route, 'name'>) => caps[name] ?? CAP

  test('16 KiB are accepted, declared or in chunks', async () => {
    for (const body of [padded(CAP), stream(padded(CAP))])
      expect(expectProblem(await refresh(body)).code).toBe('session.expired')
    const declared = await refresh(padded(CAP), { 'content-length': String(CAP) })
    expect(expectProblem(declared).code).toBe('session.expired')
  })

  test('one byte more is 413, declared or in chunks, on every route', async () => {
    for (const { name, method, path } of await routesHere()) {
      if (method === 'GET') continue
      const head = `${method} ${pathFor({ path })}`
      const cap = capOf({ name })
      for (const [body, headers] of [
        [padded(cap + 1), { 'content-length': String(cap + 1) }],
        [padded(cap + 1), { 'content-length': '2' }],
        [stream(padded(cap + 1)), {}],
      ] as const) {
        const answer = await send(t, head, { headers: { ...json(token), ...headers }, body })
        expect(answer.status, name).toBe(413)
        const { code, detail } = expectProblem(answer)
        expect([code, detail]).toEqual(['request.too_large', `At most ${cap / 1024} KiB are accepted here.`])
      }
    }
  })

  test('a route that declares a larger limit accepts one mebibyte', async () => {
    const body = '{"users":[{}]}'.padEnd(MEBIBYTE)
    for (const sent of [body, stream(body)]) {
      const answer = await send(t, 'POST /v1/users/import', { headers: json(token), body: sent })
      expect(answer.status).toBe(200)
    }
  })

  test('an endless body is read up to the limit only', async () => {
    let sent = 0
    const endless = new ReadableStream({
      pull(controller) {
        sent += 65_536
        controller.enqueue(new Uint8Array(65_536))
      },
    })
    expect((await refresh(endless)).status).toBe(413)
    expect(sent).toBeLessThanOrEqual(CAP + 5 * 65_536)
  })

  test('a multi-byte text is counted in bytes', async () => {
    expect((await refresh(`{"refreshToken":"${'é'.repeat(CAP / 2)}"}`)).status).toBe(413)
  })
})
