import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import journal from '../../db/migrations/meta/_journal.json' with { type: 'json' }
import { parseConfig } from '../../src/config.ts'
import { planUpgrade, type UpgradePlan } from '../../src/operator/upgrade-plan.bun.ts'
import { cleanUp, environment, newFolder, run, startServer } from '../process/support/server.ts'
import { runCli } from './support/in-process.ts'
import { olderDatabase, script } from './support/older-database.ts'

afterAll(cleanUp)

const APP_SECRET = 'the secret of this rehearsal, 32 bytes or more'
const PATIENCE = 300_000
const ROOT = join(import.meta.dir, '../..')

/** Rehearses in this process, and proves that the file is as it was and nothing lies beside it. */
async function rehearse(file: string, { from = true, secret = APP_SECRET } = {}): Promise<UpgradePlan> {
  const before = readFileSync(file)
  const beside = readdirSync(join(file, '..'))
  const config = parseConfig({ APP_SECRET: secret, DATABASE_URL: from ? 'file:/nowhere/at/all.db' : `file:${file}` })
  const plan = await planUpgrade(config, from ? file : undefined, () => {})
  expect(readFileSync(file).equals(before)).toBeTrue()
  expect(readdirSync(join(file, '..'))).toEqual(beside)
  return plan
}

describe('a rehearsal', () => {
  test('shows what an older database would go through, and that people sign in afterwards; as often as asked', async () => {
    const file = olderDatabase(join(newFolder(), 'older.db'), 1)
    const pending = journal.entries.slice(1).map(({ tag }) => tag)
    for (const from of [true, false, false]) {
      const plan = await rehearse(file, { from })
      expect(plan.checks.map(({ name, ok }) => `${name} ${ok}`)).toEqual([
        'copy true',
        'read true',
        'migrate true',
        'read again true',
        'sign in true',
      ])
      expect(plan).toMatchObject({ ok: true, source: file, pending })
      expect(plan.statements[0]).toEqual({ migration: pending[0] ?? '', sql: expect.stringContaining('CREATE') })
      expect(plan.bytes.after).toBeGreaterThan(plan.bytes.before)
      expect(Object.keys(plan.tookMs)).toEqual(plan.checks.map(({ name }) => name))
      expect(plan.checks.at(-1)?.finding).toContain('1 active sessions loaded')
    }
  })

  test('of a migration that cannot be applied says where and why', async () => {
    const file = olderDatabase(join(newFolder(), 'older.db'), 1)
    script(file, 'CREATE TABLE users_search (a)') // a change by another hand
    const plan = await rehearse(file)
    expect(plan.ok).toBeFalse()
    expect(plan.checks.at(-1)).toMatchObject({ name: 'migrate', ok: false, finding: expect.stringContaining('exists') })
  })

  test('of a damaged reference says so before anything is migrated', async () => {
    const file = olderDatabase(join(newFolder(), 'older.db'), 1)
    script(file, "PRAGMA foreign_keys=OFF; DELETE FROM users WHERE id = 'usr_1'")
    const plan = await rehearse(file)
    expect(plan.checks.at(-1)).toEqual({
      name: 'read',
      ok: false,
      finding: 'a row of sessions refers to a row that does not exist',
    })
  })

  test('of a database from a later release says so', async () => {
    const file = olderDatabase(join(newFolder(), 'older.db'), 1)
    script(file, "INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('', 9999999999999)")
    const plan = await rehearse(file)
    expect(plan.checks.at(-1)).toMatchObject({ name: 'read', ok: false, finding: expect.stringContaining('not know') })
  })

  const releases = readdirSync(join(ROOT, 'test/db/releases')).flatMap((name) => /^(.*)\.sql$/.exec(name)?.[1] ?? [])
  test.each(releases)(
    'of the recorded database of %s succeeds, and fails under another APP_SECRET',
    async (release) => {
      const sql = readFileSync(join(ROOT, `test/db/releases/${release}.sql`), 'utf8')
      const { appSecret } = JSON.parse(/known: (.*)/.exec(sql)?.[1] ?? '') as { appSecret: string } // see record.ts
      const file = join(newFolder(), 'recorded.db')
      script(file, sql)
      expect(await rehearse(file, { secret: appSecret })).toMatchObject({ ok: true })
      const plan = await rehearse(file)
      expect(plan.checks.at(-1)).toMatchObject({ name: 'sign in', ok: false })
      expect(plan.checks.at(-1)?.finding).toContain('APP_SECRET is not the one this database was made with')
    },
  )
})

describe('the command', () => {
  const folder = newFolder()
  const env = environment(folder, { APP_SECRET, LOG_LEVEL: undefined })
  const cli = (...words: string[]) => runCli(['upgrade', ...words], env)

  beforeAll(async () => {
    expect((await runCli(['users', 'create', '--email', 'ada@example.com'], env)).code).toBe(0)
  }, PATIENCE)

  test(
    'rehearses with the server running, which goes on serving, and without',
    async () => {
      const server = await startServer(env)
      const served = await run(['src/entries/cli.ts', 'upgrade', 'plan', '--json'], env)
      expect(served).toMatchObject({ code: 0, stderr: '' })
      expect(JSON.parse(served.stdout)).toMatchObject({ ok: true, pending: [], source: join(folder, 'test.db') })
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
      expect(await server.stop()).toBe(0)

      const alone = await cli('plan')
      expect(alone.code).toBe(0)
      expect(alone.stdout).toMatch(
        /^copy: ok, \d+ ms\. (?:.*\n)+sign in: ok, .*\nSize: (\d\.\d MB) before, \1 after\.\n$/,
      )
      expect(alone.stderr).toMatch(/sign in 5\/5\n$/)
      expect(readdirSync(folder).filter((name) => name.startsWith('upgrade-plan'))).toEqual([])
      const { stdout } = await runCli(['users', 'list'], env)
      expect(stdout.trim().split('\n').length).toBe(1) // the probe lived on the copy
    },
    PATIENCE,
  )

  test.each([
    [['plan', '--from', '/nowhere/backup'], 1, 'upgrade.no_backup'],
    [['plan', '--from', join(ROOT, 'package.json')], 1, 'upgrade.would_fail'],
    [['plan', '--to', 'x'], 2, 'usage.invalid'],
    [['plan', 'now'], 2, 'usage.invalid'],
    [[], 2, 'usage.invalid'],
  ])(
    'upgrade %p ends with exit code %d, a code and what to do next',
    async (words, code, failure) => {
      const refused = await cli(...words, '--json')
      expect(refused.code).toBe(code)
      expect(JSON.parse(refused.stderr)).toMatchObject({ code: failure, remedy: expect.stringMatching(/\w/) })
    },
    PATIENCE,
  )
})
