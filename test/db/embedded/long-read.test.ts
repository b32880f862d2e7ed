import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test'
import { join } from 'node:path'
import type { EmbeddedClient } from '../../../db/embedded.ts'
import { openEmbedded } from '../../../db/embedded.ts'
import { removeTempFolders, tempFolder } from './support/folder.ts'

let file: string
let client: EmbeddedClient

beforeEach(async () => {
  file = join(tempFolder(), 'app.db')
  client = openEmbedded({ file })
  await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, v ANY) STRICT')
})
afterEach(() => client.close())
afterAll(removeTempFolders)

/** A query of about this many rows' work; 10 million take more than a second. */
function count(rows: number) {
  return {
    sql: 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT count(*) AS c FROM n',
    args: [rows],
  }
}

test('a read of a second in the worker leaves the event loop free, while writes and reads go on', async () => {
  await client.longRead('SELECT 1')
  let finished = false
  let during = 0
  const long = client.longRead(count(12_000_000)).finally(() => {
    finished = true
  })
  while (!finished) {
    await client.execute('INSERT INTO t DEFAULT VALUES')
    if (!finished) during++
    await Bun.sleep(1)
  }
  expect((await long).rows[0]?.c).toBe(12_000_000)
  // On this thread the query would delay each write for all of its time.
  expect(during).toBeGreaterThan(5)
}, 300_000)

test('a long read sees the writes acknowledged before it, and gives the same rows as a quick one', async () => {
  await client.execute({ sql: 'INSERT INTO t VALUES (?, ?)', args: [1, 'text'] })
  await client.execute({ sql: 'INSERT INTO t VALUES (?, ?)', args: [2, new Uint8Array([0, 1, 255])] })
  await client.execute({ sql: 'INSERT INTO t VALUES (?, ?)', args: [3, null] })
  await client.execute({ sql: 'INSERT INTO t VALUES (?, ?)', args: [4, 1.5] })
  const statement = { sql: 'SELECT id, v, id FROM t WHERE id >= :first ORDER BY id', args: { first: 1 } }
  const long = await client.longRead(statement)
  const quick = await client.execute(statement)
  expect(long.toJSON()).toEqual(quick.toJSON())
  expect(long.rows.map((row) => [row[0], row.v, row.length])).toEqual(
    quick.rows.map((row) => [row[0], row.v, row.length]),
  )
})

test('errors cross the thread with their code; writing is refused', async () => {
  await expect(client.longRead('SELECT * FROM missing')).rejects.toMatchObject({
    name: 'LibsqlError',
    code: 'SQLITE_ERROR',
    message: 'SQLITE_ERROR: no such table: missing',
  })
  await expect(client.longRead('INSERT INTO t DEFAULT VALUES')).rejects.toMatchObject({ code: 'SQLITE_READONLY' })
  await expect(client.longRead({ sql: 'SELECT ?', args: [] })).rejects.toMatchObject({ code: 'ARGS_INVALID' })
  expect((await client.longRead('SELECT count(*) AS c FROM t')).rows[0]?.c).toBe(0)
})

test('close() rejects a long read under way, lets the process live, and frees the file at once', async () => {
  const long = client.longRead(count(3_000_000))
  // Let the worker get into it.
  await client.longRead('SELECT 1').catch(() => {})
  const second = client.longRead(count(3_000_000))
  client.close()
  await expect(second).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
  await long
  client = openEmbedded({ file })
  expect((await client.longRead('SELECT count(*) AS c FROM t')).rows[0]?.c).toBe(0)
})
