import { afterAll, beforeAll, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { openDatabase } from '../../db/client.ts'
import { migrateDatabase } from '../../db/migrate.ts'
import { isMigrated } from '../../db/migration-state.ts'

const folder = mkdtempSync(join(tmpdir(), 'threeger-migrations-'))
const { db, client, close } = openDatabase({ url: `file:${join(folder, 'test.db')}` })
const all = async (sql: string) => (await client.execute(sql)).rows

beforeAll(async () => {
  expect(await isMigrated(db)).toBe(false)
  await migrateDatabase(db)
})
afterAll(() => {
  close()
  rmSync(folder, { recursive: true, force: true })
})

test('an empty database becomes a migrated one, and migrating again changes nothing', async () => {
  expect(await isMigrated(db)).toBe(true)
  const before = await all('SELECT * FROM sqlite_schema')
  await migrateDatabase(db)
  expect(await all('SELECT * FROM sqlite_schema')).toEqual(before)
  const n = readdirSync('db/migrations').filter((name) => name.endsWith('.sql')).length
  expect(await all('SELECT count(*) AS n FROM __drizzle_migrations')).toMatchObject([{ n }])
})

test('every table of ours is STRICT and refuses a value of another type', async () => {
  const loose = await all(
    "SELECT name FROM pragma_table_list WHERE type = 'table' AND strict = 0 AND schema = 'main' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'",
  )
  expect(loose).toEqual([])
  const insert = "INSERT INTO user_roles VALUES (x'00', 'admin')"
  expect(client.execute(insert)).rejects.toThrow(/cannot store BLOB/)
})

test('foreign keys hold', () => {
  expect(client.execute("INSERT INTO user_roles VALUES ('usr_nobody', 'admin')")).rejects.toThrow(/FOREIGN KEY/)
})

test('the tables in code and the migrations say the same', async () => {
  const copy = mkdtempSync(join(tmpdir(), 'threeger-generate-'))
  try {
    cpSync('db/migrations', join(copy, 'migrations'), { recursive: true })
    const config = join(copy, 'drizzle.config.json')
    writeFileSync(
      config,
      JSON.stringify({ dialect: 'sqlite', schema: './db/tables/*.ts', out: relative('.', join(copy, 'migrations')) }),
    )
    const kit = Bun.spawn(['bunx', 'drizzle-kit', 'generate', '--config', config], { stdout: 'pipe', stderr: 'pipe' })
    const output = (await new Response(kit.stdout).text()) + (await new Response(kit.stderr).text())
    expect(output).toContain('No schema changes')
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}, 300_000)

test('each migration in the journal has its file, in order, and no file stands beside the journal', () => {
  const journal = JSON.parse(readFileSync('db/migrations/meta/_journal.json', 'utf8')) as {
    entries: { tag: string; when: number }[]
  }
  const files = readdirSync('db/migrations').filter((name) => name.endsWith('.sql'))
  expect(journal.entries.map(({ tag }) => `${tag}.sql`)).toEqual(files.sort())
  const times = journal.entries.map(({ when }) => when)
  expect(times).toEqual([...times].sort((a, b) => a - b))
})
