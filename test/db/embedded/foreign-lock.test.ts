import { afterAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { openEmbedded } from '../../../db/embedded.ts'
import { killChildren, startChild } from './support/child.ts'
import { removeTempFolders, tempFolder } from './support/folder.ts'
import { look, lookOne } from './support/look.ts'

afterAll(async () => {
  await killChildren()
  removeTempFolders()
})

test('a lock held by another process loses no write, and the event loop goes on while it is held', async () => {
  const file = join(tempFolder(), 'app.db')
  const client = openEmbedded({ file, busyDeadlineMs: 240_000 })
  await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT')
  await client.execute('SELECT count(*) FROM t')
  const holder = startChild('lock-holder.ts', file)
  await holder.line('held')
  const acknowledged: unknown[] = []
  const writes = Array.from({ length: 40 }, async (_, id) => {
    const sql = 'INSERT INTO t VALUES (?)'
    if (id % 2 === 0) await client.execute({ sql, args: [id] })
    else await client.batch([{ sql, args: [id] }], 'write')
    acknowledged.push(id)
  })
  // This loop releases the lock. Were it blocked by a try, it would never come to that.
  let finishedReads = 0
  while (client.stats.busyTries < 20 || finishedReads < 200) {
    await client.execute('SELECT count(*) FROM t')
    finishedReads++
    await Bun.sleep(1)
  }
  expect(acknowledged).toEqual([])
  await holder.kill('SIGUSR2')
  await Promise.all(writes)
  expect(acknowledged).toHaveLength(40)
  expect(lookOne(file, 'SELECT count(*) FROM t')).toBe(40)
  client.close()
})

test('a write that outwaits its deadline fails with SQLITE_BUSY and is not in the file', async () => {
  const file = join(tempFolder(), 'app.db')
  const client = openEmbedded({ file, busyDeadlineMs: 250 })
  await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT')
  const holder = startChild('lock-holder.ts', file)
  await holder.line('held')
  const outcomes = await Promise.allSettled([
    client.execute('INSERT INTO t VALUES (1)'),
    client.batch(['INSERT INTO t VALUES (2)'], 'write'),
    client.transaction('write'),
    client.executeMultiple('INSERT INTO t VALUES (3)'),
  ])
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: { name: 'LibsqlError', code: 'SQLITE_BUSY', rawCode: 5 },
    })
  }
  await holder.kill('SIGUSR2')
  await client.execute('INSERT INTO t VALUES (4)')
  expect(look(file, 'SELECT id FROM t')).toEqual([[4]])
  client.close()
})

test('a process killed while it holds the lock frees it', async () => {
  const file = join(tempFolder(), 'app.db')
  const client = openEmbedded({ file })
  await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT')
  const holder = startChild('lock-holder.ts', file)
  await holder.line('held')
  const write = client.execute('INSERT INTO t VALUES (1)')
  await holder.kill()
  await write
  expect(lookOne(file, 'SELECT count(*) FROM t')).toBe(1)
  client.close()
})
