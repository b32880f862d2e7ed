import { test } from 'bun:test'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { and, desc, eq, sql } from 'drizzle-orm'
import { migrate } from 'drizzle-orm/libsql/migrator'
import { tempFolder } from './support/folder.ts'
import { ada, bob, openBothForEachTest, outcome, posts, same, users } from './support/side-by-side.ts'

openBothForEachTest()

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

test("drizzle's migrator applies each migration once", () => {
  const migrations = join(tempFolder(), 'migrations')
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
