/** A body that ends (FIN) before its length: 400 in the log, no 500, nothing written, no request waits. Raw sockets. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { halfClosed, type RunningServer, requestHead, speak, startServer } from './support/server.ts'

setDefaultTimeout(300_000) // a process on a machine that runs other tests too

let server: RunningServer
beforeAll(async () => {
  server = await startServer({ LOG_LEVEL: 'debug' })
})
afterAll(() => server.stop())

const email = 'half@example.com'
const whole = JSON.stringify({ email, password: 'correct horse battery staple' })
const head = (id: string, length: string) =>
  `POST /v1/auth/sign-up HTTP/1.1\r\nHost: api.test\r\nContent-Type: application/json\r\nX-Request-Id: ${id}\r\n${length}\r\n\r\n`

test.each([
  ['half of it', 'Content-Length: 100', whole.slice(0, 30)],
  ['nothing of it', 'Content-Length: 100', ''],
  ['JSON that is whole, of a longer body', 'Content-Length: 1000', whole],
  ['a chunk cut in the middle', 'Transfer-Encoding: chunked', '40\r\n{"email"'],
  ['whole chunks and no last one', 'Transfer-Encoding: chunked', `${whole.length.toString(16)}\r\n${whole}\r\n`],
])('%s', async (name, length, body) => {
  const id = `cut-${name.replaceAll(/\W/g, '-').slice(0, 50)}`
  // Bun closes a connection when the other side ends it, so no client gets the answer.
  expect(await halfClosed(server.port, head(id, length) + body)).toMatch(/^(?:HTTP\/1\.1 400 |$)/)
  expect(await server.printed(new RegExp(`/v1/auth/sign-up status=(\\d+) [^\\n]*${id}`))).toBe('400')
  expect((await speak(server.port, [requestHead('GET /livez', {})])).status).toBe(200)
})

test('no truncated body made an account', async () => {
  const made = await fetch(`${server.origin}/v1/auth/sign-up`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: whole,
  })
  expect(made.status).toBe(201)
})
