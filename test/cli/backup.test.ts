import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  chownSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import NativeDatabase from 'libsql'
import { applicationId } from '../../db/embedded.ts'
import { parseConfig } from '../../src/config.ts'
import type { Session } from '../../src/modules/sessions/session-schema.ts'
import { OperatorError } from '../../src/operator/failure.ts'
import { restore } from '../../src/operator/restore.bun.ts'
import { cleanUp, environment, newFolder, run, type Server, start, startServer } from '../process/support/server.ts'
import { runCli } from './support/in-process.ts'
import { olderDatabase, script } from './support/older-database.ts'

const PASSWORD = 'correct horse battery staple'
const SECRET = { APP_SECRET: 'the secret of these backups, 32 bytes or more' }
const PATIENCE = 300_000

const mounts: string[] = []
afterAll(async () => {
  for (const mount of mounts) Bun.spawnSync(['umount', '--lazy', mount])
  await cleanUp()
})

type Env = ReturnType<typeof environment>
const environmentIn = (folder: string): Env => environment(folder, { ...SECRET, LOG_LEVEL: undefined })
const cli = (env: Env, ...words: string[]) => runCli(words, env)
/** The same as a process of its own. */
const cliProcess = (env: Env, ...words: string[]) => run(['src/entries/cli.ts', ...words], env)
const failureOf = ({ stderr }: { stderr: string }) =>
  JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { code: string; title: string; remedy: string }

async function post<T>(server: Server, path: string, body: unknown, token?: string): Promise<T> {
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T // the caller names the shape of the endpoint
}
const signIn = (server: Server, password = PASSWORD) =>
  post<Session>(server, '/v1/auth/sign-in', { email: 'ada@example.com', password })
const emails = async (env: Env): Promise<Set<string>> => {
  const { stdout } = await runCli(['users', 'list', '--json'], env)
  return new Set(
    stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { email: string }).email), // one User a line
  )
}

/** A database with an administrator and a sound backup of it, without a server. */
const origin = newFolder()
const originEnv = environmentIn(origin)
const sound = join(origin, 'sound.backup')
let keysMadeBy: Session

beforeAll(async () => {
  const words = 'users create --email ada@example.com --role admin --password-stdin'.split(' ')
  expect((await runCli(words, originEnv, { stdin: PASSWORD })).code).toBe(0)
  const server = await startServer(originEnv)
  keysMadeBy = await signIn(server)
  expect(await server.stop()).toBe(0)
  expect((await cliProcess(originEnv, 'backup', '--to', sound)).code).toBe(0)
}, PATIENCE)

/** A folder with that database restored into it. */
async function restoredFolder(): Promise<{ folder: string; env: Env; file: string }> {
  const folder = newFolder()
  const env = environmentIn(folder)
  expect((await cli(env, 'restore', sound)).code).toBe(0)
  return { folder, env, file: join(folder, 'test.db') }
}

test(
  'a backup taken under writes holds all that was acknowledged before it, nothing torn, and serves as the original did',
  async () => {
    const { folder, env } = await restoredFolder()
    const server = await startServer(env)
    const { accessToken, refreshToken } = await signIn(server)
    const acknowledged: string[] = []
    let writing = true
    const lane = async (name: string) => {
      for (let n = 0; writing; n++) {
        const email = `${name}${n}@example.com`
        await post(server, '/v1/users', { email, name: email }, accessToken)
        acknowledged.push(email)
      }
    }
    const lanes = Promise.all(['a', 'b', 'c', 'd'].map(lane))
    while (acknowledged.length < 50) await new Promise((next) => setImmediate(next))
    const before = [...acknowledged]
    const to = join(folder, 'under-load.backup')
    const backup = await cliProcess(env, 'backup', '--to', to, '--json')
    const during = acknowledged.length - before.length
    writing = false
    await lanes
    expect(backup).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(backup.stdout)).toMatchObject({ file: to, users: expect.any(Number) })
    expect(statSync(to).mode & 0o777).toBe(0o600)
    expect(during).toBeGreaterThan(0) // the server went on
    expect(await server.stop()).toBe(0)

    const elsewhere = environmentIn(newFolder())
    const restored = await cliProcess(elsewhere, 'restore', to, '--json')
    expect(restored).toMatchObject({ code: 0, stderr: '' })
    const present = await emails(elsewhere)
    expect(before.filter((email) => !present.has(email))).toEqual([])
    // A prefix: in each lane, a row exists only if its predecessor exists.
    for (const name of ['a', 'b', 'c', 'd']) {
      const numbers = [...present].flatMap((email) => new RegExp(`^${name}(\\d+)@`).exec(email)?.[1] ?? []).map(Number)
      expect(numbers.length).toBe(Math.max(-1, ...numbers) + 1)
    }
    const again = await startServer(elsewhere)
    expect((await signIn(again)).user.email).toBe('ada@example.com')
    const me = await fetch(`${again.url}/v1/me`, { headers: { authorization: `Bearer ${accessToken}` } })
    expect(me.status).toBe(200) // its key and its session were in the backup
    expect((await post<Session>(again, '/v1/auth/refresh', { refreshToken })).user.email).toBe('ada@example.com')
    expect(await again.stop()).toBe(0)
  },
  PATIENCE,
)

describe('a backup', () => {
  test('never overwrites a file, under any name of it', async () => {
    const to = join(origin, 'taken')
    writeFileSync(to, 'mine')
    const refused = await cli(originEnv, 'backup', '--to', to, '--json')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(failureOf(refused).code).toBe('backup.exists')
    expect(readFileSync(to, 'utf8')).toBe('mine')
    expect(failureOf(await cli(originEnv, 'backup', '--to', join(origin, 'test.db'), '--json')).code).toBe(
      'backup.exists',
    )
  })

  test('without a name gets a dated one beside the database, as often as asked', async () => {
    for (const expected of [1, 2]) {
      const done = await cliProcess(originEnv, 'backup')
      expect(done).toMatchObject({ code: 0 })
      expect(done.stdout).toMatch(/test\.db-\d{8}T\d{9}Z: \d\.\d MB, 1 users, 1 active sessions, \d+ ms\.\n$/)
      expect(done.stderr).toContain('backup: copy, check, store 3/3\nKeep APP_SECRET too')
      expect(readdirSync(join(origin, 'backups')).length).toBe(expected)
    }
  })

  test.each([
    ['there is no database', { DATABASE_URL: 'file:/nowhere/at/all.db' }, 'backup.no_database'],
    ['the database is a server', { DATABASE_URL: 'http://127.0.0.1:9' }, 'backup.remote'],
  ])('is refused when %s, with what to do instead', async (_, change, code) => {
    const refused = await cli({ ...originEnv, ...change }, 'backup', '--json')
    expect(refused.code).toBe(1)
    expect(failureOf(refused)).toMatchObject({ code, remedy: expect.stringMatching(/\w/) })
  })

  test.skipIf(process.geteuid?.() !== 0)(
    'by root belongs, with its folder, to the user of the database',
    async () => {
      const { folder, env, file } = await restoredFolder()
      for (const path of [folder, file]) chownSync(path, 65_534, 65_534)
      expect((await cliProcess(env, 'backup')).code).toBe(0)
      const backups = join(folder, 'backups')
      for (const path of [backups, ...readdirSync(backups).map((name) => join(backups, name))])
        expect(statSync(path)).toMatchObject({ uid: 65_534, gid: 65_534 })
    },
    PATIENCE,
  )

  test(
    'through a second name of the database, where its log is not found, is refused, and so is every copy or replacement',
    async () => {
      const { folder, env } = await restoredFolder()
      const server = await startServer(env)
      const { accessToken } = await signIn(server)
      const second = join(folder, 'second.db')
      linkSync(join(folder, 'test.db'), second)
      const elsewhere = { ...env, DATABASE_URL: `file:${second}` }
      const before = readdirSync(folder)
      for (const words of [
        ['backup', '--to', join(folder, 'short')],
        ['database', 'compact', '--rebuild'],
        ['upgrade', 'plan'],
        ['restore', sound],
      ]) {
        const refused = await cli(elsewhere, ...words, '--json')
        expect({ words, code: refused.code, failure: failureOf(refused).code }).toEqual({
          words,
          code: 1,
          failure: 'database.linked',
        })
      }
      expect(readdirSync(folder).filter((name) => !before.includes(name) && !name.includes('.lock'))).toEqual([])
      rmSync(second)
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200) // it has looked again
      await post(server, '/v1/users', { email: 'bob@example.com', name: 'Bob' }, accessToken)
      expect(await server.stop()).toBe(0)
    },
    PATIENCE,
  )

  test('killed in the middle leaves nothing under its name, and the next one cleans up', async () => {
    const to = join(origin, 'killed')
    writeFileSync(`${to}.999999999.partial`, 'left over') // no process has this number
    const child = start(['src/entries/cli.ts', 'backup', '--to', to], originEnv)
    await child.output(/1\/3/)
    child.kill('SIGKILL')
    await child.exited
    if (existsSync(to)) return // it was faster than we were; the others hold
    expect((await cli(originEnv, 'backup', '--to', to)).code).toBe(0)
    expect(readdirSync(origin).filter((name) => name.includes('.partial'))).toEqual([])
  })

  const small = join(newFolder(), 'disk')
  mkdirSync(small)
  const { success } = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small], { stderr: 'ignore' })
  if (success) mounts.push(small)
  test.skipIf(!success)('to a full disk fails with the reason and leaves nothing there', async () => {
    const full = await cliProcess(originEnv, 'backup', '--to', join(small, 'backup'), '--json')
    expect(full).toMatchObject({ code: 1, stdout: '' })
    expect(failureOf(full)).toMatchObject({ code: 'backup.failed', title: expect.stringContaining('full') })
    expect(readdirSync(small)).toEqual([])
  })
})

describe('a restore', () => {
  /** Restores in this process, which must be refused. */
  const refusal = async (env: Env, file: string, step: (done: number) => void = () => {}) => {
    const error: unknown = await restore(parseConfig(env), file, step).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (!(error instanceof OperatorError)) throw new Error(`not refused: ${String(error)}`)
    return error.failure
  }

  test.each([0, 1, 2])(
    'that fails at step %d leaves the database as it was, and nothing beside it',
    async (failing) => {
      const target = join(origin, 'test.db')
      const [before, beside] = [readFileSync(target), readdirSync(origin)]
      const failure = await refusal(originEnv, sound, (done) => {
        if (done === failing) throw new Error('the cable was pulled')
      })
      expect(failure).toMatchObject({ code: 'restore.failed', title: expect.stringContaining('the cable was pulled') })
      expect(readFileSync(target).equals(before)).toBeTrue()
      expect(readdirSync(origin)).toEqual(beside)
    },
  )

  const broken = newFolder()
  const make = {
    empty: (file: string) => writeFileSync(file, ''),
    garbage: (file: string) => writeFileSync(file, 'x'.repeat(8192)),
    truncated(file: string) {
      copyFileSync(sound, file)
      truncateSync(file, statSync(file).size - 4096)
    },
    damaged(file: string) {
      const bytes = readFileSync(sound)
      bytes.fill(0x5a, 8192, 8192 + 3 * 4096)
      writeFileSync(file, bytes)
    },
    foreign: (file: string) => script(file, 'CREATE TABLE t (a)'),
    'another history': (file: string) => script(file, `PRAGMA application_id=${applicationId}; CREATE TABLE t (a)`),
    newer(file: string) {
      copyFileSync(sound, file)
      script(file, "INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('later', 9999999999999)")
    },
  }
  test.each([
    ['empty', 'restore.not_a_database'],
    ['garbage', 'restore.not_a_database'],
    ['truncated', 'restore.damaged'],
    ['damaged', 'restore.damaged'],
    ['foreign', 'restore.foreign'],
    ['another history', 'restore.unknown_history'],
    ['newer', 'restore.newer'],
  ] as const)(
    'of a file that is %s is refused, and the database is untouched',
    async (kind, code) => {
      const file = join(broken, kind)
      make[kind](file)
      const target = join(origin, 'test.db')
      const before = readFileSync(target)
      const failure = await refusal(originEnv, file)
      expect(failure).toMatchObject({ code, remedy: expect.stringContaining('Nothing was replaced.') })
      expect(readFileSync(target).equals(before)).toBeTrue()
      expect(readdirSync(origin).filter((name) => /restor|orphan/.test(name))).toEqual([])
    },
    PATIENCE,
  )

  test.each([
    ['the backup is missing', () => '/nowhere/backup', {}, 'restore.no_backup'],
    ['the backup is the database', () => join(origin, 'test.db'), {}, 'restore.same_file'],
    ['APP_SECRET is another', () => sound, { APP_SECRET: 'x'.repeat(40) }, 'restore.other_secret'],
    ['the database is a server', () => sound, { DATABASE_URL: 'http://127.0.0.1:9' }, 'backup.remote'],
  ])('is refused when %s', async (_, file, change, code) => {
    expect((await refusal({ ...originEnv, ...change }, file())).code).toBe(code)
  })

  test('is refused while another program has a snapshot of the database open, and takes over a damaged one', async () => {
    const { folder, env, file } = await restoredFolder()
    script(file, "PRAGMA journal_mode=WAL; UPDATE users SET name = 'in the file'")
    const [reader, writer] = [new NativeDatabase(file, {}), new NativeDatabase(file, {})]
    reader.exec('BEGIN; SELECT count(*) FROM users')
    writer.exec("UPDATE users SET name = 'in the log'")
    expect(await refusal(env, sound)).toMatchObject({
      code: 'restore.in_use',
      title: expect.stringContaining('reading'),
    })
    expect(readdirSync(folder).filter((name) => /restor/.test(name))).toEqual(
      readdirSync(folder).filter((name) => /before-restore/.test(name)),
    )
    reader.exec('COMMIT')
    for (const database of [reader, writer]) database.close()

    writeFileSync(file, 'x'.repeat(8192))
    writeFileSync(`${file}-wal`, 'a log of nothing')
    const restored = await restore(parseConfig(env), sound, () => {})
    expect(readFileSync(String(restored.kept), 'utf8')).toBe('x'.repeat(8192))
    expect(existsSync(`${file}-wal`)).toBeFalse() // or it would be written into the new one
    expect(await emails(env)).toEqual(new Set(['ada@example.com']))
  })

  test('of an earlier release is accepted, and the next start migrates it', async () => {
    const folder = newFolder()
    const env = environmentIn(folder)
    const older = olderDatabase(join(folder, 'older.backup'), 1)
    const { code, stdout } = await cli(env, 'restore', older)
    expect(code).toBe(0)
    expect(stdout).toContain('The next start applies 0001_users_search, ')
    expect(await emails(env)).toEqual(new Set(['a@example.com']))
  })

  test(
    'is refused while a server owns the database, which goes on serving',
    async () => {
      const { env } = await restoredFolder()
      const server = await startServer(env)
      const refused = await cliProcess(env, 'restore', sound, '--json')
      expect(failureOf(refused)).toMatchObject({ code: 'restore.in_use', remedy: expect.stringContaining('Stop') })
      expect((await signIn(server)).user.email).toBe('ada@example.com')
      expect(await server.stop()).toBe(0)
    },
    PATIENCE,
  )

  test(
    'keeps the database that was there, with what its log held, and can be repeated',
    async () => {
      const { folder, env, file } = await restoredFolder()
      const server = await startServer(env)
      const { accessToken } = await signIn(server)
      await post(server, '/v1/users', { email: 'late@example.com', name: 'Late' }, accessToken)
      server.kill('SIGKILL') // so that the row is in the log alone
      await server.exited
      expect(statSync(`${file}-wal`).size).toBeGreaterThan(0)

      const { code, stdout } = await cli(env, 'restore', sound, '--json')
      expect(code).toBe(0)
      const { kept } = JSON.parse(stdout) as { kept: string } // printed by restore
      expect(existsSync(`${file}-wal`)).toBeFalse()
      expect((await emails(env)).has('late@example.com')).toBeFalse()
      expect((await cli(env, 'restore', kept)).code).toBe(0)
      expect((await emails(env)).has('late@example.com')).toBeTrue()
      expect(readdirSync(folder).filter((name) => name.includes('before-restore')).length).toBe(2)
    },
    PATIENCE,
  )

  test(
    'killed at any of its steps leaves a whole database, the old or the new one',
    async () => {
      const { folder, env } = await restoredFolder()
      for (const step of [/1\/3/, /2\/3/, /3\/3|Threeger/]) {
        const child = start(['src/entries/cli.ts', 'restore', sound], env)
        await child.output(step)
        child.kill('SIGKILL')
        await child.exited
        expect([...(await emails(env))]).toEqual(['ada@example.com'])
      }
      expect((await cli(env, 'restore', sound)).code).toBe(0)
      expect(readdirSync(folder).filter((name) => name.includes('restoring'))).toEqual([])
    },
    PATIENCE,
  )

  test('brings back the sessions of the backup as they were', async () => {
    const { env } = await restoredFolder()
    const server = await startServer(env)
    const { refreshToken } = keysMadeBy
    expect((await post<Session>(server, '/v1/auth/refresh', { refreshToken })).user.roles).toContain('admin')
    expect(await server.stop()).toBe(0)
  })
})
