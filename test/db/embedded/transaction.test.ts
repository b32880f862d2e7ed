import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { EmbeddedClient } from '../../../db/embedded.ts'
import { openEmbedded } from '../../../db/embedded.ts'
import { removeTempFolders, tempFolder } from './support/folder.ts'
import { look, lookOne } from './support/look.ts'

let file: string
let client: EmbeddedClient

beforeEach(async () => {
  file = join(tempFolder(), 'app.db')
  client = openEmbedded({ file, transactionLimitMs: 150 })
  await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT')
})
afterEach(() => client.close())
afterAll(removeTempFolders)

test('a transaction without an end is rolled back after its limit, and the writers behind it go on', async () => {
  const forgotten = await client.transaction('write')
  await forgotten.execute('INSERT INTO t VALUES (1)')
  const behind = client.execute('INSERT INTO t VALUES (2)')
  expect([forgotten.closed, Bun.peek.status(behind)]).toEqual([false, 'pending'])
  await behind
  expect(forgotten.closed).toBe(true)
  await expect(forgotten.execute('INSERT INTO t VALUES (3)')).rejects.toMatchObject({
    code: 'TRANSACTION_CLOSED',
    message: expect.stringContaining('open for more than 150 ms'),
  })
  await expect(forgotten.commit()).rejects.toMatchObject({ code: 'TRANSACTION_CLOSED' })
  expect(look(file, 'SELECT id FROM t')).toEqual([[2]])
})

test('statements of a transaction do not queue behind the writers that wait for it', async () => {
  const transaction = await client.transaction('write')
  const waiting = client.execute('INSERT INTO t VALUES (10)')
  await transaction.execute('INSERT INTO t VALUES (1)')
  await transaction.batch(['INSERT INTO t VALUES (2)', 'INSERT INTO t VALUES (3)'])
  await transaction.executeMultiple('INSERT INTO t VALUES (4); INSERT INTO t VALUES (5)')
  expect((await transaction.execute('SELECT count(*) AS c FROM t')).rows[0]?.c).toBe(5)
  // No other reader sees it yet, and reads do not wait for it.
  expect((await client.execute('SELECT count(*) AS c FROM t')).rows[0]?.c).toBe(0)
  await transaction.commit()
  await waiting
  expect(lookOne(file, 'SELECT count(*) FROM t')).toBe(6)
})

test('a read transaction keeps its snapshot, blocks no writer and cannot write', async () => {
  await client.execute('INSERT INTO t VALUES (1)')
  const snapshot = await client.transaction('read')
  const countRows = async () => (await snapshot.execute('SELECT count(*) AS c FROM t')).rows[0]?.c
  expect(await countRows()).toBe(1)
  await client.execute('INSERT INTO t VALUES (2)')
  expect(await countRows()).toBe(1)
  expect((await client.execute('SELECT count(*) AS c FROM t')).rows[0]?.c).toBe(2)
  await expect(snapshot.execute('INSERT INTO t VALUES (3)')).rejects.toMatchObject({ code: 'SQLITE_READONLY' })
  snapshot.close()
  expect(snapshot.closed).toBe(true)
})

test('a batch that fails at its commit leaves nothing and holds nothing', async () => {
  await client.execute('CREATE TABLE child (t_id INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED) STRICT')
  const orphan = 'INSERT INTO child VALUES (77)'
  await expect(client.batch(['INSERT INTO t VALUES (1)', orphan], 'write')).rejects.toMatchObject({
    code: 'SQLITE_CONSTRAINT',
    extendedCode: 'SQLITE_CONSTRAINT_FOREIGNKEY',
  })
  const transaction = await client.transaction('write')
  await transaction.execute(orphan)
  await expect(transaction.commit()).rejects.toMatchObject({ extendedCode: 'SQLITE_CONSTRAINT_FOREIGNKEY' })
  await client.execute('INSERT INTO t VALUES (2)')
  expect(look(file, 'SELECT id FROM t UNION ALL SELECT t_id FROM child')).toEqual([[2]])
})

test('foreign keys are enforced after a migration, whether it succeeded or failed', async () => {
  await client.execute('CREATE TABLE child (t_id INTEGER REFERENCES t (id)) STRICT')
  await client.migrate(['INSERT INTO child VALUES (5)'])
  await expect(client.migrate(['INSERT INTO child VALUES (6)', 'nonsense'])).rejects.toMatchObject({
    statementIndex: 1,
  })
  await expect(client.execute('INSERT INTO child VALUES (7)')).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT' })
  expect(look(file, 'SELECT t_id FROM child')).toEqual([[5]])
})

test('a BEGIN sent as a plain statement opens nothing: the next writer is not inside it', async () => {
  await client.execute('BEGIN')
  await client.execute('INSERT INTO t VALUES (1)')
  await client.execute('ROLLBACK').catch(() => {})
  expect(look(file, 'SELECT id FROM t')).toEqual([[1]])
})

test('close() rejects what waits, rolls back what is open, empties the WAL and lets the next one in', async () => {
  await client.execute('INSERT INTO t VALUES (1)')
  const open = await client.transaction('write')
  await open.execute('INSERT INTO t VALUES (2)')
  const waiting = [client.execute('INSERT INTO t VALUES (3)'), client.transaction(), client.batch(['DELETE FROM t'])]
  client.close()
  client.close()
  expect(client.closed).toBe(true)
  for (const outcome of await Promise.allSettled([...waiting, client.execute('SELECT 1'), client.batch([])])) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'LibsqlError', code: 'CLIENT_CLOSED' } })
  }
  await expect(open.commit()).rejects.toMatchObject({ code: 'TRANSACTION_CLOSED' })
  expect(statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0)
  client = openEmbedded({ file })
  expect(look(file, 'SELECT id FROM t')).toEqual([[1]])
})

test('reconnect() serves again after close()', async () => {
  await client.execute('INSERT INTO t VALUES (1)')
  client.close()
  await client.reconnect()
  expect((await client.execute('SELECT count(*) AS c FROM t')).rows[0]?.c).toBe(1)
})
