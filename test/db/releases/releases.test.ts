/** Data of earlier releases still works (docs/operations.md, Upgrades). See record.ts for the recordings. */
import { afterAll, afterEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import NativeDatabase from 'libsql'
import { version } from '../../../package.json' with { type: 'json' }
import { sealAll, verify } from '../../modules/audit-events/support/chain.ts'
import { call, type Session, setUpAdmin, signIn } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import type { Known } from './support/history.ts'

const folder = mkdtempSync(join(tmpdir(), 'threeger-releases-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const releases = readdirSync(import.meta.dir).flatMap((name) => /^(.*)\.sql$/.exec(name)?.[1] ?? [])
const recordingOf = (release: string): string => readFileSync(join(import.meta.dir, `${release}.sql`), 'utf8')
/** Written by record.ts into the first line. */
const knownOf = (release: string): Known => JSON.parse(/known: (.*)/.exec(recordingOf(release))?.[1] ?? '') as Known // as record.ts wrote it
const statementsOf = (release: string): string[] =>
  JSON.parse(readFileSync(join(import.meta.dir, `${release}.statements.json`), 'utf8')) as string[] // likewise

let loaded = 0
/** A database file as that release left it. */
function load(release: string): string {
  const file = join(folder, `${release}-${loaded++}.db`)
  const database = new NativeDatabase(file, {})
  database.exec(recordingOf(release))
  database.close()
  return file
}

const openApps: TestApp[] = []
afterEach(async () => {
  for (const t of openApps.splice(0)) await t.close()
})

/** This release on the recorded database, a minute after the recording. */
async function takeOver(release: string): Promise<TestApp> {
  const { at, appSecret } = knownOf(release)
  const t = await createTestApp({ env: { DATABASE_URL: `file:${load(release)}`, APP_SECRET: appSecret } })
  t.clock.advance(at + 60_000 - t.clock.now())
  openApps.push(t)
  return t
}

const columnsOf = (file: string) => {
  const database = new NativeDatabase(file, {})
  const columns = database
    .prepare(
      `SELECT t.name AS "table", c.name, c.type, c."notnull" AS required, c.dflt_value AS fallback FROM pragma_table_list AS t
        JOIN pragma_table_info(t.name) AS c WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite%'
        ORDER BY 1, 2`,
    )
    .all() as { table: string; name: string; type: string; required: number; fallback: unknown }[] // the columns asked for
  database.close()
  return columns
}

test('this release is recorded: record.ts runs with the change of the version', () => {
  expect(releases).toContain(version)
})

describe.each(releases)('a database of %s', (release) => {
  const { email, password, refreshToken, spentToken, familyToken, cookie, users, events } = knownOf(release)
  const refresh = (t: TestApp, token: string) =>
    call<Session & { code?: string }>(t, 'POST /v1/auth/refresh', { body: { refreshToken: token } })

  test('is migrated, and is sound afterwards', async () => {
    const t = await takeOver(release)
    expect(await t.deps.migrated()).toBeTrue()
    const { $client } = t.deps.db
    expect((await $client.execute('SELECT * FROM pragma_integrity_check')).rows).toMatchObject([
      { integrity_check: 'ok' },
    ])
    expect((await $client.execute('SELECT * FROM pragma_foreign_key_check')).rows).toEqual([])
  })

  test('keeps its users: a recorded password signs in, a wrong one does not, its keys can be decrypted', async () => {
    const t = await takeOver(release)
    const { accessToken, user } = await signIn(t, email, password)
    expect(user.email).toBe(email)
    expect((await call(t, 'GET /v1/me', { token: accessToken })).status).toBe(200)
    const wrong = await call(t, 'POST /v1/auth/sign-in', { body: { email, password: `${password}!` } })
    expect(wrong.status).toBe(401)
    const { body } = await call<{ keys: unknown[] }>(t, 'GET /.well-known/jwks.json')
    expect(body.keys.length).toBeGreaterThanOrEqual(2)
  })

  test('keeps its sessions: a recorded refresh token and a recorded cookie go on', async () => {
    const t = await takeOver(release)
    const next = await refresh(t, refreshToken)
    expect(next.status).toBe(200)
    expect((await refresh(t, next.body.refreshToken ?? '')).status).toBe(200)
    expect((await call(t, 'GET /v1/me', { cookie })).status).toBe(200)
  })

  test('keeps its spent tokens: a recorded spent token still counts as reuse, and ends only its family', async () => {
    const t = await takeOver(release)
    // Its successor is unused: until then its answer may have been lost.
    t.clock.advance(t.deps.config.refreshRetrySeconds * 1000)
    expect((await refresh(t, spentToken)).body.code).toBe('session.reused')
    expect((await refresh(t, familyToken)).body.code).toBe('session.expired')
    expect((await refresh(t, refreshToken)).status).toBe(200)
  })

  test('keeps its audit log and its list of people, which can be searched', async () => {
    const t = await takeOver(release)
    const { accessToken: token } = await signIn(t, 'admin@example.com', password)
    type Page = { items: { type?: string; email?: string }[] }
    const log = await call<Page>(t, 'GET /v1/audit-events?limit=100', { token })
    expect(log.body.items.length).toBe(events + 1) // this sign-in
    expect(log.body.items.map(({ type }) => type)).toContain('user.disabled')
    expect((await call<Page>(t, 'GET /v1/users', { token })).body.items.length).toBe(users)
    const found = await call<Page>(t, 'GET /v1/users?q=bob%40exam', { token })
    expect(found.body.items.map((item) => item.email)).toEqual(['bob@example.com'])
    // Of two letters: by a table that the release may not have had, filled by its migration.
    const short = await call<Page>(t, 'GET /v1/users?q=bo%20ex', { token })
    expect(short.body.items.map((item) => item.email)).toEqual(['bob@example.com'])
  })

  test('has an audit log that can be sealed and verified', async () => {
    const t = await takeOver(release)
    t.clock.advance(60_000)
    const waiting = (await verify(t)).result.events
    expect(waiting + (await sealAll(t))).toBe(events)
    const { findings, result } = await verify(t)
    expect(findings).toEqual([])
    expect(result.events).toBe(events)
  })
})

describe.each(releases)('the code of %s, on the newest schema', (release) => {
  const statements = statementsOf(release)

  test('can send every statement it knows', async () => {
    expect(statements.length).toBeGreaterThan(30)
    const t = await createTestApp()
    openApps.push(t)
    await setUpAdmin(t) // any write, so that the file is whole
    const database = new NativeDatabase(t.file, {})
    const refused = statements.flatMap((sql) => {
      try {
        database.prepare(sql)
        return []
      } catch (error) {
        return [`${error instanceof Error ? error.message : error}: ${sql}`]
      }
    })
    database.close()
    expect(refused).toEqual([])
  })

  test('finds every column it writes, and need not know a new one', async () => {
    const before = columnsOf(load(release))
    const t = await takeOver(release)
    const after = columnsOf(t.deps.config.databaseUrl.slice('file:'.length))
    const keyOf = ({ table, name }: { table: string; name: string }) => `${table}.${name}`
    const now = new Map(after.map((column) => [keyOf(column), column]))
    const tables = new Set(before.map(({ table }) => table))
    const old = new Set(before.map(keyOf))
    expect(before.map(keyOf).filter((key) => !now.has(key))).toEqual([])
    expect(before.filter((column) => now.get(keyOf(column))?.type !== column.type)).toEqual([])
    const demanding = after.filter(
      (column) =>
        tables.has(column.table) && !old.has(keyOf(column)) && column.required === 1 && column.fallback === null,
    )
    expect(demanding).toEqual([])
  })
})

test('the check of statements sees a column that is gone, or it would prove nothing', () => {
  const database = new NativeDatabase(load(version), {})
  database.exec('ALTER TABLE session_tokens RENAME COLUMN salt TO pepper')
  const prepare = (sql: string) => () => database.prepare(sql)
  const touching = statementsOf(version).filter((sql) => sql.includes('"salt"'))
  expect(touching.length).toBeGreaterThan(0)
  for (const sql of touching) expect(prepare(sql)).toThrow('salt')
  database.close()
})
