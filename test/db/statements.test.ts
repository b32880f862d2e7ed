/** A prepared statement is the one drizzle would build: same text, same values, same rows, alone and in a batch. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DrizzleQueryError, eq, type SQL, sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import fc from 'fast-check'
import { openDatabase } from '../../db/client.ts'
import type { Database } from '../../db/database.ts'
import { uniqueViolation } from '../../src/lib/database-errors.ts'
import { BoundStatement, prepared, preparedByShape, type Slots } from '../../db/statements.ts'
import { systemEvent } from '../../src/core/events/new-event.ts'
import { happened, insertEvent, type NewEvent, noteEvent, noteEventIf } from '../../src/core/events/queries.ts'
import { testWith } from '../support/real-parts.ts'
import { hasSqld, type Sqld, startSqld } from '../support/sqld.ts'

const notes = sqliteTable('notes', {
  id: text('id').primaryKey(),
  body: text('body'),
  size: integer('size'),
  open: integer('open', { mode: 'boolean' }),
  tags: text('tags', { mode: 'json' }).$type<string[]>(),
})
const CREATE = sql`CREATE TABLE notes (id TEXT PRIMARY KEY, body TEXT, size INTEGER, open INTEGER, tags TEXT) STRICT`

const folder = mkdtempSync(join(tmpdir(), 'threeger-statements-'))
const file = openDatabase({ url: `file:${join(folder, 'notes.db')}` })
beforeAll(async () => {
  await file.db.run(CREATE) // a statement is lazy: something must await it
})
afterAll(() => {
  file.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Note {
  id: string
  body: string | null
  size: number
}
let built = 0
const insertNote = prepared((db, { id, body, size }: Slots<Note>) => {
  built++
  return db.insert(notes).select(sql`SELECT ${id}, ${body}, ${size}, 1, json_array(${id})`)
})
const noteById = prepared((db, { id }: Slots<{ id: string }>) =>
  db.select().from(notes).where(eq(notes.id, id)).limit(1),
)
const renameNote = prepared((db, { id, body }: Slots<Pick<Note, 'id' | 'body'>>) =>
  db.update(notes).set({ body }).where(eq(notes.id, id)).returning({ id: notes.id, tags: notes.tags }),
)
const insertIf = preparedByShape(
  (id: string | SQL, body: SQL | string | null, when: SQL) => sql`SELECT ${id}, ${body}, 0, 0, NULL WHERE ${when}`,
  (db, select) => {
    built++
    return db.insert(notes).select(select).returning({ id: notes.id })
  },
)

async function behavesAsBuilders(db: Database): Promise<void> {
  await insertNote(db, { id: 'a', body: "it's ?", size: 1 })
  const [inserted, [note], renamed, none] = await db.batch([
    insertNote(db, { id: 'b', body: null, size: 2 }),
    noteById(db, { id: 'b' }),
    renameNote(db, { id: 'a', body: 'b' }),
    noteById(db, { id: 'nobody' }),
  ])
  expect(inserted.rowsAffected).toBe(1)
  expect(note).toEqual({ id: 'b', body: null, size: 2, open: true, tags: ['b'] })
  expect(renamed).toEqual([{ id: 'a', tags: ['a'] }])
  expect(none).toEqual([])
  expect(await noteById(db, { id: 'a' })).toEqual([{ id: 'a', body: 'b', size: 1, open: true, tags: ['a'] }])
  const known = (id: string) => sql`EXISTS (SELECT 1 FROM ${notes} WHERE ${notes.id} = ${id})`
  expect(await insertIf(db, 'c', null, known('a'))).toEqual([{ id: 'c' }])
  expect(await db.batch([insertIf(db, 'd', 'x', known('nobody')), insertIf(db, 'd', sql`'y'`, known('a'))])).toEqual([
    [],
    [{ id: 'd' }],
  ])
  const taken = await Promise.allSettled([
    insertNote(db, { id: 'a', body: '', size: 0 }),
    db.batch([insertNote(db, { id: 'e', body: '', size: 0 }), insertNote(db, { id: 'a', body: '', size: 0 })]),
  ])
  for (const outcome of taken)
    expect(outcome.status === 'rejected' ? uniqueViolation(outcome.reason) : undefined).toBe('notes.id')
  expect(taken[0]).toMatchObject({ reason: expect.any(DrizzleQueryError) })
  expect(await noteById(db, { id: 'e' })).toEqual([])
}

test('on a file: alone, in a batch, with its errors', () => behavesAsBuilders(file.db))

const present = await hasSqld()
describe('on a server', () => {
  let server: Sqld
  beforeAll(async () => {
    if (present) server = await startSqld()
  }, 300_000)
  afterAll(() => server?.stop())

  testWith(present, 'sqld (test/parts)')(
    'alone, in a batch, with its errors',
    async () => {
      const { db, close } = openDatabase({ url: server.url })
      await db.run(sql`DROP TABLE IF EXISTS notes`)
      await db.run(CREATE)
      await behavesAsBuilders(db)
      close()
    },
    60_000,
  )
})

test('the text is built once for each database, and once for each shape', () => {
  const one = openDatabase({ url: `file:${join(folder, 'one.db')}` })
  const other = openDatabase({ url: `file:${join(folder, 'other.db')}` })
  built = 0
  for (const { db } of [one, other, one, other])
    for (const id of ['x', 'y']) insertNote(db, { id, body: id, size: 1 }).toSQL()
  expect(built).toBe(2)
  built = 0
  const shapes = [
    () => insertIf(other.db, 'x', null, sql`true`),
    () => insertIf(other.db, sql`'x'`, null, sql`true`),
    () => insertIf(other.db, sql`${'x'} || ${1}`, 'y', sql`${notes.size} > ${1}`),
    () => insertIf(other.db, 'x', 'y', sql`${notes.size} > ${1}`),
  ]
  for (const statement of [...shapes, ...shapes]) statement().toSQL()
  expect(built).toBe(shapes.length)
  one.close()
  other.close()
})

const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.constant(null),
)
/** Every kind of part that an expression has here, and some that have a meaning of their own to drizzle. */
const part: fc.Arbitrary<SQL> = fc.letrec<{ part: SQL }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 4 },
    value.map((one) => sql`${one}`),
    fc.constantFrom(
      sql`true`,
      sql`${notes.id}`,
      sql`(SELECT count(*) FROM ${notes})`,
      sql.raw('1'),
      sql.empty(),
      sql`?`,
    ),
    fc.tuple(value, value).map(([a, b]) => sql`${a} = ${undefined} ${b}`),
    fc.string().map((one) => eq(notes.body, one)),
    fc.boolean().map((one) => eq(notes.open, one)),
    fc.array(fc.string()).map((list) => sql`${sql.param(list, notes.tags)}`),
    fc.option(value).map((one) => sql`${sql.param(one)} = ${sql.param(sql`upper(${one})`)}`),
    fc.array(fc.string(), { minLength: 1 }).map((list) => sql`x IN ${list}`),
    fc.tuple(tie('part'), tie('part')).map(([a, b]) => sql`(${a} AND ${b})`),
    fc.array(tie('part')).map((parts) => sql`f(${sql.join(parts, sql`, `)})`),
  ),
})).part

test('any expression has the text and the values that drizzle gives it, after any earlier statements', () => {
  fc.assert(
    fc.property(part, part, (id, when) => {
      const ours = insertIf(file.db, id, 'body', when).toSQL()
      const theirs = file.db
        .insert(notes)
        .select(sql`SELECT ${id}, ${'body'}, 0, 0, NULL WHERE ${when}`)
        .returning({ id: notes.id })
        .toSQL()
      expect(ours).toEqual({ sql: theirs.sql, params: theirs.params })
    }),
    { numRuns: 2_000 },
  )
})

test('the text of an event is built once for each shape, and its values are encoded', () => {
  const event = (data: NewEvent['data'], userId: string | null | SQL): NewEvent => ({
    ...systemEvent({ clock: { now: () => 1 }, random: { id: () => 'evt_1' } } as never, 'user.created', data),
    userId,
  })
  const statements = [event({}, 'usr_1'), event({ by: "it's" }, null), event({ by: [1] }, sql`(SELECT ${'usr_1'})`)]
  for (const one of statements)
    for (const bound of [insertEvent(file.db, one), noteEvent(file.db, one), noteEventIf(file.db, one, happened(one))])
      expect(bound).toBeInstanceOf(BoundStatement)
  const data = JSON.stringify({ by: [1] })
  expect(noteEvent(file.db, event({ by: [1] }, null)).toSQL().params).toContain(data)
})

test('a value is never part of a text: one that looks like SQL is the same shape', () => {
  const statement = (body: string) => insertIf(file.db, 'id', body, sql`true`)
  const [plain, hostile] = [statement('x'), statement("'; DROP TABLE notes; --")]
  expect(plain).toBeInstanceOf(BoundStatement)
  expect(hostile.toSQL().sql).toBe(plain.toSQL().sql)
  expect(hostile.toSQL().params).toEqual(['id', "'; DROP TABLE notes; --"])
})
