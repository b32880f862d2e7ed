/** One connection gets each event of its rooms once, in whatever order it joins and leaves them, and with whatever cursors. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { commit } from '../../../src/core/events/commit.ts'
import { newEvent, systemCause } from '../../../src/core/events/new-event.ts'
import { noteEvent } from '../../../src/core/events/queries.ts'
import { hubOf } from '../../../src/core/rooms/hub.ts'
import type { Connection, Credential, Peer, RoomName, StreamEnd } from '../../../src/core/rooms/model.ts'
import { roomsOf } from '../../../src/core/rooms/names.ts'
import type { EventType } from '../../../src/declared.ts'
import { streamCredentials } from '../../../src/http/stream-credentials.ts'
import { join, makeOrg } from '../../modules/api-keys/support/keys.ts'
import { call, type Session, setUpAdmin, signUp } from '../../support/client.ts'
import { createTestApp, ORIGIN, type TestApp } from '../../support/test-app.ts'

let t: TestApp
let admin: Session
let orgs: string[]
let rooms: RoomName[]
beforeAll(async () => {
  t = await createTestApp({ env: { STREAMS_PER_ACCOUNT: '1000' } })
  admin = await setUpAdmin(t)
  orgs = [await makeOrg(t, admin.accessToken, 'One'), await makeOrg(t, admin.accessToken, 'Two')]
  const people: RoomName[] = [`user:${admin.user.id}`, `user:${STRANGER}`]
  rooms = [...orgs.map((id): RoomName => `org:${id}`), ...people, 'topic:webhook', 'topic:invitation']
  // Some 2,000 are in memory. What is older is read from the database.
  await t.deps.db.$client.execute(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3500)
    INSERT INTO events (id, type, result, at, data, org_id, user_id)
    SELECT printf('evt_%032x', (i * 7919) % 1000003 + 1), iif(i % 3 = 0, 'webhook.tested', 'invitation.created'), 'success', 0, '{}',
      CASE i % 5 WHEN 0 THEN '${orgs[0]}' WHEN 1 THEN '${orgs[1]}' END,
      CASE i % 7 WHEN 0 THEN '${admin.user.id}' WHEN 1 THEN '${STRANGER}' END FROM n`)
  // A connection that stays, so that the hub listens first and is told before this set.
  await connect(admin, reader(0).peer)
  await t.deps.feed.listen({
    events: (told) => {
      for (const { id } of told) heard.add(id)
    },
    missed: () => {},
  })
})
afterAll(() => t.close())

const STRANGER = `usr_${'5'.repeat(32)}`

const connect = async ({ accessToken }: Session, peer: Peer): Promise<Connection> =>
  hubOf(t.deps).connect(await credentialOf(accessToken), peer)
const credentialOf = (token: string): Promise<Credential> =>
  streamCredentials(t.deps).authenticate(
    new Request(`${ORIGIN}/v1/events`, { headers: { authorization: `Bearer ${token}` } }),
    () => systemCause,
  )
const until = async (holds: () => boolean) => {
  while (!holds()) await Bun.sleep(1)
}

/** A client that takes as much as it is given room for. */
function reader(room: number) {
  const got: string[] = []
  let waiting: (() => void)[] = []
  let left = room
  let end: StreamEnd | undefined
  const go = () => {
    const resumed = waiting
    waiting = []
    for (const resume of resumed) resume()
  }
  const peer: Peer = {
    send: ({ event }) => {
      if (left <= 0) return false
      left--
      got.push(event.id)
      return true
    },
    ready: async () => {
      if (left <= 0 && end === undefined) await new Promise<void>((resolve) => waiting.push(resolve))
    },
    lost: () => {},
    ended(given) {
      end = given
      go()
    },
  }
  return {
    peer,
    got,
    get end() {
      return end
    },
    mayTake(count: number) {
      left = count
      go()
    },
  }
}

interface Told {
  id: string
  rooms: readonly RoomName[]
}
/** Every event there is, in the order of the commits. */
async function everything(): Promise<Told[]> {
  const { rows } = await t.deps.db.$client.execute('SELECT id, type, org_id, user_id FROM events ORDER BY rowid')
  const text = (value: unknown) => (value === null ? null : String(value))
  return rows.map(({ id, type, org_id, user_id }) => ({
    id: String(id),
    rooms: roomsOf({ type: String(type), orgId: text(org_id), userId: text(user_id) }),
  }))
}

async function tell(about: { type: EventType; orgId?: string | undefined; userId?: string | undefined }[]) {
  const events = about.map(({ type, orgId = null, userId = null }) =>
    newEvent(t.deps, systemCause, type, { orgId, userId }),
  )
  await commit(
    t.deps,
    events.map((event) => noteEvent(t.deps.db, event)),
  )
  newest = events.at(-1)?.id ?? newest
}
/** The last event of `tell`. The hub is told of it a little later. */
let newest = ''
const heard = new Set<string>()
const allHeard = () => heard.has(newest)

/** A room that the client was in: from the event after `since` on, up to `upTo`. Whether it must have got all of them. */
interface Stay {
  room: RoomName
  since: string
  upTo?: string
  whole: boolean
}

/** Numbers of a seed, from 0 to 1 (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

async function wander(seed: number): Promise<void> {
  const random = numbers(seed)
  const below = (count: number) => Math.floor(random() * count)
  const one = <Value>(from: readonly Value[]): Value => from[below(from.length)] as Value // there is one
  const maybe = <Value>(from: readonly Value[]) => (random() < 0.5 ? undefined : one(from))
  const client = reader(random() < 0.5 ? Number.POSITIVE_INFINITY : below(20))
  const connection = await connect(admin, client.peer)
  const stays: Stay[] = []
  const isIn = (name: RoomName) => stays.some(({ room, upTo }) => room === name && upTo === undefined)
  const drained = async () => {
    client.mayTake(Number.POSITIVE_INFINITY)
    await until(() => !connection.open || (allHeard() && connection.position === hubOf(t.deps).head))
  }
  const emit = () =>
    tell(
      Array.from({ length: 1 + below(4) }, () => ({
        type: one(['webhook.tested', 'invitation.created', 'user.updated'] as const),
        orgId: maybe(orgs),
        userId: maybe([admin.user.id, STRANGER]),
      })),
    )
  for (let step = 0; step < 30; step++) {
    const act = random()
    if (act < 0.35) await emit()
    else if (act < 0.5) client.mayTake(random() < 0.5 ? Number.POSITIVE_INFINITY : below(10))
    else if (act < 0.75) {
      const asked = rooms.filter((room) => random() < 0.4 && !isIn(room))
      const known = await everything()
      const after = random() < 0.7 ? one(known).id : undefined
      // Others happen, and it is slow, while the past is sent.
      const joined = connection.join(asked, after)
      if (random() < 0.5) await emit()
      client.mayTake(below(50))
      client.mayTake(Number.POSITIVE_INFINITY)
      const since = after ?? (await joined)
      await joined
      for (const room of asked) stays.push({ room, since, whole: true })
      if (random() < 0.5) client.mayTake(below(10))
    } else {
      const stay = stays.filter(({ upTo }) => upTo === undefined)
      if (stay.length === 0) continue
      const left = one(stay)
      // What has not reached it yet need not come any more.
      if (random() < 0.5) await drained()
      else left.whole = false
      connection.leave(left.room)
      left.upTo = hubOf(t.deps).head
    }
  }
  await tell([{ type: 'webhook.tested', orgId: orgs[0], userId: admin.user.id }])
  await drained()
  expect(client.end, `seed ${seed}`).toBeUndefined()
  connection.end('closed')

  const all = await everything()
  const place = new Map(all.map(({ id }, at) => [id, at]))
  const at = (id: string) => place.get(id) ?? -1
  const inStay = ({ id, rooms: own }: Told, { room, since, upTo }: Stay) =>
    own.includes(room) && at(id) > at(since) && (upTo === undefined || at(id) <= at(upTo))
  const got = new Set(client.got)
  expect([...client.got].sort(), `seed ${seed}: an event came twice`).toEqual([...got].sort())
  const missed = all.filter((told) => !got.has(told.id) && stays.some((stay) => stay.whole && inStay(told, stay)))
  expect(missed, `seed ${seed}: an event did not come`).toEqual([])
  const strange = all.filter((told) => got.has(told.id) && !stays.some((stay) => inStay(told, stay)))
  expect(strange, `seed ${seed}: an event came that was not asked for`).toEqual([])
}

test('nothing is missed and nothing comes twice, whatever a client joins, leaves and says that it has', async () => {
  const first = Math.floor(Math.random() * 2 ** 31)
  for (let run = 0; run < 15; run++) await wander(first + run)
})

test('an event that came long ago does not come again with a second room and an old cursor', async () => {
  const client = reader(Number.POSITIVE_INFINITY)
  const connection = await connect(admin, client.peer)
  const since = await connection.join([`org:${orgs[0]}`])
  for (let times = 0; times < 60; times++)
    await tell(Array.from({ length: 10 }, () => ({ type: 'webhook.tested', orgId: orgs[0], userId: STRANGER })))
  await tell([{ type: 'invitation.created', userId: STRANGER }])
  await until(allHeard)
  await connection.join([`user:${STRANGER}`], since)
  expect([client.got.length, new Set(client.got).size]).toEqual([601, 601])
  connection.end('closed')
})

test('what a member did not see before comes once they may, and what they saw does not come again', async () => {
  const member = await signUp(t, `member-${crypto.randomUUID()}@example.com`)
  const orgId = await makeOrg(t, admin.accessToken, 'Rights')
  await join(t, orgId, member, ['member'])
  const client = reader(Number.POSITIVE_INFINITY)
  const connection = await connect(member, client.peer)
  const since = await connection.join([`org:${orgId}`])
  const about = { orgId, userId: member.user.id }
  await tell([
    { type: 'member.added', ...about },
    { type: 'invitation.created', ...about },
  ])
  await until(() => client.got.length === 1)
  const body = { roles: ['admin'] }
  const changed = await call(t, `PATCH /v1/orgs/${orgId}/members/${member.user.id}`, { token: admin.accessToken, body })
  expect(changed.status, changed.text).toBe(200)
  await tell([{ type: 'invitation.created', orgId }]) // which a member would not get
  await until(() => client.got.length === 3)
  await connection.join([`user:${member.user.id}`], since)
  await until(() => client.got.length >= 4)
  expect([client.got.length, new Set(client.got).size]).toEqual([4, 4])
  connection.end('closed')
})

test('a connection that left more rooms than can be remembered ends, and its client comes back with its cursor', async () => {
  const client = reader(Number.POSITIVE_INFINITY)
  const connection = await connect(admin, client.peer)
  for (let times = 0; times < 210 && client.end === undefined; times++) {
    await connection.join([`org:${orgs[0]}`])
    await tell([{ type: 'webhook.tested', orgId: orgs[0] }])
    await until(() => client.got.length > times || client.end !== undefined)
    connection.leave(`org:${orgs[0]}`)
    await tell([{ type: 'webhook.tested' }]) // so that the next stay does not continue this one
    await until(allHeard)
  }
  expect(client.end?.reason).toBe('time_over')
  expect(client.end?.retryMs).toBeGreaterThan(0)
  expect(new Set(client.got).size).toBe(client.got.length)
})

test('a cursor of another process that has read further than this one: the event does not come again', async () => {
  const first = reader(Number.POSITIVE_INFINITY)
  const connection = await connect(admin, first.peer)
  const room: RoomName = `org:${orgs[0]}`
  await connection.join([room])
  const ahead = [1, 2, 3].map(() => newEvent(t.deps, systemCause, 'webhook.tested', { orgId: orgs[0] ?? null }))
  // Another process commits: nothing wakes the feed of this one.
  for (const event of ahead) await noteEvent(t.deps.db, event)
  const [, seen = '', next = ''] = ahead.map(({ id }) => id)
  const second = reader(Number.POSITIVE_INFINITY)
  const returned = await connect(admin, second.peer)
  await returned.join([room], seen)
  await tell([{ type: 'webhook.tested', orgId: orgs[0] }])
  await until(() => first.got.includes(newest) && second.got.includes(newest))
  expect(first.got).toEqual([...ahead.map(({ id }) => id), newest])
  expect(second.got).toEqual([next, newest])
  for (const one of [connection, returned]) one.end('closed')
})
