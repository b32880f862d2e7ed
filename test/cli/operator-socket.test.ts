import { afterEach, expect, test } from 'bun:test'
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAsk } from '../../src/operator/cli/operator.ts'
import { OperatorError } from '../../src/operator/failure.ts'
import type { OperationName, Operations } from '../../src/operator/operations.ts'
import { askServer, listenForOperator, type OperatorDoor, operatorSocketPath } from '../../src/operator/socket.bun.ts'
import { createTestApp, type TestApp, type TestAppOptions } from '../support/test-app.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

interface Served {
  t: TestApp
  path: string
  door: OperatorDoor
}

async function serveOperator(options?: TestAppOptions): Promise<Served> {
  const t = await createTestApp(options)
  const door = listenForOperator(t.deps)
  cleanUps.push(t.close, () => door.stop(true))
  return { t, path: operatorSocketPath(t.file), door }
}

async function items<Name extends OperationName>(path: string, name: Name, input: Operations[Name]['input']) {
  const found: Operations[Name]['item'][] = []
  for await (const reply of askServer(path, name, input)) if ('item' in reply) found.push(reply.item)
  return found
}

const post = (path: string, name: string, body: string) =>
  fetch(`http://operator.local/${name}`, { unix: path, method: 'POST', body })

test('the socket is for its owner alone, takes nothing but operations, and goes when the server stops', async () => {
  const { path, door } = await serveOperator()
  expect(statSync(path).isSocket()).toBe(true)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect((await fetch('http://operator.local/users.list', { unix: path })).status).toBe(404)
  for (const name of ['', 'users.destroy', 'constructor', '__proto__'])
    expect((await post(path, name, '{}')).status).toBe(404)
  await door.stop()
  expect(existsSync(path)).toBe(false)
})

test('the socket of a server that died is replaced', async () => {
  const t = await createTestApp()
  cleanUps.push(t.close)
  const path = operatorSocketPath(t.file)
  writeFileSync(path, '')
  const door = listenForOperator(t.deps)
  cleanUps.push(() => door.stop(true))
  expect(await items(path, 'users.list', { sort: 'createdAt' })).toEqual([])
})

test('a long list arrives whole, in its order, page after page; a limit ends it', async () => {
  const { path } = await serveOperator()
  await items(path, 'demo.seed', { force: false })
  const emails = (await items(path, 'users.list', { sort: 'email' })).map(({ email }) => email)
  expect(emails).toHaveLength(303)
  expect(emails).toEqual(emails.toSorted())
  expect(await items(path, 'users.list', { sort: 'email', limit: 150 })).toHaveLength(150)
  expect(await items(path, 'users.list', { sort: 'email', q: 'ada@example.com', role: 'admin' })).toHaveLength(1)
})

test.each([
  ['users.create', '{"email":"nobody"}', '/email'],
  ['users.create', '{"email":"a@example.com","isAdmin":true}', '/isAdmin'],
  ['users.create', '{"email":"a@example.com","roles":["root"]}', '/roles/0'],
  ['users.list', '{"sort":"password"}', '/sort'],
  ['users.list', '{"sort":"name","limit":0}', '/limit'],
  ['users.set-status', '{"user":"a@example.com","status":"gone"}', '/status'],
  ['keys.rotate', '[]', '/'],
])('%s with %s is refused, and says where it is wrong', async (name, body, path) => {
  const served = await serveOperator()
  const line = await (await post(served.path, name, body)).json()
  expect(line).toMatchObject({ failure: { code: 'request.invalid' } })
  expect(line.failure.errors.map((error: { path: string }) => error.path)).toContain(path)
})

test('an unexpected failure is logged with its cause, and the answer does not hold the cause', async () => {
  const cause = new Error('the disk sings')
  const { t, path } = await serveOperator({ deps: { keys: { rotate: () => Promise.reject(cause) } as never } }) // only `rotate` is called
  const failed = await items(path, 'keys.rotate', {}).catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(OperatorError)
  expect(failed).toMatchObject({ failure: { code: 'server.error' } })
  expect(JSON.stringify(failed)).not.toContain('sings')
  expect(t.logged).toContainEqual(
    expect.objectContaining({ level: 'error', fields: { command: 'keys.rotate', cause } }),
  )
})

test('an answer that ends early is a failure, however much of it came', async () => {
  const { t } = await serveOperator()
  const path = join(t.file, '../half.sock')
  const server = Bun.serve({ unix: path, fetch: () => new Response('{"item":{"id":"usr_1"}}\n{"item":{"id"') })
  cleanUps.push(() => server.stop(true))
  const seen: unknown[] = []
  const reading = (async () => {
    for await (const reply of askServer(path, 'users.list', { sort: 'name' })) seen.push(reply)
  })()
  expect(await reading.catch((error: unknown) => error)).toMatchObject({ failure: { code: 'server.went_away' } })
  expect(seen).toHaveLength(1)
})

test('a command finds the server through a symbolic link to the folder of the database', async () => {
  const { t } = await serveOperator()
  const link = join(t.file, '../link')
  symlinkSync(join(t.file, '..'), link)
  const ask = createAsk({ DATABASE_URL: `file:${join(link, 'test.db')}` })
  const rotated: unknown[] = []
  for await (const reply of ask('keys.rotate', {})) rotated.push(reply)
  expect(rotated).toHaveLength(1)
  expect(t.logged.map(({ fields }) => fields.command)).toContain('keys.rotate')
})

test('a path too long for a socket is a warning of the server and a clear refusal of the command', async () => {
  const t = await createTestApp()
  cleanUps.push(t.close)
  const folder = join(t.file, '..', 'a folder with a very long name'.repeat(4))
  mkdirSync(folder)
  const deps = { ...t.deps, config: { ...t.deps.config, databaseUrl: `file:${join(folder, 'test.db')}` } }
  await listenForOperator(deps).stop()
  expect(t.logged).toContainEqual(expect.objectContaining({ level: 'warning' }))
  const refused = await items(join(folder, 'test.db.sock'), 'keys.rotate', {}).catch((error: unknown) => error)
  expect(refused).toMatchObject({ failure: { code: 'server.socket_path_too_long' } })
})
