import { afterAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { openEmbedded } from '../../../db/embedded.ts'
import { killChildren, startChild } from './support/child.ts'
import { removeTempFolders, tempFolder } from './support/folder.ts'
import { look, lookOne } from './support/look.ts'
import { countStalls } from './support/stalls.ts'

afterAll(async () => {
  await killChildren()
  removeTempFolders()
})

test('a lock held by another process for 5 s loses no write, and the event loop is not blocked for 50 ms', async () => {
  const file = join(tempFolder(), 'app.db')
  const client = openEmbedded({ file })
  await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT')
  await client.execute('SELECT count(*) FROM t')
  const holder = startChild('lock-holder.ts', file, '5000')
  await holder.line('held')
  let finishedReads = 0
  const acknowledged: unknown[] = []
  const stalls = await countStalls(async () => {
    const writes = Array.from({ length: 40 }, async (_, id) => {
      const sql = 'INSERT INTO t VALUES (?)'
      if (id % 2 === 0) await client.execute({ sql, args: [id] })
      else await client.batch([{ sql, args: [id] }], 'write')
      acknowledged.push(id)
    })
    const reads = (async () => {
      while (!holder.lines.includes('released')) {
        await client.execute('SELECT count(*) FROM t')
        finishedReads++
        await Bun.sleep(1)
      }
    })()
    await holder.line('released')
    await Promise.all([...writes, reads])
  })
  expect(acknowledged).toHaveLength(40)
  expect(lookOne(file, 'SELECT count(*) FROM t')).toBe(40)
  // Reads go on all the while: each is followed by a pause of 1 ms, and the tries of the writer take their share.
  expect(finishedReads).toBeGreaterThan(200)
  // The writer tried some 50 times, so if its tries blocked the loop there would be as many stalls. Alone on a machine
  // the longest delay measured is 25 ms; on a busy one chance may deal this thread a few more than the idle one.
  expect(client.stats.busyTries).toBeGreaterThan(20)
  expect(stalls).toBeLessThanOrEqual(8)
  client.close()
}, 300_000)

test('a write that outwaits its deadline fails with SQLITE_BUSY and is not in the file', async () => {
  const file = join(tempFolder(), 'app.db')
  const client = openEmbedded({ file, busyDeadlineMs: 250 })
  await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT')
  const holder = startChild('lock-holder.ts', file, '900')
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
  await holder.line('released')
  await client.execute('INSERT INTO t VALUES (4)')
  expect(look(file, 'SELECT id FROM t')).toEqual([[4]])
  client.close()
})

test('a process killed while it holds the lock frees it', async () => {
  const file = join(tempFolder(), 'app.db')
  const client = openEmbedded({ file })
  await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT')
  const holder = startChild('lock-holder.ts', file, '60000')
  await holder.line('held')
  const write = client.execute('INSERT INTO t VALUES (1)')
  await holder.kill()
  await write
  expect(lookOne(file, 'SELECT count(*) FROM t')).toBe(1)
  client.close()
})
