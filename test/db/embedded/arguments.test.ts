import { afterAll, beforeEach, expect, test } from 'bun:test'
import { join } from 'node:path'
import { openEmbedded } from '../../../db/embedded.ts'
import { removeTempFolders, tempFolder } from './support/folder.ts'
import { lookOne } from './support/look.ts'

const file = join(tempFolder(), 'app.db')
const client = openEmbedded({ file })
await client.execute('CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT) STRICT')

beforeEach(() => client.execute('DELETE FROM t'))
afterAll(() => {
  client.close()
  removeTempFolders()
})

const insert = 'INSERT INTO t (v) VALUES (?)'

test('text with U+0000 is refused wherever it stands: it would be read back cut', async () => {
  for (const v of ['\0', 'admin@x\0evil', 'end\0']) {
    const refused = { name: 'LibsqlError', code: 'ARGS_INVALID' }
    await expect(client.execute({ sql: insert, args: [v] })).rejects.toMatchObject(refused)
    await expect(client.execute({ sql: 'SELECT :v', args: { v } })).rejects.toMatchObject(refused)
    await expect(
      client.batch([
        { sql: insert, args: ['kept out'] },
        { sql: insert, args: [v] },
      ]),
    ).rejects.toMatchObject({
      ...refused,
      name: 'LibsqlBatchError',
      statementIndex: 1,
    })
    await expect(client.longRead({ sql: 'SELECT ?', args: [v] })).rejects.toMatchObject(refused)
  }
  expect(lookOne(file, 'SELECT count(*) FROM t')).toBe(0)
})

test('too few and too many arguments are refused, on a new and on a cached statement', async () => {
  const cases: [string, never[] | (string | number)[] | Record<string, number>][] = [
    ['SELECT ?', []],
    ['SELECT ?', [1, 2]],
    ['SELECT ?, ?', [1]],
    ['SELECT ?3', [1, 2]],
    ['SELECT 1', [1]],
    ['SELECT :a, :b', { a: 1 }],
    ['SELECT :a', { a: 1, b: 2 }],
    ['SELECT :a', {}],
    ['SELECT ?', { a: 1 }],
    [insert, []],
    [insert, ['a', 'b']],
  ]
  for (const [sql, args] of [...cases, ...cases]) {
    await expect(client.execute({ sql, args })).rejects.toMatchObject({ code: 'ARGS_INVALID' })
  }
  expect(lookOne(file, 'SELECT count(*) FROM t')).toBe(0)
})

test('a statement never sees the arguments of its last use', async () => {
  const sql = 'SELECT ? AS v'
  expect((await client.execute({ sql, args: ['secret of another caller'] })).rows[0]?.v).toBe(
    'secret of another caller',
  )
  await expect(client.execute({ sql })).rejects.toMatchObject({ code: 'ARGS_INVALID' })
  expect((await client.execute({ sql, args: [null] })).rows[0]?.v).toBeNull()
})

test('an integer above 2^53 in a written row fails the write as a whole', async () => {
  await client.execute('CREATE TABLE big (v INTEGER) STRICT')
  const sql = 'INSERT INTO big VALUES (?) RETURNING v'
  await expect(client.execute({ sql, args: [2n ** 60n] })).rejects.toBeInstanceOf(RangeError)
  expect(lookOne(file, 'SELECT count(*) FROM big')).toBe(0)
  // Without reading it back it is stored exactly.
  await client.execute({ sql: 'INSERT INTO big VALUES (?)', args: [2n ** 60n] })
  expect(lookOne(file, 'SELECT CAST(v AS TEXT) FROM big')).toBe(String(2n ** 60n))
})

test('a row that cannot be converted leaves the reader without a stale snapshot', async () => {
  const sql = 'WITH n (i) AS (VALUES (1), (9007199254740993), (3)) SELECT i, (SELECT count(*) FROM t) FROM n'
  const before = lookOne(file, 'SELECT count(*) FROM t')
  await expect(client.execute(sql)).rejects.toBeInstanceOf(RangeError)
  await client.execute({ sql: insert, args: ['after'] })
  expect((await client.execute('SELECT count(*) AS c FROM t')).rows[0]?.c).toBe(Number(before) + 1)
})

test('the statement cache stays within its bound and keeps answering', async () => {
  const small = openEmbedded({ file: join(tempFolder(), 'small.db'), statementCacheSize: 4 })
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 50; i++) expect((await small.execute(`SELECT ${i} AS i`)).rows[0]?.i).toBe(i)
  }
  expect(small.stats.cachedStatements).toBeLessThanOrEqual(8)
  small.close()
})
