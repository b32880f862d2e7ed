/** The same over TCP, byte for byte: failures that only a real server can have. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { expectProblem } from './support/send.ts'
import { converse, type RunningServer, requestHead, speak, startServer } from './support/server.ts'

let server: RunningServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const JSON_BODY = { 'content-type': 'application/json' }

/** The problem document of a raw answer; `APP_URL` of a server on a free port still says port 0. */
async function problemOf(parts: Iterable<string | Uint8Array>) {
  const answer = await speak(server.port, parts)
  const headers = new Headers()
  for (const line of answer.head.split('\r\n').slice(1))
    headers.append(line.split(':')[0] ?? '', line.replace(/^[^:]*:\s*/, ''))
  return expectProblem({ status: answer.status, headers, text: answer.body }, 'http://127.0.0.1:0')
}

describe('a body that is too large', () => {
  test.each([5e6, 300e6, 3e12])('declared as %d bytes is refused before it is sent', async (bytes) => {
    for (const path of ['/v1/auth/refresh', '/v1/auth/sign-out', '/nope']) {
      const head = requestHead(`POST ${path}`, { ...JSON_BODY, 'content-length': String(bytes) })
      expect((await problemOf([head, '{"refreshToken":'])).code).toBe('request.too_large')
    }
  })

  test('sent in chunks is refused long before its end', async () => {
    let sent = 0
    function* parts() {
      yield requestHead('POST /v1/auth/refresh', { ...JSON_BODY, 'transfer-encoding': 'chunked' })
      const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
      for (; sent < 1e9; sent += 65_536) yield chunk
      yield '0\r\n\r\n'
    }
    expect((await problemOf(parts())).code).toBe('request.too_large')
    expect(sent).toBeLessThan(1e9)
  })
})

describe('the rest of a refused body', () => {
  const smuggled = `${requestHead('GET /livez', { host: 'smuggled.test' })}`
  const last = requestHead('GET /nope', { connection: 'close' })
  const statuses = (said: string) => [...said.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => Number(match[1]))

  test('declared, is not taken for more requests', async () => {
    const body = smuggled.repeat(Math.ceil(1.2e6 / smuggled.length))
    const head = requestHead('POST /v1/auth/refresh', { ...JSON_BODY, 'content-length': String(body.length) })
    const said = statuses(await converse(server.port, [head, body, last]))
    expect(said[0]).toBe(413)
    expect(said).not.toContain(200)
  })

  test('in chunks, is not taken for more requests', async () => {
    const chunk = smuggled.repeat(200)
    const chunks = `${chunk.length.toString(16)}\r\n${chunk}\r\n`.repeat(Math.ceil(3e6 / chunk.length))
    const head = requestHead('POST /v1/auth/refresh', { ...JSON_BODY, 'transfer-encoding': 'chunked' })
    const said = statuses(await converse(server.port, [head, chunks, '0\r\n\r\n', last]))
    expect(said[0]).toBe(413)
    expect(said).not.toContain(200)
  })

  test('of a wrong media type, or at a path that is not there, is not taken for more requests', async () => {
    for (const [path, type] of [
      ['/v1/auth/refresh', 'text/plain'],
      ['/nope', 'application/json'],
    ] as const) {
      const head = requestHead(`POST ${path}`, { 'content-type': type, 'content-length': String(smuggled.length) })
      expect(statuses(await converse(server.port, [head, smuggled, last]))).not.toContain(200)
    }
  })
})

describe('the Host header', () => {
  test('cannot move the path past a rule a proxy has for it', async () => {
    for (const path of ['/b/v1/me', '/abc/v1/me', '/0123456789/v1/me', '/livez', '/xyz/livez'])
      expect((await problemOf([requestHead(`GET ${path}`, { host: 'a' })])).code).toBe('request.invalid')
    for (const host of ['', 'x/livez?', 'example.com/livez?', 'user@example.com']) {
      const answer = await speak(server.port, [requestHead('GET /0123456789/livez', { host })])
      expect(answer.status, host).not.toBe(200)
    }
  })

  test('is not needed by a health check that speaks HTTP/1.0', async () => {
    expect((await speak(server.port, ['GET /livez HTTP/1.0\r\n\r\n'])).status).toBe(200)
  })

  test('of another site does not change the links in an answer', async () => {
    const answer = await speak(server.port, [
      requestHead('GET /nope', { host: 'evil.example', 'x-forwarded-host': 'evil.example' }),
    ])
    expect(answer.status).toBe(404)
    expect(answer.head + answer.body).not.toContain('evil')
  })
})

describe('requests that are not quite HTTP', () => {
  const line = 'POST /v1/auth/refresh HTTP/1.1\r\nhost: api.test\r\ncontent-type: application/json\r\n'
  const cases: [string, string][] = [
    ['two lengths', `${line}content-length: 2\r\ncontent-length: 20\r\n\r\n{}`],
    ['a length and chunks', `${line}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
    ['a negative length', `${line}content-length: -1\r\n\r\n{}`],
    ['a length that is none', `${line}content-length: 2x\r\n\r\n{}`],
    ['U+0000 in a header', 'GET /v1/me HTTP/1.1\r\nhost: api.test\r\nx-request-id: abcdefgh\0i\r\n\r\n'],
    ['U+0000 in a cookie', 'GET /v1/me HTTP/1.1\r\nhost: api.test\r\ncookie: session=a\0b\r\n\r\n'],
    [
      'a bare CR in a header',
      'GET /v1/me HTTP/1.1\r\nhost: api.test\r\nx-request-id: abcdefgh\rset-cookie: a=b\r\n\r\n',
    ],
    ['a folded header', 'GET /v1/me HTTP/1.1\r\nhost: api.test\r\nx-request-id: abcdefgh\r\n ijkl\r\n\r\n'],
    ['20 KB of one header', `GET /livez HTTP/1.1\r\nhost: api.test\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`],
  ]
  test.each(cases)('%s: refused, and the server lives', async (_, bytes) => {
    const answer = await speak(server.port, [bytes])
    expect(answer.status === 0 || (answer.status >= 400 && answer.status < 600)).toBeTrue()
    expect(answer.head).not.toContain('set-cookie')
    expect((await speak(server.port, [requestHead('GET /livez', {})])).status).toBe(200)
  })

  test('header values come back on one line', async () => {
    const answer = await speak(server.port, [
      requestHead('GET /nope?x=%0d%0aset-cookie:%20a=b', { 'x-request-id': '%0d%0aset-cookie: a=b' }),
    ])
    expect(answer.head).not.toContain('set-cookie')
  })
})

test('a HEAD answer has no body on the wire, so that the next answer is read right', async () => {
  const answer = await speak(server.port, [requestHead('HEAD /nope', { connection: 'close' })])
  // The length of HEAD is that of GET (RFC 9110 §9.3.2); nothing follows it, so the connection closes instead.
  expect(answer.status).toBe(404)
  expect(answer.body).toBe('')
})
