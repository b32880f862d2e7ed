import { afterAll, expect, test } from 'bun:test'
import { existsSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { databaseOwner, openEmbedded, ownerInfoPath } from '../../../db/embedded.ts'
import { killChildren, startChild } from './support/child.ts'
import { removeTempFolders, tempFolder } from './support/folder.ts'
import { lookOne } from './support/look.ts'

afterAll(async () => {
  await killChildren()
  removeTempFolders()
})

test('a second process is refused with the pid of the owner and what to do', async () => {
  const file = join(tempFolder(), 'app.db')
  const owner = startChild('opener.ts', file)
  await owner.line('open')
  expect(() => openEmbedded({ file })).toThrow(
    expect.objectContaining({ name: 'DatabaseOpenError', code: 'database.locked' }),
  )
  expect(() => openEmbedded({ file })).toThrow(new RegExp(`process ${owner.pid} .*Stop that process`))
  expect(databaseOwner(file)).toMatchObject({ owned: true, owner: { pid: owner.pid } })
  // The refusal did not affect the owner.
  const third = startChild('opener.ts', file)
  expect(await third.line('refused')).toContain(`process ${owner.pid} `)
  await Promise.all([owner.kill(), third.kill()])
})

test('after kill -9 of the owner the next open succeeds at once', async () => {
  const file = join(tempFolder(), 'app.db')
  for (let round = 0; round < 3; round++) {
    const owner = startChild('opener.ts', file)
    await owner.line('open')
    await owner.kill('SIGKILL')
    // The dead owner's record is still there; only the kernel's lock counts.
    expect(existsSync(ownerInfoPath(file))).toBe(true)
    expect(databaseOwner(file)).toEqual({ owned: false })
    openEmbedded({ file }).close()
  }
})

test('a record that names a living process does not lock: the pid may have been recycled', () => {
  const file = join(tempFolder(), 'app.db')
  writeFileSync(ownerInfoPath(file), JSON.stringify({ pid: process.ppid, startedAt: 'x', host: 'x' }))
  openEmbedded({ file }).close()
})

test('a second open in one process is refused, also through a symbolic link', () => {
  const folder = tempFolder()
  const file = join(folder, 'app.db')
  const client = openEmbedded({ file })
  symlinkSync(file, join(folder, 'link.db'))
  for (const path of [file, join(folder, 'link.db')]) {
    expect(() => openEmbedded({ file: path })).toThrow(/in use: this process/)
  }
  expect(databaseOwner(file)).toMatchObject({ owned: true, owner: { pid: process.pid } })
  client.close()
  expect(databaseOwner(file)).toEqual({ owned: false })
  openEmbedded({ file: join(folder, 'link.db') }).close()
})

test('a refused second open leaves the first one its lock, its writes and its file', async () => {
  const file = join(tempFolder(), 'app.db')
  const client = openEmbedded({ file })
  await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)')
  for (let i = 0; i < 5; i++) {
    expect(() => openEmbedded({ file })).toThrow(/in use/)
    await client.execute('INSERT INTO t DEFAULT VALUES')
  }
  const other = startChild('opener.ts', file)
  expect(await other.line('refused')).toContain('database.locked')
  await other.kill()
  expect(lookOne(file, 'SELECT count(*) FROM t')).toBe(5)
  client.close()
})

test('other programs may read, and back up, while the database is owned', async () => {
  const folder = tempFolder()
  const file = join(folder, 'app.db')
  const client = openEmbedded({ file })
  await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)')
  await client.execute('INSERT INTO t VALUES (7)')
  expect(lookOne(file, 'SELECT id FROM t')).toBe(7)
  await client.execute({ sql: 'VACUUM INTO ?', args: [join(folder, 'backup.db')] })
  client.close()
  // The copy carries the mark, so it can be served.
  const restored = openEmbedded({ file: join(folder, 'backup.db') })
  expect((await restored.execute('SELECT id FROM t')).rows[0]?.id).toBe(7)
  restored.close()
})
