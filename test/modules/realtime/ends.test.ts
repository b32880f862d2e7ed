/** What ends a connection of GET /v1/realtime, or renews it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { connect as connectTo, type Socket as TcpSocket } from 'node:net'
import { createStreamParts } from '../../../src/platform/streams.ts'
import { hubOf } from '../../../src/core/rooms/hub.ts'
import { watchOf } from '../../../src/modules/realtime/watch.ts'
import { call, type Session, setUpAdmin, signInWithCookie, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { makeKey } from '../api-keys/support/keys.ts'
import { type Client, type Dial, dial } from './support/client.ts'
import { type Listener, listen } from './support/listen.ts'

let t: TestApp
let server: Listener
let admin: Session
const clients: Client[] = []
beforeAll(async () => {
  t = await createTestApp()
  server = listen(t)
  await setUpAdmin(t)
})
beforeEach(async () => {
  // The clock of other tests has moved on, past the tokens from before.
  admin = await signInAgain('admin@example.com')
})
afterAll(async () => {
  for (const client of clients) client.close()
  await server.stop()
  await t.close()
})

const signInAgain = async (email: string) =>
  (await call<Session>(t, 'POST /v1/auth/sign-in', { body: { email, password: 'correct horse battery staple' } })).body
let people = 0
const person = () => signUp(t, `person${++people}@example.com`)
const connect = async (dialled: Dial = {}) => {
  const client = await dial(server.url, dialled)
  clients.push(client)
  return client
}
/** A connection in the room of its own account. */
async function following(session: Session, dialled: Dial = { token: session.accessToken }): Promise<Client> {
  const client = await connect(dialled)
  client.say({ type: 'subscribe', room: `user:${session.user.id}` })
  await client.next('subscribed')
  return client
}
const act = async (route: string, token: string, body?: unknown) => {
  const answer = await call(t, route, { token, body })
  expect(answer.status, `${route} ${answer.text}`).toBeOneOf([200, 201, 204])
}
const endsWith = async (client: Client, code: string) => {
  expect(await client.next('closing')).toMatchObject({ reason: 'credential_ended', code, retryAfterMs: null })
  expect(await client.closed).toEqual({ code: 4401, reason: code })
}

describe('a credential that ends', () => {
  test('by sign-out ends its own connections, and no other of the person', async () => {
    const one = await person()
    const other = await signInAgain(one.user.email)
    const ending = [await following(one), await following(one)]
    const staying = await following(one, { token: other.accessToken })
    await act('POST /v1/auth/sign-out', one.accessToken)
    for (const client of ending) await endsWith(client, 'session.expired')
    staying.say({ type: 'ping', id: 'here' })
    expect(await staying.next('pong')).toEqual({ type: 'pong', id: 'here' })
  })

  test.each([
    ['disabling', (id: string) => act(`POST /v1/users/${id}/disable`, admin.accessToken)],
    ['ending all sessions', (id: string) => act(`DELETE /v1/users/${id}/sessions`, admin.accessToken)],
    ['deleting the account', (id: string) => act(`DELETE /v1/users/${id}`, admin.accessToken)],
  ])('by %s ends its connections, by token and by cookie', async (_, end) => {
    const one = await person()
    const cookie = await signInWithCookie(t, one.user.email)
    const ending = [await following(one), await following(one, { cookie, origin: ORIGIN })]
    await end(one.user.id)
    for (const client of ending) await endsWith(client, 'session.expired')
  })

  test('with its API key: deleted, the connection ends', async () => {
    const { id, key } = await makeKey(t, admin.accessToken, { scopes: ['audit:read'] })
    const client = await connect({ token: key })
    client.say({ type: 'subscribe', room: 'topic:user' })
    await client.next('subscribed')
    await act(`DELETE /v1/api-keys/${id}`, admin.accessToken)
    await endsWith(client, 'apikey.invalid')
  })

  test('while its first message is looked at: nothing is opened for it', async () => {
    const one = await person()
    const client = await connect()
    await client.next('welcome')
    const ended = act('POST /v1/auth/sign-out', one.accessToken)
    client.say({ type: 'authenticate', token: one.accessToken })
    await ended
    // Whichever was first.
    const answer = await Promise.race([
      client.next('error').then(({ code }) => code),
      client.next('closing').then(({ code }) => code),
    ])
    expect(answer).toBe('session.expired')
    client.say({ type: 'subscribe', room: `user:${one.user.id}` })
    await act('POST /v1/auth/sign-in', '', { email: one.user.email, password: 'correct horse battery staple' })
    expect(client.heard.filter(({ type }) => type === 'event')).toEqual([])
  })
})

describe('an access token that expires', () => {
  test('is announced, and renewed on the open connection', async () => {
    const one = await person()
    const client = await following(one)
    t.clock.advance(250_000)
    const { expiresAt } = await client.next('expiring')
    expect(Date.parse(String(expiresAt)) - t.clock.now()).toBeGreaterThan(0)
    const { body: next } = await call<Session>(t, 'POST /v1/auth/refresh', { body: { refreshToken: one.refreshToken } })
    client.say({ type: 'authenticate', id: 'r', token: next.accessToken })
    const renewed = await client.next('authenticated')
    expect(Date.parse(String(renewed.expiresAt))).toBeGreaterThan(Date.parse(String(expiresAt)))
    t.clock.advance(100_000) // past the end of the first token
    await act('PATCH /v1/me', next.accessToken, { name: 'Still here' })
    await client.next('event')
    // A second time it is announced again.
    t.clock.advance(160_000)
    await client.next('expiring')
    expect(client.heard.filter(({ type }) => type === 'expiring')).toHaveLength(2)
  })

  test('and is not renewed ends the connection; the old one renews nothing', async () => {
    const one = await person()
    const client = await following(one)
    t.clock.advance(301_000)
    expect(await client.next('closing')).toMatchObject({ reason: 'token_expired', retryAfterMs: expect.any(Number) })
    expect((await client.closed).code).toBe(4401)
    const again = await connect()
    again.say({ type: 'authenticate', token: one.accessToken })
    expect(await again.next('error')).toMatchObject({ code: 'session.expired' })
  })
})

describe('a client', () => {
  test('that does not authenticate in ten seconds is sent away', async () => {
    const client = await connect()
    await client.next('welcome')
    client.say({ type: 'ping' })
    await client.next('pong')
    t.clock.advance(10_001)
    expect(await client.next('closing')).toMatchObject({ reason: 'not_authenticated', code: 'auth.required' })
    expect(await client.closed).toEqual({ code: 4401, reason: 'auth.required' })
  })

  test('that does not read is cut off, and leaves nothing behind', async () => {
    // Its clock of streams is fast: a client has ten seconds.
    const streams = {
      ...createStreamParts(),
      every(_: number, act: () => void) {
        const timer = setInterval(act, 2)
        return () => clearInterval(timer)
      },
    }
    const own = await createTestApp({ deps: { streams } })
    const listener = listen(own)
    try {
      const one = await signUp(own, 'ada@example.com')
      const socket = await unreadSocket(listener.url, one.accessToken, `user:${one.user.id}`)
      const hub = hubOf(own.deps)
      expect(hub.connections).toBe(1)
      const text = 'x'.repeat(100_000)
      for (let index = 0; index < 300; index++)
        await own.deps.db.$client.execute({
          sql: `INSERT INTO events (id, type, result, at, user_id, data) VALUES (?, 'user.updated', 'success', 1, ?, ?)`,
          args: [own.deps.random.id('evt'), one.user.id, JSON.stringify({ text })],
        })
      own.deps.feed.wake()
      while (hub.connections > 0) await Bun.sleep(5)
      expect(watchOf(own.deps).size).toBe(0)
      socket.destroy()
    } finally {
      await listener.stop()
      await own.close()
    }
  })

  test('that vanishes without a word leaves nothing behind', async () => {
    const one = await person()
    const [hub, watch] = [hubOf(t.deps), watchOf(t.deps)]
    const before = [hub.connections, watch.size]
    const gone = [await following(one), await connect(), await following(one)]
    expect(hub.connections).toBe((before[0] ?? 0) + 2)
    for (const client of gone) client.vanish()
    while (hub.connections > (before[0] ?? 0) || watch.size > (before[1] ?? 0)) await Bun.sleep(5)
    expect([hub.connections, watch.size]).toEqual(before)
  })

  test('hears when the server cannot read, and stays connected', async () => {
    const one = await person()
    const client = await connect({ token: one.accessToken })
    await client.next('welcome')
    const { batch, execute } = t.deps.db.$client
    const fail = async () => {
      throw Object.assign(new Error('SQLITE_IOERR: disk I/O error'), { code: 'SQLITE_IOERR' })
    }
    Object.assign(t.deps.db.$client, { batch: fail, execute: fail })
    t.deps.principals.forgetAll()
    try {
      client.say({ type: 'subscribe', id: '1', room: `org:org_${'0'.repeat(32)}` })
      expect((await client.next('error')).status).toBeOneOf([500, 503])
    } finally {
      Object.assign(t.deps.db.$client, { batch, execute })
    }
    client.say({ type: 'subscribe', id: '2', room: `user:${one.user.id}` })
    await client.next('subscribed')
  })
})

test('a server that stops tells every client when to come back, each at another time', async () => {
  const stopping = new AbortController()
  const own = await createTestApp({ deps: { stopping: stopping.signal } })
  const listener = listen(own)
  try {
    const session = await signUp(own, 'ada@example.com')
    const dialled = Array.from({ length: 20 }, (_, index) =>
      dial(listener.url, index % 2 === 0 ? { token: session.accessToken } : {}),
    )
    const open = await Promise.all(dialled)
    for (const client of open) await client.next('welcome')
    stopping.abort()
    const words = await Promise.all(open.map((client) => client.next('closing')))
    expect(words.map(({ reason }) => reason)).toEqual(words.map(() => 'stopping'))
    const times = new Set(words.map(({ retryAfterMs }) => Number(retryAfterMs)))
    expect(times.size).toBeGreaterThan(10)
    for (const { closed } of open) expect((await closed).code).toBe(1001)
    expect(watchOf(own.deps).size).toBe(0)
  } finally {
    await listener.stop()
    await own.close()
  }
})

/** A connection that says what it must and reads no further. */
async function unreadSocket(url: string, token: string, room: string): Promise<TcpSocket> {
  const socket = connectTo(Number(new URL(url).port), '127.0.0.1')
  socket.write(
    `GET /v1/realtime HTTP/1.1\r\nHost: api.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  )
  const frame = masked(JSON.stringify({ type: 'subscribe', room }))
  await new Promise<void>((resolve) => {
    let text = ''
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
      if (text.includes('"welcome"') && !text.includes('"subscribed"')) socket.write(frame)
      if (text.includes('"subscribed"')) {
        socket.pause()
        resolve()
      }
    })
  })
  return socket
}

/** RFC 6455 §5.2, with a mask of zeros. */
function masked(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text)
  return Uint8Array.from([0x81, 0x80 | bytes.length, 0, 0, 0, 0, ...bytes])
}
