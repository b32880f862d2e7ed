/** A suspended or hanging server: a command beside it ends and names the process, and never runs later. */
import { afterAll, afterEach, expect, setDefaultTimeout, test } from 'bun:test'
import { createServer, type Socket } from 'node:net'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { OperatorError } from '../../src/operator/failure.ts'
import { askServer, listenForOperator, operatorSocketPath } from '../../src/operator/socket.bun.ts'
import { cleanUp, environment, newFolder, run, startServer } from '../process/support/server.ts'
import { createTestApp } from '../support/test-app.ts'

setDefaultTimeout(300_000) // processes on a machine that runs other tests too

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean()
})
afterAll(cleanUp)

const users = ['users', 'list', '--json']
const create = ['users', 'create', '--email', 'ada@example.com', '--json']

test('a command beside a suspended server ends and names the process; the server does not run it later', async () => {
  const env = environment(newFolder())
  const server = await startServer(env)
  server.kill('SIGSTOP')
  const asked = await run(['src/entries/cli.ts', ...create], env)
  expect(asked.code).toBe(1)
  expect(asked.stdout).toBe('')
  const failure = JSON.parse(asked.stderr)
  expect(failure).toMatchObject({ code: 'server.not_answering' })
  expect(failure.title).toContain(`Process ${server.pid}`)
  expect(failure.remedy).toContain(`kill -CONT ${server.pid}`)

  server.kill('SIGCONT')
  expect((await run(['src/entries/cli.ts', ...users], env)).stdout).toBe('')
  expect((await run(['src/entries/cli.ts', ...create], env)).code).toBe(0)
  expect(await server.stop()).toBe(0)
})

async function failureOf(path: string, limits: { firstByteMs?: number; silenceMs?: number }) {
  try {
    for await (const _ of askServer(path, 'users.list', { sort: 'createdAt' }, { pid: 4711, ...limits }));
  } catch (error) {
    if (error instanceof OperatorError) return error.failure
    throw error
  }
  return undefined
}

/** Listens where the server would, and answers with this. */
async function pretend(answer: (socket: Socket) => void): Promise<string> {
  const path = join(newFolder(), 'silent.sock')
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    answer(socket)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return path
}

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n'

test('one that accepts and never answers', async () => {
  const failure = await failureOf(await pretend(() => {}), { firstByteMs: 50 })
  expect(failure).toMatchObject({ code: 'server.not_answering' })
  expect(failure?.title).toContain('Process 4711')
  expect(failure?.remedy).toContain('has not begun')
})

test('one that stops in the middle of its answer', async () => {
  const path = await pretend((socket) => socket.once('data', () => socket.write(`${HEAD}1\r\n \r\n`)))
  const failure = await failureOf(path, { silenceMs: 50 })
  expect(failure).toMatchObject({ code: 'server.not_answering' })
  expect(failure?.remedy).toContain('Check what the command has changed')
})

test('long work does not count as silence: the server reports that it is alive before the first result', async () => {
  let finish = () => {}
  const rotated = new Promise<{ id: string; activeAt: number }>((resolve) => {
    finish = () => resolve({ id: 'key_1', activeAt: 0 })
  })
  const t = await createTestApp({ deps: { keys: { rotate: () => rotated } as never } }) // only `rotate` is called
  const door = listenForOperator(t.deps)
  cleanUps.push(t.close, () => door.stop(true))
  const response = await fetch('http://operator.local/keys.rotate', {
    unix: operatorSocketPath(t.file),
    method: 'POST',
    body: '{}',
  })
  const reader = response.body?.getReader()
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe(' ')
  finish()
  let rest = ''
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read())
    rest += Buffer.from(read.value).toString()
  expect(
    rest
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([{ item: { id: 'key_1' } }, { end: true }])
})

test('a request whose client no longer waits is refused', async () => {
  const t = await createTestApp()
  const door = listenForOperator(t.deps)
  cleanUps.push(t.close, () => door.stop(true))
  const ask = (before: number) =>
    fetch('http://operator.local/keys.rotate', {
      unix: operatorSocketPath(t.file),
      method: 'POST',
      headers: { 'threeger-begin-before': String(before) },
      body: '{}',
    })
  expect((await ask(uptime() * 1000 - 1)).status).toBe(408)
  const { rows } = await t.deps.db.$client.execute("SELECT 1 FROM events WHERE type = 'key.rotated'")
  expect(rows).toHaveLength(0)
  expect((await ask(uptime() * 1000 + 60_000)).status).toBe(200)
})
