/** Signals stop a server gracefully, or have no effect. No signal interrupts a request. */
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { cpSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from './support/load.ts'
import { cleanUp, environment, newFolder, ROOT, type Server, start, startServer } from './support/server.ts'

setDefaultTimeout(300_000) // processes on a machine that runs other tests too
afterAll(cleanUp)

const signUp = (server: Server, email: string) =>
  createClient(server.port, { keepAlive: true }).send(
    'POST',
    '/v1/auth/sign-up',
    JSON.stringify({ email, password: 'correct horse battery staple' }),
  )

test.each(['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)(
  '%s stops a server gracefully: a request in flight is answered',
  async (signal) => {
    const server = await startServer(environment(newFolder(), { SHUTDOWN_GRACE_SECONDS: '0' }))
    // Two: more would wait for a turn to be hashed, which a busy machine refuses.
    const answers = Array.from({ length: 2 }, (_, index) => signUp(server, `p${index}@example.com`))
    // A connection is accepted when its request is here: this one came after theirs.
    await createClient(server.port, { keepAlive: true }).send('GET', '/livez')
    server.kill(signal)
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([201, 201])
    expect(await server.exited).toBe(0)
    expect(server.stderr).toContain('stopped')
  },
)

const IGNORED = ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const

test('SIGHUP, SIGUSR1 and SIGUSR2, also many at once, do not stop the server, and the log says what to do instead', async () => {
  const server = await startServer(environment(newFolder()))
  const answer = signUp(server, 'ada@example.com')
  for (const signal of [...IGNORED, ...IGNORED]) {
    server.kill(signal)
    await server.output(new RegExp(`signal ignored[^\\n]*restart[^\\n]*${signal}`))
  }
  expect((await answer).status).toBe(201)
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  expect(await server.stop()).toBe(0)
  expect(server.stderr.match(/signal ignored/g)).toHaveLength(6) // a line for each
})

test('the same signals end no server that still waits for its database', async () => {
  const folder = newFolder()
  const first = await startServer(environment(folder))
  const second = start(['src/entries/bun.ts'], environment(folder))
  await second.output(/waiting for pid \d+/)
  for (const signal of IGNORED) second.kill(signal)
  first.kill('SIGTERM')
  await second.output(/Threeger ID: +\S+\n/)
  expect(await first.exited).toBe(0)
  second.kill('SIGTERM')
  expect(await second.exited).toBe(0)
})

test('`bun --watch`, as in development: they end neither the server nor its watcher', async () => {
  const folder = newFolder()
  const copy = join(folder, 'copy')
  for (const part of ['src', 'db', 'package.json', 'tsconfig.json', 'bunfig.toml'])
    cpSync(join(ROOT, part), join(copy, part), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  const args = ['--watch', '--no-clear-screen', 'src/entries/bun.ts']
  const server = await startServer(environment(folder), args, { cwd: copy })
  for (const signal of IGNORED) {
    server.kill(signal)
    await server.output(new RegExp(`signal ignored[^\\n]*${signal}`))
  }
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  server.kill('SIGQUIT')
  expect(await server.exited).toBe(0)
})
