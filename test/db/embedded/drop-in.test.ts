import { afterAll, afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client, ResultSet } from '@libsql/client'
import { createClient } from '@libsql/client'
import { and, desc, eq, relations, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/libsql'
import { migrate } from 'drizzle-orm/libsql/migrator'
import { blob, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { openEmbedded } from '../../../db/embedded.ts'
import { removeTempFolders, tempFolder } from './support/folder.ts'

// The same work on the stock client and on ours must give the same answers.

const users = sqliteTable('users', {
  id: integer('id').primaryKey(),
  email: text('email').notNull().unique(),
  score: real('score'),
  photo: blob('photo', { mode: 'buffer' }),
  createdAt: integer('created_at').notNull(),
})
const posts = sqliteTable('posts', {
  id: integer('id').primaryKey(),
  userId: integer('user_id')
    .notNull()
    .references(() => users.id),
  title: text('title').notNull(),
})
const schema = {
  users,
  posts,
  usersRelations: relations(users, ({ many }) => ({ posts: many(posts) })),
  postsRelations: relations(posts, ({ one }) => ({
    user: one(users, { fields: [posts.userId], references: [users.id] }),
  })),
}
const tables = [
  'CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, score REAL, photo BLOB, created_at INTEGER NOT NULL) STRICT',
  'CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id), title TEXT NOT NULL) STRICT',
]

type Db = ReturnType<typeof drizzle<typeof schema>>

let folder: string
let stock: Client
let ours: Client

beforeEach(async () => {
  folder = tempFolder()
  stock = createClient({ url: `file:${join(folder, 'stock.db')}` })
  ours = openEmbedded({ file: join(folder, 'ours.db') })
  await stock.batch(tables)
  await ours.batch(tables)
})
afterEach(() => {
  stock.close()
  ours.close()
})
afterAll(removeTempFolders)

/** Errors as far as a caller can tell them apart. */
async function outcome(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return { value: await work() }
  } catch (error) {
    return { thrown: describeError(error) }
  }
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name, message } = error
  const detail = error as { code?: unknown; extendedCode?: unknown; rawCode?: unknown; statementIndex?: unknown }
  // The engine's own error under a LibsqlError differs in its stack only.
  const cause = error.name.startsWith('Libsql') ? undefined : describeError(error.cause)
  const { code, extendedCode, rawCode, statementIndex } = detail
  return { name, message, code, extendedCode, rawCode, statementIndex, cause }
}

async function same(work: (client: Client, db: Db) => Promise<unknown>): Promise<void> {
  const expected = await outcome(() => work(stock, drizzle(stock, { schema })))
  const actual = await outcome(() => work(ours, drizzle(ours, { schema })))
  expect(actual).toEqual(expected)
}

const ada = {
  id: 1,
  email: 'ada@example.test',
  score: 1.5,
  photo: Buffer.from([0, 1, 255]),
  createdAt: 1_700_000_000_000,
}
const bob = { id: 2, email: 'bob@example.test', score: null, photo: null, createdAt: 1_700_000_000_001 }

test('select, insert, update, delete and returning', () =>
  same(async (_, db) => [
    await db.insert(users).values([ada, bob]).returning(),
    await db.insert(posts).values({ userId: 1, title: 'one' }).returning({ id: posts.id }),
    await db.select().from(users).orderBy(desc(users.id)),
    await db.select({ email: users.email }).from(users).where(eq(users.id, 2)).get(),
    await db.select().from(users).where(eq(users.id, 99)).get(),
    await db.update(users).set({ score: 2 }).where(eq(users.id, 2)).returning({ score: users.score }),
    await db.select().from(users).innerJoin(posts, eq(posts.userId, users.id)),
    await db
      .delete(posts)
      .where(and(eq(posts.id, 1), eq(posts.userId, 1)))
      .returning(),
    await db.$count(users),
    await db.all(sql`SELECT id, email FROM users ORDER BY id`),
    await db.values(sql`SELECT id, score FROM users ORDER BY id`),
  ]))

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

test('prepared queries with placeholders', () =>
  same(async (_, db) => {
    await db.insert(users).values([ada, bob])
    const byId = db
      .select()
      .from(users)
      .where(eq(users.id, sql.placeholder('id')))
      .prepare()
    const results = []
    for (const id of [1, 2, 3, 1]) results.push(await byId.get({ id }), await byId.all({ id }))
    return results
  }))

test('relational queries', () =>
  same(async (_, db) => {
    await db.insert(users).values([ada, bob])
    await db.insert(posts).values([
      { id: 1, userId: 1, title: 'one' },
      { id: 2, userId: 1, title: 'two' },
    ])
    return [
      await db.query.users.findMany({ with: { posts: true } }),
      await db.query.posts.findFirst({ with: { user: { columns: { email: true } } } }),
    ]
  }))

test('db.batch is atomic and answers for each statement', () =>
  same(async (_, db) => [
    await db
      .batch([db.insert(users).values(ada).returning(), db.select().from(users), db.update(users).set({ score: 9 })])
      .then(([inserted, selected, updated]) => [inserted, selected, updated.rowsAffected]),
    await outcome(() => db.batch([db.insert(users).values(bob), db.insert(users).values({ ...bob, id: 3 })])),
    await db.select({ id: users.id }).from(users),
  ]))

test('db.transaction commits, rolls back, nests', () =>
  same(async (_, db) => [
    await db.transaction(async (tx) => {
      await tx.insert(users).values(ada)
      await tx.transaction(async (inner) => {
        await inner.insert(users).values(bob)
      })
      return await tx.$count(users)
    }),
    await outcome(() =>
      db.transaction(async (tx) => {
        await tx.delete(users)
        throw new Error('changed my mind')
      }),
    ),
    await outcome(() =>
      db.transaction(async (tx) => {
        await tx.delete(users)
        tx.rollback()
      }),
    ),
    await db.$count(users),
  ]))

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

test("drizzle's migrator applies each migration once", () => {
  const migrations = join(folder, 'migrations')
  mkdirSync(join(migrations, 'meta'), { recursive: true })
  const entries = [
    { idx: 0, version: '6', when: 1, tag: '0000_first', breakpoints: true },
    { idx: 1, version: '6', when: 2, tag: '0001_second', breakpoints: true },
  ]
  const journal = (count: number) =>
    writeFileSync(
      join(migrations, 'meta', '_journal.json'),
      JSON.stringify({ version: '7', dialect: 'sqlite', entries: entries.slice(0, count) }),
    )
  writeFileSync(
    join(migrations, '0000_first.sql'),
    'CREATE TABLE m (id INTEGER);\n--> statement-breakpoint\nINSERT INTO m VALUES (1);',
  )
  writeFileSync(join(migrations, '0001_second.sql'), 'ALTER TABLE m ADD COLUMN v TEXT;')
  return same(async (client, db) => {
    journal(1)
    await migrate(db, { migrationsFolder: migrations })
    const before = (await client.execute('SELECT * FROM m')).toJSON()
    journal(2)
    await migrate(db, { migrationsFolder: migrations })
    await migrate(db, { migrationsFolder: migrations })
    // The same text as before the ALTER: a prepared statement that did not notice would miss the column.
    return [before, (await client.execute('SELECT * FROM m')).toJSON()]
  })
})

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
