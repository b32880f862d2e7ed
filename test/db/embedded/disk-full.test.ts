import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EmbeddedClient } from '../../../db/embedded.ts'
import { DatabaseOpenError, openEmbedded } from '../../../db/embedded.ts'
import { removeTempFolders, tempFolder } from './support/folder.ts'
import { lookOne } from './support/look.ts'

const mounts: string[] = []

afterAll(() => {
  for (const mount of mounts) Bun.spawnSync(['umount', '--lazy', mount])
  removeTempFolders()
})

/** Mounts a small disk; undefined where this user may not (then the test below is listed as skipped). */
function smallDisk(): string | undefined {
  const folder = join(tempFolder(), 'disk')
  mkdirSync(folder)
  const { success } = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { stderr: 'ignore' })
  if (success) mounts.push(folder)
  return success ? folder : undefined
}

const disk = smallDisk()

/** Writes until the disk is full; returns the acknowledged ids. */
async function writeUntilFull(client: EmbeddedClient, first: number): Promise<number[]> {
  const acknowledged: number[] = []
  for (let id = first; id < first + 10_000; id++) {
    try {
      const insert = { sql: 'INSERT INTO t VALUES (?, ?)', args: [id, 'x'.repeat(2000)] }
      if (id % 2 === 0) await client.execute(insert)
      else await client.batch([insert, 'UPDATE counter SET n = n + 1'], 'write')
      acknowledged.push(id)
    } catch (error) {
      expect(error).toMatchObject({ code: expect.stringMatching(/^SQLITE_(FULL|IOERR)$/) })
      return acknowledged
    }
  }
  throw new Error('the disk never became full')
}

async function createTables(client: EmbeddedClient): Promise<void> {
  await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT NOT NULL) STRICT')
  await client.execute('CREATE TABLE counter (n INTEGER NOT NULL) STRICT')
  await client.execute('INSERT INTO counter VALUES (0)')
}

async function expectWhole(client: EmbeddedClient, file: string, acknowledged: number[]): Promise<void> {
  const ids = (await client.execute('SELECT id FROM t ORDER BY id')).rows.map((row) => Number(row.id))
  expect(ids).toEqual(acknowledged)
  expect((await client.execute('SELECT n FROM counter')).rows[0]?.n).toBe(
    acknowledged.filter((id) => id % 2 === 1).length,
  )
  expect(lookOne(file, 'PRAGMA integrity_check')).toBe('ok')
}

test('when the file may not grow, writes fail with SQLITE_FULL, reads go on, and writing heals', async () => {
  const file = join(tempFolder(), 'app.db')
  const client = openEmbedded({ file })
  await createTables(client)
  await client.execute('PRAGMA max_page_count=60')
  const before = await writeUntilFull(client, 0)
  await expectWhole(client, file, before)
  await client.execute('PRAGMA max_page_count=100000')
  await client.execute({ sql: 'INSERT INTO t VALUES (?, ?)', args: [100_000, 'healed'] })
  await expectWhole(client, file, [...before, 100_000])
  client.close()
})

test.skipIf(disk === undefined)(
  'on a full disk nothing acknowledged is lost, and writing heals when space returns',
  async () => {
    const folder = String(disk)
    const file = join(folder, 'app.db')
    writeFileSync(join(folder, 'ballast'), Buffer.alloc(1024 * 1024))
    const client = openEmbedded({ file })
    await createTables(client)
    const before = await writeUntilFull(client, 0)
    expect(before.length).toBeGreaterThan(10)
    await expectWhole(client, file, before)
    // Still full: the next write fails as well, and a transaction that fails halfway writes no row.
    expect(await writeUntilFull(client, 50_001)).toEqual([])
    const transaction = await client.transaction('write')
    const grow = transaction.execute({ sql: 'INSERT INTO t VALUES (?, ?)', args: [60_000, 'x'.repeat(500_000)] })
    const commit = grow.then(() => transaction.commit())
    await expect(commit).rejects.toMatchObject({ code: expect.stringMatching(/^SQLITE_(FULL|IOERR)$/) })
    transaction.close()
    await expectWhole(client, file, before)

    rmSync(join(folder, 'ballast'))
    await client.execute({ sql: 'INSERT INTO t VALUES (?, ?)', args: [100_000, 'healed'] })
    await expectWhole(client, file, [...before, 100_000])
    client.close()
    const again = openEmbedded({ file })
    await expectWhole(again, file, [...before, 100_000])
    again.close()
  },
)

test.skipIf(disk === undefined)('on a volume mounted read-only the start is refused with the reason', () => {
  const folder = tempFolder()
  const readOnly = join(folder, 'read-only')
  mkdirSync(readOnly)
  openEmbedded({ file: join(folder, 'app.db') }).close()
  Bun.spawnSync(['mount', '--bind', folder, readOnly])
  mounts.push(readOnly)
  Bun.spawnSync(['mount', '-o', 'remount,bind,ro', readOnly])
  for (const name of ['app.db', 'missing.db']) {
    let error: unknown
    try {
      openEmbedded({ file: join(readOnly, name) }).close()
    } catch (thrown) {
      error = thrown
    }
    if (!(error instanceof DatabaseOpenError)) throw new Error(`not refused: ${String(error)}`)
    expect(error.code).toBe('database.read_only')
    expect(error.message).toContain('mounted read-only')
  }
})
