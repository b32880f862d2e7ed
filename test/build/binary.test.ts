import { afterAll, beforeAll, expect, test } from 'bun:test'
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { version } from '../../package.json'
import { buildBinary } from '../../src/build/binary.ts'
import runtimes from '../../src/build/runtimes/package.json'
import { hasRuntime, otherRuntime } from '../../src/build/runtimes.ts'
import { Environment } from '../../src/config.ts'
import { cleanUp, newFolder, ROOT, run, startServer } from '../process/support/server.ts'
import { testWith } from '../support/real-parts.ts'
import { hasSqld, startSqld } from '../support/sqld.ts'

const sqldTest = testWith(await hasSqld(), 'sqld (test/parts)')

const dist = newFolder()
const binary = join(dist, 'threeger')

beforeAll(() => buildBinary({ entry: 'src/entries/binary.ts', outfile: binary }), 60_000)
afterAll(cleanUp)

/** The binary alone in a folder, as it is after a download. */
function alone(): string {
  const folder = newFolder()
  copyFileSync(binary, join(folder, 'threeger'))
  return folder
}

/** An empty PATH, and no unnecessary output. */
const bare = (more: Record<string, string> = {}) => ({
  PATH: '',
  PORT: '0',
  BREACHED_PASSWORDS: 'ignore', // no question to a foreign network
  SHUTDOWN_GRACE_SECONDS: '0',
  ...more,
})
const inside = (folder: string) => ({ cwd: folder, program: join(folder, 'threeger') })
const serve = (folder: string, env = bare()) => startServer(env, [], inside(folder))
const threeger = (folder: string, words: string, env = bare()) =>
  run(words.split(' ').filter(Boolean), env, inside(folder))

const credentials = { email: 'ada@example.com', password: 'correct horse battery staple' }
const account = { ...credentials, name: 'Ada' }
const post = (url: string, body: unknown) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

/** Who signs in with the account. */
async function signIn(url: string): Promise<{ email: string }> {
  const answer = await post(`${url}/v1/auth/sign-in`, credentials)
  const session = (await answer.json()) as { accessToken: string }
  const me = await fetch(`${url}/v1/me`, { headers: { authorization: `Bearer ${session.accessToken}` } })
  return (await me.json()) as { email: string }
}

test('alone in an empty folder with an empty PATH it serves, stops in order, and starts again on the same data', async () => {
  const folder = alone()
  expect(readdirSync(folder)).toEqual(['threeger'])
  const first = await serve(folder)
  await first.output(/Set-up token: /)
  expect(readdirSync(folder).sort()).toEqual(['data', 'threeger'])
  expect(statSync(join(folder, 'data/app-secret')).mode & 0o777).toBe(0o600)

  expect((await fetch(`${first.url}/readyz`)).status).toBe(200)
  const page = await (await fetch(`${first.url}/docs`)).text()
  const assets = [...page.matchAll(/="(\/docs\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '')
  expect(assets.length).toBe(3) // styles, script, and the index of the search
  for (const asset of assets) {
    const response = await fetch(`${first.url}${asset}`)
    expect([asset, response.status, response.headers.get('content-encoding')]).toEqual([asset, 200, 'br'])
    expect((await response.bytes()).length, asset).toBeGreaterThan(100)
  }
  for (const path of ['/docs/tokens', '/docs/api/auth', '/docs/tokens.md', '/llms.txt']) {
    const guide = await fetch(`${first.url}${path}`)
    const text = await guide.text()
    expect([path, guide.status, text.includes('http://127.0.0.1:'), text.includes('app-url.invalid')]).toEqual([
      path,
      200,
      true,
      false,
    ])
  }
  // Examples of problem documents have the URL of their server.
  const pathsOf = (text: string) =>
    (JSON.parse(text.replace(/http:\/\/127\.0\.0\.1:\d+/g, 'http://here')) as { paths: object }).paths
  const paths = pathsOf(await (await fetch(`${first.url}/openapi.json`)).text())
  const committed = pathsOf(readFileSync(join(ROOT, 'openapi.json'), 'utf8'))
  expect(paths).toEqual(committed) // nothing of the routes was lost to the bundler or minifier

  expect((await post(`${first.url}/v1/auth/sign-up`, account)).status).toBe(201)
  expect(await signIn(first.url)).toMatchObject({ email: account.email })
  const refused = await post(`${first.url}/v1/auth/sign-up`, { ...account, roles: ['admin'] })
  expect([refused.status, refused.headers.get('content-type')]).toEqual([422, 'application/problem+json'])

  const health = await threeger(folder, 'healthcheck', bare({ PORT: String(first.port) }))
  expect(health).toMatchObject({ code: 0, stdout: expect.stringContaining('/readyz answered 200') })
  // A search is read in the thread of long reads, which is a second program inside the binary.
  const through = await threeger(folder, 'cli users list --q ada --json')
  expect(through).toMatchObject({ code: 0, stdout: expect.stringContaining(account.email) })
  expect(await first.stop()).toBe(0)

  const without = await threeger(folder, 'cli users list --q ada --json')
  expect(without).toMatchObject({ code: 0, stdout: through.stdout })
  const down = await threeger(folder, 'healthcheck', bare({ PORT: String(first.port) }))
  expect(down).toMatchObject({ code: 1, stdout: expect.stringContaining('/readyz: ') })

  const second = await serve(folder)
  expect(await signIn(second.url)).toMatchObject({ email: account.email })
  const intruder = await threeger(folder, '')
  expect(intruder).toMatchObject({ code: 1, stderr: expect.stringContaining(`process ${second.pid}`) })
  expect(await second.stop()).toBe(0)
}, 300_000)

sqldTest(
  'keeps a copy of a libSQL server: its program is inside too, and not for a shell',
  async () => {
    const folder = alone()
    const sqld = await startSqld()
    try {
      const server = await serve(
        folder,
        bare({ DATABASE_URL: sqld.url, DATABASE_REPLICA_PATH: join(folder, 'copies') }),
      )
      await server.output(/reads that may be old are answered by a copy/)
      expect(await server.stop()).toBe(0)
      expect(await threeger(folder, 'keep-copy')).toMatchObject({ code: 2 })
    } finally {
      await sqld.stop()
    }
  },
  300_000,
)

/** A WebSocket begins with an upgrade, METRICS_TOKEN is not set, and the token of an invitation is in a header. */
const REFUSED: Record<string, number> = { '/v1/realtime': 426, '/metrics': 404, '/v1/invitations/by-token': 422 }

test('every route that takes no input answers as it says it does: the framework reads of each handler whether it waits', async () => {
  // In development each answer is checked against its schema, and a promise without an await is no answer.
  const server = await serve(alone(), bare({ NODE_ENV: 'development', MAIL_URL: 'console:' }))
  const [, token] = await server.output(/Set-up token: +(\S+)/)
  const opened = await post(`${server.url}/v1/setup`, { ...account, token })
  const { accessToken } = (await opened.json()) as { accessToken: string }
  const { paths } = JSON.parse(readFileSync(join(ROOT, 'openapi.json'), 'utf8')) as { paths: Record<string, object> }
  const asked = Object.keys(paths).filter((path) => 'get' in (paths[path] ?? {}) && !path.includes('{'))
  expect(asked).toContain('/.well-known/jwks.json')
  for (const path of asked) {
    const response = await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${accessToken}` } })
    // A stream has no end.
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
      expect([path, response.status]).toEqual([path, 200])
      await response.body?.cancel()
      continue
    }
    // Those of OAuth need parameters, or a token for a client.
    if (path.startsWith('/oauth/')) expect([path, response.status < 500]).toEqual([path, true])
    else expect([path, response.status]).toEqual([path, REFUSED[path] ?? 200])
    await response.text()
  }
  await server.stop()
}, 300_000)

test('a database goes from binary to checkout and back: the same migrations under the same hashes', async () => {
  const folder = alone()
  const url = (name: string) => bare({ DATABASE_URL: `file:${join(folder, 'data', name)}` })
  const made = await serve(folder, url('binary.db'))
  expect((await post(`${made.url}/v1/auth/sign-up`, account)).status).toBe(201)
  expect(await made.stop()).toBe(0)
  const taken = await startServer(url('binary.db'))
  expect(await signIn(taken.url)).toMatchObject({ email: account.email })
  expect(await taken.stop()).toBe(0)

  const checkout = await startServer(url('checkout.db'))
  expect((await post(`${checkout.url}/v1/auth/sign-up`, account)).status).toBe(201)
  expect(await checkout.stop()).toBe(0)
  const back = await serve(folder, url('checkout.db'))
  expect(await signIn(back.url)).toMatchObject({ email: account.email })
  expect(await back.stop()).toBe(0)

  const { Database } = await import('bun:sqlite')
  const applied = (name: string) => {
    using db = new Database(join(folder, 'data', name), { readonly: true })
    return db.query('SELECT hash, created_at FROM __drizzle_migrations ORDER BY created_at').all()
  }
  const files = readdirSync(join(ROOT, 'db/migrations')).filter((file) => file.endsWith('.sql'))
  expect(applied('binary.db')).toHaveLength(files.length)
  expect(applied('binary.db')).toEqual(applied('checkout.db'))
}, 300_000)

test('backup, restore and the rehearsal of an upgrade need nothing outside it either', async () => {
  const folder = alone()
  for (const words of ['cli users list', 'cli backup --to copy.db', 'cli upgrade plan', 'cli restore copy.db']) {
    const { code, stderr } = await threeger(folder, words)
    expect([words, code, stderr]).toEqual([words, 0, expect.any(String)])
  }
}, 300_000)

test('production settings are asked for by name, and what lies in the folder besides .env is not read', async () => {
  const folder = alone()
  const missing = await threeger(folder, '', bare({ NODE_ENV: 'production' }))
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('APP_SECRET: is missing') })
  await Bun.write(join(folder, '.env'), 'LOG_LEVEL=chatty\n')
  const wrong = await threeger(folder, '')
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('LOG_LEVEL: must be one of') })
  await Bun.write(join(folder, 'trap.ts'), 'console.log("trapped")')
  await Bun.write(join(folder, 'bunfig.toml'), 'preload = ["./trap.ts"]\n')
  for (const words of ['--version', 'cli --version'])
    expect(await threeger(folder, words)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
}, 300_000)

test('a folder for temporary files that takes no code stops the start with a sentence, not with a stack', async () => {
  const { code, stderr } = await threeger(alone(), 'cli users list', bare({ TMPDIR: '/proc' })) // refuses root too
  expect(code).toBe(1)
  expect(stderr).toMatch(/cannot start[\s\S]*TMPDIR: .* unpacked into \/proc[\s\S]*noexec/)
  expect(stderr).not.toMatch(/\n\s+at /)
}, 300_000)

test('it explains itself on one screen: every command, every variable, and no command of a checkout', async () => {
  const folder = alone()
  const [help, cli, users, unknown, empty] = await Promise.all(
    ['--help', 'cli --help', 'cli users --help', 'serve --port 80', 'cli'].map((words) => threeger(folder, words)),
  )
  expect(help).toMatchObject({ code: 0, stderr: '' })
  for (const word of ['threeger cli', 'threeger healthcheck', '--version', ...Object.keys(Environment.properties)])
    expect(help?.stdout).toContain(word)
  expect(help?.stdout.split('\n').length).toBeLessThan(75)
  expect(unknown).toEqual({
    code: 2,
    stdout: '',
    stderr: `"serve --port 80" is not understood.\n\n${help?.stdout}`,
  })
  expect(cli).toMatchObject({ code: 0, stdout: expect.stringContaining('USAGE threeger cli') })
  expect(users).toMatchObject({ code: 0, stdout: expect.stringContaining('USAGE threeger cli users') })
  expect(empty).toMatchObject({ code: 2, stdout: '' })
  for (const { stdout, stderr } of [help, cli, users, unknown, empty].filter((result) => result !== undefined))
    expect(stdout + stderr).not.toContain('bun run')
  expect(existsSync(join(folder, 'data'))).toBe(false) // no database was opened for the help text
}, 300_000)

test('the parts for other machines have the same version of Bun and of the engine', () => {
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: { libsql: string } }
  for (const [name, wanted] of Object.entries(runtimes.dependencies))
    expect([name, wanted]).toEqual([name, name.startsWith('@oven/') ? Bun.version : own.dependencies.libsql])
})

/** ELF: a mark, the class (2: 64 bits), and at byte 18 the machine. */
const MACHINES = { 'linux-x64': 62, 'linux-arm64': 183 } as const

for (const target of ['linux-x64', 'linux-arm64'] as const) {
  testWith(hasRuntime(target), `the parts of a ${target} binary, which "bun run build:all" installs`)(
    `a binary for ${target} is made for that machine, and carries that machine's engine`,
    async () => {
      const outfile = join(dist, `threeger-${target}`)
      await buildBinary({ entry: 'src/entries/binary.ts', outfile, target })
      const bytes = readFileSync(outfile)
      const machine = (at: number) => [bytes.toString('latin1', at, at + 4), bytes[at + 4], bytes.readUInt16LE(at + 18)]
      expect(machine(0)).toEqual(['\u007fELF', 2, MACHINES[target]])
      const engine = bytes.lastIndexOf(readFileSync((await otherRuntime(target)).engine).subarray(0, 4096))
      expect(engine).toBeGreaterThan(0)
      expect(machine(engine)).toEqual(['\u007fELF', 2, MACHINES[target]])
      expect(bytes.length).toBeGreaterThan(90e6)
      expect(bytes.length).toBeLessThan(160e6)
    },
    300_000,
  )
}
