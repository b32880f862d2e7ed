/** The cache of rows: memory, what processes share, and what a write does to both. */
import { describe, expect, test } from 'bun:test'
import { createLocalBus } from '../../src/platform/bus.ts'
import { createCache, type SharedRows } from '../../src/platform/cache/cache.ts'
import { createForgetting } from '../../src/platform/cache/tell-forgotten.ts'
import { createPrincipalCache } from '../../src/platform/principal-cache.ts'
import { createRandom } from '../../src/platform/random.ts'

const TTL_MS = 900
let time = 1_000_000
const clock = { now: () => time, elapsed: () => time }
const quiet = () => {}
const log = { debug: quiet, info: quiet, warning: quiet, error: quiet }

/** A database with one row, which counts its reads and answers when it is told to. */
function database() {
  const waiting: (() => void)[] = []
  const db = {
    row: { name: 'first' } as object | undefined,
    reads: 0,
    held: false,
    async load(): Promise<object | undefined> {
      db.reads++
      const read = db.row
      if (db.held) await new Promise<void>((go) => waiting.push(go))
      return read
    },
    async answer() {
      await Bun.sleep(0) // until the reads are on their way
      db.held = false
      for (const go of waiting.splice(0)) go()
    },
  }
  return db
}
/** What two processes share, in memory: it keeps texts, as Redis does. */
function sharedRows() {
  const kept = new Map<string, { text: string; until: number }>()
  const rows: SharedRows = {
    async get(key) {
      const found = kept.get(key)
      if (found === undefined || found.until <= time) return undefined
      return { row: JSON.parse(found.text), leftMs: found.until - time }
    },
    set: (key, row, leftMs) => void kept.set(key, { text: JSON.stringify(row), until: time + leftMs }),
    remove: (key) => void kept.delete(key),
  }
  return { rows, kept }
}

describe('a stampede', () => {
  test('of a thousand requests is one read, and each gets its row', async () => {
    const cache = createCache({ clock, ttlMs: TTL_MS })
    const db = database()
    db.held = true
    const asked = Array.from({ length: 1_000 }, () => cache.read('client', 'cli_1', db.load))
    await db.answer()
    expect(new Set(await Promise.all(asked))).toEqual(new Set([db.row]))
    expect(db.reads).toBe(1)
    expect(cache.counts()).toEqual({ memory: 0, redis: 0, shared: 999, missed: 1 })
    expect(cache.known('client', 'cli_1')).toEqual({ name: 'first' })
  })

  test('for different rows is a read for each of them', async () => {
    const cache = createCache({ clock, ttlMs: TTL_MS })
    const db = database()
    await Promise.all(['cli_1', 'cli_2'].map((id) => cache.read('client', id, db.load)))
    await cache.read('resource', 'cli_1', db.load)
    expect(db.reads).toBe(3)
  })

  test('whose read fails fails as a whole, and the next request reads again', async () => {
    const cache = createCache({ clock, ttlMs: TTL_MS })
    let reads = 0
    const fail = async () => {
      reads++
      throw new Error('the database does not answer')
    }
    const asked = await Promise.allSettled([1, 2, 3].map(() => cache.read('client', 'cli_1', fail)))
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(reads).toBe(1)
    expect(await cache.read<object>('client', 'cli_1', async () => ({ name: 'back' }))).toEqual({ name: 'back' })
  })

  test('a request after a write does not join a read from before it, and that read is not kept', async () => {
    for (const forget of ['one', 'all']) {
      const cache = createCache({ clock, ttlMs: 0 })
      const db = database()
      db.held = true
      const before = cache.read('client', 'cli_1', db.load)
      await Bun.sleep(0)
      db.row = { name: 'second' }
      if (forget === 'one') cache.forget('cli_1')
      else cache.forgetAll()
      const after = cache.read('client', 'cli_1', db.load)
      await db.answer()
      expect(await before).toEqual({ name: 'first' })
      expect(await after).toEqual({ name: 'second' })
      expect(db.reads).toBe(2)
      expect(cache.known<object>('client', 'cli_1')).toEqual({ name: 'second' })
    }
  })

  test('nobody joins a read that has been on its way for long: another process may have written since', async () => {
    const cache = createCache({ clock, ttlMs: TTL_MS })
    const db = database()
    db.held = true
    const before = cache.read('client', 'cli_1', db.load)
    await Bun.sleep(0)
    time += 250
    const after = cache.read('client', 'cli_1', db.load)
    await db.answer()
    await Promise.all([before, after])
    expect(db.reads).toBe(2)
  })

  test('where a request may not wait for another one, each reads by itself', async () => {
    const cache = createCache({ clock, ttlMs: TTL_MS, sharesLoads: false })
    const db = database()
    await Promise.all([1, 2, 3].map(() => cache.read('client', 'cli_1', db.load)))
    expect(db.reads).toBe(3)
  })

  test('of principals with the same wishes is one load; with other wishes it is another one', async () => {
    const principals = createPrincipalCache({ maxEntries: 10, ttlMs: TTL_MS, clock })
    let loads = 0
    const load = async () => {
      loads++
      return { principal: undefined, scopes: [] }
    }
    await Promise.all([1, 2, 3].map(() => principals.load('key', load)))
    expect(loads).toBe(1)
    await Promise.all([principals.load('key', load), principals.load('key', load, 'org_1')])
    expect(loads).toBe(3)
    expect(principals.counts()).toEqual({ memory: 0, shared: 2, missed: 3 })
  })
})

describe('a row that does not exist', () => {
  test('is asked for once in 900 ms, and no longer than that', async () => {
    const cache = createCache({ clock, ttlMs: 0 })
    const db = database()
    db.row = undefined
    for (let count = 0; count < 100; count++) expect(await cache.read('client', 'cli_x', db.load)).toBeUndefined()
    expect(db.reads).toBe(1)
    db.row = { name: 'made elsewhere' }
    time += 899
    expect(await cache.read('client', 'cli_x', db.load)).toBeUndefined()
    time += 1
    expect(await cache.read('client', 'cli_x', db.load)).toEqual(db.row)
  })

  test('is there at once for the process that makes it', async () => {
    const cache = createCache({ clock, ttlMs: TTL_MS })
    const db = database()
    db.row = undefined
    await cache.read('client', 'cli_x', db.load)
    db.row = { name: 'made' }
    cache.forget('cli_x')
    expect(await cache.read('client', 'cli_x', db.load)).toEqual({ name: 'made' })
  })

  test('a clock that was set back does not hide a row for longer', async () => {
    const cache = createCache({ clock, ttlMs: TTL_MS })
    const db = database()
    db.row = undefined
    await cache.read('client', 'cli_x', db.load)
    time -= 3_600_000
    db.row = { name: 'made' }
    expect(await cache.read('client', 'cli_x', db.load)).toEqual({ name: 'made' })
    time += 3_600_000
  })

  test('a hundred thousand of them do not fill the memory, and rows stay', async () => {
    const cache = createCache({ clock, ttlMs: 0 })
    await cache.read('client', 'cli_1', async () => ({ name: 'stays' }))
    for (let count = 0; count < 100_000; count++) await cache.read('client', `cli_x${count}`, async () => undefined)
    expect(cache.known<object>('client', 'cli_1')).toEqual({ name: 'stays' })
  })
})

describe('rows that processes share', () => {
  test('are read by one of them, and believed from the begin of that read', async () => {
    const { rows } = sharedRows()
    const [one, two] = [1, 2].map(() => createCache({ clock, ttlMs: TTL_MS, shared: rows }))
    const db = database()
    await one?.read('client', 'cli_1', async () => {
      time += 300 // a slow answer
      return db.load()
    })
    time += 500
    expect(await two?.read('client', 'cli_1', db.load)).toEqual({ name: 'first' })
    expect(db.reads).toBe(1)
    expect(two?.counts()).toEqual({ memory: 0, redis: 1, shared: 0, missed: 0 })
    time += 100
    expect(two?.known<object>('client', 'cli_1')).toEqual({ name: 'first' })
    time += 1
    expect(two?.known('client', 'cli_1')).toBeUndefined()
  })

  test('a process that has written believes nothing that others shared before, also if they share it again', async () => {
    for (const forget of ['cli_1', 'org_1', undefined]) {
      const { rows, kept } = sharedRows()
      const [one, two] = [1, 2].map(() => createCache({ clock, ttlMs: TTL_MS, shared: rows }))
      const db = database()
      db.held = true
      const slow = two?.read('client', 'cli_1', db.load) // read before the write, shared after it
      await Bun.sleep(0)
      db.row = { name: 'second' }
      if (forget === undefined) one?.forgetAll()
      else one?.forget(forget)
      await db.answer()
      await slow
      expect(kept.size).toBe(1)
      expect(await one?.read<object>('client', 'cli_1', db.load)).toEqual({ name: 'second' })
      // And what this process read is not put over it either, until the old one has ended by its age.
      time += TTL_MS + 1
      expect(await two?.read<object>('client', 'cli_1', db.load)).toEqual({ name: 'second' })
    }
  })

  test('a process that forgot thousands of ids believes nothing that is shared', async () => {
    const { rows } = sharedRows()
    rows.set('client cli_1', { name: 'old' }, TTL_MS)
    const cache = createCache({ clock, ttlMs: TTL_MS, shared: rows })
    cache.forget('cli_1')
    rows.set('client cli_1', { name: 'old' }, TTL_MS)
    for (let count = 0; count < 5_000; count++) cache.forget(`cli_${count + 2}`)
    expect(await cache.read<object>('client', 'cli_1', async () => ({ name: 'new' }))).toEqual({ name: 'new' })
  })

  test('of a kind that is no data are not shared, and an embedded database shares nothing', async () => {
    const { rows, kept } = sharedRows()
    await createCache({ clock, ttlMs: TTL_MS, shared: rows }).read('actions', 'all', async () => ({ name: 'x' }))
    await createCache({ clock, ttlMs: 0, shared: rows }).read('client', 'cli_1', async () => ({ name: 'x' }))
    expect(kept.size).toBe(0)
  })

  test('longer than a row may live is cut, and what is no row is not believed', async () => {
    const cache = createCache({
      clock,
      ttlMs: TTL_MS,
      shared: { get: async () => ({ row: { name: 'shared' }, leftMs: 3_600_000 }), set: quiet, remove: quiet },
    })
    await cache.read('client', 'cli_1', async () => undefined)
    time += TTL_MS + 1
    expect(cache.known('client', 'cli_1')).toBeUndefined()
    const strange = createCache({
      clock,
      ttlMs: TTL_MS,
      shared: { get: async () => ({ row: 'text', leftMs: 500 }), set: quiet, remove: quiet },
    })
    expect(await strange.read<object>('client', 'cli_1', async () => ({ name: 'read' }))).toEqual({ name: 'read' })
  })
})

describe('what a process forgets', () => {
  const tick = () => new Promise((next) => setTimeout(next, 5))
  function twoProcesses() {
    const bus = createLocalBus(log)
    return [1, 2].map(() => {
      const forgetting = createForgetting(bus, createRandom(clock))
      const heard: (string | undefined)[] = []
      const principals = createPrincipalCache({ maxEntries: 10, ttlMs: TTL_MS, clock, tell: forgetting.tell })
      forgetting.follow((id) => {
        heard.push(id)
        principals.hear(id)
      })
      return { principals, heard, bus }
    })
  }

  test('the others forget too, and it does not hear itself', async () => {
    const [one, two] = twoProcesses()
    await two?.principals.loadRecord('client', 'cli_1', async () => ({ name: 'old' }))
    one?.principals.forget('cli_1')
    one?.principals.forget('usr_1')
    await tick()
    expect(two?.principals.record('client', 'cli_1')).toBeUndefined()
    expect(two?.heard).toEqual(['cli_1', 'usr_1'])
    expect(one?.heard).toEqual([])
  })

  test('everything, or more ids than fit into a message: the others forget everything', async () => {
    const [one, two] = twoProcesses()
    one?.principals.forgetAll()
    one?.principals.forget('usr_1')
    await tick()
    for (let count = 0; count < 1_000; count++) one?.principals.forget(`usr_${count}`)
    await tick()
    one?.principals.forget(`https://client.example/${'x'.repeat(5_000)}`)
    await tick()
    expect(two?.heard).toEqual([undefined, undefined, undefined])
  })

  test('what is no such message is not read', async () => {
    const [one, two] = twoProcesses()
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{}',
      '{"by":1}',
      '{"by":"x","ids":[1]}',
      '{"by":"x","ids":{"0":"usr_1"}}',
    ])
      one?.bus.publish('forget', text)
    await tick()
    expect(two?.heard).toEqual([])
  })
})
