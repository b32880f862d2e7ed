/** Every command and every start with the usual mistakes: a sentence that names the variable or the next step, never a stack. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, parseConfig } from '../../src/config.ts'
import { listenFailure } from '../../src/platform/listen-failure.ts'
import { toFailure, toOwnFailure } from '../../src/operator/failure.ts'
import { readEdgeConfig } from '../../src/platform/deps.edge.ts'
import { runCli } from '../cli/support/in-process.ts'
import { cleanUp, environment, newFolder, ROOT, run, startServer } from './support/server.ts'

setDefaultTimeout(300_000) // processes on a machine that runs other tests too

const SECRET = 'a secret of more than thirty-two bytes'
const OTHER_SECRET = 'another secret of more than thirty-two bytes'
const JOB = 'job_00000000000000000000000000000000'
type Environment = Record<string, string | undefined>

let refusing: ReturnType<typeof Bun.serve>
let parking: ReturnType<typeof Bun.serve>
/** With a database made under SECRET. */
let made: string
let rows: string
beforeAll(async () => {
  refusing = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('no', { status: 401 }) })
  parking = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: () => new Response('<html>for sale', { headers: { 'content-type': 'text/html' } }),
  })
  made = newFolder()
  rows = join(made, 'rows.csv')
  writeFileSync(rows, 'email\nada@example.com\n')
  expect((await run(['src/entries/cli.ts', 'keys', 'rotate'], environment(made, { APP_SECRET: SECRET }))).code).toBe(0)
})
afterAll(async () => {
  await Promise.all([refusing.stop(true), parking.stop(true)])
  await cleanUp()
})

/** Never a stack, a status page or a sentence for clients of the API. */
function expectAdvice(outcome: { code: number; stdout: string; stderr: string }, names: RegExp): void {
  const { code, stderr } = outcome
  expect([1, 2], stderr).toContain(code)
  expect(stderr).toMatch(names)
  expect(stderr).not.toMatch(/\n\s+at |request id|Retry-After|\^\(|node_modules|DrizzleQueryError|Something went wrong/)
  expect(stderr).not.toContain(SECRET)
  expect(stderr.trim().split('\n').length).toBeLessThan(14)
}

const commands = (): string[][] => [
  ['src/entries/bun.ts'],
  ['db/migrate-now.ts'],
  ['db/seed.ts'],
  ...[
    'users list',
    'users create --email ada@example.com --name Ada',
    'users disable ada@example.com',
    'users enable ada@example.com',
    `users import ${rows}`,
    'keys rotate',
    'setup-token',
    'jobs list',
    `jobs retry ${JOB}`,
    `jobs discard ${JOB}`,
    'jobs run',
    'audit verify',
    'backup',
    `restore ${rows}`,
    'upgrade plan',
  ].map((words) => ['src/entries/cli.ts', ...words.split(' ')]),
]
/** The scripts and one command as processes of their own; the other commands run in this one. */
const outcomeOf = (args: string[], env: Environment) =>
  args[0] === 'src/entries/cli.ts' && args.join(' ') !== 'src/entries/cli.ts jobs run'
    ? runCli(args.slice(1), env)
    : run(args, env)
const isAboutFiles = (args: string[]): boolean => /^(?:backup|restore|upgrade)$/.test(args[1] ?? '')

/** Three at once: more would only wait for each other. */
async function each(work: readonly string[][], one: (args: string[]) => Promise<void>): Promise<void> {
  const left = [...work]
  await Promise.all(
    Array.from({ length: 3 }, async () => {
      for (let args = left.shift(); args; args = left.shift()) await one(args)
    }),
  )
}

describe('every command', () => {
  test('with a DATABASE_URL of another kind names it', async () => {
    await each(commands(), async (args) => {
      const env = environment(newFolder(), { APP_SECRET: SECRET, DATABASE_URL: 'postgres://db.example.com/x' })
      expectAdvice(await outcomeOf(args, env), /DATABASE_URL|libSQL server/)
    })
  })

  test('with a server that refuses the token names DATABASE_AUTH_TOKEN', async () => {
    const DATABASE_URL = `http://127.0.0.1:${refusing.port}`
    await each(
      commands().filter((args) => !isAboutFiles(args)),
      async (args) => {
        const env = environment(newFolder(), { APP_SECRET: SECRET, DATABASE_URL, DATABASE_AUTH_TOKEN: 'old' })
        expectAdvice(await outcomeOf(args, env), /DATABASE_AUTH_TOKEN/)
      },
    )
  })

  test('with a secret missing in production names every variable that is', async () => {
    await each(
      // A backup needs no secret, and a command asks a running server for the rest.
      commands().filter((args) => args[1] !== 'backup'),
      async (args) => {
        const env = environment(newFolder(), { NODE_ENV: 'production' })
        const outcome = await outcomeOf(args, env)
        expectAdvice(outcome, /APP_SECRET: is missing/)
        expect(outcome.stderr).toMatch(/APP_URL: is missing/)
      },
    )
  })
})

test.each<[string, string[], Environment, RegExp]>([
  [
    'a server that is away',
    ['users', 'list'],
    { DATABASE_URL: 'http://127.0.0.1:9' },
    /DATABASE_URL[\s\S]*Start the database/,
  ],
  [
    'a folder that cannot be made',
    ['users', 'list'],
    { DATABASE_URL: 'file:/proc/none/x.db' },
    /\/proc\/none[\s\S]*DATABASE_URL/,
  ],
  ['a URL without a file', ['users', 'list'], { DATABASE_URL: 'file:' }, /file:data\/app\.db/],
  ['a folder for a file', ['users', 'list'], { DATABASE_URL: 'file:/tmp' }, /\/tmp[\s\S]*DATABASE_URL/],
  ['a file that is missing', ['users', 'import', '/nowhere.csv'], {}, /\/nowhere\.csv/],
  ['no file', ['users', 'import'], {}, /FILE[\s\S]*--help/],
  ['no backup', ['restore', '/nowhere.db'], {}, /\/nowhere\.db/],
  ['no command', [], {}, /--help/],
  ['a folder that is missing', ['backup', '--to', '/nowhere/x'], {}, /\/nowhere/],
])('%s', async (_, words, env, names) => {
  expectAdvice(
    await outcomeOf(['src/entries/cli.ts', ...words], environment(made, { APP_SECRET: SECRET, ...env })),
    names,
  )
})

test('a page instead of a libSQL server is told as one', async () => {
  const env = environment(newFolder(), { APP_SECRET: SECRET, DATABASE_URL: `http://127.0.0.1:${parking.port}` })
  expectAdvice(await run(['db/migrate-now.ts'], env), /DATABASE_URL[\s\S]*not a libSQL server/)
})

describe('a wrong APP_SECRET', () => {
  test.each([
    [['src/entries/bun.ts']],
    [['db/seed.ts']],
    [['src/entries/cli.ts', 'keys', 'rotate']],
    [['src/entries/cli.ts', 'setup-token']],
    [['src/entries/cli.ts', 'users', 'create', '--email', 'ada@example.com', '--name', 'Ada']],
    [['src/entries/cli.ts', 'jobs', 'run']],
  ])('is named by %p', async (args) => {
    const { code, stderr } = await outcomeOf(args, environment(made, { APP_SECRET: OTHER_SECRET }))
    expectAdvice({ code, stderr, stdout: '' }, /APP_SECRET: does not open[\s\S]*APP_SECRET_PREVIOUS/)
  })
})

test('a file of another schema, or none, is told as one', async () => {
  const folder = newFolder()
  const env = environment(folder, { APP_SECRET: SECRET })
  writeFileSync(
    join(folder, 'test.db'),
    'this is a text, and long enough to be taken for the header of a database file'.repeat(9),
  )
  for (const args of [['src/entries/bun.ts'], ['db/seed.ts'], ['src/entries/cli.ts', 'users', 'list']])
    expectAdvice(await run(args, env), /not a SQLite database[\s\S]*DATABASE_URL/)
})

test('without its packages a script says which command brings them', async () => {
  const copy = join(newFolder(), 'copy')
  for (const part of ['src', 'db', 'package.json', 'tsconfig.json', 'bunfig.toml'])
    cpSync(join(ROOT, part), join(copy, part), { recursive: true })
  for (const args of [
    ['db/seed.ts'],
    ['db/migrate-now.ts'],
    ['src/entries/cli.ts', 'users', 'list'],
    ['src/entries/bun.ts'],
  ])
    expectAdvice(await run(args, environment(newFolder()), { cwd: copy }), /not installed[\s\S]*bun install/)
  expect(existsSync(join(copy, 'data'))).toBe(false)
})

const notRoot = test.skipIf(process.getuid?.() !== 0 || Bun.which('setpriv') === null)
notRoot('a user who may not write the folder, nor listen on the port, is told so', async () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'data'))
  chmodSync(folder, 0o755)
  chmodSync(join(folder, 'data'), 0o555)
  const asNobody = (args: string[], env: Environment) =>
    run(['--reuid=65534', '--clear-groups', process.execPath, ...args], environment(folder, env), {
      program: 'setpriv',
    })
  const unwritable = { APP_SECRET: SECRET, DATABASE_URL: `file:${join(folder, 'data/x.db')}` }
  for (const args of [['src/entries/bun.ts'], ['db/seed.ts'], ['db/migrate-now.ts']])
    expectAdvice(await asNobody(args, unwritable), /data\/x\.db[\s\S]*writable by this user/)
  expectAdvice(
    await asNobody(['src/entries/bun.ts'], { ...unwritable, APP_SECRET: undefined }),
    /data[\s\S]*permission denied/,
  )
})

describe('HOST and PORT', () => {
  test.each(['::1', '[::1]', '::', '0.0.0.0', 'localhost'])('HOST=%s serves', async (HOST) => {
    const server = await startServer(environment(newFolder(), { HOST }))
    expect((await fetch(`${server.url.replace(/\/\/(?:\[::\]|0\.0\.0\.0)/, '//localhost')}/readyz`)).status).toBe(200)
    expect(await server.stop()).toBe(0)
  })

  test.each(['192.0.2.1', 'nowhere.invalid', '2001:db8::1', 'not a host', 'a/b', 'user@host', '999.1.1.1'])(
    'HOST=%s stops the start and is named',
    async (HOST) => {
      expectAdvice(await run(['src/entries/bun.ts'], environment(newFolder(), { HOST })), /cannot start[\s\S]*\bHOST: /)
    },
  )

  test('what an address of this machine may not do is about the port', () => {
    const at = { host: '127.0.0.1', port: 80 }
    const failure = (code: string) => listenFailure(Object.assign(new Error(code), { code }), at).message
    expect(failure('EACCES')).toMatch(/^PORT: 80 may not be listened on/)
    expect(failure('EADDRINUSE')).toMatch(/^PORT: 80 is in use/)
    expect(failure('EADDRNOTAVAIL')).toMatch(/^HOST: "127\.0\.0\.1" is no address/)
    expect(listenFailure(Object.assign(new Error(), { name: 'AddrInUse' }), at).message).toMatch(/^PORT: /)
  })

  test('a name that is not found is about the host, also where Bun says that the port is in use', () => {
    const error = Object.assign(new Error('EADDRINUSE'), { code: 'EADDRINUSE' })
    const said = (host: string, port: number) => listenFailure(error, { host, port }).message
    expect(said('nowhere.invalid', 0)).toMatch(/^HOST: "nowhere\.invalid" cannot be found: set/)
    expect(said('nowhere.invalid', 3000)).toMatch(/^HOST: "nowhere\.invalid" cannot be found, or PORT 3000 is in use/)
    for (const host of ['localhost', '::1', '0.0.0.0']) expect(said(host, 3000)).toMatch(/^PORT: 3000 is in use/)
  })
})

describe('variables that are wrong', () => {
  const wrong = {
    PORT: '99999',
    APP_SECRET: 'short',
    APP_URL: 'id.example.com/x',
    CORS_ORIGINS: '*',
    MAIL_URL: 'ftp://mail',
    MAIL_FROM: 'nobody',
    LOG_LEVEL: 'chatty',
    TRUSTED_PROXIES: 'everyone',
    OIDC_PROVIDERS: '[',
    MAIL_EHLO_NAME: 'a b',
    ACCESS_TTL_SECONDS: '0',
  }
  const failureOf = (read: () => unknown) => {
    try {
      read()
    } catch (error) {
      if (error instanceof ConfigError) return error
      throw error
    }
    throw new Error('the environment was accepted')
  }

  test('are named together, once each, without their values', () => {
    const error = failureOf(() => parseConfig(wrong))
    const named = error.message.split('\n').map((line) => line.split(':')[0] ?? '')
    expect(named.toSorted()).toEqual(Object.keys(wrong).toSorted())
    expect(error.message).not.toMatch(/\bshort\b|chatty|everyone/)
  })

  test.each(['4e2', '1e400', '400.5', '0x10', 'true', 'false', '+400', '400d', 'NaN', '٤٠٠'])(
    'a number written as %s is refused, not read as another one',
    (text) => {
      for (const name of ['AUDIT_RETENTION_DAYS', 'ANONYMOUS_RETENTION_DAYS', 'SHUTDOWN_GRACE_SECONDS', 'PORT'])
        expect(failureOf(() => parseConfig({ APP_SECRET: 'x'.repeat(32), [name]: text })).message).toStartWith(
          `${name}: expected integer`,
        )
      expect(parseConfig({ APP_SECRET: 'x'.repeat(32), AUDIT_RETENTION_DAYS: ' 400 ' }).auditRetentionDays).toBe(400)
    },
  )

  test('are named with those that this runtime refuses', () => {
    const error = failureOf(() => readEdgeConfig({ APP_SECRET: 'short', REDIS_URL: 'redis://x', MAIL_URL: 'smtp://x' }))
    const named = error.message.split('\n').map((line) => line.split(':')[0] ?? '')
    expect(named.toSorted()).toEqual(['APP_SECRET', 'DATABASE_URL', 'MAIL_URL', 'REDIS_URL'])
  })

  test('are shown by a start and by a command, a line each', async () => {
    const env = environment(newFolder(), wrong)
    for (const args of [['src/entries/bun.ts'], ['src/entries/cli.ts', 'users', 'list']]) {
      const outcome = await run(args, env)
      expect(outcome.code).toBe(1)
      for (const name of Object.keys(wrong)) expect(outcome.stderr).toMatch(new RegExp(`^ *${name}: `, 'm'))
      expect(outcome.stderr).toContain('Correct these variables')
    }
  })
})

test('what nobody foresaw is told without words of HTTP; its cause only to whoever has no log', () => {
  const error = new Error('wrapped', { cause: new Error('the disk sings') })
  expect(toFailure(error)).not.toHaveProperty('detail')
  expect(toOwnFailure(error).detail).toBe('the disk sings')
  for (const thrown of [
    error,
    'text',
    undefined,
    null,
    { message: 1 },
    Object.assign(new Error('x'), { cause: null }),
  ]) {
    const { title, remedy } = toOwnFailure(thrown)
    expect(`${title} ${remedy}`).not.toMatch(/request/)
    expect(remedy).not.toBe('')
  }
})
