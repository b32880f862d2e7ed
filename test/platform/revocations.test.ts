/** The reader of the revocations: one for all followers, and no heartbeat without a read of the database. */
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../db/client.ts'
import type { Database } from '../../db/database.ts'
import { migrateDatabase } from '../../db/migrate.ts'
import type { RevocationCursor, RevocationNews, Revocations } from '../../src/core/revocations/model.ts'
import { createLocalBus } from '../../src/platform/bus.ts'
import { createFeed } from '../../src/platform/feed.ts'
import { createOwnRevocations, createRevocations, type RevocationOptions } from '../../src/platform/revocations.ts'

const NOW = Date.UTC(2026, 6, 9, 12)
const HOUR_MS = 3_600_000

let folder: string
let db: Database
let close: () => void
let now: number
let warnings: string[]
let stopping: AbortController
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'threeger-test-'))
  ;({ db, close } = openDatabase({ url: `file:${join(folder, 'test.db')}` }))
  await migrateDatabase(db)
  now = NOW
  warnings = []
  stopping = new AbortController()
})
afterEach(() => {
  close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (sql: string, args: (string | number)[] = []) => db.$client.execute({ sql, args })
let count = 0
async function revoke(subject = `ses_${++count}`, { at = now, lives = 0 } = {}): Promise<string> {
  await run('INSERT INTO revocations (subject, noted_at, lives_until) VALUES (?, ?, ?)', [subject, at, lives])
  return subject
}
function reader(more: Partial<RevocationOptions> = {}) {
  const silent = () => {}
  const log = { debug: silent, info: silent, error: silent, warning: (text: string) => void warnings.push(text) }
  const bus = createLocalBus(log)
  return {
    db,
    feed: createFeed({ db, log, bus }),
    clock: { now: () => now },
    log,
    stopping: stopping.signal,
    accessTtlMs: 300_000,
    maxFollowers: 100,
    heartbeatMs: 5,
    ...more,
  }
}

function follow(revocations: Revocations, after?: RevocationCursor) {
  const news = revocations.follow(after)
  const told: RevocationNews[] = []
  const next = async () => {
    const { value, done } = await news.next()
    if (done === true || value === undefined) throw new Error('the feed ended')
    told.push(value)
    return value
  }
  return {
    told,
    next,
    seqs: () => told.flatMap((item) => (item.kind === 'revocations' ? item.entries.map(({ seq }) => seq) : [])),
    async until(holds: (item: RevocationNews) => boolean) {
      for (;;) {
        const item = await next()
        if (holds(item)) return item
      }
    },
    /** Two reads later: whatever was committed before is told. */
    async settled() {
      for (let beats = 0; beats < 3; ) if ((await next()).kind === 'heartbeat') beats++
    },
    end: () => news.return(),
  }
}

describe('a follower', () => {
  test('gets every row once and in order, while others write, from any cursor, over any reconnect', async () => {
    const revocations = createRevocations(reader())
    await run(
      `INSERT INTO revocations (subject, noted_at) WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)
       SELECT 'ses_old_' || n, ? FROM numbers`,
      [now],
    )
    let writing = true
    const writer = (async () => {
      for (let at = 0; at < 200; at++) await revoke()
      writing = false
    })()
    const seen: number[] = []
    let after: RevocationCursor | undefined
    let reconnects = 0
    while (writing || seen.length < 1_400) {
      const follower = follow(revocations, after)
      for (let turns = 0; turns < 6; turns++) await follower.next()
      seen.push(...follower.seqs())
      const last = follower.told.findLast((item) => item.kind === 'revocations')
      if (last?.kind === 'revocations') after = last.entries.at(-1)
      await follower.end()
      reconnects++
    }
    await writer
    expect(reconnects).toBeGreaterThan(1)
    expect(seen).toEqual(Array.from({ length: 1_400 }, (_, at) => at + 1))
  })

  test('without a cursor, or with one of another copy, gets what still matters', async () => {
    const revocations = createRevocations(reader())
    await revoke('old', { at: NOW - HOUR_MS - 1 })
    await revoke('key', { at: NOW - HOUR_MS - 1, lives: NOW + 1 })
    await revoke('new', { at: NOW - HOUR_MS + 1 })
    for (const after of [undefined, { seq: 1, nonce: '0000000000000000' }, { seq: 99, nonce: '0000000000000000' }]) {
      const follower = follow(revocations, after)
      await follower.settled()
      expect(follower.told[0]).toEqual({ kind: 'start', known: false })
      expect(follower.seqs()).toEqual([2, 3])
      await follower.end()
    }
  })

  test('that comes later costs no read: what the first one read is in memory', async () => {
    let isBroken = false
    const failing = new Proxy(db, {
      get: (target, name) => {
        if (isBroken && (name === 'select' || name === 'batch')) throw new Error('no database')
        return Reflect.get(target, name)
      },
    })
    await revoke('old', { at: NOW - HOUR_MS - 1 })
    for (let at = 0; at < 4; at++) await revoke()
    const { rows } = await run('SELECT seq, nonce FROM revocations ORDER BY seq')
    const cursor = (seq: number) => ({ seq, nonce: String(rows[seq - 1]?.nonce) })
    const revocations = createRevocations(reader({ db: failing, heartbeatMs: 60_000 }))
    const first = follow(revocations)
    await first.until(({ kind }) => kind === 'heartbeat')
    expect(first.seqs()).toEqual([2, 3, 4, 5])
    isBroken = true
    const cases: [RevocationCursor | undefined, boolean, number[]][] = [
      [cursor(3), true, [4, 5]],
      [cursor(5), true, []],
      [{ seq: 3, nonce: '0000000000000000' }, false, [2, 3, 4, 5]],
      [undefined, false, [2, 3, 4, 5]],
    ]
    for (const [after, known, seqs] of cases) {
      const follower = follow(revocations, after)
      await follower.until(({ kind }) => kind === 'heartbeat')
      expect([follower.told[0], follower.seqs()]).toEqual([{ kind: 'start', known }, seqs])
      await follower.end()
    }
    await first.end()
  })

  test.each([0, 1_999, 2_000, 2_001, 2_600])('who begins the reader after row 3 gets the next %d', async (count) => {
    const revocations = createRevocations(reader({ heartbeatMs: 60_000 }))
    await run(
      `INSERT INTO revocations (subject, noted_at) WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
       SELECT 'ses_' || n, ? FROM numbers`,
      [3 + count, now],
    )
    const { rows } = await run('SELECT nonce FROM revocations WHERE seq = 3')
    const follower = follow(revocations, { seq: 3, nonce: String(rows[0]?.nonce) })
    await follower.until(({ kind }) => kind === 'heartbeat')
    expect(follower.told[0]).toEqual({ kind: 'start', known: true })
    expect(follower.seqs()).toEqual(Array.from({ length: count }, (_, at) => at + 4))
    stopping.abort()
    await follower.end()
  })

  test('that is ahead of this process goes on from where it is', async () => {
    const revocations = createRevocations(reader({ heartbeatMs: 60_000 }))
    await revoke()
    const first = follow(revocations)
    await first.until(({ kind }) => kind === 'heartbeat')
    await revoke() // read by another process, and not yet by this one
    const { rows } = await run('SELECT seq, nonce FROM revocations ORDER BY seq DESC LIMIT 1')
    const ahead = follow(revocations, { seq: Number(rows[0]?.seq), nonce: String(rows[0]?.nonce) })
    await ahead.until(({ kind }) => kind === 'heartbeat')
    expect(ahead.told[0]).toEqual({ kind: 'start', known: true })
    expect(ahead.seqs()).toEqual([])
    stopping.abort()
    await Promise.all([first.end(), ahead.end()])
  })

  test('begins again when the database is another copy', async () => {
    const revocations = createRevocations(reader())
    for (let at = 0; at < 5; at++) await revoke()
    const follower = follow(revocations)
    await follower.settled()
    await run('DELETE FROM revocations WHERE seq > 2')
    await revoke('after the restore')
    await follower.until(({ kind }) => kind === 'start')
    await follower.settled()
    expect(follower.seqs().slice(5)).toEqual([1, 2, 3])
    expect(warnings.join()).toContain('another copy')
    await follower.end()
  })

  test('is told when the revoked id works again, after the row of its revocation was told', async () => {
    const revocations = createRevocations(reader())
    await revoke('usr_1')
    await run('INSERT INTO revocations (subject, restored, noted_at) VALUES (?, 1, ?)', ['usr_1', now])
    const follower = follow(revocations)
    await follower.settled()
    const entries = follower.told.flatMap((item) => (item.kind === 'revocations' ? item.entries : []))
    expect(entries.map(({ restored }) => restored)).toEqual([false, true])
    expect(new Set(entries.map(({ hash }) => hash)).size).toBe(1)
    await follower.end()
  })
})

describe('the reader', () => {
  test('reads once for all followers', async () => {
    let reads = 0
    const counted = new Proxy(db, {
      get: (target, name) => {
        if (name === 'select') reads++
        return Reflect.get(target, name)
      },
    })
    const revocations = createRevocations(reader({ db: counted }))
    const followers = Array.from({ length: 50 }, () => follow(revocations))
    await Promise.all(followers.map((each) => each.settled()))
    const before = reads
    const beats = followers[0]?.told.length ?? 0
    await Promise.all(followers.map((each) => each.settled()))
    const turns = (followers[0]?.told.length ?? 0) - beats
    // Each turn of all fifty is one read, and a slow one may see more turns than it takes.
    expect(reads - before).toBeLessThan(turns * 10)
    await Promise.all(followers.map((each) => each.end()))
    expect(revocations.followers).toBe(0)
  })

  test('sends no heartbeat while the database does not answer, and goes on when it does', async () => {
    let isBroken = false
    const failing = new Proxy(db, {
      get: (target, name) => {
        if (isBroken && name === 'select') throw new Error('no database')
        return Reflect.get(target, name)
      },
    })
    const revocations = createRevocations(reader({ db: failing }))
    const follower = follow(revocations)
    await follower.settled()
    isBroken = true
    await follower.until(({ kind }) => kind === 'turn')
    const from = follower.told.length
    for (let turns = 0; turns < 5; turns++) await follower.next()
    expect(new Set(follower.told.slice(from).map(({ kind }) => kind))).toEqual(new Set(['turn']))
    await revoke()
    isBroken = false
    const beat = await follower.until(({ kind }) => kind === 'revocations')
    expect(beat.kind).toBe('revocations')
    await follower.settled()
    await follower.end()
  })

  test('a heartbeat has the time at which its read began', async () => {
    const revocations = createRevocations(reader())
    const follower = follow(revocations)
    await follower.settled()
    now += 1_234
    await follower.settled()
    expect(follower.told.findLast(({ kind }) => kind === 'heartbeat')).toMatchObject({ at: NOW + 1_234 })
    await follower.end()
  })

  test('refuses more followers than it may have, and takes one when another leaves', async () => {
    const revocations = createRevocations(reader({ maxFollowers: 2 }))
    const [first, second] = [follow(revocations), follow(revocations)]
    await Promise.all([first.next(), second.next()])
    expect(
      await follow(revocations)
        .next()
        .catch((error: unknown) => error),
    ).toMatchObject({ code: 'server.busy' })
    await first.end()
    const third = follow(revocations)
    await third.next()
    expect(revocations.followers).toBe(2)
    await Promise.all([second.end(), third.end()])
    expect(revocations.followers).toBe(0)
  })

  test('that could not start leaves nothing behind', async () => {
    let isBroken = true
    const failing = new Proxy(db, {
      get: (target, name) => {
        if (isBroken && name === 'select') throw new Error('no database')
        return Reflect.get(target, name)
      },
    })
    const revocations = createRevocations(reader({ db: failing }))
    const failed = await Promise.allSettled(Array.from({ length: 5 }, () => follow(revocations).next()))
    expect(failed.map(({ status }) => status)).toEqual(Array(5).fill('rejected'))
    expect(revocations.followers).toBe(0)
    isBroken = false
    const follower = follow(revocations)
    await follower.settled()
    await follower.end()
  })

  test('of its own serves a request of a worker', async () => {
    const revocations = createOwnRevocations(reader())
    await revoke()
    const followers = [follow(revocations), follow(revocations)]
    for (const follower of followers) {
      await follower.settled()
      expect(follower.seqs()).toEqual([1])
      await follower.end()
    }
  })
})
