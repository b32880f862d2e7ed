/** Who is let in to GET /v1/realtime, and what a hostile client costs. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { connect as connectTo } from 'node:net'
import { setUpAdmin, signInWithCookie, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'
import { makeKey } from '../api-keys/support/keys.ts'
import { type Client, type Dial, dial } from './support/client.ts'
import { type Listener, listen } from './support/listen.ts'

const PAGE = 'https://app.example'

let t: TestApp
let server: Listener
let token: string
let cookie: string
let userId: string
const clients: Client[] = []
beforeAll(async () => {
  t = await createTestApp({ env: { CORS_ORIGINS: PAGE, STREAMS_PER_ACCOUNT: '5' } })
  server = listen(t)
})
// An account for each test: the server learns later that a client of an earlier one is gone, and counts it until then.
beforeEach(async () => {
  const { accessToken, user } = await person()
  token = accessToken
  userId = user.id
  cookie = await signInWithCookie(t, user.email)
})
afterAll(async () => {
  for (const client of clients) client.close()
  await server.stop()
  await t.close()
})
const connect = async (dialled: Dial = {}) => {
  const client = await dial(server.url, dialled)
  clients.push(client)
  return client
}
/** A person with connections of their own. */
let people = 0
const person = () => signUp(t, `person${++people}@example.com`)

const HANDSHAKE = {
  upgrade: 'websocket',
  connection: 'Upgrade',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

/** The answer to a handshake, as text. The connection is closed after it. */
async function shake(headers: Record<string, string> = {}, line = 'GET /v1/realtime HTTP/1.1'): Promise<string> {
  const socket = connectTo(Number(new URL(server.url).port), '127.0.0.1')
  const all = { host: 'api.test', ...HANDSHAKE, ...headers }
  socket.write(
    [line, ...Object.entries(all).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`])), '\r\n'].join(
      '\r\n',
    ),
  )
  let text = ''
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
      const [head = '', body] = text.split('\r\n\r\n')
      const length = line.startsWith('HEAD') ? 0 : Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
      if (body === undefined || body.length < length) return
      socket.destroy()
      resolve(text)
    })
  })
}
const statusOf = (answer: string): number => Number(answer.split(' ')[1])
const codeOf = (answer: string): unknown =>
  (JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1)) as { code?: unknown }).code

describe('a page', () => {
  const credentials = (): Record<string, Record<string, string>> => ({
    'a cookie': { cookie: `__Host-session=${cookie}` },
    'a token': { authorization: `Bearer ${token}` },
    'no credential': {},
  })

  test('of our origin, or of an allowed one, is let in', async () => {
    for (const origin of [ORIGIN, PAGE])
      for (const [name, headers] of Object.entries(credentials()))
        expect(statusOf(await shake({ ...headers, origin })), `${name} ${origin}`).toBe(101)
  })

  test('of any other origin is refused, whatever it shows', async () => {
    const others = [
      'https://evil.example',
      'null',
      `${ORIGIN}.evil.example`,
      'https://evil.api.test',
      'http://api.test',
      `${ORIGIN}:8443`,
      `${ORIGIN}/`,
      ORIGIN.toUpperCase(),
      `${PAGE} ${ORIGIN}`,
      ' ',
    ]
    for (const origin of others)
      for (const [name, headers] of Object.entries(credentials())) {
        const answer = await shake({ ...headers, origin })
        expect([origin, name, statusOf(answer), codeOf(answer)]).toEqual([origin, name, 403, 'request.origin_refused'])
      }
  })

  test('cannot have its visitor’s cookie used without an origin', async () => {
    const answer = await shake({ cookie: `__Host-session=${cookie}` })
    expect([statusOf(answer), codeOf(answer)]).toEqual([403, 'request.origin_refused'])
    // A program with a token may have other cookies, of a load balancer.
    expect(statusOf(await shake({ cookie: 'AWSALB=x', authorization: `Bearer ${token}` }))).toBe(101)
    expect(statusOf(await shake({ cookie: 'AWSALB=x' }))).toBe(101)
  })

  test('with a cookie is who the cookie says, unless it shows another person', async () => {
    const client = await connect({ cookie, origin: PAGE })
    expect(await client.next('welcome')).toMatchObject({ actorId: userId, expiresAt: null })
    const other = await shake({
      cookie: `__Host-session=${cookie}`,
      origin: ORIGIN,
      'x-expected-user': `usr_${'0'.repeat(32)}`,
    })
    expect([statusOf(other), codeOf(other)]).toEqual([409, 'session.other_user'])
  })
})

describe('a handshake', () => {
  test('that is none gets 426, and is not upgraded', async () => {
    const wrong: [string, Record<string, string>, string?][] = [
      ['no upgrade', { upgrade: '' }],
      ['another protocol', { upgrade: 'h2c' }],
      ['an old version', { 'sec-websocket-version': '8' }],
      ['no version', { 'sec-websocket-version': '' }],
      ['no key', { 'sec-websocket-key': '' }],
      ['a short key', { 'sec-websocket-key': 'AAAA' }],
      ['a key with more', { 'sec-websocket-key': `${HANDSHAKE['sec-websocket-key']} x` }],
      ['HEAD', {}, 'HEAD /v1/realtime HTTP/1.1'],
    ]
    for (const [name, headers, line] of wrong)
      expect([name, statusOf(await shake({ ...headers, authorization: `Bearer ${token}` }, line))]).toEqual([name, 426])
    expect(await shake({ upgrade: '' })).toMatch(/^upgrade: websocket\r$/im)
  })

  test('by another method or at another path is an ordinary request', async () => {
    expect(statusOf(await shake({}, 'POST /v1/realtime HTTP/1.1'))).toBe(405)
    expect(statusOf(await shake({}, 'GET /v1/realtime/x HTTP/1.1'))).toBe(404)
    expect(statusOf(await shake({}, 'GET /livez HTTP/1.1'))).toBe(200)
    expect(statusOf(await shake({}, 'GET /v1/me HTTP/1.1'))).toBe(401)
  })

  test('with a credential that does not work is refused, and does not become one without', async () => {
    const wrong: Record<string, string>[] = [
      { authorization: 'Bearer aaaa.bbbb.cccc' },
      { authorization: 'Bearer ' },
      { authorization: 'Basic YTpi' },
      { authorization: `DPoP ${token}` },
      { authorization: `Bearer tid_${'0'.repeat(40)}` },
      { authorization: 'Bearer x', cookie: `__Host-session=${cookie}`, origin: ORIGIN },
      { cookie: `__Host-session=${'A'.repeat(43)}`, origin: ORIGIN },
    ]
    for (const headers of wrong) expect([headers, statusOf(await shake(headers))]).toEqual([headers, 401])
  })

  test('takes no credential from the URL, where logs and histories would keep it', async () => {
    for (const query of [`token=${token}`, `access_token=${token}`, `authorization=Bearer%20${token}`]) {
      const client = await dial(`${server.url}?${query}`)
      clients.push(client)
      expect(await client.next('welcome')).toMatchObject({ actorId: null })
    }
  })

  test('with a key of another network is refused, also when the key comes in a message', async () => {
    const admin = await setUpAdmin(t)
    const { key } = await makeKey(t, admin.accessToken, { networks: ['198.51.100.0/24'] })
    expect(codeOf(await shake({ authorization: `Bearer ${key}` }))).toBe('apikey.network_refused')
    const client = await connect({ headers: { 'x-forwarded-for': '198.51.100.7' } })
    client.say({ type: 'authenticate', token: key })
    expect(await client.next('error')).toMatchObject({ code: 'apikey.network_refused' })
    const { key: ours } = await makeKey(t, admin.accessToken, { networks: ['203.0.113.0/24'] })
    client.say({ type: 'authenticate', token: ours })
    expect(await client.next('authenticated')).toMatchObject({ expiresAt: null })
  })

  test('of an account with too many connections is told so', async () => {
    const { accessToken } = await person()
    const open: Client[] = []
    for (let index = 0; index < 5; index++) open.push(await connect({ token: accessToken }))
    for (const client of open) await client.next('welcome')
    const refused = await connect({ token: accessToken })
    expect(await refused.next('closing')).toMatchObject({ code: 'stream.too_many', retryAfterMs: expect.any(Number) })
    expect(await refused.closed).toEqual({ code: 4400, reason: 'stream.too_many' })
    open[0]?.close()
    await open[0]?.closed
    const admitted = await connect({ token: accessToken })
    expect(await admitted.next('welcome')).toMatchObject({ actorId: expect.stringMatching(/^usr_/) })
  })

  test('of a network that connects again and again waits', async () => {
    const limited = await createTestApp({ env: { RATE_LIMIT: 'on' } })
    const busy = listen(limited)
    try {
      const url = busy.url.replace('ws:', 'http:')
      const statuses: number[] = []
      // `fetch` cannot upgrade; the limit comes before the credential is looked at.
      for (let index = 0; index < 601; index++) {
        const answer = await fetch(url, { headers: { ...HANDSHAKE, authorization: 'Bearer x' } })
        statuses.push(answer.status)
        if (answer.status === 429) expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
      }
      expect([statuses.indexOf(429), statuses.filter((status) => status === 401).length]).toEqual([600, 600])
    } finally {
      await busy.stop()
      await limited.close()
    }
  })
})

describe('a message', () => {
  test('that is not described is refused, with the field and never with its value', async () => {
    const { accessToken } = await person()
    const client = await connect({ token: accessToken })
    const SECRET = 'hunter2hunter2'
    const wrong: [unknown, string][] = [
      ['', ''],
      ['{', ''],
      ['null', ''],
      ['[]', '/type'],
      ['"x"', ''],
      [{}, '/type'],
      [{ type: SECRET }, '/type'],
      [{ type: 'toString' }, '/type'],
      [{ type: '__proto__' }, '/type'],
      [{ type: ['ping'] }, '/type'],
      ['{"type":"ping","__proto__":{"x":1}}', ''],
      [{ type: 'ping', [SECRET]: 1 }, ''],
      [{ type: 'ping', id: '' }, '/id'],
      [{ type: 'ping', id: { a: SECRET } }, '/id'],
      [{ type: 'ping', id: 'x'.repeat(65) }, '/id'],
      [{ type: 'subscribe' }, '/room'],
      [{ type: 'subscribe', room: SECRET }, '/room'],
      [{ type: 'subscribe', room: `user:${userId}`, rooms: [`user:${userId}`] }, '/room'],
      [{ type: 'subscribe', rooms: [] }, '/rooms'],
      [{ type: 'subscribe', rooms: Array(101).fill(`user:${userId}`) }, '/rooms'],
      [{ type: 'subscribe', room: `user:${userId}`, after: SECRET }, '/after'],
      [{ type: 'subscribe', room: `user:${userId}`, presence: 'yes' }, '/presence'],
      [{ type: 'authenticate', token: `${SECRET} ${SECRET}` }, '/token'],
      [{ type: 'authenticate', token: 'a\r\nx-forwarded-for: 1' }, '/token'],
      [{ type: 'authenticate', token: 'x', proof: SECRET }, '/proof'],
      [{ type: 'event', room: 'x', event: {} }, '/type'],
      [`${'['.repeat(8000)}${']'.repeat(8000)}`, '/type'],
    ]
    for (const [message, path] of wrong) {
      client.say(message)
      const { errors, ...error } = await client.next('error')
      expect([message, (errors as { path: string }[])[0]?.path]).toEqual([message, path])
      expect(error).toMatchObject({ code: 'realtime.message_invalid', status: 422 })
      expect(JSON.stringify([errors, error])).not.toContain(SECRET)
    }
    client.socket.send(new TextEncoder().encode('{"type":"ping"}'))
    expect(await client.next('error')).toMatchObject({ code: 'realtime.message_invalid' })
    client.say({ type: 'ping', id: 'alive' })
    expect(await client.next('pong')).toEqual({ type: 'pong', id: 'alive' })
    expect(JSON.stringify(t.logged)).not.toContain(SECRET)
  })

  test('that is too large ends the connection', async () => {
    const { accessToken } = await person()
    const client = await connect({ token: accessToken })
    client.say(`{"type":"ping","id":"${'x'.repeat(20_000)}"}`)
    expect((await client.closed).code).toBeOneOf([1009, 1006]) // Bun cuts off in the middle of it
    // In characters it is small enough, in bytes it is not.
    const other = await connect({ token: accessToken })
    other.say(JSON.stringify({ type: 'ping', id: '€'.repeat(6_000) }))
    expect((await other.closed).code).toBeOneOf([1009, 1006])
  })

  test('before anybody has authenticated is refused, and so is a second person', async () => {
    const [one, other] = [await person(), await person()]
    const client = await connect()
    for (const message of [
      { type: 'subscribe', room: `user:${one.user.id}` },
      { type: 'unsubscribe', room: `user:${one.user.id}` },
      { type: 'presence', room: `user:${one.user.id}` },
    ]) {
      client.say(message)
      expect(await client.next('error')).toMatchObject({ code: 'realtime.not_authenticated' })
    }
    client.say({ type: 'authenticate', token: 'aaaa.bbbb.cccc' })
    expect(await client.next('error')).toMatchObject({ code: 'session.expired' })
    client.say({ type: 'authenticate', token: one.accessToken })
    await client.next('authenticated')
    client.say({ type: 'authenticate', token: other.accessToken })
    expect(await client.next('error')).toMatchObject({ code: 'stream.other_credential' })
    client.say({ type: 'subscribe', room: `user:${other.user.id}` })
    expect(await client.next('error')).toMatchObject({ code: 'room.not_found' })
    client.say({ type: 'subscribe', room: `user:${one.user.id}` })
    await client.next('subscribed')
  })

  test('after message without waiting ends the connection; what was said before is bounded', async () => {
    const { accessToken } = await person()
    const client = await connect({ token: accessToken })
    await client.next('welcome')
    for (let index = 0; index < 150; index++) client.say({ type: 'ping' })
    expect(await client.next('closing')).toMatchObject({
      reason: 'too_many_messages',
      code: 'realtime.too_many_messages',
      retryAfterMs: expect.any(Number),
    })
    expect(await client.closed).toEqual({ code: 4429, reason: 'realtime.too_many_messages' })
  })
})
