/** What an event says stands in the column of that name, and no column is forgotten. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { getTableColumns, sql } from 'drizzle-orm'
import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { events } from '../../../db/tables/index.ts'
import { type CompleteRow, selectRow } from '../../../db/tables/select-row.ts'
import { commit } from '../../../src/core/events/commit.ts'
import { newEvent, systemCause } from '../../../src/core/events/new-event.ts'
import { type Cause, insertEvent, noteEvent, noteEventIf } from '../../../src/core/events/queries.ts'
import { importUsers } from '../../../src/modules/users/import-users.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())

const cause: Cause = {
  actorId: 'agt_2',
  orgId: 'org_1',
  actingFor: [
    { kind: 'agent', id: 'agt_2' },
    { kind: 'agent', id: 'agt_1' },
    { kind: 'user', id: 'usr_1' },
  ],
  requestId: 'req_1',
  address: '203.0.113.7',
  userAgent: 'Browser/1',
  by: null,
  requireFresh: () => {},
}
const eventOf = (given: Cause = cause) =>
  newEvent(t.deps, given, 'user.updated', { userId: 'usr_9', sessionId: 'ses_1', data: { n: 1 } })
/** The columns by their names in the database. */
const stored = async (where: string, ...args: string[]) => {
  const { rows, columns } = await t.deps.db.$client.execute({ sql: `SELECT * FROM events WHERE ${where}`, args })
  return rows.map((row) => Object.fromEntries(columns.map((column) => [column, row[column]])))
}
const expected = {
  type: 'user.updated',
  result: 'success',
  actor_id: 'agt_2',
  org_id: 'org_1',
  acting_for: '[{"kind":"agent","id":"agt_2"},{"kind":"agent","id":"agt_1"},{"kind":"user","id":"usr_1"}]',
  user_id: 'usr_9',
  session_id: 'ses_1',
  address: '203.0.113.7',
  user_agent: 'Browser/1',
  request_id: 'req_1',
  data: '{"n":1}',
  seal: null,
  personal_digest: null,
  salt: null,
}

test('an event is stored as it is, by each statement that writes one', async () => {
  const { db } = t.deps
  const [noted, conditional, caused] = [eventOf(), eventOf(), eventOf()]
  await commit(t.deps, [noteEvent(db, noted), insertEvent(db, caused), noteEventIf(db, conditional, sql`1`)])
  for (const { id, at } of [noted, conditional, caused])
    expect(await stored('id = ?', id)).toEqual([{ ...expected, id, at }])
  const columns = Object.values(getTableColumns(events)).map(({ name }) => name)
  expect(Object.keys({ ...expected, id: '', at: 0 }).sort()).toEqual(columns.sort())
})

test('so are the events of an import, which one statement writes', async () => {
  await importUsers(t.deps, cause, [{ email: 'ada@example.com', name: 'Ada' }])
  const [user] = (await t.deps.db.$client.execute(`SELECT id FROM users WHERE email = 'ada@example.com'`)).rows
  const [event] = await stored(`type = 'user.imported'`)
  expect(event).toEqual({
    ...expected,
    id: expect.stringMatching(/^evt_/),
    at: t.clock.now(),
    type: 'user.imported',
    user_id: String(user?.id),
    session_id: null,
    data: '{"roles":["user"],"hash":null}',
  })
})

test('the system acts for no user and in no organisation', async () => {
  const event = eventOf(systemCause)
  await commit(t.deps, [noteEvent(t.deps.db, event)])
  const nothing = { actor_id: null, org_id: null, acting_for: null, request_id: null, address: null, user_agent: null }
  expect(await stored('id = ?', event.id)).toMatchObject([nothing])
})

test('the chain is stored with its kinds and ids alone, without the other fields of the objects', async () => {
  const named = { kind: 'user', id: 'usr_1', email: 'ada@example.com' }
  const event = eventOf({ ...cause, actingFor: [{ kind: 'agent', id: 'agt_1' }, named] })
  await commit(t.deps, [noteEvent(t.deps.db, event)])
  const [{ acting_for } = {}] = await stored('id = ?', event.id)
  expect(acting_for).toBe('[{"kind":"agent","id":"agt_1"},{"kind":"user","id":"usr_1"}]')
})

test('a prepared statement stores each value in the form of its column', async () => {
  const { id, at } = eventOf(systemCause)
  const row: CompleteRow<typeof events> = {
    id: sql.placeholder('id'),
    type: 'user.updated',
    result: 'success',
    at,
    actorId: null,
    orgId: null,
    actingFor: sql.placeholder('actingFor'),
    userId: null,
    sessionId: null,
    address: null,
    userAgent: null,
    requestId: null,
    data: sql.placeholder('data'),
    seal: null,
    personalDigest: null,
    salt: null,
  }
  const prepared = t.deps.db.insert(events).select(selectRow(events, row)).prepare()
  await prepared.execute({ id, actingFor: null, data: { n: 2 } })
  expect(await stored('id = ?', id)).toMatchObject([
    { id, at, type: 'user.updated', data: '{"n":2}', acting_for: null },
  ])
})

test('a row that lacks a column, such as one that was added to the table, is refused by the types and at run time', () => {
  const table = sqliteTable('grown', { id: text('id').primaryKey(), added: text('added') })
  const row: CompleteRow<typeof table> = { id: 'x', added: null }
  expect(() => selectRow(table, row)).not.toThrow()
  // @ts-expect-error: `added` is missing
  const old: CompleteRow<typeof table> = { id: 'x' }
  expect(() => selectRow(table, old)).toThrow('no value for the column added')
})
