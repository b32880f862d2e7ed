import { afterAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { filePath, openDatabase } from '../../../db/client.ts'
import { openRemote } from '../../../db/remote.ts'
import { removeTempFolders, tempFolder } from './support/folder.ts'

afterAll(removeTempFolders)

test('a file: URL opens the embedded database, and makes its folder', async () => {
  const folder = tempFolder()
  for (const url of [
    `file:${join(folder, 'a/b', 'one.db')}`,
    `file://${join(folder, 'c d'.replace(' ', '%20'), 'two.db')}`,
  ]) {
    const opened = openDatabase({ url })
    expect(opened.owned).toBe(true)
    await opened.db.run(sql`CREATE TABLE t (id INTEGER PRIMARY KEY)`)
    expect(await opened.db.all(sql`SELECT count(*) AS c FROM t`)).toEqual([{ c: 0 }])
    expect(() => openDatabase({ url })).toThrow(/in use: this process/)
    opened.close()
    openDatabase({ url }).close()
  }
  expect(filePath('file:data/app.db')).toBe('data/app.db')
  expect(filePath('file:///var/a%20b.db')).toBe('/var/a b.db')
})

test('a URL that cannot be served is refused with what to write instead', () => {
  for (const url of [
    '',
    'file:',
    'file::memory:',
    'file:x.db?mode=ro',
    'app.db',
    'postgres://x',
    'ws://h',
    'wss://h',
    'file://host/x.db',
  ]) {
    expect(() => openDatabase({ url })).toThrow(expect.objectContaining({ code: 'database.bad_url' }))
  }
  expect(() => openDatabase({ url: 'wss://h' })).toThrow(/Use https:\/\//)
})

test('a server is not owned, and nothing is sent before the first statement', () => {
  for (const url of ['https://db.test', 'http://db.test:8080', 'libsql://db.test']) {
    let sent = 0
    const opened = openDatabase({
      url,
      fetch: () => {
        sent++
        return Promise.reject(new Error('offline'))
      },
    })
    expect(opened.owned).toBe(false)
    expect(sent).toBe(0)
    opened.close()
  }
})

/** A server that accepts connections, and answers `answer` or nothing at all. */
async function silentServer(answer?: string): Promise<{ port: number; stop(): void }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    if (answer !== undefined) socket.write(answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A TCP server that listens has an address with a port.
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => connect(port, '127.0.0.1', resolve).once('connect', resolve))
  return {
    port,
    stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

test('a server that accepts and never answers fails every kind of request after 1,500 ms, half of what a request has', async () => {
  const silent = await silentServer()
  // Stalls in the middle of the body, after its head.
  const stalled = await silentServer(
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"',
  )
  const clients = [silent.port, stalled.port].map((port) => openRemote({ url: `http://127.0.0.1:${port}` }))
  const outcomes = await Promise.allSettled(
    clients.flatMap(({ client }) => [
      client.execute('SELECT 1'),
      client.batch(['SELECT 1'], 'write'),
      client.transaction('write').then((transaction) => transaction.execute('SELECT 1')),
    ]),
  )
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: { name: 'LibsqlError', code: 'REMOTE_TIMEOUT', message: expect.stringContaining('within 1500 ms') },
    })
  }
  for (const { close } of clients) close()
  silent.stop()
  stalled.stop()
}, 300_000)

test('opening a file does not load the client of servers', () => {
  const { stdout, stderr } = Bun.spawnSync([
    process.execPath,
    '-e',
    `const { openDatabase } = await import(${JSON.stringify(join(import.meta.dir, '../../../db/client.ts'))})
const loaded = () => Object.keys(require.cache).some((path) => path.includes('hrana-client'))
const atFile = loaded()
openDatabase({ url: 'http://127.0.0.1:9' }).close()
console.log(JSON.stringify({ atFile, atServer: loaded() }))`,
  ])
  expect(stderr.toString()).toBe('')
  expect(JSON.parse(stdout.toString())).toEqual({ atFile: false, atServer: true })
})

test('the remote path imports neither Bun nor Node nor the native engine', async () => {
  const root = join(import.meta.dir, '../../../db')
  for (const name of ['remote.ts', 'database.ts']) {
    const imports = new Bun.Transpiler({ loader: 'ts' }).scanImports(readFileSync(join(root, name), 'utf8'))
    for (const { path } of imports) {
      expect([
        './database.ts',
        '@libsql/client/http',
        'drizzle-orm/libsql/driver-core',
        'drizzle-orm/libsql/session',
        'drizzle-orm/sqlite-core/dialect',
      ]).toContain(path)
    }
  }
  const built = await Bun.build({ entrypoints: [join(root, 'remote.ts')], target: 'browser', conditions: ['workerd'] })
  expect(built.success).toBe(true)
  expect(await built.outputs[0]?.text()).not.toMatch(/@libsql\/linux|@neon-rs|bun:sqlite/)
})
