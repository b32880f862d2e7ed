/** The feed of events: each one once, in the order of the commits. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import type { SQL } from 'drizzle-orm'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core/dialect'
import { BEGINNING, eventsAfter } from '../../../src/core/feed/queries.ts'
import type { FeedEvent } from '../../../src/core/feed/model.ts'
import { createFeed, createOwnFeeds } from '../../../src/platform/feed.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'

let t: TestApp
beforeAll(async () => {
  t = await createTestApp()
})
afterAll(() => t.close())
beforeEach(async () => {
  await t.deps.db.$client.execute('DELETE FROM events')
})

const write = (...ids: string[]) =>
  t.deps.db.$client.batch(
    ids.map((id) => ({
      sql: `INSERT INTO events (id, type, result, at, data) VALUES (?, 'user.updated', 'success', 1, '{"n":1}')`,
      args: [id],
    })),
  )
const idOf = (n: number) => `evt_${n.toString(16).padStart(32, '0')}`

function collector() {
  const got: string[] = []
  let wake = () => {}
  return {
    got,
    missed: 0,
    events(batch: readonly FeedEvent[]) {
      got.push(...batch.map(({ id }) => id))
      wake()
    },
    async until(count: number) {
      while (got.length < count)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    },
  }
}
const listenerOf = (c: ReturnType<typeof collector>) => ({ events: c.events, missed: () => void c.missed++ })

test('an event that is committed late, with a lower id, comes after the others', async () => {
  for (const n of [1, 5, 3]) await write(idOf(n))
  const all = await eventsAfter(t.deps.db, BEGINNING, 10)
  expect(all?.map(({ id }) => id)).toEqual([idOf(1), idOf(5), idOf(3)])
  expect((await eventsAfter(t.deps.db, idOf(5), 10))?.map(({ id }) => id)).toEqual([idOf(3)])
  expect(await eventsAfter(t.deps.db, idOf(3), 10)).toEqual([])
  expect(await eventsAfter(t.deps.db, idOf(9), 10)).toBeUndefined()
})

test('a page is read by the rowid alone', async () => {
  // An app of its own: after EXPLAIN of a compound SELECT, the engine keeps an old snapshot for the reads of its connection.
  const own = await createTestApp()
  let asked = { sql: '', params: [] as unknown[] }
  const db = new Proxy(own.deps.db, {
    get: (target, name) =>
      name === 'all'
        ? (query: SQL) => {
            asked = new SQLiteAsyncDialect().sqlToQuery(query)
            return target.all(query)
          }
        : Reflect.get(target, name),
  })
  await eventsAfter(db, idOf(1), 10)
  const { rows: plan } = await own.deps.db.$client.execute({
    sql: `EXPLAIN QUERY PLAN ${asked.sql}`,
    args: asked.params as (string | number)[], // as drizzle binds them
  })
  const steps = plan.map(({ detail }) => detail).join('\n')
  expect(steps).toContain('SEARCH events USING INTEGER PRIMARY KEY (rowid>?)')
  expect(steps).not.toContain('TEMP B-TREE')
  await own.close()
})

test('what was before a listener is up to its head, and what comes after is told once, in order', async () => {
  await write(idOf(1))
  const one = collector()
  const { head, end } = await t.deps.feed.listen(listenerOf(one))
  expect(head).toBe(idOf(1))
  await write(...Array.from({ length: 1_300 }, (_, at) => idOf(at + 2))) // more than two pages
  t.deps.feed.wake()
  await one.until(1_300)
  expect(one.got).toEqual(Array.from({ length: 1_300 }, (_, at) => idOf(at + 2)))
  end()
  await write(idOf(5_000))
  t.deps.feed.wake()
  const two = collector()
  const again = await t.deps.feed.listen(listenerOf(two))
  expect(again.head).toBe(idOf(5_000))
  expect(one.got).toHaveLength(1_300)
  again.end()
})

test('what is committed while listeners are told comes with one read, and settles', async () => {
  await write(idOf(1))
  const pages: number[] = []
  const { settled, end } = await t.deps.feed.listen({ events: (page) => pages.push(page.length), missed() {} })
  const heard = () => pages.reduce((sum, each) => sum + each, 0)
  await settled() // nothing is due
  await write(idOf(2))
  t.deps.feed.wake()
  await settled()
  expect(pages).toEqual([1])
  for (let n = 3; n < 7; n++) {
    await write(idOf(n))
    t.deps.feed.wake()
  }
  await settled()
  expect(heard()).toBe(5)
  // More than a page, as when a process comes back to what others did.
  await write(...Array.from({ length: 1_200 }, (_, n) => idOf(n + 7)))
  t.deps.feed.wake()
  await settled()
  expect(heard()).toBe(1_205)
  end()
  await settled()
})

test('a read that fails settles too: it is tried again', async () => {
  const db = new Proxy(t.deps.db, {
    get: (target, name) =>
      name === 'all' && fails ? () => Promise.reject(new Error('away')) : Reflect.get(target, name),
  })
  let fails = false
  const feed = createFeed({ db, log: t.deps.log, bus: { publish() {}, subscribe: () => () => {} } })
  const c = collector()
  const { settled, end } = await feed.listen(listenerOf(c))
  fails = true
  await write(idOf(1))
  feed.wake()
  await settled()
  expect(c.got).toEqual([])
  fails = false
  await c.until(1)
  end()
})

test('listeners that begin and end while events are written get each event once', async () => {
  let n = 0
  const logs: { read: string[]; live: string[] }[] = []
  const writer = (async () => {
    for (; n < 400; n += 4) {
      await write(...[1, 2, 3, 4].map((more) => idOf(n + more)))
      t.deps.feed.wake()
    }
  })()
  await Promise.all(
    Array.from({ length: 20 }, async (_, person) => {
      while (n < person * 15) await Bun.sleep(0)
      const c = collector()
      const { head, end } = await t.deps.feed.listen(listenerOf(c))
      const read: string[] = []
      for (let from = BEGINNING; from !== head; ) {
        const page = await eventsAfter(t.deps.db, from, 50)
        for (const { id } of page ?? []) {
          read.push(id)
          from = id
          if (id === head) break
        }
      }
      if (person % 2 === 0) await writer
      if (person % 2 === 0) await c.until(400 - read.length)
      end()
      logs.push({ read, live: c.got })
    }),
  )
  const all = Array.from({ length: 400 }, (_, at) => idOf(at + 1))
  for (const { read, live } of logs) expect([...read, ...live]).toEqual(all.slice(0, read.length + live.length))
})

test('what is committed while the newest event is read is told', async () => {
  await write(idOf(1))
  const c = collector()
  const { head, end } = await t.deps.feed.listen(listenerOf(c), async () => {
    await write(idOf(2))
    t.deps.feed.wake()
    return idOf(1)
  })
  expect(head).toBe(idOf(1))
  await c.until(1)
  expect(c.got).toEqual([idOf(2)])
  const other = collector()
  const second = await t.deps.feed.listen(listenerOf(other), () =>
    Promise.reject(new Error('somebody listens already')),
  )
  expect(second.head).toBe(idOf(2))
  for (const stop of [end, second.end]) stop()
})

test('a database that was restored is told, and the feed goes on from there', async () => {
  await write(idOf(1))
  const c = collector()
  const { end } = await t.deps.feed.listen({ events: c.events, missed: () => void c.missed++ })
  await t.deps.db.$client.execute('DELETE FROM events')
  await write(idOf(7))
  t.deps.feed.wake()
  while (c.missed === 0) await Bun.sleep(1)
  await write(idOf(8))
  t.deps.feed.wake()
  await c.until(1)
  expect([c.missed, c.got]).toEqual([1, [idOf(8)]])
  end()
})

test('a listener that throws disturbs no other; a failed read is tried again', async () => {
  let fails = true
  const db = new Proxy(t.deps.db, {
    get(target, name, receiver) {
      if (name === 'all' && fails) return () => Promise.reject(new Error('no database'))
      return Reflect.get(target, name, receiver)
    },
  })
  const feed = createFeed({ db, log: t.deps.log, bus: t.deps.bus })
  await expect(feed.listen({ events() {}, missed() {} })).rejects.toThrow('no database')
  fails = false
  const c = collector()
  const broken = await feed.listen({
    events() {
      throw new Error('broken')
    },
    missed() {},
  })
  const sound = await feed.listen(listenerOf(c))
  fails = true
  await write(idOf(1))
  feed.wake()
  await Bun.sleep(5)
  fails = false
  await c.until(1)
  expect(c.got).toEqual([idOf(1)])
  broken.end()
  sound.end()
})

test('a feed of its own looks by itself', async () => {
  const { db, log, bus } = t.deps
  const c = collector()
  const { end } = await createOwnFeeds({ db, log, bus, pollMs: 5 }).listen(listenerOf(c))
  await write(idOf(1))
  await c.until(1)
  end()
})
