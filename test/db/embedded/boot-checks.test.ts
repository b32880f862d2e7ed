import { afterAll, expect, test } from 'bun:test'
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import NativeDatabase from 'libsql'
import { applicationId, DatabaseOpenError, openEmbedded } from '../../../db/embedded.ts'
import { killChildren, startChild } from './support/child.ts'
import { removeTempFolders, tempFolder } from './support/folder.ts'
import { lookOne } from './support/look.ts'

afterAll(async () => {
  await killChildren()
  removeTempFolders()
})

/** Opens, expects the refusal, and expects the file to be as it was. */
function refusal(file: string): DatabaseOpenError {
  const before = statSync(file, { throwIfNoEntry: false })?.isFile() ? readFileSync(file) : undefined
  let error: unknown
  try {
    openEmbedded({ file }).close()
  } catch (thrown) {
    error = thrown
  }
  if (!(error instanceof DatabaseOpenError)) throw new Error(`not refused: ${String(error)}`)
  if (before !== undefined) expect(readFileSync(file).equals(before)).toBe(true)
  return error
}

/** A closed database of ours with some pages of content. */
async function filledDatabase(): Promise<string> {
  const file = join(tempFolder(), 'app.db')
  const client = openEmbedded({ file })
  await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT NOT NULL)')
  await client.execute('CREATE INDEX t_v ON t (v)')
  await client.batch(
    Array.from({ length: 500 }, (_, i) => ({ sql: 'INSERT INTO t (v) VALUES (?)', args: [`${i}`.repeat(30)] })),
  )
  client.close()
  return file
}

test('a missing file is created, marked as ours, with nothing half-made beside it', () => {
  const folder = tempFolder()
  const file = join(folder, 'app.db')
  openEmbedded({ file }).close()
  expect(lookOne(file, 'PRAGMA application_id')).toBe(applicationId)
  expect(applicationId).toBe(Buffer.from('TGID').readUInt32BE())
  expect(readdirSync(folder)).not.toContain('app.db.new')
})

test('the database and its WAL are readable by their owner only', async () => {
  const file = join(tempFolder(), 'app.db')
  const client = openEmbedded({ file })
  await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY)')
  for (const path of [file, `${file}-wal`]) expect(statSync(path).mode & 0o777).toBe(0o600)
  client.close()
})

test('a draft left by a crash during creation is no obstacle', () => {
  const file = join(tempFolder(), 'app.db')
  writeFileSync(`${file}.new`, 'half')
  openEmbedded({ file }).close()
  expect(lookOne(file, 'PRAGMA application_id')).toBe(applicationId)
})

test('an empty file is refused: it may be a truncated database', () => {
  const file = join(tempFolder(), 'app.db')
  writeFileSync(file, '')
  const error = refusal(file)
  expect(error.code).toBe('database.empty_file')
  expect(error.message).toContain('Restore it from a backup')
  expect(statSync(file).size).toBe(0)
})

test('a file of garbage is refused', () => {
  const file = join(tempFolder(), 'app.db')
  writeFileSync(file, Buffer.alloc(20_000, 'garbage'))
  expect(refusal(file).code).toBe('database.not_a_database')
})

test('a folder in place of the file is refused', () => {
  expect(refusal(tempFolder()).code).toBe('database.not_a_database')
})

test('the database of another program is refused and stays as it was', () => {
  const folder = tempFolder()
  const file = join(folder, 'other.db')
  const native = new NativeDatabase(file, {})
  native.exec('CREATE TABLE theirs (id INTEGER PRIMARY KEY)')
  native.close()
  const error = refusal(file)
  expect(error.code).toBe('database.foreign_schema')
  expect(error.message).toContain(`PRAGMA application_id=${applicationId}`)
  expect(existsSync(`${file}-wal`)).toBe(false)
})

test('a database marked as the message says is accepted', () => {
  const file = join(tempFolder(), 'restored.db')
  const native = new NativeDatabase(file, {})
  native.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY); PRAGMA application_id=${applicationId}`)
  native.close()
  openEmbedded({ file }).close()
})

test('a garbage page in the middle is found at boot', async () => {
  const file = await filledDatabase()
  const bytes = readFileSync(file)
  bytes.fill(0xa5, 4096 * 2, 4096 * 3)
  writeFileSync(file, bytes)
  const error = refusal(file)
  expect(error.code).toBe('database.corrupt')
  expect(error.message).toContain('restore the last backup')
})

test('a cut file is found at boot', async () => {
  const file = await filledDatabase()
  truncateSync(file, 4096 * 3)
  expect(refusal(file).code).toBe('database.corrupt')
})

test('a missing database beside a WAL or journal with data is refused', () => {
  for (const suffix of ['-wal', '-journal']) {
    const file = join(tempFolder(), 'app.db')
    writeFileSync(file + suffix, 'frames')
    expect(refusal(file).code).toBe('database.orphan_wal')
    expect(existsSync(file)).toBe(false)
    writeFileSync(file + suffix, '')
    openEmbedded({ file }).close()
  }
})

test('a missing folder and an in-memory database are refused', () => {
  expect(refusal(join(tempFolder(), 'no', 'app.db')).code).toBe('database.cannot_open')
  expect(refusal(':memory:').code).toBe('database.bad_url')
})

test('after a refusal the same path can be opened once the cause is gone', () => {
  const file = join(tempFolder(), 'app.db')
  writeFileSync(file, Buffer.alloc(20_000, 'garbage'))
  expect(refusal(file).code).toBe('database.not_a_database')
  renameSync(file, `${file}.moved`)
  openEmbedded({ file }).close()
})

// Root may write everything, so as root the child drops to the user `nobody` first.
const asUser = process.getuid?.() === 0 ? ['65534'] : []

test('a file or a folder this user cannot write is refused, and stays as it was', async () => {
  const file = await filledDatabase()
  const before = readFileSync(file)
  chmodSync(join(file, '..'), 0o755)
  for (const [target, mode] of [
    [file, 0o444],
    [join(file, '..'), 0o555],
  ] as const) {
    chmodSync(target, mode)
    const child = startChild('opener.ts', file, ...asUser)
    expect(await child.line('refused')).toMatch(/^refused database\.read_only .*writable by this user/)
    await child.kill()
    chmodSync(target, 0o755)
  }
  expect(readFileSync(file).equals(before)).toBe(true)
})
