/** Lambda events that cannot become a `Request` get the answer that other runtimes give to such a request. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { constructible } from '../../src/entries/edge/lambda-request.ts'
import { cleanUp, newFolder } from '../process/support/server.ts'
import { environment } from '../runtime/servers/runtime-server.ts'
import { copyBundle } from '../support/edge-build.ts'

interface Result {
  statusCode: number
  headers: Record<string, string>
  body: string
}
type Handler = (event: unknown, context: unknown) => Promise<Result>
type Fields = Record<string, unknown> & { headers?: Record<string, unknown> | null | undefined }

/** No server listens there. Requests without the database work. */
const env = environment({ databaseUrl: 'http://127.0.0.1:9', env: { LOG_LEVEL: 'error' } })

let handler: Handler
beforeAll(async () => {
  const outfile = await copyBundle('lambda', newFolder())
  const before = { ...process.env }
  Object.assign(process.env, env)
  ;({ handler } = await import(`${outfile}?unconstructible`))
  for (const name of Object.keys(env)) delete process.env[name]
  Object.assign(process.env, before)
}, 300_000)
afterAll(cleanUp)

const event = (method: string, path: string, more: Fields = {}) => ({
  version: '2.0',
  rawPath: path,
  rawQueryString: '',
  isBase64Encoded: false,
  ...more,
  headers: more.headers === undefined ? { host: 'id.example.com' } : more.headers,
  requestContext: { domainName: 'id.example.com', http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1' } },
})

/** The older payload, as of REST APIs and load balancers. */
const older = (method: string, path: string, more: Fields = {}) => ({
  httpMethod: method,
  path,
  isBase64Encoded: false,
  requestContext: { identity: { sourceIp: '192.0.2.1' } },
  ...more,
  headers: more.headers === undefined ? { host: 'id.example.com' } : more.headers,
})

describe.each([
  { name: 'payload 2.0', event },
  { name: 'payload 1.0', event: older },
])('$name', ({ event: of }) => {
  test.each(['GET', 'HEAD', 'get'])('%s with a body is answered as one without', async (method) => {
    const headers = { host: 'id.example.com', 'content-type': 'application/json' }
    for (const body of ['{}', '{"a":', 'AAAA']) {
      const result = await handler(of(method, '/livez', { body, headers }), {})
      expect(result.statusCode).toBe(200)
    }
    expect((await handler(of(method, '/nope', { body: 'x', headers }), {})).statusCode).toBe(404)
  })

  test.each(['TRACE', 'CONNECT', 'TRACK', 'trace'])('%s is a method that no path takes', async (method) => {
    const { statusCode, headers, body } = await handler(of(method, '/livez', { body: 'x' }), {})
    expect([statusCode, headers.allow, JSON.parse(body).code]).toEqual([405, 'GET, HEAD', 'request.method_not_allowed'])
    expect((await handler(of(method, '/nope'), {})).statusCode).toBe(404)
  })

  test.each<[string, Record<string, unknown>]>([
    ['a line break', { 'user-agent': 'a\r\nset-cookie: b=c' }],
    ['U+0000', { 'x-request-id': 'abcdefgh\0' }],
    ['a name with a blank', { 'x y': 'z' }],
    ['an empty name', { '': 'z' }],
    ['a name outside ASCII', { 'x-ü': 'z' }],
  ])('a header with %s is a problem document', async (_, bad) => {
    const { statusCode, headers, body } = await handler(
      of('GET', '/livez', { headers: { host: 'a.example', ...bad } }),
      {},
    )
    expect([statusCode, headers['content-type']]).toEqual([422, 'application/problem+json'])
    const problem = JSON.parse(body)
    expect(problem).toMatchObject({ code: 'request.invalid', status: 422, errors: [{ path: '/' }] })
    expect(problem.requestId).toBe(String(headers['x-request-id']))
    expect(headers).not.toHaveProperty('set-cookie')
    expect(body).not.toContain('set-cookie')
  })

  test('text outside Latin-1 in a header is read as the bytes that were sent, as on other runtimes', async () => {
    const headers = { host: 'id.example.com', 'user-agent': '日本', 'accept-language': 'ü', 'x-odd': null }
    expect((await handler(of('GET', '/livez', { headers }), {})).statusCode).toBe(200)
    expect(constructible({ headers: { a: '日' } } as never)).toMatchObject({ headers: { a: '\xe6\x97\xa5' } })
  })

  test('no headers at all', async () => {
    expect((await handler(of('GET', '/livez', { headers: null }), {})).statusCode).toBe(200)
  })

  test.each(['a b', '[', 'localhost:99999', '@', '..', '<script>', '999.999.999.999', ''])('Host: %p', async (host) => {
    const { statusCode, headers } = await handler(of('GET', '/readyz', { headers: { host } }), {})
    expect(statusCode === 503 || statusCode === 422).toBe(true)
    expect(headers['content-type']).toBe('application/problem+json')
  })

  test('every event gets an answer, and none throws', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary-ascii' }), fc.constant('\r\n'))
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'POST', 'HEAD', 'TRACE', 'CONNECT', 'PUT', 'OPTIONS', 'X Y', '', 'ü'),
        fc.oneof(fc.constantFrom('/livez', '/nope', '/v1/auth/refresh'), text),
        fc.dictionary(text, text, { maxKeys: 4 }),
        fc.option(text, { nil: undefined }),
        fc.boolean(),
        async (method, path, headers, body, isBase64Encoded) => {
          const result = await handler(of(method, path, { headers, body, isBase64Encoded }), {})
          expect(result.statusCode).toBeGreaterThanOrEqual(200)
          expect([500, 502]).not.toContain(result.statusCode)
        },
      ),
      { numRuns: 150 },
    )
  }, 300_000)
})

test('two lengths of one body are refused, as the other runtimes do before they ask us', async () => {
  const headers = { host: 'a.example', 'content-type': 'application/json', 'content-length': '2' }
  const sent = { ...headers, 'transfer-encoding': 'chunked' }
  const result = await handler(event('POST', '/v1/auth/sign-in', { body: '{}', headers: sent }), {})
  expect([result.statusCode, JSON.parse(result.body).code]).toEqual([400, 'request.malformed'])
  expect((await handler(event('POST', '/v1/auth/sign-in', { body: '{}', headers }), {})).statusCode).toBe(422)
})

test('a cookie that is no header is a problem document too', async () => {
  const result = await handler(event('GET', '/livez', { cookies: ['a=b\r\nx: y'] }), {})
  expect([result.statusCode, JSON.parse(result.body).code]).toEqual([422, 'request.invalid'])
  expect((await handler(event('GET', '/livez', { cookies: ['a=日'] }), {})).statusCode).toBe(200)
})
