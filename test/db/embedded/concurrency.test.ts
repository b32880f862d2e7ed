import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { createDatabase } from '../../../db/database.ts'
import type { EmbeddedClient } from '../../../db/embedded.ts'
import { openEmbedded } from '../../../db/embedded.ts'
import { removeTempFolders, tempFolder } from './support/folder.ts'
import { lookOne } from './support/look.ts'

let file: string
let client: EmbeddedClient

beforeEach(async () => {
  file = join(tempFolder(), 'app.db')
  client = openEmbedded({ file })
  await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT')
  await client.execute('INSERT INTO t VALUES (0, 0)')
})
afterEach(() => client.close())
afterAll(removeTempFolders)

const many = 500
const indexes = Array.from({ length: many }, (_, index) => index + 1)

test('500 concurrent writes all succeed, in the order they were issued', async () => {
  const results = await Promise.all(
    indexes.map((id) => client.execute({ sql: 'INSERT INTO t (n) VALUES (?)', args: [id] })),
  )
  expect(results.map((result) => Number(result.lastInsertRowid))).toEqual(indexes)
  expect(lookOne(file, 'SELECT count(*) FROM t WHERE id = n')).toBe(many + 1)
})

test('500 concurrent batches all succeed, each whole', async () => {
  const increment = 'UPDATE t SET n = n + 1 WHERE id = 0'
  await Promise.all(indexes.map((id) => client.batch([increment, { sql: 'INSERT INTO t VALUES (?, 0)', args: [id] }])))
  expect(lookOne(file, 'SELECT n FROM t WHERE id = 0')).toBe(many)
  expect(lookOne(file, 'SELECT count(*) FROM t')).toBe(many + 1)
})

test('500 concurrent interactive transactions all succeed, one after the other', async () => {
  const db = createDatabase(client)
  await Promise.all(
    indexes.map(() =>
      db.transaction(async (tx) => {
        const row = await tx.get<{ n: number }>(sql`SELECT n FROM t WHERE id = 0`)
        await tx.run(sql`UPDATE t SET n = ${row.n + 1} WHERE id = 0`)
      }),
    ),
  )
  expect(lookOne(file, 'SELECT n FROM t WHERE id = 0')).toBe(many)
})

test('a read sees every write acknowledged before it, while others are writing', async () => {
  const noise = indexes.map((id) => client.execute({ sql: 'INSERT INTO t VALUES (?, 0)', args: [id] }))
  for (let n = 1; n <= 100; n++) {
    await client.execute({ sql: 'UPDATE t SET n = ? WHERE id = 0', args: [n] })
    const { rows } = await client.execute('SELECT n FROM t WHERE id = 0')
    expect(rows[0]?.n).toBe(n)
  }
  await Promise.all(noise)
})

test('a long queue of writers does not block the event loop', async () => {
  let turns = 0
  let counting = true
  const count = () => {
    turns++
    if (counting) setTimeout(count, 0)
  }
  setTimeout(count, 0)
  // More than any machine writes in one slice.
  await Promise.all(Array.from({ length: 10 * many }, () => client.execute('INSERT INTO t (n) VALUES (0)')))
  counting = false
  // In slices, with turns of the loop between them. All at once would block the loop until the last is acknowledged.
  expect(turns).toBeGreaterThan(1)
})
