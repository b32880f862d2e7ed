import { expect, test } from 'bun:test'
import type { ResultSet } from '@libsql/client'
import { ada, bob, openBothForEachTest, outcome, posts, same, users } from './support/side-by-side.ts'

openBothForEachTest()

test('results of statements that return no rows', () =>
  same(async (client) => {
    const results = [
      await client.execute({
        sql: 'INSERT INTO users (email, created_at) VALUES (?, ?), (?, ?)',
        args: ['a', 1, 'b', 2],
      }),
      await client.execute('UPDATE users SET score = 1'),
      await client.execute('DELETE FROM users WHERE id = 77'),
      await client.execute('CREATE TABLE extra (id INTEGER)'),
    ]
    return results.map(({ rowsAffected, lastInsertRowid, columns, rows }) => ({
      rowsAffected,
      lastInsertRowid,
      columns,
      rows,
    }))
  }))

test('rows by index and name, double names, types, JSON form', () =>
  same(async (client, db) => {
    await db.insert(users).values([ada, bob])
    const results = [
      await client.execute('SELECT *, id, 1 AS length, 2 AS "0", x\'00ff\' AS b FROM users'),
      await client.execute('SELECT u.id, p.id, u.photo FROM users u LEFT JOIN users p ON p.id = u.id + 1'),
      await client.execute("SELECT count(*), 7 / 2.0, NULL, 'x', -9007199254740991 FROM users"),
      await client.execute('VALUES (1, 2), (3, 4)'),
    ]
    return results.map((result) => [result.toJSON(), result.columns, result.columnTypes, result.rows.map(rowFacts)])
  }))

function rowFacts(row: ResultSet['rows'][number]): unknown {
  return { keys: Object.keys(row), length: row.length, byIndex: Array.from(row), copy: { ...row } }
}

test('constraint errors carry the same codes and messages', () =>
  same(async (client, db) => {
    await db.insert(users).values(ada)
    const unique = await outcome(() =>
      client.execute("INSERT INTO users (email, created_at) VALUES ('ada@example.test', 1)"),
    )
    expect(unique).toMatchObject({
      thrown: {
        code: 'SQLITE_CONSTRAINT',
        extendedCode: 'SQLITE_CONSTRAINT_UNIQUE',
        message: 'SQLITE_CONSTRAINT: UNIQUE constraint failed: users.email',
      },
    })
    return [
      unique,
      await outcome(() => db.insert(users).values({ ...bob, email: ada.email })),
      await outcome(() => client.execute('INSERT INTO users (id, email, created_at) VALUES (1, 2, 3)')),
      await outcome(() => client.execute('INSERT INTO users (email) VALUES (NULL)')),
      await outcome(() => db.insert(posts).values({ userId: 99, title: 'orphan' })),
      await outcome(() => client.batch(['SELECT 1', "INSERT INTO posts (user_id, title) VALUES (99, 'x')"], 'write')),
      await outcome(() => client.execute('SELECT * FROM missing')),
      await outcome(() => client.execute('SELEKT 1')),
      await outcome(() => client.execute('')),
      await outcome(() => client.execute('-- only a comment')),
    ]
  }))

test('values: null, boolean, date, bytes, bigint, and what cannot be stored', () =>
  same(async (client) => {
    const echo = (value: unknown) =>
      // Deliberately also values outside the declared type.
      outcome(async () => (await client.execute({ sql: 'SELECT ?, typeof(?1)', args: [value as never] })).toJSON())
    return [
      ...(await Promise.all(
        [null, true, false, 0, -0, 1.5, 1e300, '', 'ü€😀', 5n, 2n ** 53n - 1n, -(2n ** 53n) + 1n, new Date(5)].map(
          echo,
        ),
      )),
      await echo(new Uint8Array([1, 2, 3])),
      await echo(new Uint8Array([1, 2, 3]).buffer),
      await echo(new Uint8Array(0)),
      await echo(new Uint8Array([9, 8, 7, 6]).subarray(1, 3)),
      await echo(Number.NaN),
      await echo(Number.POSITIVE_INFINITY),
      await echo(2n ** 64n),
      // Above 2^53 reading throws; the row is there all the same and the client goes on.
      await echo(2n ** 53n),
      await outcome(() => client.execute('SELECT 9007199254740993')),
      (await client.execute('SELECT 1 AS one')).toJSON(),
    ]
  }))

test('named arguments, with and without their prefix', () =>
  same(async (client) => [
    (await client.execute({ sql: 'SELECT :a, @b, $c, :a', args: { a: 1, b: 2, c: 3 } })).toJSON(),
    (await client.execute({ sql: 'SELECT :a, @b, $c', args: { ':a': 1, '@b': 2, $c: 3 } })).toJSON(),
    (await client.execute({ sql: 'SELECT :a, @b', args: [1, 2] })).toJSON(),
    (await client.execute({ sql: 'SELECT ?2, ?1, ?', args: [1, 2, 3] })).toJSON(),
    (await client.execute('SELECT ?, ?', [1, 2])).toJSON(),
    (
      await client.execute({ sql: 'SELECT \'?\', ":x", [?], `?` /* ? */ -- ?\n FROM (SELECT 1 AS ":x", 2 AS "?")' })
    ).toJSON(),
  ]))

test('executeMultiple keeps what came before the failing statement', () =>
  same(async (client) => [
    await client.executeMultiple("CREATE TABLE a (v TEXT); INSERT INTO a VALUES ('1'); INSERT INTO a VALUES ('2')"),
    await outcome(() => client.executeMultiple("INSERT INTO a VALUES ('3'); nonsense; INSERT INTO a VALUES ('4')")),
    (await client.execute('SELECT v FROM a')).toJSON(),
  ]))

test('cached statements notice changes of the schema', () =>
  same(async (client) => {
    await client.execute('CREATE TABLE c (a INTEGER)')
    await client.execute('INSERT INTO c VALUES (1)')
    const select = async () => (await client.execute('SELECT * FROM c')).toJSON()
    const results = [await select()]
    await client.execute("ALTER TABLE c ADD COLUMN b TEXT DEFAULT 'x'")
    results.push(await select())
    await client.execute('ALTER TABLE c RENAME COLUMN a TO z')
    results.push(await select())
    await client.executeMultiple("DROP TABLE c; CREATE TABLE c (other TEXT); INSERT INTO c VALUES ('new')")
    results.push(await select())
    const tx = await client.transaction('write')
    await tx.execute('ALTER TABLE c ADD COLUMN late INTEGER')
    await tx.commit()
    results.push(await select())
    await client.execute('DROP TABLE c')
    return [...results, await outcome(select)]
  }))
