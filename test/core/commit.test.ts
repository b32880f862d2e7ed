/** A batch is named steps: they run in the order of their names, and each result has the name of its step. */
import { afterEach, beforeEach, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { commit, recorded, type Step } from '../../src/core/events/commit.ts'
import { systemEvent } from '../../src/core/events/new-event.ts'
import { happened, noteEvent } from '../../src/core/events/queries.ts'
import { createTestApp, type TestApp } from '../support/test-app.ts'

let t: TestApp
/** What each batch sent, statement by statement. */
let sent: string[][]
beforeEach(async () => {
  t = await createTestApp()
  await t.deps.db.run(sql`CREATE TABLE notes (text TEXT) STRICT`)
  sent = []
  const client = t.deps.db.$client
  const batch = client.batch.bind(client)
  client.batch = (statements, mode) => {
    sent.push(statements.map((statement) => JSON.stringify(statement)))
    return batch(statements, mode)
  }
})
afterEach(() => t.close())

const note = (text: string) => t.deps.db.run(sql`INSERT INTO notes VALUES (${text})`)
const noteAgain = (text: string) =>
  t.deps.db.run(sql`INSERT INTO notes SELECT ${text} WHERE ${text} IN (SELECT text FROM notes)`)
const noted = () => t.deps.db.all<{ text: string }>(sql`SELECT text FROM notes ORDER BY rowid`)
const texts = async () => (await noted()).map(({ text }) => text)
const event = () => systemEvent(t.deps, 'key.rotated', {})

test('steps run in the order of their names, those of a list in the order of the list', async () => {
  await commit(t.deps, { z: note('1'), list: [note('2'), note('3')], a: note('4'), none: [], last: note('5') })
  expect(await texts()).toEqual(['1', '2', '3', '4', '5'])
  expect(sent.map((batch) => batch.length)).toEqual([5])
})

test('a result has the name of its step, however many events are written in between', async () => {
  const { first, second, count } = await commit(t.deps, {
    first: recorded(note('1'), event()),
    second: [recorded(note('2'), event()), noteAgain('nobody')],
    count: t.deps.db.all<{ n: number }>(sql`SELECT count(*) AS n FROM notes`),
  })
  expect([first.rowsAffected, ...second.map(({ rowsAffected }) => rowsAffected)]).toEqual([1, 1, 0])
  expect(count).toEqual([{ n: 2 }])
})

test('an event follows its statement directly: it is written if that statement changed a row, with any effect of the others', async () => {
  const [changed, unchanged] = [event(), event()]
  await commit(t.deps, {
    before: note('0'),
    unchanged: recorded(noteAgain('nobody'), unchanged),
    changed: recorded(note('1'), changed),
    after: noteAgain('nobody'),
  })
  const written = await t.deps.db.all(sql`SELECT ${happened(changed)} AS changed, ${happened(unchanged)} AS unchanged`)
  expect(written).toEqual([{ changed: 1, unchanged: 0 }])
})

test('a step that a batch does not have sends nothing and has no result', async () => {
  const missing: Step | undefined = undefined
  const results = await commit(t.deps, { missing, there: note('1') })
  expect(results.missing).toBeUndefined()
  expect(sent.map((batch) => batch.length)).toEqual([1])
})

test('a list has no results that could be read by position', async () => {
  const results = await commit(t.deps, [note('1')])
  // @ts-expect-error: nor by a name
  const read = () => results.length
  expect(read).toThrow()
})

test('a number is no name of a step: JavaScript would put it first', async () => {
  // @ts-expect-error: the type refuses it
  await commit(t.deps, { last: note('2'), 1: note('1') })
  expect(await texts()).toEqual(['1', '2'])
})

test('no steps are no round trip', async () => {
  await commit(t.deps, [])
  expect(await commit(t.deps, { list: [], none: undefined })).toEqual({ list: [], none: undefined })
  expect(sent).toEqual([])
})

test('steps around the named ones run first and last, and have no results', async () => {
  const results = await commit(t.deps, { own: note('2') }, { before: [note('0'), note('1')], after: [note('3')] })
  expect(await texts()).toEqual(['0', '1', '2', '3'])
  expect(Object.keys(results)).toEqual(['own'])
})

test('a batch that fails in its last step has written nothing', async () => {
  const twice = event()
  await commit(t.deps, [noteEvent(t.deps.db, twice)])
  await expect(commit(t.deps, { note: note('1'), twice: noteEvent(t.deps.db, twice) })).rejects.toThrow()
  expect(await texts()).toEqual([])
})
