/**
 * A database as large as wanted, filled the way a data set is best brought into the schema by SQL: the triggers of the
 * search are set aside, rows go in by the thousand, each search table is built once from all of them, the triggers
 * return. docs/benchmarks.md says so to people.
 */
import type { Client } from '@libsql/client/web'
import { openDatabase } from '../../db/client.ts'
import { migrateDatabase } from '../../db/migrate.ts'
import { eventAt, jobAt, personAt, type Population } from './people.ts'

/** Rows a statement: some 300 kB of JSON. */
const CHUNK = 2_000

export interface Filled {
  rows: number
  seconds: number
}

/** Makes the file. `progress` is told the rows written so far, of all. */
export async function fillDatabase(
  file: string,
  population: Population,
  progress: (done: number, total: number) => void,
): Promise<Filled> {
  const { db, client, close } = openDatabase({ url: `file:${file}` })
  const { users, events, jobs } = population
  const total = 2 * users + events + jobs
  const began = performance.now()
  let done = 0
  const write = async (count: number, rowAt: (index: number) => unknown, statements: readonly string[]) => {
    for (let start = 0; start < count; start += CHUNK) {
      const rows = Array.from({ length: Math.min(CHUNK, count - start) }, (_, index) => rowAt(start + index))
      const json = JSON.stringify(rows)
      await client.batch(
        statements.map((sql) => ({ sql, args: [json] })),
        'write',
      )
      done += rows.length * statements.length
      progress(done, total)
    }
  }
  try {
    await migrateDatabase(db)
    const restore = await withoutSearch(client)
    await write(users, personAt, [INSERT_USERS, INSERT_ROLES])
    await restore()
    await write(events, (index) => eventAt(index, population), [INSERT_EVENTS])
    await write(jobs, (index) => jobAt(index, population), [INSERT_JOBS])
    // What a server does by itself in time: statistics are none of it, the plans must do without.
    await client.execute("INSERT INTO users_search (users_search) VALUES ('optimize')")
  } finally {
    close()
  }
  return { rows: total, seconds: (performance.now() - began) / 1000 }
}

/** Sets the triggers of the search aside; the function returned fills the search tables and puts the triggers back. */
async function withoutSearch(client: Client): Promise<() => Promise<void>> {
  const { rows } = await client.execute(
    `SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'users' AND name LIKE 'users\\_%' ESCAPE '\\'`,
  )
  await client.batch(
    rows.map(({ name }) => `DROP TRIGGER "${name}"`),
    'write',
  )
  return async () => {
    for (const table of ['users_search', 'users_words'])
      await client.execute(`INSERT INTO ${table} (${table}) VALUES ('rebuild')`)
    await client.batch(
      rows.map(({ sql }) => String(sql)),
      'write',
    )
  }
}

const INSERT_USERS = `INSERT INTO users (id, email, email_key, email_verified, name, status, version, created_at, updated_at)
  SELECT value ->> 0, value ->> 1, value ->> 1, 1, value ->> 2, value ->> 3, 1, value ->> 4, value ->> 4 FROM json_each(?)`
const INSERT_ROLES = `INSERT INTO user_roles (user_id, role)
  SELECT person.value ->> 0, role.value FROM json_each(?) AS person, json_each(person.value -> 5) AS role`
const INSERT_EVENTS = `INSERT INTO events (id, type, result, at, actor_id, user_id, data)
  SELECT value ->> 0, value ->> 1, 'success', value ->> 2, value ->> 3, value ->> 4, '{}' FROM json_each(?)`
const INSERT_JOBS = `INSERT INTO jobs (id, kind, user_id, state, attempts, run_at, created_at, finished_at)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, 1, value ->> 4, value ->> 4, value ->> 4 FROM json_each(?)`
