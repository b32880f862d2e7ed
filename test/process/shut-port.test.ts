import { afterEach, expect, test } from 'bun:test'
import { connect, type Socket } from 'node:net'
import { shutPort } from '../../src/platform/shut-port.bun.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

function serveHello() {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('hello') })
  cleanUps.push(() => server.stop(true))
  return { server, port: server.port ?? 0 }
}

/** A client that the kernel has accepted and that has sent nothing: Bun has not accepted it yet. */
async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  cleanUps.push(() => socket.destroy())
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.once('connect', resolve).once('error', reject)
  await promise
  return socket
}

/** The first line of the answer, or the error. */
function ask(socket: Socket): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  socket.once('data', (data) => resolve(String(data).split('\r\n')[0] ?? ''))
  socket.once('error', (error) => resolve('code' in error ? String(error.code) : error.message))
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  return promise
}

// The filter is Linux's, and some kernels attach it for root alone (ADR 0005); elsewhere the port is not shut.
const onLinux = test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)

onLinux('a shut port accepts no new connection, and serves every open one', async () => {
  const { server, port } = serveHello()
  const inside = await Promise.all(Array.from({ length: 20 }, () => connected(port)))
  expect(shutPort(port)).toBe(true)

  const outside = connect(port, '127.0.0.1')
  cleanUps.push(() => outside.destroy())
  const refused = new Promise((resolve) => outside.once('error', resolve).once('connect', resolve))
  const answers = await Promise.all(inside.map(ask))
  expect(new Set(answers)).toEqual(new Set(['HTTP/1.1 200 OK']))
  expect(outside.connecting).toBe(true)

  await server.stop()
  expect(await refused).toMatchObject({ code: 'ECONNREFUSED' })
})

onLinux('closing a port that was not shut resets open connections', async () => {
  const { server, port } = serveHello()
  const inside = await connected(port)
  await server.stop()
  expect(await ask(inside)).toBe('ECONNRESET')
})

test('a port of another process is not changed', () => {
  expect(shutPort(1)).toBe(false)
})
