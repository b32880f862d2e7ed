/** GET /v1/events over real sockets: slow readers, clients that go away, a server that stops. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { connect, type Socket } from 'node:net'
import { commit } from '../../../src/core/events/commit.ts'
import { newEvent, systemCause } from '../../../src/core/events/new-event.ts'
import { noteEvent } from '../../../src/core/events/queries.ts'
import { hubOf } from '../../../src/core/rooms/hub.ts'
import { type Session, signUp } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { readStream } from './support/stream.ts'

let t: TestApp
let server: Bun.Server<undefined>
let stopping: AbortController
// Each test has a server of its own, because one of them stops it.
beforeEach(async () => {
  stopping = new AbortController()
  t = await createTestApp({ deps: { stopping: stopping.signal } })
  server = Bun.serve({ port: 0, hostname: '127.0.0.1', idleTimeout: 30, fetch: (request) => t.app.fetch(request) })
})
afterEach(async () => {
  await server.stop(true)
  await t.close()
})

let people = 0
const person = () => signUp(t, `person${++people}@example.com`)
const origin = () => `http://127.0.0.1:${server.port}`
const follow = (asked: Parameters<typeof readStream>[2]) => readStream((request) => fetch(request), origin(), asked)

/** Each of 4 KB. */
const note = ({ user }: Session, count: number) =>
  commit(
    t.deps,
    Array.from({ length: count }, () =>
      noteEvent(
        t.deps.db,
        newEvent(t.deps, systemCause, 'user.updated', { userId: user.id, data: { filler: 'x'.repeat(4000) } }),
      ),
    ),
  )

const request = ({ accessToken }: Session, method = 'GET'): string =>
  `${method} /v1/events HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${accessToken}\r\n\r\n`
const open = async (session: Session): Promise<Socket> => {
  const socket = connect(server.port ?? 0, '127.0.0.1')
  socket.write(request(session))
  await new Promise((resolve) => socket.once('data', resolve))
  return socket
}
const until = async (holds: () => boolean) => {
  while (!holds()) await Bun.sleep(5)
}

describe('a client', () => {
  test('that stops reading costs no memory, and gets everything once when it reads again', async () => {
    const one = await person()
    const socket = await open(one)
    socket.pause()
    const connections = hubOf(t.deps).connections
    // 8 MB, of which the server and both kernels hold a part.
    for (let round = 0; round < 40; round++) await note(one, 50)
    expect(hubOf(t.deps).connections).toBe(connections)
    let text = ''
    socket.on('data', (piece) => {
      text += piece.toString()
    })
    socket.resume()
    const ids = () => [...text.matchAll(/^id: (evt_\w+)\ndata: \{/gm)].map(([, id]) => id)
    await until(() => ids().length >= 2000)
    expect(ids()).toHaveLength(2000)
    expect(ids()).toEqual([...new Set(ids())].sort())
    socket.destroy()
    await until(() => hubOf(t.deps).connections < connections)
  })

  test('that goes away leaves nothing behind', async () => {
    const one = await person()
    const before = hubOf(t.deps).connections
    const sockets = await Promise.all(Array.from({ length: 20 }, () => open(one)))
    expect(hubOf(t.deps).connections).toBe(before + 20)
    for (const socket of sockets) socket.destroy()
    await until(() => hubOf(t.deps).connections === before)
  })

  test('that asks for the head alone gets it', async () => {
    const one = await person()
    const before = hubOf(t.deps).connections
    const answer = await fetch(`${origin()}/v1/events`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${one.accessToken}` },
    })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    await until(() => hubOf(t.deps).connections === before)
  })
})

test('a server that stops says so, with a time to come back, and takes no new stream', async () => {
  const one = await person()
  const stream = await follow({ token: one.accessToken })
  await stream.until(() => stream.lastEventId() !== '')
  stopping.abort()
  await until(() => stream.isOver())
  expect(stream.words.at(-1)).toMatchObject({ event: 'stream.end', data: { reason: 'stopping' } })
  expect(stream.words.at(-1)?.data.retryMs).toBeGreaterThanOrEqual(500)
  const late = await follow({ token: one.accessToken })
  expect([late.status, late.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)])
})
