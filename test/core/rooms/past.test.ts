/** The past of rooms: busy ones are read in another way than quiet ones, and nobody sees which. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { RoomName } from '../../../src/core/rooms/model.ts'
import { roomsOf } from '../../../src/core/rooms/names.ts'
import { roomEvents } from '../../../src/core/rooms/queries.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

const idOf = (prefix: string, number: number) => `${prefix}_${number.toString(16).padStart(32, '0')}`
const [BUSY, FORMERLY_BUSY, QUIET] = [idOf('org', 1), idOf('org', 2), idOf('org', 3)]
const [ACTIVE, CALM] = [idOf('usr', 1), idOf('usr', 2)]
const ROWS = 40_000

interface Row {
  id: string
  rooms: RoomName[]
}
let t: TestApp
let rows: Row[]
beforeAll(async () => {
  t = await createTestApp()
  // The ids are in another order than the commits.
  await t.deps.db.$client.execute(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
    INSERT INTO events (id, type, result, at, data, org_id, user_id)
    SELECT printf('evt_%032x', (i * 7919) % 1000003 + 1), iif(i % 3 = 0, 'member.added', 'webhook.tested'), 'success', 0, '{}',
      CASE WHEN i % 4 = 0 THEN '${BUSY}' WHEN i < 20000 AND i % 3 = 0 THEN '${FORMERLY_BUSY}' WHEN i % 997 = 1 THEN '${QUIET}'
        WHEN i > ${ROWS - 10} THEN '${FORMERLY_BUSY}' END,
      CASE WHEN i % 5 = 0 THEN '${ACTIVE}' WHEN i % 1999 = 0 THEN '${CALM}' END FROM n`)
  const read = await t.deps.db.$client.execute('SELECT id, type, org_id, user_id FROM events ORDER BY rowid')
  rows = read.rows.map(({ id, type, org_id, user_id }) => ({
    id: String(id),
    rooms: roomsOf({
      type: String(type),
      orgId: org_id === null ? null : String(org_id),
      userId: user_id === null ? null : String(user_id),
    }),
  }))
})
afterAll(() => t.close())

const idAt = (position: number): string => rows.at(position)?.id ?? ''

test.each<[string, RoomName[]]>([
  ['a busy organisation', [`org:${BUSY}`]],
  ['one that was busy once', [`org:${FORMERLY_BUSY}`]],
  ['a quiet one', [`org:${QUIET}`]],
  ['an active account', [`user:${ACTIVE}`]],
  ['a calm one', [`user:${CALM}`]],
  ['all of them', [`org:${BUSY}`, `org:${FORMERLY_BUSY}`, `org:${QUIET}`, `user:${ACTIVE}`, `user:${CALM}`]],
  ['rooms that share events, and a topic', [`org:${BUSY}`, `user:${ACTIVE}`, 'topic:member']],
])('%s: each event after the position once, in the order of the commits, wherever it begins', async (_, rooms) => {
  for (const [from, to] of [
    [0, -1],
    [17_000, 17_100],
    [19_900, -1],
    [36_000, -1],
    [39_995, -1],
  ] as const) {
    const wanted = rows
      .slice(from + 1, to === -1 ? undefined : to + 1)
      .filter((row) => row.rooms.some((room) => rooms.includes(room)))
    const page = await roomEvents(t.deps.db, rooms, { after: idAt(from), upTo: idAt(to), placed: [] }, 200)
    expect(page?.events.map(({ id }) => id)).toEqual(wanted.slice(0, 200).map(({ id }) => id))
  }
})
