/** The same work on the stock client and on ours must give the same answers. */
import { afterAll, afterEach, beforeEach, expect } from 'bun:test'
import { join } from 'node:path'
import type { Client } from '@libsql/client'
import { createClient } from '@libsql/client'
import { relations } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/libsql'
import { blob, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { openEmbedded } from '../../../../db/embedded.ts'
import { removeTempFolders, tempFolder } from './folder.ts'

export const users = sqliteTable('users', {
  id: integer('id').primaryKey(),
  email: text('email').notNull().unique(),
  score: real('score'),
  photo: blob('photo', { mode: 'buffer' }),
  createdAt: integer('created_at').notNull(),
})
export const posts = sqliteTable('posts', {
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

let stock: Client
let ours: Client

/** Opens both clients on new files with the tables above before each test of the calling file. */
export function openBothForEachTest(): void {
  beforeEach(async () => {
    const folder = tempFolder()
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
}

/** What came of it; errors as far as a caller can tell them apart. */
export async function outcome(work: () => Promise<unknown>): Promise<unknown> {
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

/** Does the work on both and compares values and errors. */
export async function same(work: (client: Client, db: Db) => Promise<unknown>): Promise<void> {
  const expected = await outcome(() => work(stock, drizzle(stock, { schema })))
  const actual = await outcome(() => work(ours, drizzle(ours, { schema })))
  expect(actual).toEqual(expected)
}

export const ada = {
  id: 1,
  email: 'ada@example.test',
  score: 1.5,
  photo: Buffer.from([0, 1, 255]),
  createdAt: 1_700_000_000_000,
}
export const bob = { id: 2, email: 'bob@example.test', score: null, photo: null, createdAt: 1_700_000_000_001 }
