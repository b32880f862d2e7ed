/**
 * `bun test/db/releases/record.ts`: records the database of this release (`<version>.sql`) and every statement it sends
 * (`<version>.statements.json`). Run once at each release, from its commit, and never again for an old one:
 * `releases.test.ts` proves with them that the newest schema takes over the one and still serves the other.
 */
import { join } from 'node:path'
import NativeDatabase from 'libsql'
import { applicationId } from '../../../db/embedded.ts'
import { version } from '../../../package.json' with { type: 'json' }
import { runJobs } from '../../../src/jobs.ts'
import { signIn } from '../../support/client.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { makeHistory } from './support/history.ts'
import { walk } from './support/walk.ts'

const folder = import.meta.dir

/** Notes the text of every statement the app sends from now on. */
function listen({ deps }: TestApp): Set<string> {
  const client = deps.db.$client
  const sent = new Set<string>()
  const note = (statement: unknown): void => {
    if (Array.isArray(statement)) for (const one of statement) note(one)
    else if (typeof statement === 'string') sent.add(statement)
    else if (typeof statement === 'object' && statement !== null && 'sql' in statement) sent.add(String(statement.sql))
  }
  for (const door of ['execute', 'batch', 'longRead'] as const) {
    // `longRead` exists only on the embedded client. Each method has other parameters, and all are passed on.
    const original = (client as unknown as Record<string, (...given: unknown[]) => unknown>)[door]
    Object.defineProperty(client, door, {
      value(...given: unknown[]) {
        note(given[0])
        return original?.apply(client, given)
      },
    })
  }
  return sent
}

/** The database as SQL that people can read. Shadow tables of the search are left out: its triggers fill them again. */
function dump(file: string): string {
  const database = new NativeDatabase(file, {})
  const all = <Row>(sql: string): Row[] => database.prepare(sql).all() as Row[] // rows of the columns asked for
  const schema = all<{ type: string; name: string; sql: string }>(
    `SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      AND name NOT LIKE 'users\\_search\\_%' ESCAPE '\\' AND name NOT LIKE 'users\\_words\\_%' ESCAPE '\\' OR type = 'trigger'
      ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, rowid`,
  )
  const lines = ['PRAGMA foreign_keys=OFF;', `PRAGMA application_id=${applicationId};`, 'BEGIN;']
  for (const { sql } of schema) lines.push(`${sql};`)
  for (const { type, name, sql } of schema) {
    if (type !== 'table' || /^CREATE VIRTUAL/.test(sql)) continue
    const columns = all<{ name: string }>(`SELECT name FROM pragma_table_info('${name}')`).map((column) => column.name)
    const values = columns.map((column) => `quote("${column}")`).join(" || ', ' || ")
    for (const { row } of all<{ row: string }>(`SELECT ${values} AS row FROM "${name}" ORDER BY rowid`))
      lines.push(`INSERT INTO "${name}" (${columns.join(', ')}) VALUES (${row});`)
  }
  database.close()
  return [...lines, 'COMMIT;', ''].join('\n')
}

const t = await createTestApp()
const known = await makeHistory(t)
const sql = `-- The database of release ${version}, made by record.ts. known: ${JSON.stringify(known)}\n${dump(t.file)}`
await Bun.write(join(folder, `${version}.sql`), sql)

const sent = listen(t)
await walk(t)
t.clock.advance(40 * 86_400_000)
await runJobs(t.deps)
await signIn(t, known.email)
await t.settle()
await Bun.write(join(folder, `${version}.statements.json`), `${JSON.stringify([...sent].sort(), null, 2)}\n`)
await t.close()
