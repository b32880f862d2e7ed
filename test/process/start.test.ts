import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { cleanUp, environment, newFolder, ROOT, run, startServer } from './support/server.ts'

afterAll(cleanUp)

const mode = (path: string): number => statSync(path).mode & 0o777

test('a first start makes its data, readable by its owner alone, and says where it serves and how to set it up', async () => {
  const folder = newFolder()
  const env = environment(folder, { DATABASE_URL: `file:${join(folder, 'data/first.db')}` })
  const server = await startServer(env)
  const [, token] = await server.output(/Set-up token: +(\S+)\n/)
  expect(server.stdout).toContain(`${server.url}/docs`)
  expect(server.stdout).toContain(`${server.url}/setup#token=${token}\n`)
  expect(mode(join(folder, 'data/app-secret'))).toBe(0o600)
  expect(mode(join(folder, 'data/first.db'))).toBe(0o600)
  expect(mode(join(folder, 'data/first.db.sock'))).toBe(0o600)

  const account = { token, email: 'admin@example.com', password: 'correct horse battery staple', name: 'Admin' }
  const setUp = await fetch(`${server.url}/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(account),
  })
  expect(setUp.status).toBe(201)

  // `restart.test.ts` has a start on the same data.
  const samePort = await run(['src/entries/bun.ts'], environment(newFolder(), { PORT: String(server.port) }))
  expect(samePort.code).toBe(1)
  expect(samePort.stderr).toContain(`PORT: ${server.port} is in use`)
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200) // it was not disturbed

  server.kill('SIGKILL')
  await server.exited
  const next = await startServer(env) // after a crash: no lock is left, and its stale socket is replaced
  expect(next.stdout).not.toContain('Set-up token')
  const [code, list] = await Promise.all([next.stop(), run(['src/entries/cli.ts', 'users', 'list'], env)])
  expect(code).toBe(0)
  expect(list.stdout).toContain('admin@example.com') // by the stopping server, or by itself once that is gone
}, 300_000)

const SECRET = 'a secret of more than thirty-two bytes'
const production = { NODE_ENV: 'production', APP_URL: 'https://id.example.com', APP_SECRET: SECRET }

test.concurrent.each<[string, string, Record<string, string | undefined>]>([
  ['APP_SECRET', 'missing in production', { ...production, APP_SECRET: undefined }],
  ['APP_SECRET', 'too short', { APP_SECRET: 'thirty-one bytes are not enough' }],
  ['APP_URL', 'http in production', { ...production, APP_URL: 'http://id.example.com' }],
  ['CORS_ORIGINS', 'a wildcard', { CORS_ORIGINS: 'https://*.example.com' }],
  ['LOG_LEVEL', 'no level', { LOG_LEVEL: 'chatty' }],
])(
  'the start refuses %s with the value %s, and names the variable',
  async (variable, _, wrong) => {
    const { code, stdout, stderr } = await run(['src/entries/bun.ts'], environment(newFolder(), wrong))
    expect(code).toBe(1)
    expect(stderr).toMatch(new RegExp(`cannot start[^]*\\b${variable}: `))
    expect(stdout).toBe('')
    expect(stderr).not.toContain(wrong.APP_SECRET ?? SECRET) // a value may be a secret pasted into the wrong line
  },
  300_000,
)

test('a folder that cannot be written stops the start with a sentence, not with a stack', async () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'test.db')) // a folder where the file should be: refused for root too
  const { code, stderr } = await run(['src/entries/bun.ts'], environment(folder))
  expect(code).toBe(1)
  expect(stderr).toContain('cannot start')
  expect(stderr).toContain('test.db')
  expect(stderr).not.toMatch(/\n\s+at /)
}, 300_000)

test('a start from another working directory serves, pages and mails too', async () => {
  const folder = newFolder()
  const server = await startServer(environment(folder), [join(ROOT, 'src/entries/bun.ts')], { cwd: folder })
  expect((await fetch(`${server.url}/verify-email`)).status).toBe(200)
  expect(await server.stop()).toBe(0)
}, 300_000)
