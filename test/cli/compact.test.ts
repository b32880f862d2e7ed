/** `database compact`: the space of deleted rows is returned to the disk while the server answers requests. */
import { afterAll, expect, test } from 'bun:test'
import { chmodSync, copyFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import NativeDatabase from 'libsql'
import { openDatabase } from '../../db/client.ts'
import { databaseCommands } from '../../src/operator/cli/database.ts'
import { runCommandLine } from '../../src/operator/cli/command.ts'
import { createAsk } from '../../src/operator/cli/operator.ts'
import { runJobs } from '../../src/jobs.ts'
import { migrated } from '../db/embedded/support/migrated.ts'
import { cleanUp, environment, newFolder, run, type Server, start, startServer } from '../process/support/server.ts'
import { createTestApp } from '../support/test-app.ts'
import { runCli } from './support/in-process.ts'
import { script } from './support/older-database.ts'
import { fakeTerminal } from './support/terminal.ts'

afterAll(cleanUp)

const LIMIT_MS = 300_000
const SECRET = { APP_SECRET: 'the secret of these databases, 32 bytes or more' }
const environmentIn = (folder: string) => environment(folder, SECRET)
type Env = ReturnType<typeof environment>
const compact = (env: Env, ...words: string[]) => runCli(['database', 'compact', ...words], env)
/** The same as a process of its own. */
const compactProcess = (env: Env, ...words: string[]) =>
  run(['src/entries/cli.ts', 'database', 'compact', ...words], env)
const failureOf = ({ stderr }: { stderr: string }) =>
  JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { code: string; title: string; remedy: string }

const PEOPLE = 2_500
/** People with names of their own, then most of them gone: what accounts that were deleted leave. */
const cometh = `
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${PEOPLE})
  INSERT INTO users (row_key, id, email, email_key, email_verified, name, status, password_hash, version, created_at, updated_at)
    SELECT i, printf('usr_%032d', i), 'p' || i || '@example.com', 'p' || i || '@example.com', 1,
           'Person ' || i, 'active', hex(randomblob(2400)), 1, i, i FROM n;`
const goeth = 'DELETE FROM users WHERE row_key % 10 <> 0;'

/** Made once, and copied: a closed database is its file alone. */
const copied = (make: (folder: string) => Promise<string>) => {
  let made: Promise<string> | undefined
  return async (folder: string): Promise<string> => {
    made ??= make(newFolder())
    const file = join(folder, 'test.db')
    copyFileSync(await made, file)
    chmodSync(file, 0o600)
    return file
  }
}

const grown = copied(async (folder) => {
  const file = await migrated(join(folder, 'test.db'))
  script(file, cometh)
  script(file, goeth)
  script(file, 'PRAGMA wal_checkpoint(TRUNCATE)')
  return file
})

/** An early release's: made without auto_vacuum. */
const early = copied(async (folder) => {
  const file = await grown(folder)
  const other = `${file}.early`
  const database = new NativeDatabase(file, {})
  database.exec('PRAGMA auto_vacuum=NONE')
  database.exec(`VACUUM INTO '${other}'`)
  database.close()
  for (const name of ['-wal', '-shm']) Bun.spawnSync(['rm', '-f', `${file}${name}`])
  renameSync(other, file)
  chmodSync(file, 0o600)
  script(
    file,
    cometh
      .replace('SELECT i,', `SELECT i + ${PEOPLE},`)
      .replaceAll("'p' || i", "'q' || i")
      .replace("printf('usr_%032d', i)", "printf('usr_%031dq', i)"),
  )
  script(file, `DELETE FROM users WHERE row_key > ${PEOPLE};`)
  script(file, 'PRAGMA wal_checkpoint(TRUNCATE)')
  return file
})

function look<Row>(file: string, sql: string): Row[] {
  const database = new NativeDatabase(file, {})
  try {
    return database.prepare(sql).all() as Row[] // the caller names the columns
  } finally {
    database.close()
  }
}
/** Nothing is lost, damaged or found under another row. */
function expectWhole(file: string, people: number): void {
  expect(look(file, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  expect(look(file, 'SELECT count(*) AS n FROM users')).toEqual([{ n: people }])
  // FTS5 §6.5: compares the index with the rows it was made from.
  script(file, "INSERT INTO users_search (users_search, rank) VALUES ('integrity-check', 1)")
  const [found] = look<{ id: string; name: string }>(
    file,
    'SELECT u.id, u.name FROM users_search AS s JOIN users AS u ON u.row_key = s.rowid WHERE users_search MATCH \'"p500@example.com"\'',
  )
  expect(found?.id).toBe(`usr_${'500'.padStart(32, '0')}`)
}
const freePages = (file: string) =>
  look<{ freelist_count: number }>(file, 'SELECT freelist_count FROM pragma_freelist_count')[0]?.freelist_count

async function signUps(server: Server, isOver: () => boolean): Promise<number> {
  for (let made = 0; ; made++) {
    if (isOver()) return made
    const response = await fetch(`${server.url}/v1/auth/sign-up`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: `new${made}@example.com`, password: 'correct horse battery staple' }),
    })
    expect(response.status).toBe(201)
  }
}

test(
  'through the server: the file shrinks, people sign up meanwhile, and search finds who it found',
  async () => {
    const folder = newFolder()
    const env = environmentIn(folder)
    const file = await grown(folder)
    const before = statSync(file).size
    const server = await startServer(env)
    let over = false
    const lane = signUps(server, () => over)
    const compacted = await compactProcess(env, '--json')
    over = true
    const made = await lane
    expect(compacted).toMatchObject({ code: 0, stderr: '' })
    const { bytes, pages } = JSON.parse(compacted.stdout) as { bytes: { before: number; after: number }; pages: number }
    expect(bytes.after).toBeLessThan(bytes.before)
    expect(pages).toBeGreaterThan(0) // the job of the server may have been faster with what is more than a tenth
    expect(statSync(file).size).toBeLessThanOrEqual(before - 1_000 * 4096)
    expect(await server.stop()).toBe(0)
    expectWhole(file, PEOPLE / 10 + made)
  },
  LIMIT_MS,
)

test(
  'without a server: plain lines in a pipe, a bar on a terminal, and a second run has nothing to do',
  async () => {
    const folder = newFolder()
    const env = environmentIn(folder)
    const file = await grown(folder)
    const { code, stdout, stderr } = await compactProcess(env)
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^The database took \d+\.\d MB and takes \d+\.\d MB now, \d+ ms\.\n$/),
    ])
    expect(stderr.trim().split('\n')).toHaveLength(4) // a line for each quarter
    expect(freePages(file)).toBe(0)
    expectWhole(file, PEOPLE / 10)
    expect(JSON.parse((await compact(env, '--json')).stdout)).toMatchObject({ pages: 0 })

    script(file, `DELETE FROM users WHERE row_key % 100 <> 0`)
    const shown = fakeTerminal({ noteIsTerminal: true, outIsTerminal: true })
    const commands = databaseCommands({ ask: createAsk(env), env, terminal: shown.terminal })
    expect(await runCommandLine(commands, ['compact'], shown.terminal)).toBe(0)
    expect(shown.notes()).toContain('█')
    expectWhole(file, PEOPLE / 100)
  },
  LIMIT_MS,
)

test(
  'killed at any moment: the database is whole, and the next run goes on',
  async () => {
    const folder = newFolder()
    const env = environmentIn(folder)
    const file = await grown(folder)
    const all = freePages(file) ?? 0
    const left: number[] = []
    for (let n = 0; n < 3; n++) {
      const child = start(['src/entries/cli.ts', 'database', 'compact'], env)
      await Promise.race([child.output(/compact, pages/).catch(() => {}), child.exited])
      child.kill('SIGKILL')
      await child.exited
      expectWhole(file, PEOPLE / 10)
      left.push(freePages(file) ?? 0)
    }
    expect(left[0]).toBeLessThan(all)
    expect(left).toEqual([...left].sort((a, b) => b - a))
    expect((await compact(env)).code).toBe(0)
    expect(freePages(file)).toBe(0)
    expectWhole(file, PEOPLE / 10)
  },
  LIMIT_MS,
)

test(
  'of an early release: refused with what to do, rebuilt once with the server stopped, and then like any other',
  async () => {
    const folder = newFolder()
    const env = environmentIn(folder)
    const file = await early(folder)
    const server = await startServer(env)
    const refused = await compact(env, '--json')
    expect([refused.code, failureOf(refused)]).toMatchObject([
      1,
      { code: 'database.not_incremental', remedy: expect.stringContaining('--rebuild') },
    ])
    expect(failureOf(await compact(env, '--rebuild', '--json'))).toMatchObject({
      code: 'database.locked',
      remedy: expect.stringContaining('Stop the server'),
    })
    expect(await server.stop()).toBe(0)
    const before = statSync(file).size
    const rebuilt = await compactProcess(env, '--rebuild', '--json')
    expect(rebuilt).toMatchObject({ code: 0, stderr: '' })
    expect(statSync(file).size).toBeLessThan(before * 0.7)
    expect([statSync(file).mode & 0o777, statSync(file).nlink]).toEqual([0o600, 1])
    expectWhole(file, PEOPLE / 10)

    script(file, `DELETE FROM users WHERE row_key % 100 <> 0`)
    const again = await startServer(env)
    expect((await compact(env)).code).toBe(0)
    expect(await again.stop()).toBe(0)
    expect(freePages(file)).toBe(0)
    expectWhole(file, PEOPLE / 100)
  },
  LIMIT_MS,
)

test(
  'a rebuild that is killed leaves the whole database, and the next one does it',
  async () => {
    const folder = newFolder()
    const env = environmentIn(folder)
    const file = await early(folder)
    for (const pattern of [/rebuild/, /rebuild.* 1\/3/, /rebuild.* 2\/3/]) {
      const child = start(['src/entries/cli.ts', 'database', 'compact', '--rebuild'], env)
      await Promise.race([child.output(pattern).catch(() => {}), child.exited])
      child.kill('SIGKILL')
      await child.exited
      expectWhole(file, PEOPLE / 10)
    }
    expect((await compact(env, '--rebuild')).code).toBe(0)
    expectWhole(file, PEOPLE / 10)
  },
  LIMIT_MS,
)

test(
  'a restored backup can be compacted, with any kind of source',
  async () => {
    const folder = newFolder()
    await early(folder)
    const backup = join(newFolder(), 'a.backup')
    expect((await runCli(['backup', '--to', backup], environmentIn(folder))).code).toBe(0)
    expect(look(backup, 'SELECT auto_vacuum FROM pragma_auto_vacuum')).toEqual([{ auto_vacuum: 2 }])
    expectWhole(backup, PEOPLE / 10)
  },
  LIMIT_MS,
)

test(
  'the nightly job gives back what is more than a tenth, and leaves the rest for the next rows',
  async () => {
    const t = await createTestApp()
    for (const statement of [cometh, goeth]) await t.deps.db.$client.executeMultiple(statement)
    const before = await t.deps.storage?.space()
    if (!before) throw new Error('an embedded database')
    expect(before.freePages).toBeGreaterThan(2_000)
    const [job] = (await runJobs(t.deps, 'compact-database')).jobs
    const after = await t.deps.storage?.space()
    expect(job?.counts.pages).toBe(before.freePages - (after?.freePages ?? 0))
    expect(after?.freePages).toBeGreaterThanOrEqual(1_000)
    expect(after?.freePages).toBeLessThanOrEqual(Math.max(1_000, Math.ceil(before.pages / 10)))
    expect((await runJobs(t.deps, 'compact-database')).jobs[0]?.counts.pages).toBe(0)
    // FTS5 §6.5: compares the index with the rows it was made from, and throws where they differ.
    await t.deps.db.$client.execute("INSERT INTO users_search (users_search, rank) VALUES ('integrity-check', 1)")
    expect(
      (await t.deps.db.$client.execute('SELECT quick_check FROM pragma_quick_check(1)')).rows[0]?.quick_check,
    ).toBe('ok')
    await t.close()
  },
  LIMIT_MS,
)

test('of a libSQL server is refused: its files are elsewhere', async () => {
  const env = environment(newFolder(), { ...SECRET, DATABASE_URL: 'http://127.0.0.1:9' })
  const rebuilt = await compact(env, '--rebuild', '--json')
  expect([rebuilt.code, failureOf(rebuilt).code]).toEqual([1, 'backup.remote'])
  const { close } = openDatabase({ url: 'http://127.0.0.1:9' })
  close()
})
