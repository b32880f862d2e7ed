/** Node hands every request that offers an upgrade to its listener. Those that are no WebSocket are answered as they were sent. */
import { afterAll, expect, setDefaultTimeout } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasNode } from '../runtime/node-bundle.ts'
import { testWith } from '../support/real-parts.ts'

setDefaultTimeout(300_000)
const nodeTest = testWith(await hasNode(), 'node')
const folder = mkdtempSync(join(tmpdir(), 'threeger-sockets-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Answers with what it was sent. */
const SERVER = `
import { createServer } from 'node:http'
import { nodeSockets } from ${JSON.stringify(join(import.meta.dir, '../../src/platform/sockets.node.ts'))}
const server = createServer((request, response) => {
  let body = ''
  request.on('data', (bytes) => { body += bytes })
  request.on('end', () => response.end(JSON.stringify({ url: request.url, body, upgrade: request.headers.upgrade ?? null, language: request.headers['accept-language'] ?? null })))
})
const log = { debug() {}, info() {}, warning() {}, error() {} }
nodeSockets(server, { fetch: async () => new Response('no', { status: 403 }) }, log)
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
`

nodeTest('a request that offers HTTP/2 is answered, with its body, and the connection goes on', async () => {
  await Bun.write(join(folder, 'server.ts'), SERVER)
  const { outputs } = await Bun.build({ entrypoints: [join(folder, 'server.ts')], target: 'node' })
  await Bun.write(join(folder, 'server.mjs'), outputs[0] ?? '')
  const child = Bun.spawn(['node', join(folder, 'server.mjs')], { stdout: 'pipe', stderr: 'inherit' })
  try {
    const { value } = await child.stdout.getReader().read()
    const port = Number(new TextDecoder().decode(value))
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString()
    })
    const answers = () => [...text.matchAll(/^\{.*\}/gm)].map(([json]) => JSON.parse(json) as Record<string, unknown>)
    const until = async (count: number) => {
      while (answers().length < count) await Bun.sleep(5)
    }
    const offer =
      'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nAccept-Language: caf\u00e9'
    socket.write(
      Buffer.from(`POST /one HTTP/1.1\r\nHost: a.test\r\n${offer}\r\nContent-Length: 10\r\n\r\nfirst`, 'latin1'),
    )
    socket.write(' part')
    await until(1)
    socket.write('GET /two HTTP/1.1\r\nHost: a.test\r\n\r\n')
    await until(2)
    expect(answers()).toEqual([
      { url: '/one', body: 'first part', upgrade: null, language: 'caf\u00e9' },
      { url: '/two', body: '', upgrade: null, language: null },
    ])
    socket.destroy()

    // A WebSocket that the app refuses gets the answer of the app.
    const refused = await fetch(`http://127.0.0.1:${port}/v1/realtime`, {
      headers: { upgrade: 'websocket', connection: 'Upgrade', 'sec-websocket-version': '13' },
    })
    expect([refused.status, await refused.text()]).toEqual([403, 'no'])
    expect(child.exitCode).toBeNull()
  } finally {
    child.kill()
    await child.exited
  }
})
