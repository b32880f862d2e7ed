/** The follower of the feed, against a scripted server: what it believes, and when it stops to. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { createRevocationFeed, type RevocationFeed, type RevocationFeedOptions } from '../src/index.ts'

const START = Date.UTC(2026, 6, 9, 12)
const hashOf = (id: string) => createHash('sha256').update(id).digest().subarray(0, 16).toString('base64url')
const at = (ms: number) => new Date(START + ms).toISOString()
const frame = (event: string, data: unknown, id?: string) =>
  `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
const revoked = (id: string, more: object = {}) => ({ hash: hashOf(id), until: at(3_600_000), ...more })
const open = (ms = 0) => frame('stream.open', { at: at(ms), heartbeatMs: 500 })
const beat = (ms: number) => frame('heartbeat', { at: at(ms) })
const entries = (id: string, ...list: object[]) => frame('revocations', { entries: list }, id)

interface Connection {
  headers: Record<string, string>
  send: (...frames: string[]) => void
  end: () => void
  isAborted: () => boolean
}

/** By the clock that nobody sets. */
let elapsed = 0
/** What the clock of the follower shows besides. */
let wrong = 0
let connections: Connection[]
let answer: (init: RequestInit) => Response | Promise<Response>
let failures: unknown[]
let feeds: RevocationFeed[]
beforeEach(() => {
  elapsed = 0
  wrong = 0
  connections = []
  failures = []
  feeds = []
  answer = (init) => {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined
    const body = new ReadableStream<Uint8Array>({
      start(given) {
        controller = given
      },
    })
    init.signal?.addEventListener('abort', () => {
      try {
        controller?.error(init.signal?.reason)
      } catch {} // it has ended already
    })
    connections.push({
      headers: init.headers as Record<string, string>, // as the feed sends them
      send: (...frames) => controller?.enqueue(new TextEncoder().encode(frames.join(''))),
      end: () => controller?.close(),
      isAborted: () => init.signal?.aborted === true,
    })
    return new Response(body)
  }
})
afterEach(() => {
  for (const feed of feeds) feed.close()
})

function feedWith(options: Partial<RevocationFeedOptions> = {}): RevocationFeed {
  const feed = createRevocationFeed({
    issuer: 'https://id.test',
    token: 'tid_test',
    fetch: async (_, init) => answer(init),
    now: () => START + elapsed + wrong,
    elapsed: () => elapsed,
    random: () => 0,
    onFailure: (failure) => failures.push(failure),
    ...options,
  })
  feeds.push(feed)
  return feed
}
const age = (feed: RevocationFeed) => START + elapsed + wrong - feed.freshAt()
/** Waits for what the feed does by itself. */
async function eventually(holds: () => boolean | Promise<boolean>) {
  while (!(await holds())) await Bun.sleep(1)
}
const connection = async (number: number): Promise<Connection> => {
  await eventually(() => connections.length >= number)
  return connections[number - 1] as Connection // there are so many
}

describe('the feed', () => {
  test('asks with its token, and refuses what it is told, from when on it is told', async () => {
    const feed = feedWith({ token: async () => 'tid_other' })
    const ready = feed.ready()
    const server = await connection(1)
    expect(server.headers).toMatchObject({ authorization: 'Bearer tid_other' })
    server.send(open(), frame('start', { known: false }))
    server.send(entries('1-a', revoked('ses_1'), revoked('apk_1', { from: at(60_000) })), beat(10))
    await ready
    expect(await feed.isRevoked('ses_1')).toBe(true)
    expect(await feed.isRevoked('ses_2')).toBe(false)
    expect(await feed.isRevoked('apk_1')).toBe(false)
    elapsed = 60_000
    expect(await feed.isRevoked('apk_1')).toBe(true)
    server.send(entries('2-b', revoked('usr_1'), revoked('usr_1', { restored: true }), revoked('org_1')))
    await eventually(() => feed.isRevoked('org_1'))
    expect(await feed.isRevoked('usr_1')).toBe(false)
  })

  test('continues after the last id, and keeps what it knows', async () => {
    const feed = feedWith()
    void feed.ready()
    const first = await connection(1)
    first.send(open(), frame('start', { known: false }), entries('7-abc', revoked('ses_1')), beat(5))
    await eventually(() => feed.isRevoked('ses_1'))
    first.end()
    const second = await connection(2)
    expect(first.headers['last-event-id']).toBeUndefined()
    expect(second.headers['last-event-id']).toBe('7-abc')
    second.send(open(10), frame('start', { known: true }), entries('8-abc', revoked('ses_2')), beat(15))
    await eventually(() => feed.isRevoked('ses_2'))
    expect(await feed.isRevoked('ses_1')).toBe(true)
  })

  test('forgets the old list only when the new one is whole', async () => {
    const feed = feedWith()
    void feed.ready()
    const first = await connection(1)
    first.send(open(), frame('start', { known: false }), entries('7-a', revoked('ses_1')), beat(5))
    await eventually(() => feed.isRevoked('ses_1'))
    first.send(frame('start', { known: false }), entries('1-b', revoked('ses_2')))
    await eventually(() => feed.isRevoked('ses_2'))
    expect(await feed.isRevoked('ses_1')).toBe(true)
    first.send(beat(8))
    await eventually(async () => !(await feed.isRevoked('ses_1')))
    expect(await feed.isRevoked('ses_2')).toBe(true)
  })

  test.each([
    ['the follower', 7_200_000, 120_000],
    ['the server', 0, 7_200_000],
  ])('remembers what it must, although the clock of %s was ahead for a while', async (_, ahead, at) => {
    const feed = feedWith({ staleAfterMs: 1e9 })
    void feed.ready()
    const server = await connection(1)
    server.send(open(), frame('start', { known: false }), entries('1-a', revoked('ses_1')), beat(5))
    await eventually(() => feed.isRevoked('ses_1'))
    elapsed = 120_000 // time to forget
    wrong = ahead
    server.send(entries('2-b', revoked('ses_2')), beat(at), entries('3-c', revoked('ses_3')))
    await eventually(() => feed.isRevoked('ses_3'))
    wrong = 0
    expect(await feed.isRevoked('ses_1')).toBe(true)
  })

  test('what ended at once stays ended, whatever comes later', async () => {
    const feed = feedWith()
    void feed.ready()
    const server = await connection(1)
    server.send(open(), frame('start', { known: false }))
    server.send(entries('1-a', revoked('apk_1'), revoked('apk_1', { from: at(86_400_000) })), beat(5))
    await eventually(() => feed.isRevoked('apk_1'))
  })
})

describe('it is fresh', () => {
  test('from the time of its own request, whatever the clock of the server shows', async () => {
    for (const skew of [0, -7_200_000, 7_200_000]) {
      const feed = feedWith()
      const before = elapsed
      const number = connections.length + 1
      void feed.ready()
      const server = await connection(number)
      elapsed += 40
      server.send(open(skew), frame('start', { known: false }), beat(skew + 30))
      await eventually(() => Number.isFinite(feed.freshAt()))
      // 40 ms have passed since the request; the server read its database 30 ms after the request had come.
      expect(age(feed)).toBe(elapsed - before - 30)
      feed.close()
    }
  })

  test('not when heartbeats lay in a buffer: they count from when they were made', async () => {
    const feed = feedWith()
    void feed.ready()
    const server = await connection(1)
    server.send(open(), frame('start', { known: false }), beat(0))
    await eventually(() => Number.isFinite(feed.freshAt()))
    elapsed = 10_000
    server.send(beat(500), beat(1_000))
    await eventually(() => failures.length > 0)
    expect(String(failures[0])).toContain('late')
    expect(age(feed)).toBeGreaterThanOrEqual(9_000)
  })

  test('not because somebody set the clock of the follower back', async () => {
    const feed = feedWith()
    void feed.ready()
    const server = await connection(1)
    server.send(open(), frame('start', { known: false }), beat(0))
    await eventually(() => Number.isFinite(feed.freshAt()))
    elapsed = 60_000
    wrong = -3_600_000
    expect(age(feed)).toBe(60_000)
  })

  test('never before it was told everything, and never again after it was closed', async () => {
    const feed = feedWith({ connectWaitMs: 1 })
    await feed.ready()
    expect(feed.freshAt()).toBe(Number.NEGATIVE_INFINITY)
    const server = await connection(1)
    server.send(open(), frame('start', { known: false }), entries('1-a', revoked('ses_1')))
    await eventually(() => feed.isRevoked('ses_1'))
    expect(feed.freshAt()).toBe(Number.NEGATIVE_INFINITY)
    server.send(beat(3))
    await eventually(() => Number.isFinite(feed.freshAt()))
    feed.close()
    expect(feed.freshAt()).toBe(Number.NEGATIVE_INFINITY)
    await eventually(() => server.isAborted())
  })

  test('not while there are more revocations than it may keep', async () => {
    const feed = feedWith({ maxEntries: 3 })
    void feed.ready()
    const server = await connection(1)
    server.send(open(), frame('start', { known: false }))
    server.send(entries('1-a', ...['a', 'b', 'c'].map((id) => revoked(id))), beat(1))
    await eventually(() => Number.isFinite(feed.freshAt()))
    server.send(entries('2-a', revoked('d')), beat(2))
    await eventually(() => feed.freshAt() === Number.NEGATIVE_INFINITY)
    expect(feed.size).toBe(3)
    // A new list may be shorter.
    server.end()
    const second = await connection(2)
    expect(second.headers['last-event-id']).toBeUndefined()
    second.send(open(5), frame('start', { known: false }), entries('3-a', revoked('d')), beat(6))
    await eventually(() => Number.isFinite(feed.freshAt()))
    expect(await feed.isRevoked('d')).toBe(true)
  })
})

describe('a server', () => {
  test('that is silent is left for another connection', async () => {
    const feed = feedWith({ staleAfterMs: 20 })
    void feed.ready()
    const server = await connection(1)
    server.send(open(), frame('start', { known: false }), beat(0))
    await connection(2)
    expect(server.isAborted()).toBe(true)
    expect(feed.size).toBe(0)
  })

  test('that sends something else is left too, and nothing of it is believed', async () => {
    const hostile = [
      [beat(0)],
      [open(), 'event: heartbeat\ndata: {}\n\n'],
      [open(), 'event: heartbeat\ndata: {"at":"soon"}\n\n'],
      [open(), 'event: revocations\ndata: {"entries":[{"hash":1}]}\n\n'],
      [open(), 'event: revocations\ndata: {"entries":[{"hash":"a","until":"x"}]}\n\n'],
      [open(), 'event: revocations\ndata: {"entries":"all"}\n\n'],
      [open(), 'event: revocations\ndata: [\n\n'],
      [open(), 'event: start\ndata: null\n\n'],
      [`data: ${'x'.repeat(1_100_000)}`],
    ]
    for (const frames of hostile) {
      failures = []
      const feed = feedWith()
      const number = connections.length + 1
      void feed.ready()
      const server = await connection(number)
      server.send(...frames)
      await eventually(() => failures.length > 0)
      expect(feed.freshAt(), frames.join('').slice(0, 80)).toBe(Number.NEGATIVE_INFINITY)
      feed.close()
    }
  })

  test('may cut its frames anywhere, and end lines with CR LF', async () => {
    const feed = feedWith()
    void feed.ready()
    const server = await connection(1)
    const text = `${open()}: comment\n\n${frame('start', { known: false })}${entries('1-a', revoked('ses_1'))}${beat(1)}`
    for (const letter of text.replaceAll('\n', '\r\n')) server.send(letter)
    await eventually(() => Number.isFinite(feed.freshAt()))
    expect(await feed.isRevoked('ses_1')).toBe(true)
  })

  test('that refuses the token is asked again later, and one that says when is asked then', async () => {
    for (const [response, least] of [
      [() => new Response('', { status: 401 }), 10_000],
      [() => new Response('', { status: 503, headers: { 'retry-after': '7' } }), 7_000],
      [() => new Response('', { status: 503, headers: { 'retry-after': '9999999' } }), 60_000],
    ] as const) {
      answer = response
      let asked: number[] = []
      const original = globalThis.setTimeout
      globalThis.setTimeout = ((work: () => void, ms: number) => {
        asked.push(ms)
        return original(work, ms > 4_999 ? 0 : ms)
      }) as typeof setTimeout // only the wait between connections is that long
      try {
        const feed = feedWith()
        void feed.ready()
        await eventually(() => failures.length > 0 && asked.includes(least))
        feed.close()
      } finally {
        globalThis.setTimeout = original
        asked = []
        failures = []
      }
    }
  })
})

test('the URL is https, or of this machine', () => {
  expect(() => feedWith({ issuer: 'http://id.test' })).toThrow('must be https')
  expect(() => feedWith({ issuer: 'http://127.0.0.1:3000' })).not.toThrow()
})
