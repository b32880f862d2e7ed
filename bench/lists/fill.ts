/**
 * Makes a database of any size, as docs/benchmarks.md describes. It drops indexes and the triggers of the search and inserts
 * thousands of rows at a time. Then it makes the indexes, the two search tables (FTS5 `rebuild`) and the triggers again. The
 * result has the schema of the migrations and the rows that the server would have written.
 */
import type { Client } from '@libsql/client/web'
import { openDatabase } from '../../db/client.ts'
import { migrateDatabase } from '../../db/migrate.ts'
import { ADMINISTRATOR, BIG_ORG, eventAt, jobAt, memberAt, orgAt, personAt, type Population } from './people.ts'

/** Rows for each statement: some 800 kB of JSON. */
const CHUNK = 5_000

export interface Filled {
  rows: number
  seconds: number
}

/** Makes the file. `progress` gets the number of written rows and of all rows. */
export async function fillDatabase(
  file: string,
  population: Population,
  progress: (done: number, total: number) => void,
): Promise<Filled> {
  const { db, client, close } = openDatabase({ url: `file:${file}` })
  const { users, events, jobs, orgs, members } = population
  const total = 2 * users + events + jobs + orgs + 2 * members
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
    // A large cache for indexes that fill in random order. The file is temporary, so it need not survive a crash.
    for (const setting of ['cache_size = -262144', 'synchronous = OFF'])
      await client.executeMultiple(`PRAGMA ${setting}`)
    const restore = await setAside(client)
    await write(users, personAt, [INSERT_USERS, INSERT_ROLES])
    await write(events, (index) => eventAt(index, population), [INSERT_EVENTS])
    await write(jobs, (index) => jobAt(index, population), [INSERT_JOBS])
    await write(orgs, orgAt, [INSERT_ORGS])
    await write(members, memberAt, [INSERT_MEMBERS, INSERT_MEMBER_ROLES])
    await restore()
    await addAdministrator(client)
  } finally {
    close()
  }
  return { rows: total, seconds: (performance.now() - began) / 1000 }
}

/** Drops indexes and triggers, except the unique indexes that foreign keys need. The returned function makes them again from all rows. */
async function setAside(client: Client): Promise<() => Promise<void>> {
  const { rows } = await client.execute(
    `SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name IN ('users', 'user_roles', 'events', 'jobs') AND ((type = 'index' AND sql NOT LIKE 'CREATE UNIQUE%') OR (type = 'trigger' AND tbl_name = 'users'))`,
  )
  await client.batch(
    rows.map(({ type, name }) => `DROP ${type} "${name}"`),
    'write',
  )
  return async () => {
    const again = (wanted: string) => rows.filter(({ type }) => type === wanted).map(({ sql }) => String(sql))
    for (const sql of again('index')) await client.execute(sql)
    for (const table of ['users_search', 'users_words'])
      await client.execute(`INSERT INTO ${table} (${table}) VALUES ('rebuild')`)
    await client.batch(again('trigger'), 'write')
  }
}

/** Adds an administrator who can sign in and read the lists. */
async function addAdministrator(client: Client): Promise<void> {
  const { email, password } = ADMINISTRATOR
  const hash = await Bun.password.hash(password, { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 })
  await client.batch(
    [
      {
        sql: `INSERT INTO users (id, email, email_key, email_verified, name, status, password_hash, version, created_at, updated_at)
          VALUES (?, ?, ?, 1, 'Administrator', 'active', ?, 1, ?, ?)`,
        args: [ADMINISTRATOR.id, email, email, hash, ADMINISTRATOR.createdAt, ADMINISTRATOR.createdAt],
      },
      { sql: `INSERT INTO user_roles (user_id, role) VALUES (?, 'admin')`, args: [ADMINISTRATOR.id] },
      {
        sql: `INSERT INTO org_members (org_id, user_id, joined_at) SELECT id, ?, created_at FROM organisations WHERE id <> ? ORDER BY id LIMIT 500`,
        args: [ADMINISTRATOR.id, BIG_ORG],
      },
      {
        sql: `INSERT INTO org_member_roles (org_id, user_id, role) SELECT org_id, user_id, 'member' FROM org_members WHERE user_id = ?`,
        args: [ADMINISTRATOR.id],
      },
    ],
    'write',
  )
}

const INSERT_USERS = `INSERT INTO users (id, email, email_key, email_verified, name, status, version, created_at, updated_at)
  SELECT value ->> 0, value ->> 1, value ->> 1, 1, value ->> 2, value ->> 3, 1, value ->> 4, value ->> 4 FROM json_each(?)`
const INSERT_ROLES = `INSERT INTO user_roles (user_id, role)
  SELECT person.value ->> 0, role.value FROM json_each(?) AS person, json_each(person.value -> 5) AS role`
/** The events are marked as sealed. Otherwise the server would begin by sealing them. */
const INSERT_EVENTS = `INSERT INTO events (id, type, result, at, actor_id, user_id, org_id, data, seal)
  SELECT value ->> 0, value ->> 1, 'success', value ->> 2, value ->> 3, value ->> 4, value ->> 5, '{}', 1 FROM json_each(?)`
const INSERT_JOBS = `INSERT INTO jobs (id, kind, user_id, state, attempts, run_at, created_at, finished_at)
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, 1, value ->> 4, value ->> 4, value ->> 4 FROM json_each(?)`
const INSERT_ORGS = `INSERT INTO organisations (id, name, slug, settings, version, created_at, updated_at)
  SELECT value ->> 0, value ->> 1, value ->> 2, '{}', 1, value ->> 3, value ->> 3 FROM json_each(?)`
const INSERT_MEMBERS = `INSERT INTO org_members (org_id, user_id, joined_at) SELECT '${BIG_ORG}', value ->> 0, 0 FROM json_each(?)`
const INSERT_MEMBER_ROLES = `INSERT INTO org_member_roles (org_id, user_id, role)
  SELECT '${BIG_ORG}', person.value ->> 0, role.value FROM json_each(?) AS person, json_each(person.value -> 1) AS role`
