/** Requests that no URL can be made of: answered, never with 500, on every route. Raw sockets to a real server. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import fc from 'fast-check'
import { createApp } from '../../src/app.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'
import { pathFor, routesOf } from './support/routes.ts'
import { type RunningServer, requestHead, speak, startServer } from './support/server.ts'

setDefaultTimeout(300_000) // a process on a machine that runs other tests too

let server: RunningServer
let t: TestApp
beforeAll(async () => {
  server = await startServer({ NODE_ENV: 'development' })
  t = await createTestApp({ env: { NODE_ENV: 'development' } })
})
afterAll(async () => {
  await server.stop()
  await t.close()
})

const HOSTS = [
  'a b',
  '[',
  '[::1',
  '[::1]:99999',
  'localhost:99999',
  'localhost:x',
  'exa mple.com',
  'a%zz.example',
  '%00.example',
  'xn--.example',
  '<script>',
  'a/b.example',
  '@',
  'user@',
  '999.999.999.999',
  '\\\\evil',
  'evil.example#',
  'evil.example?',
  '..',
  '\xff\xfe.example',
  '',
]

test.each(HOSTS)('Host: %p', async (host) => {
  for (const path of ['/dev/mail', '/dev/mail/x', '/dev/mail/x/html', '/readyz', '/docs', '/verify-email', '/nope'])
    expect((await speak(server.port, [requestHead(`GET ${path}`, { host })])).status, path).toBeLessThan(500)
  const keyed = { host, 'idempotency-key': 'a-key-of-sixteen', 'content-length': '0', authorization: 'Bearer x' }
  expect((await speak(server.port, [requestHead('POST /v1/users', keyed)])).status).toBeLessThan(500)
})

test('every route answers any Host, and a mail is shown only under the own host', async () => {
  const paths = (await routesOf(createApp(t.deps))).map((route) => `${route.method} ${pathFor(route)}`)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.string({ unit: 'binary-ascii', maxLength: 40 }),
      async (path, text) => {
        const host = text.replaceAll(/\p{Cc}/gu, '')
        const { status, body } = await speak(server.port, [requestHead(path, { host, 'content-length': '0' })])
        expect(status).toBeLessThan(500)
        if (path.includes('/dev/mail') && !/localhost|^[\d.:[\]]*$/i.test(host)) expect(body).not.toContain('"items"')
      },
    ),
    { numRuns: 300 },
  )
})

test('a key of a request whose Host is no URL is refused, not stored', async () => {
  const request = {
    url: 'http://a b/v1/users',
    method: 'POST',
    headers: new Headers(),
    signal: new AbortController().signal,
  }
  const answer = await t.app.handle(
    new Proxy(new Request('http://api.test/v1/users', { method: 'POST' }), {
      get: (target, name) => (name === 'url' ? request.url : Reflect.get(target, name, target)),
    }),
  )
  expect(answer.status).toBe(422)
})
